"""Promise 1: one marked visit through every kind of answer, crash and restart leaves none of its marks anywhere."""

import asyncio
import os
import random
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import get_args
from urllib.parse import urlencode

import pytest
import redis

from bot.phone.hooks.main import Provider
from handover.values import Channel
from tests.engines import running as running_engine
from tests.fristad.processes import children, core_limit
from tests.journeys.breaking import BREAKING, serving_broken
from tests.journeys.channels import CALLS, TALKS, WALKS
from tests.journeys.marks import Hit, Marks, Scanner, core_folder, core_pattern, renderings
from tests.journeys.visits import Visit
from tests.phone_hooks.lines import line as phone_line
from tests.phone_hooks.provider import PUBLIC, SECRET
from tests.raw_counts import read_raw_counts
from tests.running import READY, House, Sides, running, running_apart

# Everything that the console's database may know. A new column has to be thought about here first.
_COUNTED = r"(contact|topic|danger|talk|hour|hours|language|waited|rated|staff|wrapup|education)\.[a-z0-9_.-]+"
TABLES = {
    "alembic_version": ["version_num"],  # which version the tables are of
    "staff": ["id", "sign_in_name", "shown_name", "role", "desk", "password_hash", "active"],
    "staff_desk": ["staff_id", "desk"],  # where staff answer
    "asked": ["staff_id", "kind", "by_name"],  # what staff say of themselves
    "sign_in": ["token_hash", "staff_id", "language", "way", "whole", "created_hour", "expires", "ends"],
    "bell": ["id", "staff_id", "sign_in", "endpoint", "key", "auth"],  # browsers of staff
    "passkey": ["id", "staff_id", "credential", "public_key", "site", "counter", "added"],  # a day
    "code_secret": ["staff_id", "sealed"],
    "recovery_code": ["code_hash", "staff_id"],
    "invitation": ["token_hash", "staff_id", "ends"],  # to the hour
    "spent": ["mark", "until"],  # keyed marks, to five minutes
    "note": ["id", "hour", "who", "desk", "deed", "about"],  # of staff; never a talk
    "device": ["id", "staff_id", "key", "state", "line", "until", "requested"],  # staff's own; days, no finer time
    "raw_count": ["month", "desk", "sealed"],  # encrypted sums of closed names
    "figures": ["number", "period", "document", "signature", "key"],  # what is published of them
    # When staff are meant to work, and how they like to; days and planned times, none that anything happened at.
    "habit": ["staff_id", "capacity", "breath"],
    "shift": ["id", "desk", "staff_id", "weekday", "day", "opens", "closes", "holidays", "since", "until"],
    "closed_day": ["desk", "day"],
    # What coordinators write for everybody to read; days, no finer time.
    "draft": ["part", "text", "writers", "writer", "day"],
    "published": ["number", "part", "text", "writer", "approver", "day"],
    # Left messages, the one exception: only who asked for a code has a box, until its day.
    "desk_key": ["id", "desk", "key", "line", "retired"],
    "desk_key_copy": ["desk_key", "device", "wrapped"],
    "left_box": ["name", "desk", "visitor", "until", "up", "down", "done"],
    "letter": ["box", "way", "number", "after", "line", "body"],
}
SEALED = {("letter", "body")}  # where ciphertext may lie
# What the engine must not hold even while a talk lives is everything else: no address, agent, nor words to the bot.
# Words of the talk itself are there as long as they are not sealed between the two ends.
IN_A_LIVING_TALK = {"to_person", "from_person", "note"}
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
    assert {hit.mark for hit in Scanner(marks.all()).in_machine(time.time() - 60, folder)} == {"query"}
    with tempfile.TemporaryFile(dir=folder) as unlinked:
        unlinked.write(marks.phrases(marks.to_person)[1].encode())
        unlinked.flush()
        assert {hit.mark for hit in Scanner(marks.all()).in_process(os.getpid())} == {"to_person"}


def test_the_scanner_does_not_wait_at_the_kernels_own_files(folder: Path) -> None:
    """A system that is being made in a folder has them there for a while, and reading `kmsg` never ends."""
    (folder / "proc").mkdir()
    (folder / "words").touch()
    scanner = Scanner(Marks().all())
    subprocess.run(["mount", "--rbind", "/proc", folder / "proc"], check=True, timeout=20)
    try:
        assert scanner.in_folder(folder) == []
    finally:
        subprocess.run(["umount", "--lazy", folder / "proc"], check=True, timeout=20)
    assert scanner.looked_at == 1


