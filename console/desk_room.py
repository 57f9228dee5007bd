"""The waiting list as one open desk shows it: read anew whenever the room changes, and when the hours end."""

import asyncio
from collections.abc import Awaitable, Callable

from console.accounts import Member
from console.closing import Closing
from console.views import SHOWN_ROWS, Json, Views, handle_of
from console.wishes import Wishes
from handover.ports import StaffEnd
from handover.values import StaffId, TalkRef, WaitingVisitor

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
        async with self._end.follow_room([self._member.desk]) as events:
            self.wake()
            async for _ in events:
                self.wake()

    async def _show(self) -> None:
        while True:
            await self._changed.wait()
            self._changed.clear()
            rows = _lost_first(await self._end.waiting(self._member.desk), self._member.id)
            load = await self._end.load(self._member.desk)
            self._know(rows[:SHOWN_ROWS])
            await self.learn_names()
            room = self._views.room(rows, load, self._member.id) | await self._closing.told()
            self._wishes.mark(rows, room["rows"])
            await self._send(room)
            await self._look(rows)
            await asyncio.sleep(_PAUSE)

    async def _watch_clock(self) -> None:
        """A lease that lapses by itself tells nobody, nor does the end of the desk's hours."""
        while True:
            await asyncio.sleep(self._tick)
            self.wake()

    def _know(self, rows: list[WaitingVisitor]) -> None:
        """Remember what the page is shown, the rows of now last, so that none of them is ever among the forgotten."""
        shown = {handle_of(row.ref): row.ref for row in rows}
        older = {handle: ref for handle, ref in self.rows.items() if handle not in shown}
        self.rows = dict(list((older | shown).items())[-_KNOWN_ROWS:])


def _lost_first(rows: list[WaitingVisitor], staff: StaffId) -> list[WaitingVisitor]:
    """The waiting list as this person sees it: who was theirs until the connection dropped stands first."""
    return sorted(rows, key=lambda row: row.lost != staff)
