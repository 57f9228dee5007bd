"""The talks in one staff member's hands: each is followed, restored after an interruption, and never shows a gap."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial

from console.accounts import Member
from console.follows import follow
from console.held import Held, Parting
from console.phone_lines import line_at
from console.presence import Presence
from console.sayings import Sayings
from console.sending import Sending
from console.views import Json, Views, handle_of
from handover.asks import Note
from handover.counters import Tally
from handover.events import (
    AsideSaid,
    BriefingChanged,
    CameBack,
    Heard,
    IsWriting,
    Overheard,
    Resync,
    Said,
    TalkEvent,
    WasAsked,
    WasEnded,
    WasHelped,
    WasKeyed,
    WasMoved,
    WasMuted,
    WasOpened,
    WasReturned,
    WasTaken,
    WasUnsure,
    WentAway,
)
from handover.ports import StaffEnd
from handover.values import Channel, DeskId, EndReason, Gone, Keys, NotYours, OwnTalk, TalkRef
from safety.text64 import write64

_Shown = Heard | WentAway | CameBack | IsWriting | WasUnsure | BriefingChanged
_Around = _Shown | WasTaken | WasOpened | WasMuted | WasAsked | Overheard | AsideSaid


class Talks:
    """Follows each talk in hand and tells the page. `sayings` is what the page says in them."""

    def __init__(
        self,
        member: Member,
        *,
        staff_end: StaffEnd,
        views: Views,
        presence: Presence,
        tally: Tally,
        send: Sending,
    ) -> None:
        self._member = member
        self._end = staff_end
        self._views = views
        self._presence = presence
        self._tally = tally
        self._send = send
        self._line: str | None = None  # where calls are answered
        self._device: str | None = None  # the signed line of the page's device, once it may read
        self.changed = asyncio.Event()  # a talk came into these hands, or went
        self._held: dict[str, Held] = {}
        self.sayings = Sayings(
            member, self._held, presence.sent, staff_end=staff_end, views=views, send=send,
            own=self._own, leave=self.leave, end=self.end, find_out=self._find_out,
        )  # fmt: skip
        self._group: asyncio.TaskGroup | None = None
        self.aside: Callable[[TalkRef], Awaitable[None]] | None = None  # hears of lines of who reads along

    def __len__(self) -> int:
        return len(self._held)

    def count(self, desk: DeskId) -> int:
        """How many of them are at this desk."""
        return sum(held.ref.desk == desk for held in self._held.values())

    def __contains__(self, handle: str) -> bool:
        return handle in self._held

    def ref(self, handle: str) -> TalkRef | None:
        """Where the talk with this handle is found, when it is in these hands."""
        held = self._held.get(handle)
        return held.ref if held else None

    @property
    def call(self) -> str | None:
        """The handle of the call in hand; nobody has two."""
        return next((held.handle for held in self._held.values() if held.phone), None)

    async def use_line(self, line: str) -> None:
        """The call in hand, and those to come, ring there from now on."""
        self._line = line
        for held in [each for each in self._held.values() if each.phone]:
            async with held.turn:
                held.begun = False
                await self._begin(held)

    async def restore(self, talks: list[OwnTalk], group: asyncio.TaskGroup) -> None:
        """Tell the page which talks are in hand, and follow each of them with a task of `group`."""
        self._group = group
        for gone in self._presence.sent.keys() - {talk.ref for talk in talks}:
            del self._presence.sent[gone]
        await self._send({"type": "talks", "talks": [handle_of(talk.ref) for talk in talks]})
        for talk in talks:  # one after the other: the page shows them in this order, the oldest first
            await self.open(talk)

    async def use_device(self, line: str) -> None:
        """The page reads on this device from now on: every talk in hand gets an epoch for it, once per page."""
        anew, self._device = self._device != line, line
        for held in list(self._held.values()):
            async with held.turn:
                held.begun = held.begun and not (anew and held.phone)  # nothing is sealed there, nor rung anew
                if await self._begin(held) and held.ready.is_set():  # else the whole talk is still to come
                    await self._show_keys(held)

    async def open(self, talk: OwnTalk) -> None:
        """A talk came into these hands. DeskEnds when the desk is about to be closed."""
        if self._group is None:
            return
        held = Held(handle_of(talk.ref), talk.ref, phone=talk.briefing.channel is Channel.PHONE)
        self._held[held.handle] = held
        self.changed.set()
        held.task = follow(self._group, self._follow(held))
        await held.ready.wait()

    async def hand(self, handle: str) -> None:
        """What is at hand for this talk, as its briefing is now."""
        talk = await self._own(ref) if (ref := self.ref(handle)) else None
        if talk is None:
            await self._send({"type": "refused", "code": "not_yours", "talk": handle})
        else:
            await self._send(self._views.hand(handle, talk.briefing))

    async def end(self, handle: str, reason: EndReason | None) -> None:
        """The talk has ended (None: nobody can tell any more why): the page erases its words and offers the wrap-up."""
        if handle in self._held:
            ticket = self._presence.expect_wrapup(handle, self._held[handle].ref.desk)
            await self._drop(handle, {"type": "ended", "talk": handle, "reason": reason or "gone", "ticket": ticket})

    async def leave(self, handle: str, code: str) -> None:
        """The talk is in other hands, or in the waiting room: the page erases its words."""
        await self._drop(handle, {"type": "left", "talk": handle, "code": code})

    def expect_return(self, code: str, *handles: str) -> None:
        """These talks, or all, are about to go back: their events may be here before `leave` is."""
        for handle in handles or self._held:
            self._held[handle].returned = code

    async def leave_all(self, code: str) -> None:
        """As `leave`, for every talk in hand."""
        for handle in list(self._held):
            await self.leave(handle, code)

    async def _drop(self, handle: str, frame: Json) -> None:
        if (held := self._held.pop(handle, None)) is None:
            return
        held.waits = False  # nothing is told of it any more
        held.ready.set()  # nobody waits for it to be shown
        self._presence.sent.pop(held.ref, None)
        self.changed.set()
        await self._send(frame)
        if held.task is not None and held.task is not asyncio.current_task():
            held.task.cancel()

    async def _follow(self, held: Held) -> None:
        async with self._end.follow(held.ref) as events:
            async with held.turn:
                await self._begin(held)
                await self._show_all(held)
                held.ready.set()
            events.meet = partial(held.meet, self._send.write)
            while self._held.get(held.handle) is held:
                event = await held.next_of(events)
                if self._held.get(held.handle) is held:  # else it was left meanwhile, and may have come back since
                    await (self._tell(held, event) if event else self._part(held))

    async def _begin(self, held: Held) -> bool:
        """Begin an epoch, unless this page has one: its counters are its own and start anew with it."""
        device = line_at(self._line, self._device or "") if held.phone else self._device
        if held.begun or device is None:
            return False
        held.begun = True
        await self._end.begin(held.ref, self._member.id, device)
        return True

    async def _show_keys(self, held: Held) -> None:
        if isinstance(keys := await self._end.keys(held.ref, self._member.id), Keys):
            await self._send(self._views.keys(held.handle, held.usable(keys)))
        else:
            await self._find_out(held)

    async def _show_all(self, held: Held) -> None:
        """Send the whole talk, read after the subscription began, so that nothing falls between."""
        talk, sent = await self._own(held.ref), self._presence.sent.get(held.ref, 0)
        if talk and talk.down_seq < sent:
            await self._end.recount(held.ref, self._member.id, sent)
            talk = await self._own(held.ref)
        heard = await self._end.hear(held.ref, self._member.id, 0)
        said = await self._end.said(held.ref, self._member.id, 0)
        keys = await self._end.keys(held.ref, self._member.id)
        if not (talk and isinstance(heard, list) and isinstance(said, list) and isinstance(keys, Keys)):
            await self._find_out(held)
            return
        held.shown, held.refused = heard[-1].seq if heard else talk.up_seq, ""
        await self._send(self._views.talk(talk, held.usable(keys), heard, said))
        if isinstance(note := await self._end.note(held.ref, self._member.id), Note) and note.sealed:
            await self._send({"type": "note", "talk": held.handle, "sealed": write64(note.sealed)})

    async def _own(self, ref: TalkRef) -> OwnTalk | None:
        return next((each for each in await self._end.mine(ref.desk, self._member.id) if each.ref == ref), None)

    async def _tell(self, held: Held, event: TalkEvent) -> None:
        match event:
            case Said():
                await self._show_said(held, event)
            case WasReturned():
                await self.leave(held.handle, held.returned)
            case WasMoved():
                await self._meet_move(held)
            case WasEnded():
                if event.reason is EndReason.SILENCE and held.handle in self._held:
                    self._tally.add(held.ref.desk, "talk.ended.silence")
                await self.end(held.handle, event.reason)
            case Resync():
                await self._show_all(held)
            case WasKeyed() | WasHelped():
                await self._show_keys(held)
            case _:
                await self._tell_around(held, event)

    async def _meet_move(self, held: Held) -> None:
        """It went away from here; or came here, when who asked sits at this console too."""
        if isinstance(await self._end.said(held.ref, self._member.id, 0), NotYours):
            await self.leave(held.handle, "moved")

    async def _tell_around(self, held: Held, event: _Around) -> None:
        if isinstance(event, AsideSaid) and self.aside:
            await self.aside(held.ref)
        elif isinstance(event, _Shown):
            await self._send(self._views.event(held.ref, event))  # all else is our own doing

    async def _show_said(self, held: Held, event: Said) -> None:
        """The next message is shown as it came; anything but the next means reading the log again."""
        if event.message.seq <= held.shown:
            return
        is_next = event.message.seq == held.shown + 1
        messages = [event.message] if is_next else await self._end.hear(held.ref, self._member.id, held.shown)
        if not isinstance(messages, list):
            await self._find_out(held)
            return
        for message in messages:
            held.shown = message.seq
            await self._send.tell(held.said(message))

    async def _find_out(self, held: Held) -> None:
        """The talk is not in these hands any more: erased, or with somebody else."""
        gone = isinstance(await self._end.hear(held.ref, self._member.id, 0), Gone)
        held.parting = Parting.GONE if gone else Parting.ELSEWHERE
        if held.task is not asyncio.current_task():  # else the event that tells why stands behind the one that led here
            await self._part(held)

    async def _part(self, held: Held) -> None:
        if held.parting is Parting.GONE:
            await self.end(held.handle, None)
        else:
            await self.leave(held.handle, "not_yours")
