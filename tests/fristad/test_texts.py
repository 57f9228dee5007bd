"""`fristad texts export`: what was published becomes files that load and say the same."""

import asyncio
import shutil
from datetime import datetime
from pathlib import Path

import pytest

from console.database import Database
from console.tables import PublishedRow
from dialogues.hours import SWEDEN
from dialogues.loader import DEFAULT, load_content
from dialogues.overlay import shipped_text
from tests.fristad.test_cli import fristad

NOW = datetime(2026, 12, 1, 12, tzinfo=SWEDEN)


def part(name: str, old: str, new: str) -> tuple[str, str]:
    text = shipped_text(name)
    assert text and old in text
    return name, text.replace(old, new, 1)


PUBLISHED = (
    part("sv/topics/threats.md", "title: Hot", "title: Först så"),
    part("sv/topics/threats.md", "title: Hot", "title: Hot mot dig"),
    part("services.yml#bris", "checked: null", "checked: 2026-11-29\n  review: 2027-05-29"),
    part("en/page.yml#first", "heading: ", "heading: Changed. "),
    part("desks/demo.yml", "capacity: 5", "capacity: 2"),
    ("sv/topics/gone.md", "borta"),
    ("en/topics/threats.md", "changed, and taken back"),
    ("en/topics/threats.md", ""),
)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A console's folder in which that was published."""
    folder = tmp_path / "var"
    folder.mkdir()
    asyncio.run(_publish(f"sqlite+aiosqlite:///{folder / 'console.sqlite3'}"))
    return folder


async def _publish(url: str) -> None:
    database = Database(url)
    await database.open()
    async with database.sessions.begin() as session:
        for name, text in PUBLISHED:
            session.add(PublishedRow(part=name, text=text, writer="Ann", approver="Bo", day=1))
            await session.flush()
    await database.close()


def test_what_was_published_is_written_into_a_copy_which_loads(data: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(DEFAULT, tmp_path / "content"))
    run = fristad("texts", "export", str(copy), FRISTAD_DATA=str(data))
    assert run.stderr == b""
    assert run.stdout.decode().splitlines() == [
        "Not written, because it no longer fits: sv/topics/gone.md",
        "4 files written.",
    ]
    content = load_content(copy, now=NOW, demo=False)
    assert content.languages["sv"].topics["threats"].title == "Hot mot dig"
    assert str(content.services["bris"].checked) == "2026-11-29"
    assert content.languages["en"].page["first.heading"].startswith("Changed. ")
    assert content.desks["demo"].capacity == 2
    assert (copy / "en/topics/threats.md").read_text() == (DEFAULT / "en/topics/threats.md").read_text()


def test_a_new_folder_holds_the_changed_files_alone(data: Path, tmp_path: Path) -> None:
    folder = tmp_path / "new" / "files"
    assert fristad("texts", "export", str(folder), FRISTAD_DATA=str(data)).returncode == 0
    written = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    assert written == {"sv/topics/threats.md", "services.yml", "en/page.yml", "desks/demo.yml"}


def test_another_folder_and_a_missing_database_are_refused(data: Path, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("mine")
    other = fristad("texts", "export", str(tmp_path / "mine"), FRISTAD_DATA=str(data))
    assert (other.returncode, other.stderr.count(b"\n")) == (2, 1)
    assert b"holds something else" in other.stderr
    missing = fristad("texts", "export", str(tmp_path / "x"), FRISTAD_DATA=str(tmp_path))
    assert (missing.returncode, missing.stderr.count(b"\n")) == (2, 1)
    assert b"no console's database" in missing.stderr
    assert not (tmp_path / "x").exists()
    assert not (tmp_path / "console.sqlite3").exists()
