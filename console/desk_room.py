"""The waiting list of all of one's desks, as one open page shows it: the first rows, and those behind it asked for."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from console.accounts import Member
from console.closing import Closing
from console.desk_further import MOST, Further
from console.room_frames import Guide, ShutDesk
from console.rooms import Reading, Room, Rooms
from console.views import SHOWN_ROWS, Json, Views, handle_of
from console.visible_frames import More
from console.wishes import Wishes
from handover.crew import At
from handover.order import in_sight, over_desks
from handover.ports import StaffEnd
from handover.values import Channel, Load, TalkRef, WaitingVisitor

_KNOWN_ROWS = MOST + 8 * SHOWN_ROWS  # handles that this page was shown and may still ask for


class DeskRoom:
    """Sends the list. `look` is called with what was read of each desk."""

    def __init__(
        self,
        member: Member,
        rooms: Rooms,
        *,
        staff_end: StaffEnd,
        views: Views,
        closing: Closing,
        wishes: Wishes,
        look: Callable[[list[Reading]], Awaitable[None]],
        send: Callable[[Json], Awaitable[None]],
    ) -> None:
        self.rows: dict[str, TalkRef] = {}  # what this page was shown: a handle that it was not is unknown
        self.calls: set[str] = set()  # those of them that come by phone
        self.waits: dict[str, int] = {}  # for how many seconds those had waited when the list was last read
        self._member = member
        self._rooms = rooms
        self._end = staff_end
        self._views = views
        self._closing = closing
        self._wishes = wishes
        self._further = Further(staff_end, views.facts_of)
        self._look = look
        self._send = send
        self._news = asyncio.Event()
        self._watched: list[Room] = []
        self._readings: list[Reading] = []  # what is shown
        self._front: set[TalkRef] = set()  # whose rows come first in it
        self._told: Json | None = None  # what came of the last search for further rows, until the page is told

    def wake(self) -> None:
        """Have the list read again."""
        for room in self._watched:
            room.wake()

    async def run(self) -> None:
        """Show the list until cancelled: first as it is after this began, then whenever it was read."""
        async with self._rooms.watching(self._member.desks, self._news.set) as self._watched:
            begun = [room.begun for room in self._watched]
            self.wake()
            while True:
                await self._news.wait()
                self._news.clear()
                found = [room.newer_than(number) for room, number in zip(self._watched, begun, strict=True)]
                readings = [reading for reading in found if reading]
                if len(readings) == len(found):
                    self._readings = readings
                    await self._show(readings)
                    await self._look(readings)

    async def learn_names(self) -> None:
        """Read which names visitors may have been shown."""
        self._views.names |= await self._wishes.names()

    async def handle(self, frame: ShutDesk | Guide | More) -> None:
        """Show further rows that fit, from the next list on; or close a desk."""
        if isinstance(frame, More):
            self._told = await self._further.ask(frame, self._readings, self._front)
            self.wake()
        else:
            await self._closing.act(frame, self.rows)

    async def _show(self, readings: list[Reading]) -> None:
        told, self._told = self._told, None  # what is found while this is drawn is told with the next list
        self._views.names |= self._wishes.learn({reading.desk: reading.asked for reading in readings})
        first = await self._first(readings)
        self._front = {row.ref for row in first}
        further = await self._further.rows(first)
        self._know([*first, *further])
        total, load = sum(reading.front.waiting for reading in readings), self._load(readings)
        drawn = {reading.desk: reading.drawn.setdefault(self._views.kind, {}) for reading in readings}
        room = self._views.room([*first, *further], total, load, self._member.id, drawn)
        for row in room["rows"][len(first) :]:
            row["further"] = True
        room["desks"] = [self._desk(reading) for reading in readings]
        room |= {key: room["desks"][0][key] for key in ("shut", "stage", "closed")}  # of the home desk
        self._wishes.mark([*first, *further], room["rows"])
        room["more"] = told
        await self._send(room)

    async def _first(self, readings: Sequence[Reading]) -> list[WaitingVisitor]:
        """The first rows. Who was this person's until the connection dropped stands before all others, however far
        behind they would be."""
        rows = [*over_desks(reading.front.rows for reading in readings)]  # a list of one's own: others see the front
        there, me = {row.ref for row in rows}, self._member.id
        for reading in readings:
            own = [ref for ref, staff in reading.front.back.items() if staff == me and ref not in there]
            rows += await self._end.rows(own)
        return in_sight(sorted(rows, key=lambda row: row.lost != me), SHOWN_ROWS)

    def _desk(self, reading: Reading) -> Json:
        """What is said of one desk: its name, how many are on duty there, whether it closes."""
        told = self._closing.told(reading.desk, reading.shut)
        name = self._views.desk_name(reading.desk)
        return {"id": reading.desk, "name": name, "on_duty": reading.load.on_duty, **told}

    def _load(self, readings: Sequence[Reading]) -> Load:
        """Over all desks; somebody who answers at several of them is one."""
        first, *others = readings
        if not others:
            return first.load
        there = [each for reading in readings for each in reading.crew]
        able = {each.staff for each in there if each.at is At.ON and each.room}
        return Load(0, len({each.staff for each in there}), len(able))

    def _know(self, rows: list[WaitingVisitor]) -> None:
        """Remember what the page is shown, the rows of now last, so that none of them is ever among the forgotten."""
        shown = {handle_of(row.ref): row.ref for row in rows}
        self.waits = {handle_of(row.ref): row.waited for row in rows}
        older = {handle: ref for handle, ref in self.rows.items() if handle not in shown}
        self.rows = dict(list((older | shown).items())[-_KNOWN_ROWS:])
        self.calls = {handle_of(row.ref) for row in rows if row.briefing.channel is Channel.PHONE}
