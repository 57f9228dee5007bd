"""Raw counts: exactly once whoever dies, and at rest unreadable without the year's key."""

import asyncio
import random
import sys
from pathlib import Path

import pytest
from sqlalchemy import select

from console.count_tables import CountRow
from console.counts import CountKeys, Counts, KeyGone
from console.database import Database
from handover.counters import Drained
from handover.staff_redis import RedisStaffEnd
from handover.values import DeskId
from tests.console.conftest import DESK, ON_BOTH, database_url
from tests.engines import Engine

NAMES = frozenset({"talk.joined", "talk.taken"})
MONTH = "2026-11"

# What a console does, over and over; it is killed from outside at any moment.
CONSOLE = """
import asyncio, sys
from pathlib import Path
from console.counts import CountKeys, Counts
from console.database import Database
from handover.staff_redis import RedisStaffEnd
from handover.values import DeskId

async def main(url, folder):
    database, end = Database(f"sqlite+aiosqlite:///{folder}/console.sqlite3"), RedisStaffEnd(url)
    await database.open()
    await end.open()
    keys = CountKeys(Path(folder) / "counts")
    counts = Counts(database.sessions, keys, frozenset({"talk.joined"}), lambda: "2026-11")
    print("ready", flush=True)
    while True:
        await counts.bring_home(end, DeskId("demo"))

asyncio.run(main(*sys.argv[1:]))
"""
# What a visitor's process does: it counts one, hands it over, and says so.
VISITOR = """
import asyncio, sys
from handover.counters import Tally
from handover.visitor_redis import RedisVisitorEnd
from handover.values import DeskId

async def main(url):
    end, tally = RedisVisitorEnd(url), Tally(frozenset({"talk.joined"}))
    await end.open()
    while True:
        tally.add(DeskId("demo"), "talk.joined")
        await tally.flush(end.count)
        print("1", flush=True)

asyncio.run(main(*sys.argv[1:]))
"""


@pytest.fixture
def counts(database: Database, tmp_path: Path) -> Counts:
    return _counts(database, tmp_path)


def _counts(database: Database, folder: Path, month: str = MONTH) -> Counts:
    return Counts(database.sessions, CountKeys(folder / "counts"), NAMES, lambda: month)


async def _sum(counts: Counts, month: str = MONTH) -> dict[str, int]:
    return dict((await counts.read([month])).get(DESK, {}))


class Dies(Exception):
    """In the place of a process that is killed."""


class Dying(RedisStaffEnd):
    """A staff end whose process dies before it settles, or before it writes anything down."""

    def __init__(self, url: str, where: str) -> None:
        super().__init__(url)
        self.where = where

    async def drain(self, desk: DeskId, batch: str) -> Drained | None:
        drained = await super().drain(desk, batch)
        if self.where == "drained":
            raise Dies
        return drained

    async def settle_batch(self, desk: DeskId, batch: str) -> None:
        if self.where == "written":
            raise Dies
        await super().settle_batch(desk, batch)
        if self.where == "settled":
            raise Dies


@ON_BOTH
@pytest.mark.parametrize("where", ["drained", "written", "settled"])
async def test_a_console_that_dies_anywhere_counts_once(
    engine: Engine, end: RedisStaffEnd, counts: Counts, where: str
) -> None:
    dying = Dying(engine.staff, where)
    await dying.open()
    await end.count(DESK, {"talk.joined": 3})
    for _ in range(2):
        with pytest.raises(Dies):
            await counts.bring_home(dying, DESK)
            if where == "settled":  # the second time there is nothing to settle
                raise Dies
        await end.count(DESK, {"talk.taken": 1})
    await dying.close()
    await counts.bring_home(end, DESK)
    assert await _sum(counts) == {"talk.joined": 3, "talk.taken": 2}


@ON_BOTH
async def test_two_consoles_at_once_count_once(end: RedisStaffEnd, counts: Counts, tmp_path: Path) -> None:
    other = Database(database_url(tmp_path))
    both = [counts, _counts(other, tmp_path)]
    for _ in range(10):
        await end.count(DESK, {"talk.joined": 1})
        await asyncio.gather(*(each.bring_home(end, DESK) for each in both))
    await other.close()
    assert await _sum(counts) == {"talk.joined": 10}


class Busy(RedisStaffEnd):
    """An end at whose desk something is counted between any two looks."""

    async def settle_batch(self, desk: DeskId, batch: str) -> None:
        await super().settle_batch(desk, batch)
        await self.count(desk, {"talk.joined": 1})


async def test_a_desk_where_something_is_always_counted_is_brought_home(engine: Engine, counts: Counts) -> None:
    busy = Busy(engine.staff)
    await busy.open()
    await busy.count(DESK, {"talk.joined": 1})
    await counts.bring_home(busy, DESK)
    before = (await _sum(counts))["talk.joined"]
    await counts.bring_home(busy, DESK)
    assert before > 0
    assert (await _sum(counts))["talk.joined"] > before
    await busy.close()


async def test_a_batch_from_before_the_turn_of_the_month_belongs_to_the_old_one(
    engine: Engine, end: RedisStaffEnd, counts: Counts, database: Database, tmp_path: Path
) -> None:
    await counts.bring_home(end, DESK)  # the month has its row
    dying = Dying(engine.staff, "drained")
    await dying.open()
    await end.count(DESK, {"talk.joined": 3})
    with pytest.raises(Dies):
        await counts.bring_home(dying, DESK)
    await dying.close()
    await end.count(DESK, {"talk.joined": 4})
    december = _counts(database, tmp_path, "2026-12")
    await december.bring_home(end, DESK)
    assert await _sum(counts) == {"talk.joined": 3}
    assert await _sum(december, "2026-12") == {"talk.joined": 4}


