"""`fristad stats`: a file that was changed is found, and a report is printed."""

import asyncio
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import select

from console.count_tables import FigureRow
from console.database import Database
from console.publishing import publication_of
from console.republishing import bring_back, last_published
from dialogues.hours import SWEDEN
from dialogues.loader import load_content
from handover.values import DeskId
from safety.chain import FIRST, BadPublication, Publication, publish, signer
from safety.text64 import write64
from tests.console.closing import publish_periods
from tests.fristad.test_cli import fristad
from tests.postgres import Postgres, running_postgres
from tests.sealed import ORGANISATION


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A console's folder with the figures of 2025, and its files beside it."""
    folder = tmp_path_factory.mktemp("var")
    asyncio.run(_publish(folder))
    return folder


@pytest.fixture(scope="module")
def postgres() -> Iterator[Postgres]:
    with running_postgres() as postgres:
        yield postgres


async def _publish(folder: Path) -> None:
    database = Database(f"sqlite+aiosqlite:///{folder}/console.sqlite3")
    await database.open()
    content = load_content(demo=True, now=datetime(2026, 1, 1, tzinfo=SWEDEN))
    await publish_periods(database.sessions, content, "2025-11", "2026-01", [DeskId("demo")])
    async with database.sessions() as session:
        rows = list(await session.scalars(select(FigureRow)))
    await database.close()
    for row in rows:
        (folder / f"{row.number}.json").write_bytes(publication_of(row).export())


def _files(data: Path) -> list[str]:
    return [str(data / f"{number}.json") for number in range(1, 5)]


def test_a_chain_of_files_holds(data: Path) -> None:
    run = fristad("stats", "verify", *_files(data))
    assert (run.returncode, run.stderr) == (0, b"")
    said = run.stdout.decode()
    assert "holds: period 2025, number 4." in said
    assert "Signed with the key " in said
    key = said.rpartition("Signed with the key ")[2].partition(":")[0]
    assert fristad("stats", "verify", "--key", key, _files(data)[2]).returncode == 0


def test_a_changed_file_a_gap_and_another_key_are_found(data: Path, tmp_path: Path) -> None:
    files = _files(data)
    changed = tmp_path / "changed.json"
    changed.write_bytes(re.sub(rb"(channel\\\":\[)\w+", rb"\g<1>900", Path(files[0]).read_bytes(), count=1))
    assert changed.read_bytes() != Path(files[0]).read_bytes()
    for arguments, why in (
        ([str(changed)], b"The signature does not fit"),
        ([files[0], files[2]], b"one is missing"),
        (["--key", "A" * 43, files[0]], b"another key"),
        ([str(data / "console.sqlite3")], b"no file of published figures"),
        ([str(tmp_path / "gone.json")], b"cannot be read"),
    ):
        run = fristad("stats", "verify", *arguments)
        assert (run.returncode, run.stderr.count(b"\n")) == (2, 1)
        assert why in run.stderr


def test_a_report_is_printed_the_same_each_time(data: Path, tmp_path: Path) -> None:
    settings = {
        "FRISTAD_DATA": str(data),
        "FRISTAD_REDIS_URL": "redis://nobody",
        "FRISTAD_ORGANISATION_KEY": ORGANISATION.text,
        "FRISTAD_DEMO": "true",
    }
    for name in ("one.pdf", "two.pdf"):
        run = fristad("stats", "report", "--pdf", str(tmp_path / name), "2025", given=b"", **settings)
        assert (run.returncode, run.stderr) == (0, b"")
    first = (tmp_path / "one.pdf").read_bytes()
    assert first.startswith(b"%PDF-")
    assert len(first) > 10_000
    assert first == (tmp_path / "two.pdf").read_bytes()
    for period, why in (("2026", b"No figures"), ("May", b"no period")):
        run = fristad("stats", "report", "--pdf", str(tmp_path / "none.pdf"), period, given=b"", **settings)
        assert (run.returncode, run.stderr.count(b"\n")) == (2, 1)
        assert why in run.stderr
    assert not (tmp_path / "none.pdf").exists()


def test_what_was_published_after_a_backup_is_brought_back_and_no_number_is_given_twice(tmp_path: Path) -> None:
    """The database holds the first two of four; the others are on paper."""
    whole, new = tmp_path / "whole", tmp_path / "new"
    for folder in (whole, new):
        folder.mkdir()
    asyncio.run(_publish(whole))
    with closing(sqlite3.connect(whole / "console.sqlite3")) as tables, tables:
        taken = tables.execute("SELECT * FROM figures WHERE number > 2").fetchall()
        tables.execute("DELETE FROM figures WHERE number > 2")
    backup = str(tmp_path / "backup")
    assert fristad("database", "backup", backup, FRISTAD_DATA=str(whole)).returncode == 0
    restored = fristad("database", "restore", backup, FRISTAD_DATA=str(new))
    assert b"number 2 (SHA-256 " in restored.stdout
    assert b"fristad stats bring" in restored.stdout
    files = _files(whole)
    for wrong, why in ((files[3:], b"one is missing"), ([backup], b"no file of published figures")):
        run = fristad("stats", "bring", *wrong, FRISTAD_DATA=str(new))
        assert (run.returncode, why in run.stderr, run.stderr.count(b"\n")) == (2, True, 1)
    for said in (b"Brought back: 3, 4.", b"All of them were there already."):
        run = fristad("stats", "bring", *files, FRISTAD_DATA=str(new))
        assert (run.returncode, said in run.stdout) == (0, True)
    with closing(sqlite3.connect(new / "console.sqlite3")) as tables:
        assert tables.execute("SELECT * FROM figures WHERE number > 2").fetchall() == taken


@pytest.mark.parametrize("store", ["sqlite", "postgresql"])
async def test_what_does_not_follow_is_refused_as_a_whole(store: str, tmp_path: Path, postgres: Postgres) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path}/console.sqlite3" if store == "sqlite" else postgres.url(postgres.make())
    database = Database(url)
    await database.open()
    ours, theirs = signer(bytes(32)), signer(bytes(31) + b"1")
    own = write64(ours.public_key().public_bytes_raw())
    first = _made(1, "2026-01", FIRST, ours)
    second = _made(2, "2026-02", first.digest, ours)
    assert await bring_back(database.sessions, [first], own) == [1]
    for wrong, why in (
        (_made(2, "2026-02", first.digest, theirs), "key"),
        (_made(3, "2026-02", first.digest, ours), "others were published"),
        (_made(2, "2026-02", FIRST, ours), "one is missing"),
        (_made(2, "soon", first.digest, ours), "no publication"),
        (_made(2, "2026-01", first.digest, ours), "are there already"),
        (_made(1, "2026-01", first.digest, ours), "one is missing|others were published"),
    ):
        with pytest.raises(BadPublication, match=why):
            await bring_back(database.sessions, [wrong], own)
    third = _made(4, "2026-03", second.digest, ours)
    with pytest.raises(BadPublication):
        await bring_back(database.sessions, [second, third], own)
    assert (await last_published(url))[0] == 1
    assert await bring_back(database.sessions, [first, second], own) == [2]
    assert await last_published(url) == (2, second.digest)
    await database.close()


def _made(number: int, period: str, previous: str, key: Ed25519PrivateKey) -> Publication:
    return publish({"version": 1, "period": period, "number": number, "previous": previous}, key)