def test_a_core_dump_would_be_found(folder: Path) -> None:
    """The control of the crashes below: a process that forbids nothing leaves one, with the marks that it held."""
    marks = Marks()
    program = "import os, sys; mark = sys.argv[1][::-1]; os.abort()"  # turned round, so that only its memory holds it
    command = ["prlimit", "--core=unlimited", sys.executable, "-c", program, marks.to_person[::-1]]
    assert subprocess.run(command, cwd=folder, timeout=60).returncode == -signal.SIGABRT
    if core_pattern().startswith("|"):  # a collector has it, packed: that ours get none is what test_dumps.py shows
        return
    assert {hit.mark for hit in Scanner(marks.all()).in_folder(core_folder(folder))} == {"to_person"}


def test_every_channel_has_its_row() -> None:
    # In Telegram the mark is an account, and a strict server stands for Telegram: tests/telegram/test_traces.py.
    assert set(WALKS) == set(Channel) - {Channel.PHONE, Channel.TELEGRAM}
    assert set(CALLS) == set(get_args(Provider))


@pytest.mark.parametrize("channel", WALKS)
async def test_a_marked_visit_leaves_no_mark(folder: Path, channel: Channel) -> None:
    """The release gate: `make canary`."""
    marks, since = Marks(), time.time() - 1
    scanner = Scanner(marks.all())
    with running(folder, outer=_own_places(folder), TRUSTED_PROXIES="2") as house:  # so that the mark is the caller
        visit = Visit(house, marks)
        stalls = [asyncio.create_task(visit.stalls(address)) for address in (house.visitors, house.staff)]
        await visit.sends_garbage(house.visitors)
        await visit.sends_garbage(house.staff)
        await WALKS[channel](visit, lambda: _expect_nothing(_scan_alive(scanner, house, folder)))
        await asyncio.gather(*stalls)
        await visit.is_counted()
        assert all(core_limit(pid) in ("0", "1") for pid in _everybody(house))
        assert _scan_alive(scanner, house, folder) == []
    assert scanner.in_folder(folder) == []
    assert scanner.in_machine(since, core_folder(folder)) == []
    assert scanner.looked_at > 30  # files, command lines, environments, open files
    written = house.output.read_text(encoding="utf-8")
    _check_lines(written, house)
    assert sum("class=" in line for line in written.splitlines()) > 0  # there was something to be careful with
    _check_database(house.data / "console.sqlite3")
    assert not _cores(folder)


@pytest.mark.parametrize("provider", CALLS)
async def test_a_marked_call_leaves_no_mark(folder: Path, provider: str) -> None:
    """In danger, in line and through a crash of its process, with refusals of every kind on the way."""
    marks, since = Marks(), time.time() - 1
    number = f"+46{random.randint(10**14, 10**15 - 1)}"  # nobody's: longer than any there is
    scanner = Scanner({**marks.all(), "number": number[1:]})
    addresses = {"PHONE_PROVIDER_ADDRESSES": "127.0.0.0/8"} if provider == "46elks" else {}
    with phone_line(provider, folder, **addresses) as own:
        caller = CALLS[provider](own.base, marks.address, number, marks.to_person, marks.headers)
        await caller.rings()
        assert scanner.in_bytes(urlencode(caller.fields()).encode(), "a callback")  # the scan finds what is there
        start = f"{PUBLIC}/{SECRET}/start"
        statuses = [
            (await caller.post(f"{PUBLIC}/{marks.path}", caller.fields())).status_code,
            (await caller.post(start, {**caller.fields(), "more": marks.garbage * 2000})).status_code,
            (await caller.http.post(f"{own.base}/{SECRET}/start?q={marks.query}", content=marks.garbage)).status_code,
            (await caller.http.get(f"{own.base}/f/{marks.path}.wav")).status_code,
        ]
        assert statuses == [404, 413, 404, 404]
        await caller.presses("11")
        await caller.listens()
        assert [*scanner.in_folder(folder), *scanner.in_process(own.process.pid)] == []
        with own.talks.client() as admin:
            assert _dump(admin, marks, scanner=scanner) == []
        assert core_limit(own.process.pid) in ("0", "1")
        own.process.send_signal(signal.SIGABRT)
        own.process.wait(20)
        await caller.close()
    assert scanner.in_folder(folder) == []
    assert scanner.in_machine(since, core_folder(folder)) == []
    assert scanner.looked_at > 30
    assert not _cores(folder)
    said, *logged = own.output.splitlines()
    assert said.startswith("Phone: ")
    _check_lines("\n".join(logged))


