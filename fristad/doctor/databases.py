"""What a PostgreSQL that holds the console's tables logs, archives and allows, as the console's own role sees it."""

import asyncio
from collections.abc import Mapping
from pathlib import Path

from sqlalchemy import make_url, select
from sqlalchemy.exc import SQLAlchemyError

from console.agreement import find_disagreements
from console.count_tables import CountRow
from console.counts import CountKeys
from console.database import make_engine
from fristad.doctor import count_keys
from fristad.doctor.findings import Finding, Weight
from safety.chain import signer
from safety.text64 import write64

OLDEST = 13  # the first of which people of PostgreSQL still mend what is found
_ASKED = (
    *("log_statement", "log_min_duration_statement", "log_duration", "log_min_error_statement", "log_error_verbosity"),
    *("archive_mode", "server_version_num", "is_superuser", "server_encoding"),
)
# Where a statement is logged, its moment is; with it, that somebody left a letter, or that staff did something.
_QUIET: Mapping[str, tuple[frozenset[str], str]] = {
    "log_statement": (frozenset({"none"}), "none"),
    "log_min_duration_statement": (frozenset({"-1"}), "-1"),
    "log_duration": (frozenset({"off"}), "off"),
    "log_min_error_statement": (frozenset({"fatal", "panic"}), "panic"),
    "log_error_verbosity": (frozenset({"terse"}), "terse"),
}


def check_database(url: str) -> list[Finding]:
    """Findings about the server of this address; none for SQLite. One that cannot be asked is a finding."""
    if url.startswith("sqlite"):
        return []
    try:
        return judge(asyncio.run(_ask(url)))
    except (SQLAlchemyError, OSError):
        what = "The console's database does not answer here: neither what it logs nor what it allows."
        return [Finding(Weight.UNSEEN, what, "Set FRISTAD_DATABASE_URL as the console has it, and start the server.")]


def counted_years(url: str) -> set[str]:
    """The years that the database of this address has raw counts of; none where it cannot be asked."""
    if url.startswith("sqlite"):
        return count_keys.counted_years(Path(make_url(url).database or ""))
    try:
        return {month[:4] for month in asyncio.run(_ask_for_months(url))}
    except (SQLAlchemyError, OSError):
        return set()  # that it does not answer is a finding of its own


def check_agreement(url: str, folder: Path, secret: bytes | None) -> list[Finding]:
    """Whether the keys here are those that other consoles over this database have: of counts those in the folder, of
    figures what is made of the console's `secret`. A file of SQLite is only read; none where it cannot be asked."""
    signing = write64(signer(secret).public_key().public_bytes_raw()) if secret else None
    if url.startswith("sqlite"):
        file = Path(make_url(url).database or "")
        if not file.is_file():
            return []
        url = f"sqlite+aiosqlite:///file:{file.resolve()}?mode=ro&uri=true"
    try:
        told = asyncio.run(find_disagreements(url, CountKeys(folder), signing))
    except (SQLAlchemyError, OSError):
        return []
    return [Finding(Weight.MINOR, *_parted(sentences)) for sentences in told]


def judge(settings: Mapping[str, str]) -> list[Finding]:
    """Findings from the server's settings by name, as SHOW writes them."""
    found = []
    for name, (quiet, wanted) in _QUIET.items():
        if settings[name] not in quiet:
            what = f"The console's database logs moments of what people do ({name} is {settings[name]})."
            found.append(Finding(Weight.TRACES, what, f"As its superuser: ALTER ROLE ... SET {name} = '{wanted}'."))
    if settings["archive_mode"] != "off":
        what = "The console's database archives its write-ahead log, which keeps what somebody has erased."
        found.append(Finding(Weight.TRACES, what, "Switch archive_mode off, and back up with fristad database backup."))
    if settings["is_superuser"] == "on":
        what = "The console's role is the database server's superuser."
        found.append(Finding(Weight.DOORS, what, "Give the console a role that owns its database and nothing else."))
    if int(settings["server_version_num"]) // 10_000 < OLDEST:
        what = "The console's database server is of a version that nobody mends any more."
        found.append(Finding(Weight.MINOR, what, f"Move to PostgreSQL {OLDEST} or later."))
    if settings["server_encoding"] != "UTF8":
        what = "The console's database is not in UTF-8, and no console will start on it."
        found.append(Finding(Weight.MINOR, what, "Make it anew with ENCODING 'UTF8'."))
    return found


def _parted(sentences: str) -> tuple[str, str]:
    """What is, and what to do about it."""
    what, _, to_do = sentences.partition(". ")
    return f"{what}.", to_do


async def _ask_for_months(url: str) -> list[str]:
    engine = make_engine(url, working=True)
    try:
        async with engine.connect() as connection:
            return list(await connection.scalars(select(CountRow.month).distinct()))
    finally:
        await engine.dispose()


async def _ask(url: str) -> dict[str, str]:
    engine = make_engine(url, working=True)
    try:
        async with engine.connect() as connection:
            return {name: str((await connection.exec_driver_sql(f"SHOW {name}")).scalar()) for name in _ASKED}
    finally:
        await engine.dispose()
