"""`fristad stats`: a file that was changed is found, and a report is printed."""

import asyncio
import re
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from console.count_tables import FigureRow
from console.database import Database
from console.publishing import publication_of
from dialogues.hours import SWEDEN
from dialogues.loader import load_content
from handover.values import DeskId
from tests.console.closing import publish_periods
from tests.fristad.test_cli import fristad
from tests.sealed import ORGANISATION


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A console's folder with the figures of 2025, and its files beside it."""
    folder = tmp_path_factory.mktemp("var")
    asyncio.run(_publish(folder))
    return folder


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