@pytest.mark.parametrize("channel", WALKS)
async def test_a_dump_of_the_engine_holds_no_more_than_it_must_and_after_the_end_nothing(
    folder: Path, channel: Channel
) -> None:
    """Whoever runs an engine of their own may have it write its memory to the disk. This test makes it."""
    marks = Marks()
    with running_engine("valkey") as engine, running_apart(folder, engine.visitor, engine.staff) as house:
        visit = Visit(house, marks)
        with engine.client() as admin:
            assert {hit.mark for hit in _dump(admin, marks, planted=marks.agent)} == {"agent"}
        async with TALKS[channel](visit) as talk:
            with engine.client() as admin:
                assert {hit.mark for hit in _dump(admin, marks)} <= IN_A_LIVING_TALK
            await talk.ends()
        with engine.client() as admin:
            assert _dump(admin, marks) == []


async def test_a_left_letter_lies_sealed_in_one_column_and_the_engine_and_is_erased_whole(folder: Path) -> None:
    marks = Marks()
    with running_engine("valkey") as engine, running_apart(folder, engine.visitor, engine.staff) as house:
        letter = await Visit(house, marks).leaves_a_letter()
        plain = Scanner(marks.all() | letter.secrets)
        sealed = Scanner({}, {"letter": [body.encode() for body in letter.bodies]})
        assert len(letter.bodies) == 2
        database = house.data / "console.sqlite3"
        assert len(sealed.in_bytes(database.read_bytes(), "the tables")) == 2  # the scan finds what is there
        assert _places(database, letter.bodies) == SEALED
        for planted in (letter.words, letter.locator):
            assert plain.in_bytes(database.read_bytes() + planted.encode(), "the tables and what is planted")
        with engine.client() as admin:
            assert len(_dump(admin, marks, scanner=sealed)) == 2
            assert _dump(admin, marks, scanner=plain) == []
        assert plain.in_folder(folder) == []
        assert plain.in_process(house.bot.pid) == plain.in_process(house.console.pid) == []
        await letter.is_erased()
        with engine.client() as admin:
            assert _dump(admin, marks, scanner=sealed) == _dump(admin, marks, scanner=plain) == []
        assert _places(database, letter.bodies) == set()
        assert sealed.in_folder(folder) == plain.in_folder(folder) == []
        _check_lines(house.output.read_text(encoding="utf-8"), house)


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
    assert scanner.in_machine(since, core_folder(folder)) == []


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


def _expect_nothing(hits: list[object]) -> None:
    assert hits == []


def _scan_alive(scanner: Scanner, house: House, folder: Path) -> list[object]:
    pids = _everybody(house)
    assert len(pids) == 4
    return [*scanner.in_folder(folder), *(hit for pid in pids for hit in scanner.in_process(pid))]


def _everybody(house: House) -> list[int]:
    return [house.process.pid, *children(house.process.pid).values()]


def _places(path: Path, bodies: list[str]) -> set[tuple[str, str]]:
    """The columns of the tables in which one of these lies."""
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as database:
        found = {
            (table, column)
            for table, columns in TABLES.items()
            for row in database.execute(f'SELECT {", ".join(columns)} FROM "{table}"')
            for column, value in zip(columns, row, strict=True)
            if any(body in str(value) for body in bodies)
        }
    database.close()
    return found


def _dump(admin: redis.Redis, marks: Marks, planted: str = "", scanner: Scanner | None = None) -> list[Hit]:
    """What the scanner, that of the marks unless another is given, finds in the file that the engine writes when it is
    told to."""
    admin.config_set("rdbcompression", "no")  # packed, a mark would not be known again
    if planted:
        admin.set("planted", planted)
    admin.save()
    admin.delete("planted")
    written = Path(str(admin.config_get("dir")["dir"])) / "dump.rdb"
    assert written.stat().st_size > 50
    return (scanner or Scanner(marks.all())).in_bytes(written.read_bytes(), "the dump")


def _check_lines(written: str, house: House | Sides | None = None) -> None:
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
        for table in ("left_box", "letter"):  # erased by the visitor
            assert database.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,)
        deeds = {row[0] for row in database.execute("SELECT deed FROM note")}
        assert deeds <= {"signed_in", "refused"}, "nothing else was done, and no talk is noted"
        published = [document for (document,) in database.execute("SELECT document FROM figures")]
    assert all('"demonstration":true' in document for document in published)  # made up, and before this month
    counted = read_raw_counts(path.parent)
    assert counted  # brought home at the end
    for (month, desk), counts in counted.items():
        assert re.fullmatch(r"\d{4}-\d\d", month)
        assert desk == "demo"
        for name, value in counts.items():
            assert re.fullmatch(_COUNTED, name)
            assert type(value) is int
    database.close()