async def test_a_batch_whose_month_is_out_counts_in_the_next(
    end: RedisStaffEnd, database: Database, tmp_path: Path
) -> None:
    await end.count(DESK, {"talk.joined": 3})
    await end.drain(DESK, "2025-12.of-one-who-died")
    january = _counts(database, tmp_path, "2026-01")
    await january.bring_home(end, DESK)
    assert await _sum(january, "2026-01") == {"talk.joined": 3}


async def test_consoles_and_visitors_that_are_killed_double_nothing_and_lose_one_batch_at_most(
    engine: Engine, end: RedisStaffEnd, counts: Counts, tmp_path: Path
) -> None:
    """Real processes, SIGKILL at random moments. A console's death loses nothing; a visitor process's at most what it
    had not handed over, here one."""
    drawn, least, kills = random.Random(8), 0, 6
    console, visitor = await _start(CONSOLE, engine.staff, str(tmp_path)), None
    try:
        for _ in range(kills):
            visitor = await _start(VISITOR, engine.visitor)
            await asyncio.sleep(0.4 + drawn.random())
            assert console.returncode is None, "it gave up"
            console.kill()
            visitor.kill()
            assert visitor.stdout is not None
            least += 1 + (await visitor.stdout.read()).count(b"1")
            await asyncio.gather(console.wait(), visitor.wait())
            console = await _start(CONSOLE, engine.staff, str(tmp_path))
        assert console.stdout is not None
        assert await asyncio.wait_for(console.stdout.readline(), 60) == b"ready\n"
    finally:
        for process in (console, visitor):
            if process is not None and process.returncode is None:
                process.kill()
                await process.wait()
    await counts.bring_home(end, DESK)
    kept = (await _sum(counts))["talk.joined"]
    assert least > kills
    assert least <= kept <= least + kills  # the last word of each may be unsaid, and one may be on its way


async def _start(script: str, *arguments: str) -> asyncio.subprocess.Process:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", script, *arguments, stdout=asyncio.subprocess.PIPE
    )
    if script is VISITOR:
        assert process.stdout is not None
        assert await asyncio.wait_for(process.stdout.readexactly(2), 60) == b"1\n"
    return process


async def test_at_rest_nothing_can_be_read_and_every_row_has_one_size(
    end: RedisStaffEnd, counts: Counts, database: Database, tmp_path: Path
) -> None:
    for desk in (DESK, DeskId("quiet")):
        await counts.bring_home(end, desk)
    before = await _rows(database)
    await end.count(DESK, {"talk.joined": 4711})
    for desk in (DESK, DeskId("quiet")):
        await counts.bring_home(end, desk)
    after = await _rows(database)
    assert len({len(sealed) for sealed in (*before.values(), *after.values())}) == 1
    assert all(before[desk] != after[desk] for desk in before)  # also where nothing was counted
    _check_files(tmp_path)


async def test_without_the_key_no_backup_can_be_read(
    end: RedisStaffEnd, counts: Counts, database: Database, tmp_path: Path
) -> None:
    await end.count(DESK, {"talk.joined": 3})
    await counts.bring_home(end, DESK)
    backup = (await _rows(database))[DESK]
    await counts.erase("2026")
    assert await counts.read([MONTH]) == {}
    assert not list((tmp_path / "counts").glob("*.key"))
    async with database.sessions.begin() as session:
        session.add(CountRow(month=MONTH, desk=DESK, sealed=backup))
    with pytest.raises(KeyGone):
        await counts.read([MONTH])
    CountKeys(tmp_path / "counts").make("2026")  # a new key is another one
    with pytest.raises(KeyGone):
        await counts.read([MONTH])


async def test_a_row_cannot_be_put_in_the_place_of_another(
    end: RedisStaffEnd, counts: Counts, database: Database
) -> None:
    await counts.bring_home(end, DESK)
    sealed = (await _rows(database))[DESK]
    async with database.sessions.begin() as session:
        session.add(CountRow(month="2026-10", desk=DESK, sealed=sealed))
    with pytest.raises(KeyGone):
        await counts.read(["2026-10"])


def test_the_keys_stand_in_a_folder_that_backups_leave_out(tmp_path: Path) -> None:
    keys = CountKeys(tmp_path / "counts")
    assert keys.make("2026") == keys.make("2026") == keys.find("2026")
    assert keys.make("2027") != keys.make("2026")
    assert (tmp_path / "counts" / "CACHEDIR.TAG").read_text().startswith("Signature: 8a477f597d28d172789f06886806bc55")
    assert (tmp_path / "counts" / "2026.key").stat().st_mode & 0o77 == 0
    keys.destroy("2026")
    keys.destroy("2026")
    with pytest.raises(KeyGone):
        keys.find("2026")


async def _rows(database: Database) -> dict[str, bytes]:
    async with database.sessions() as session:
        return {row.desk: row.sealed for row in await session.scalars(select(CountRow))}


def _check_files(folder: Path) -> None:
    files = b"".join(file.read_bytes() for file in folder.glob("console.sqlite3*"))
    assert b"raw_count" in files
    assert b"4711" not in files
    assert b"talk.joined" not in files
