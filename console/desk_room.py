"""The waiting list of all of one's desks, as one open page shows it: read anew whenever a room changes, and when hours
end."""

import asyncio
from collections.abc import Awaitable, Callable

from console.accounts import Member
from console.closing import Closing
from console.views import SHOWN_ROWS, Json, Views, handle_of
from console.wishes import Wishes
from handover.crew import At
from handover.order import in_sight, over_desks
from handover.ports import StaffEnd
from handover.values import Channel, DeskId, Load, StaffId, TalkRef, WaitingVisitor

_PAUSE = 0.1  # seconds between two readings of the waiting list: a storm of changes is shown as one
_KNOWN_ROWS = 8 * SHOWN_ROWS  # handles that this page was shown and may still ask for


class DeskRoom:
    """Sends the list. `look` is called with all rows after each reading; at the latest every `tick` seconds."""

    def __init__(
        self,
        member: Member,
        *,
        staff_end: StaffEnd,
        views: Views,
        closing: Closing,
        wishes: Wishes,
        tick: float,
        look: Callable[[list[WaitingVisitor]], Awaitable[None]],
        send: Callable[[Json], Awaitable[None]],
    ) -> None:
        self.rows: dict[str, TalkRef] = {}  # what this page was shown: a handle that it was not is unknown
        self.calls: set[str] = set()  # those of them that come by phone
        self.waits: dict[str, int] = {}  # for how many seconds those had waited when the list was last read
        self._member = member
        self._end = staff_end
        self._views = views
        self._closing = closing
        self._wishes = wishes
        self._tick = tick
        self._look = look
        self._send = send
        self._changed = asyncio.Event()

    def wake(self) -> None:
        """Read the list again."""
        self._changed.set()

    async def run(self) -> None:
        """Show the list until cancelled."""
        async with asyncio.TaskGroup() as group:
            for work in (self._note_changes, self._show, self._watch_clock):
                group.create_task(work())

    async def learn_names(self) -> None:
        """Read which names visitors may have been shown."""
        self._views.names |= await self._wishes.names()

    async def _note_changes(self) -> None:
        async with self._end.follow_room(self._member.desks) as events:
            self.wake()
            async for _ in events:
                self.wake()

    async def _show(self) -> None:
        while True:
            await self._changed.wait()
            self._changed.clear()
            desks = self._member.desks
            rows = _lost_first(over_desks([await self._end.waiting(desk) for desk in desks]), self._member.id)
            shown = in_sight(rows, SHOWN_ROWS)
            self._know(shown)
            await self.learn_names()
            room = self._views.room(shown, len(rows), await self._load(), self._member.id)
            room["desks"] = [await self._desk(desk) for desk in desks]
            room |= {key: room["desks"][0][key] for key in ("shut", "stage", "closed")}  # of the home desk
            self._wishes.mark(shown, room["rows"])
            await self._send(room)
            await self._look(rows)
            await asyncio.sleep(_PAUSE)

    async def _desk(self, desk: DeskId) -> Json:
        """What is said of one desk: its name, how many are on duty there, whether it closes."""
        on_duty = (await self._end.load(desk)).on_duty
        return {"id": desk, "name": self._views.desk_name(desk), "on_duty": on_duty, **await self._closing.told(desk)}

    async def _load(self) -> Load:
        """Over all desks; somebody who answers at several of them is one."""
        first, *others = self._member.desks
        if not others:
            return await self._end.load(first)
        there = [each for desk in self._member.desks for each in await self._end.crew(desk)]
        able = {each.staff for each in there if each.at is At.ON and each.room}
        return Load(0, len({each.staff for each in there}), len(able))

    async def _watch_clock(self) -> None:
        """A lease that lapses by itself tells nobody, nor does the end of the desk's hours."""
        while True:
            await asyncio.sleep(self._tick)
            self.wake()

    def _know(self, rows: list[WaitingVisitor]) -> None:
        """Remember what the page is shown, the rows of now last, so that none of them is ever among the forgotten."""
        shown = {handle_of(row.ref): row.ref for row in rows}
        self.waits = {handle_of(row.ref): row.waited for row in rows}
        older = {handle: ref for handle, ref in self.rows.items() if handle not in shown}
        self.rows = dict(list((older | shown).items())[-_KNOWN_ROWS:])
        self.calls = {handle_of(row.ref) for row in rows if row.briefing.channel is Channel.PHONE}


def _lost_first(rows: list[WaitingVisitor], staff: StaffId) -> list[WaitingVisitor]:
    """The waiting list as this person sees it: who was theirs until the connection dropped stands first."""
    return sorted(rows, key=lambda row: row.lost != staff)
