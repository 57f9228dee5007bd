"""What the console does by itself: lost staff's talks are returned, counts are brought home, what is over deleted."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager

from console.counts import Counts
from console.tables import finish
from handover.counters import Tally
from handover.ports import StaffEnd
from handover.values import DeskId
from safety.logs import error_id, log_failure

SWEEP_EVERY = 2.0  # seconds: a lost staff member's visitor is told within the lease and this
DRAIN_EVERY = 300.0
PURGE_EVERY = 3600.0

_logger = logging.getLogger(__name__)


class Upkeep:
    """The chores; those of `forgetful` delete what is over, `publish` closes periods that are. Each failure is logged
    once and tried again at the next turn."""

    def __init__(
        self,
        *,
        staff_end: StaffEnd,
        desks: Iterable[DeskId],
        tally: Tally,
        counts: Counts,
        publish: Callable[[], Awaitable[None]],
        forgetful: Iterable[Callable[[], Awaitable[None]]],
    ) -> None:
        self._end = staff_end
        self._desks = tuple(desks)
        self._tally = tally
        self._counts = counts
        self._publish = publish
        self._forgetful = tuple(forgetful)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """The chores run while the body does; at the end the counts are brought home once more."""
        forgetting = ((forget, PURGE_EVERY) for forget in self._forgetful)
        try:
            async with repeating((self.sweep, SWEEP_EVERY), (self.drain, DRAIN_EVERY), *forgetting):
                yield
        finally:
            await _attempt(self.drain, quiet=False)

    async def sweep(self) -> None:
        """Return the talks of staff whose lease lapsed."""
        for desk in self._desks:
            for _ in await self._end.sweep(desk):
                self._tally.add(desk, "talk.returned")

    async def drain(self) -> None:
        """Add what was counted, here and on the visitor side, to this month's rows, and publish what is over."""
        await finish(self._bring_home())
        await self._publish()

    async def _bring_home(self) -> None:
        await self._tally.flush(self._end.count)
        for desk in self._desks:
            await self._counts.bring_home(self._end, desk)


@asynccontextmanager
async def repeating(*chores: tuple[Callable[[], Awaitable[None]], float]) -> AsyncIterator[None]:
    """Each chore is done every so many seconds while the body runs."""
    tasks = [asyncio.create_task(repeat(chore, seconds)) for chore, seconds in chores]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def repeat(chore: Callable[[], Awaitable[None]], seconds: float) -> None:
    """Do the chore every so many seconds until cancelled. A failure is logged, once in a row, and ends nothing."""
    failed, task = False, asyncio.current_task()
    while True:
        await asyncio.sleep(seconds)
        failed = not await _attempt(chore, quiet=failed)
        if task is not None and task.cancelling():  # which what the chore calls may have made an error of its own of
            raise asyncio.CancelledError


async def _attempt(chore: Callable[[], Awaitable[None]], *, quiet: bool) -> bool:
    try:
        await chore()
    except Exception as error:  # noqa: BLE001  # a chore that died would leave talks with staff who are gone
        if not quiet:
            log_failure(_logger, error_id(), error)
        return False
    return True
