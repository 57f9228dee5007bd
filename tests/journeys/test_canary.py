"""Promise 1: one marked visit through every kind of answer, crash and restart leaves none of its marks anywhere."""

import os
import re
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fristad.processes import children
from tests.journeys.breaking import BREAKING, serving_broken
from tests.journeys.marks import Marks, Scanner, renderings
from tests.journeys.visits import Visit
from tests.running import READY, House, running

# Everything that the console's database may know. A new column has to be thought about here first.
TABLES = {
    "staff": ["id", "sign_in_name", "shown_name", "role", "desk", "password_hash", "active"],
    "sign_in": ["token_hash", "staff_id", "language", "created_hour", "expires", "ends"],
    "device": ["id", "staff_id", "key", "state", "line", "until", "requested"],  # staff's own; days, no finer time
    "tally": ["month", "desk", "name", "value"],
}
LOG_LINE = re.compile(r"\d{4}-\d\d-\d\dT\d\dh [A-Z]+ [\w.]+( event=[a-z]+)?( error=[0-9a-f]{8})?( class=\w+)?")
SPOKEN = re.compile(r"Starting \.\.\.|The (engine|visitor app|console) stopped and is being started again\.")


@pytest.fixture
def folder() -> Iterator[Path]:
    """Not pytest's own: the path of the engine's socket has to fit below it."""
    folder = Path(tempfile.mkdtemp(prefix="canary-"))
    yield folder
    shutil.rmtree(folder)


def test_the_scanner_finds_whatever_is_planted(folder: Path) -> None:
    marks = Marks()
    (folder / "var").mkdir()
    for name, mark in marks.all().items():
        for number, (kind, coded) in enumerate(renderings(mark).items()):
            planted = folder / "var" / f"console.sqlite3-wal.{number}"
            planted.write_bytes(b"\0before" + coded + b"after\xff")
            hits = Scanner({name: mark}).in_folder(folder)
            assert kind in {hit.rendering for hit in hits}, f"{name} as {kind}"
            planted.unlink()
    assert Scanner(marks.all()).in_folder(folder) == []
    (folder / marks.query).touch()
    assert {hit.mark for hit in Scanner(marks.all()).in_folder(folder)} == {"query"}
    assert {hit.mark for hit in Scanner(marks.all()).in_machine(time.time() - 60)} == {"query"}
    with tempfile.TemporaryFile(dir=folder) as unlinked:
        unlinked.write(marks.phrases(marks.to_person)[1].encode())
        unlinked.flush()
        assert {hit.mark for hit in Scanner(marks.all()).in_process(os.getpid())} == {"to_person"}


async def test_a_marked_visit_leaves_no_mark(folder: Path) -> None:
    marks, since = Marks(), time.time() - 1
    scanner = Scanner(marks.all())
    with running(folder, outer=_own_places(folder)) as house:
        visit = Visit(house, marks)
        await visit.reads()
        await visit.sends_garbage(house.visitors)
        await visit.sends_garbage(house.staff)
        async with visit.talks() as talk:
            assert _scan_alive(scanner, house, folder) == []
            await talk.survives_a_killed_visitor_app()
            await talk.survives_a_killed_console()
        async with visit.talks_by_form_posts() as plain:
            await plain.meets_an_engine_that_freezes_and_dies()
        pids = children(house.process.pid)
        assert all(_dumps_no_core(pid) for pid in pids.values())
        assert _scan_alive(scanner, house, folder) == []
    assert scanner.in_folder(folder) == []
    assert scanner.in_machine(since) == []
    assert scanner.looked_at > 30  # files, command lines, environments, open files
    written = house.output.read_text(encoding="utf-8")
    _check_lines(written, house)
    assert sum("class=" in line for line in written.splitlines()) > 0  # there was something to be careful with
    _check_database(house.data / "console.sqlite3")
    assert not _cores(folder)


@pytest.mark.parametrize("side", ["bot", "console"])
async def test_an_error_that_carries_words_is_written_without_them(folder: Path, side: str) -> None:
    marks, since = Marks(), time.time() - 1
    with serving_broken(folder, side) as address:
        answer = await BREAKING[side](address, marks)
    assert answer.status_code == 500
    assert side == "console" or "112" in answer.text
    assert Scanner(marks.all()).in_bytes(answer.content, "the answer") == []
    written = (folder / "output.log").read_text()
    assert "class=BreaksWithWords" in written
    _check_lines(written)
    scanner = Scanner(marks.all())
    assert scanner.in_folder(folder) == []
    assert scanner.in_machine(since) == []


@pytest.mark.parametrize("side", ["bot", "console"])
async def test_with_the_servers_own_defaults_the_same_visit_would_have_left_marks(folder: Path, side: str) -> None:
    marks = Marks()
    with serving_broken(folder, side, "careless") as address:
        await BREAKING[side](address, marks)
    assert {"address", "query"} <= {hit.mark for hit in Scanner(marks.all()).in_folder(folder)}


def _own_places(folder: Path) -> dict[str, str]:
    """Temporary files and the home, below the folder that is searched."""
    places = {"TMPDIR": folder / "tmp", "HOME": folder / "home"}
    for place in places.values():
        place.mkdir()
    return {name: str(place) for name, place in places.items()}


def _cores(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.name.startswith("core")]


def _scan_alive(scanner: Scanner, house: House, folder: Path) -> list[object]:
    pids = [house.process.pid, *children(house.process.pid).values()]
    assert len(pids) == 4
    return [*scanner.in_folder(folder), *(hit for pid in pids for hit in scanner.in_process(pid))]


def _dumps_no_core(pid: int) -> bool:
    limits = Path(f"/proc/{pid}/limits").read_text()
    return re.search(r"^Max core file size +0 +0 ", limits, re.MULTILINE) is not None


def _check_lines(written: str, house: House | None = None) -> None:
    """Each line is one of ours: an address of the house, a sentence of the supervisor, or a log line of the policy."""
    for line in written.splitlines():
        own = house is not None and any(pattern.fullmatch(line) for pattern in READY.values())
        assert own or SPOKEN.fullmatch(line) or LOG_LINE.fullmatch(line), line


def _check_database(path: Path) -> None:
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as database:
        names = [row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        columns = {name: [row[1] for row in database.execute(f"PRAGMA table_info({name})")] for name in names}
        assert columns == TABLES
        assert {row[0] for row in database.execute("SELECT sign_in_name FROM staff")} <= {
            f"demo-{name}" for name in ("kim", "noor", "alex", "sam", "robin", "mika", "coordinator")
        }
        counted = database.execute("SELECT month, desk, name, value FROM tally").fetchall()
    assert counted  # brought home at the end
    for month, desk, name, value in counted:
        assert re.fullmatch(r"\d{4}-\d\d", month)
        assert desk == "demo"
        assert re.fullmatch(r"(contact|topic|danger|talk|staff|wrapup)\.[a-z0-9_.-]+", name)
        assert type(value) is int
    database.close()
