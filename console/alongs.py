"""The talks that one open desk's person reads along, and the lines between them and whoever holds such a talk.

What begins and ends it stands in the engine; this looks at it whenever the room changes, follows each talk, and tells
the page. A reload and a second process are the same step as a beginning."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from console.accounts import Member
from console.follows import follow
from console.help_frames import Aside, HelpFrame, Part
from console.help_views import HelpViews
from console.talks import Talks
from console.views import Json, handle_of
from handover.asks import AskStage, Matter
from handover.events import AsideSaid, CameBack, Heard, IsWriting, Resync, TalkEvent, WasEnded, WasMoved, WentAway
from handover.help import Asides, Overheard
from handover.ports import StaffEnd
from handover.values import AskKind, Channel, Done, TalkRef

_NOTHING_NEW = (Heard, WentAway, CameBack, IsWriting)


@dataclass(slots=True)
class _Along:
    handle: str
    ref: TalkRef
    phone: bool = False
    up: int = 0  # numbers of the last messages that the page was sent
    down: int = 0
    task: asyncio.Task[None] | None = None


class Alongs:
    """`line(call)` gives the signed line of the page's device, empty while it may not open talks; for a call the
    telephone that is rung (console.phone_lines.line_at), empty while it cannot be."""

    def __init__(
        self,
        member: Member,
        talks: Talks,
        *,
        staff_end: StaffEnd,
        views: HelpViews,
        send: Callable[[Json], Awaitable[None]],
        line: Callable[[bool], str],
    ) -> None:
        self._member = member
        self._talks = talks
        self._end = staff_end
        self._views = views
        self._send = send
        self._line = line
        self._open: dict[str, _Along] = {}
        self._helped: set[str] = set()  # own talks that a colleague reads along, as the page knows them
        self._told = False  # whether the page knows what is read along: it may show what ended while it was cut off
        self._group: asyncio.TaskGroup | None = None
        talks.aside = self._show_asides

    @property
    def call(self) -> str | None:
        """The handle of the call in which this person listens along; nobody does in two."""
        return next((along.handle for along in self._open.values() if along.phone), None)

    def start(self, group: asyncio.TaskGroup) -> None:
        """Follow talks with tasks of `group`."""
        self._group = group

    async def handle(self, frame: HelpFrame) -> None:
        """Do what the page asks; what cannot be done is answered with a code."""
        along = self._open.get(frame.talk)
        ref = along.ref if along else self._talks.ref(frame.talk)
        if ref is None:
            await self._refuse(frame.talk)
            return
        match frame:
            case Part():
                outcome = await self._end.stop_help(ref, self._member.id)
            case Aside():
                outcome = await self._end.say_aside(ref, self._member.id, frame.sealed)
        if not isinstance(outcome, Done):
            await self._refuse(frame.talk)

    async def look(self, matters: list[Matter]) -> None:
        """Begin what both said yes to; open what is read along here; close what is not any more."""
        me = self._member.id
        for matter in matters:
            line = self._line(_is_call(matter))
            agreed = matter.ask and (matter.ask.kind, matter.ask.stage) == (AskKind.HELP, AskStage.AGREED)
            if agreed and matter.ask and matter.ask.to == me and line:
                await self._end.help(matter.ref, me, line)
        wanted = {handle_of(matter.ref): matter for matter in matters if matter.helper == me}
        if not self._told:
            self._told = True
            await self._send({"type": "alongs", "talks": sorted(wanted)})
        for handle in set(self._open) - set(wanted):
            await self._close(handle)
        for handle, matter in wanted.items():
            if handle not in self._open and (line := self._line(_is_call(matter))):
                await self._end.help(matter.ref, me, line)  # perhaps on another device than before
                self._begin(_Along(handle, matter.ref, _is_call(matter)))
        await self._tend({handle_of(each.ref): each.ref for each in matters if each.holder == me and each.helper})

    async def leave_all(self) -> None:
        """Off duty: nobody is read along any more."""
        for along in list(self._open.values()):
            await self._end.stop_help(along.ref, self._member.id)
            await self._close(along.handle)

    async def _tend(self, helped: dict[str, TalkRef]) -> None:
        """Own talks that a colleague reads along: whether that one is still there, and what stands between the two."""
        for handle, ref in helped.items():
            await self._end.tend_help(ref, self._member.id)
            if handle not in self._helped:
                await self._show_asides(ref)
        self._helped = set(helped)

    def _begin(self, along: _Along) -> None:
        if self._group is not None:
            self._open[along.handle] = along
            along.task = follow(self._group, self._follow(along))

    async def _follow(self, along: _Along) -> None:
        async with self._end.follow(along.ref) as events:
            await self._show(along, whole=True)
            await self._show_asides(along.ref)
            while self._open.get(along.handle) is along:
                await self._tell(along, await anext(events))

    async def _tell(self, along: _Along, event: TalkEvent) -> None:
        match event:
            case WasEnded() | WasMoved():
                await self._close(along.handle)
            case AsideSaid():
                await self._show_asides(along.ref)
            case Resync():
                along.up = along.down = 0
                await self._show(along, whole=True)
                await self._show_asides(along.ref)
            case _ if not isinstance(event, _NOTHING_NEW):
                await self._show(along, whole=False)

    async def _show(self, along: _Along, *, whole: bool) -> None:
        """The engine says what may be read; whatever it is asked after an end, it says no."""
        found = await self._end.overhear(along.ref, self._member.id, along.up, along.down)
        if not isinstance(found, Overheard):
            await self._close(along.handle)
            return
        along.up = found.up[-1].seq if found.up else along.up
        along.down = found.down[-1].seq if found.down else along.down
        await self._send(self._views.along(along.ref, found, whole=whole))

    async def _show_asides(self, ref: TalkRef) -> None:
        found = await self._end.asides(ref, self._member.id)
        if isinstance(found, Asides):
            await self._send(self._views.asides(ref, found, holder=handle_of(ref) in self._talks))

    async def _close(self, handle: str) -> None:
        """The page erases the words of the talk."""
        along = self._open.pop(handle, None)
        if along is None:
            return
        await self._send({"type": "along_over", "talk": handle})
        if along.task is not None and along.task is not asyncio.current_task():
            along.task.cancel()

    async def _refuse(self, handle: str) -> None:
        await self._send({"type": "refused", "code": "help_over", "talk": handle})


def _is_call(matter: Matter) -> bool:
    return matter.briefing.channel is Channel.PHONE
