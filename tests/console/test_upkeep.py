"""The console's chores: they outlive any failure, and no figure is lost between the engine and the table."""

import asyncio
import logging
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from console.counts import CountKeys, Counts
from console.database import Database
from console.upkeep import Upkeep, repeat
from handover.counters import Drained, Tally
from handover.staff_redis import RedisStaffEnd
from handover.values import DeskId
from tests.console.conftest import DESK, ON_BOTH
from tests.engines import Engine

MONTH = "2026-11"
NAMES = frozenset({"talk.joined"})


class SlowEnd(RedisStaffEnd):
    """A staff end whose answer to `drain` arrives late: the engine's bucket is empty by then."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.emptied = asyncio.Event()

    async def drain(self, desk: DeskId, batch: str) -> Drained | None:
        answer = await super().drain(desk, batch)
        self.emptied.set()
        await asyncio.sleep(0.2)
        return answer


@pytest_asyncio.fixture
async def end(engine: Engine) -> AsyncIterator[SlowEnd]:
    end = SlowEnd(engine.staff)
    await end.open()
    yield end
    await end.close()


@pytest.fixture
def counts(database: Database, tmp_path: Path) -> Counts:
    return Counts(database.sessions, CountKeys(tmp_path / "counts"), NAMES, lambda: MONTH)


async def _kept(counts: Counts) -> dict[str, int]:
    return dict((await counts.read([MONTH]))[DESK])


async def _nothing() -> None: ...


def _upkeep(end: SlowEnd, counts: Counts) -> Upkeep:
    return Upkeep(
        staff_end=end, desks=[DESK], tally=Tally(NAMES), counts=counts, publish=_nothing, forgetful=[_nothing]
    )


@ON_BOTH
async def test_a_drain_that_is_cancelled_half_way_loses_nothing(end: SlowEnd, counts: Counts) -> None:
    await end.count(DESK, {"talk.joined": 3})
    drain = asyncio.create_task(_upkeep(end, counts).drain())
    await end.emptied.wait()
    drain.cancel()
    with pytest.raises(asyncio.CancelledError):
        await drain
    assert await _kept(counts) == {"talk.joined": 3}


@ON_BOTH
async def test_figures_that_cannot_be_written_stay_in_the_engine(
    end: SlowEnd, database: Database, counts: Counts
) -> None:
    await end.count(DESK, {"talk.joined": 3, "of.no.set": 1})
    async with database.sessions() as session:
        connection = await session.connection()
        await connection.exec_driver_sql("ALTER TABLE raw_count RENAME TO away")
        await session.commit()
    with pytest.raises(Exception, match="raw_count"):
        await _upkeep(end, counts).drain()
    async with database.sessions() as session:
        await (await session.connection()).exec_driver_sql("ALTER TABLE away RENAME TO raw_count")
        await session.commit()
    await _upkeep(end, counts).drain()
    assert await _kept(counts) == {"talk.joined": 3}


async def test_a_chore_that_answers_a_cancellation_with_an_error_ends_all_the_same() -> None:
    begun = asyncio.Event()

    async def chore() -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            raise ValueError from None

    task = asyncio.create_task(repeat(chore, 0.01))
    await begun.wait()
    task.cancel()
    await asyncio.wait([task], timeout=10)
    assert task.cancelled()


async def test_a_chore_outlives_any_failure_and_ends_when_cancelled(caplog: pytest.LogCaptureFixture) -> None:
    turns = asyncio.Queue[None]()

    async def chore() -> None:
        turns.put_nowait(None)
        raise ValueError("words of a visitor")

    task = asyncio.create_task(repeat(chore, 0.01))
    with caplog.at_level(logging.INFO):
        for _ in range(3):
            await asyncio.wait_for(turns.get(), 10)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert len(caplog.records) == 1
    assert "words" not in caplog.text
