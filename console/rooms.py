"""What the open pages of this process see of a desk: read once for all of them, whenever something changes there."""

import asyncio
from collections.abc import AsyncIterator, Callable, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from console.views import SHOWN_ROWS, Json
from handover.asks import Matter
from handover.crew import Colleague
from handover.front import Front
from handover.outlook import Shut, Wished
from handover.ports import StaffEnd
from handover.values import DeskId, Load, TalkRef

PAUSE = 0.25  # seconds between two readings of a desk: what changes meanwhile is shown as one change


@dataclass(frozen=True, slots=True)
class Reading:
    """A desk as it was at one moment. `drawn` keeps what views of each kind made of its rows (console.views)."""

    desk: DeskId
    front: Front
    load: Load
    shut: Shut | None
    asked: list[Wished]
    crew: list[Colleague]
    matters: list[Matter]
    drawn: dict[object, dict[TalkRef, Json]] = field(default_factory=dict)


class Room:
    """One desk, while a page is open that shows it. The first change after a quiet time is read at once, and those that
    come in the next PAUSE seconds together; also every `tick` seconds, since a lease that lapses tells nobody, nor does
    the end of a desk's hours."""

    def __init__(self, desk: DeskId, end: StaffEnd, tick: float) -> None:
        self.desk = desk
        self.begun = 0  # readings
        self.told: set[Callable[[], None]] = set()  # called after each of them
        self.task = asyncio.create_task(self._run(tick))
        self.task.add_done_callback(self._tell)
        self._end = end
        self._reading: Reading | None = None
        self._number = 0  # which one that is
        self._changed = asyncio.Event()

    def wake(self) -> None:
        """Read again."""
        self._changed.set()

    def newer_than(self, number: int) -> Reading | None:
        """The last reading, when more than `number` were begun before it; None while it is to come. Raises what ended
        the reading of this desk, HandoverError when the engine did."""
        if self.task.done() and not self.task.cancelled():
            self.task.result()
        return self._reading if self._number > number else None

    async def _run(self, tick: float) -> None:
        async with asyncio.TaskGroup() as group:
            for work in (self._note_changes(), self._read(), self._watch_clock(tick)):
                group.create_task(work)

    async def _note_changes(self) -> None:
        async with self._end.follow_room([self.desk]) as events:
            self.wake()
            async for _ in events:
                self.wake()

    async def _watch_clock(self, tick: float) -> None:
        while True:
            await asyncio.sleep(tick)
            self.wake()

    async def _read(self) -> None:
        end, desk = self._end, self.desk
        while True:
            await self._changed.wait()
            self._changed.clear()
            self.begun += 1
            number = self.begun
            parts = await asyncio.gather(  # in one go over the engine's connection
                end.front(desk, SHOWN_ROWS),
                end.load(desk),
                end.why_shut(desk),
                end.asked(desk),
                end.crew(desk),
                end.asks(desk),
            )
            self._reading, self._number = Reading(desk, *parts), number
            self._tell()
            await asyncio.sleep(PAUSE)

    def _tell(self, _: object = None) -> None:
        for told in tuple(self.told):
            told()


class Rooms:
    """The desks that open pages of this process show. `tick` as `Room` has it."""

    def __init__(self, end: StaffEnd, tick: float) -> None:
        self._end = end
        self._tick = tick
        self._open: dict[DeskId, Room] = {}

    @property
    def open(self) -> set[DeskId]:
        """The desks that some page shows now."""
        return set(self._open)

    @asynccontextmanager
    async def watching(self, desks: Collection[DeskId], told: Callable[[], None]) -> AsyncIterator[list[Room]]:
        """The rooms of these desks while the body runs; `told` is called after each reading of one, and when one can be
        read no more."""
        rooms = [self._room(desk) for desk in desks]
        for room in rooms:
            room.told.add(told)
        try:
            yield rooms
        finally:
            for room in rooms:
                room.told.discard(told)
            await self._leave([room for room in rooms if not room.told])

    def _room(self, desk: DeskId) -> Room:
        found = self._open.get(desk)
        if found is None or found.task.done():
            found = self._open[desk] = Room(desk, self._end, self._tick)
        return found

    async def _leave(self, rooms: Collection[Room]) -> None:
        for room in rooms:
            if self._open.get(room.desk) is room:
                del self._open[room.desk]
            room.task.cancel()
        await asyncio.gather(*(room.task for room in rooms), return_exceptions=True)
