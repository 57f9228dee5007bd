"""Commands about the console's database as a whole: it is brought up before a start, moved, backed up and restored."""

import asyncio
import os
from collections.abc import Callable, Coroutine
from datetime import date, timedelta
from pathlib import Path
from typing import Any, TextIO

from fastapi import FastAPI
from sqlalchemy.exc import SQLAlchemyError

from console.agreement import find_disagreements, give_up
from console.audit import KEPT_DAYS
from console.copying import CopyError, back_up, move, restore
from console.counts import CountKeys
from console.republishing import last_published
from console.schema import SchemaError
from console.settings import ConsoleSettings
from fristad.accounts import NOT_OPENED, read_console_settings
from fristad.refusal import GaveUp, Refused
from safety.chain import signer
from safety.text64 import write64

_FILE = "console.sqlite3"
_NO_DATABASE = "There is no console's database in FRISTAD_DATA: name its folder, or set FRISTAD_DATABASE_URL."


def prepared(build: Callable[[], FastAPI], told: TextIO) -> FastAPI:
    """The console's app, its tables being of this version; what it has not in common with the other consoles is `told`.
    Refused when they cannot be; GaveUp when they cannot be reached, which may pass."""
    app = build()
    try:
        asyncio.run(app.state.database.prepare())
        for sentence in asyncio.run(_disagreements(read_console_settings())):
            print(sentence, file=told)
    except SchemaError as error:
        raise Refused(str(error)) from None
    except (SQLAlchemyError, OSError):
        raise GaveUp(NOT_OPENED) from None
    return app


def _last_published(settings: ConsoleSettings) -> str:
    number, digest = asyncio.run(last_published(settings.database()))
    last = f"number {number} (SHA-256 {digest})" if number else "none: nothing was published"
    return (
        f"The last published figures in it: {last}. If anybody has figures of a higher number, bring their JSON files "
        "back with `fristad stats bring FILE...` before a console starts: else these numbers are given again, and who "
        "compares finds two publications with one number."
    )


def forget_counts(year: str, settings: ConsoleSettings, out: TextIO) -> int:
    """Delete what was counted in a year with a key that is lost. Refused where there is nothing of the kind."""
    if settings.database_url is None and not (settings.data / _FILE).is_file():
        raise Refused(_NO_DATABASE)
    if not _run(give_up(settings.database(), CountKeys(_count_keys(settings)), year)):
        raise Refused(f"Nothing was deleted: the key in {_count_keys(settings)} opens whatever was counted in {year}.")
    print(f"What was counted in {year} and could not be opened is deleted. Counting goes on.", file=out)
    return 0


def move_database(file: Path | None, settings: ConsoleSettings, out: TextIO) -> int:
    """Bring everything from a file of SQLite into the database of FRISTAD_DATABASE_URL, which is empty."""
    if settings.database_url is None:
        raise Refused("Set FRISTAD_DATABASE_URL to the new, empty database: everything is brought there.")
    old = (file or settings.data / _FILE).resolve()
    source = f"sqlite+aiosqlite:///{old}"
    if not old.is_file():
        raise Refused(f"{old} is not there: name the console's file with --from, or its folder with FRISTAD_DATA.")
    if source == settings.database():
        raise Refused("FRISTAD_DATABASE_URL names this very file: set it to the new, empty database.")
    rows = _run(move(source, settings.database()))
    print(
        f"{_rows(rows)} moved, all that there were.",
        "Start every console with FRISTAD_DATABASE_URL now. When a console has another FRISTAD_DATA than this one, or "
        "there is more than one, give each FRISTAD_CONSOLE_KEY and FRISTAD_PUSH_KEY, too: what is in "
        f"{settings.data / 'console.key'} and {settings.data / 'push.key'}, or it makes new ones, and staff's app "
        "codes and notifications no longer work; and FRISTAD_COUNT_KEYS, a folder that all of them share, with what is "
        f"in {_count_keys(settings)}.",
        f"{old} is left as it is. Delete it when the new database works: left letters lie in it, and would still lie "
        "there after a visitor has erased them.",
        sep="\n",
        file=out,
    )
    return 0


def back_up_database(file: Path, settings: ConsoleSettings, today: date, out: TextIO) -> int:
    """Write what may be kept into a new file."""
    if settings.database_url is None and not (settings.data / _FILE).is_file():
        raise Refused(_NO_DATABASE)
    rows = _run(back_up(settings.database(), file))
    print(
        f"{_rows(rows)} written to {file}: accounts and their ways to sign in, schedules, texts, published figures "
        "and the audit.",
        "Never in a backup: left letters and the keys that open them, raw counts, sign-ins, links and recovery codes.",
        "It holds names and password hashes of staff: keep it encrypted, apart from console.key, and no longer than "
        f"{today + timedelta(days=KEPT_DAYS)}, because the console itself forgets its audit by then.",
        sep="\n",
        file=out,
    )
    return 0


def restore_database(file: Path, settings: ConsoleSettings, out: TextIO) -> int:
    """Write a backup into the console's database, which is empty."""
    if settings.database_url is None:
        settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    rows = _run(restore(file, settings.database()))
    print(
        f"{_rows(rows)} restored.",
        "Look at the pages People and Devices before anybody answers: accounts that were closed, and roles that were "
        "changed, after the backup was made are as they were before.",
        "Every device asks to be approved anew, everybody signs in anew and makes new recovery codes, and unused links "
        "are made anew. App codes work only with the console.key of before.",
        _last_published(settings),
        "Nor is anything in it that was counted and not published.",
        "Start the engine anew as well: it may hold newer texts than the backup, and would not take the older ones.",
        sep="\n",
        file=out,
    )
    return 0


def _rows(count: int) -> str:
    return "1 row was" if count == 1 else f"{count} rows were"


def _count_keys(settings: ConsoleSettings) -> Path:
    return settings.count_keys or settings.data / "counts"


def _disagreements(settings: ConsoleSettings) -> Coroutine[Any, Any, list[str]]:
    signing = write64(signer(settings.key()).public_key().public_bytes_raw())
    return find_disagreements(settings.database(), CountKeys(_count_keys(settings)), signing)


def _run(work: Coroutine[Any, Any, int]) -> int:
    os.umask(0o077)
    try:
        return asyncio.run(work)
    except (SchemaError, CopyError) as error:
        raise Refused(str(error)) from None
    except (SQLAlchemyError, OSError):
        raise Refused(
            "A file or database cannot be opened, or has no room; nothing was written. See that the file is there and "
            "readable, that its folder may be written, and that FRISTAD_DATABASE_URL is right."
        ) from None
    finally:
        work.close()
