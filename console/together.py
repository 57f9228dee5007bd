"""What the people of one desk do together about a talk: hand it over, read along, mute by two, call for help; and the
own note.

Everything stands in the engine, with the talk. This looks at it whenever the room changes, and tells the page."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import assert_never

from console.accounts import Member
from console.alongs import Alongs
from console.hands import Taking
from console.talks import Talks
from console.together_frames import Answer, Ask, Call, Colleagues, Come, Note, TogetherFrame, Unmute
from console.together_views import TogetherViews, colleague_handle
from console.views import Json, handle_of
from handover.asks import OPEN, AskStage, Busy, Matter
from handover.crew import At
from handover.ports import StaffEnd
from handover.values import (
    AskKind,
    AtCapacity,
    Channel,
    DeskId,
    Done,
    Gone,
    NotOnDuty,
    NotYours,
    StaffId,
    Stale,
    TalkRef,
)

_LATE = 0.3  # seconds after a question has lapsed until it is looked at again
_CODES: dict[type[Busy | NotOnDuty | AtCapacity | NotYours | Gone | Stale], str] = {
    Busy: "ask_busy",
    NotOnDuty: "ask_nobody",
    AtCapacity: "ask_full",
    NotYours: "not_yours",
    Gone: "not_yours",
    Stale: "ask_over",
}


class Together:
    """One open desk's part. `ready` tells whether the page's device may open talks, `on_duty`
    whether it is to be asked; `wake` makes the desk look again, `take` brings a talk into these hands,
    `others` are the desks that a visitor can be pointed to; `no_call` says why a call cannot be taken."""

    def __init__(
        self,
        member: Member,
        talks: Talks,
        alongs: Alongs,
        *,
        staff_end: StaffEnd,
        views: TogetherViews,
        send: Callable[[Json], Awaitable[None]],
        ready: Callable[[], bool],
        on_duty: Callable[[], bool],
        wake: Callable[[], None],
        take: Taking,
        others: Callable[[DeskId], list[Json]],
        no_call: Callable[[bool], str | None] = lambda _: None,
    ) -> None:
        self._member = member
        self._talks = talks
        self._alongs = alongs
        self._end = staff_end
        self._views = views
        self._send = send
        self._ready = ready
        self._on_duty = on_duty
        self._wake = wake
        self._take = take
        self._others = others
        self._no_call = no_call
        self._calls: set[str] = set()  # those of `_refs` that are calls
        self._shown: Json = {}
        self._refs: dict[str, TalkRef] = {}  # what others ask about: a talk that was not shown is unknown
        self._known: dict[str, tuple[StaffId, str]] = {}  # colleagues as the page was shown them
        self._to_mute: set[str] = set()  # talks for which this page asked to mute, and was not told yet
        self._alarm: asyncio.TimerHandle | None = None

    async def handle(self, frame: TogetherFrame) -> None:
        """Do what the page asks; what cannot be done is answered with a code."""
        match frame:
            case Answer():
                await self._answer(frame)
            case Come():
                await self._come(frame)
            case _:
                ref = self._talks.ref(frame.talk)
                if ref is None:
                    await self._refuse("not_yours", frame.talk)
                else:
                    await self._handle_own(frame, ref)

    async def look(self, matters: list[Matter]) -> None:
        """Tell the page what it is asked and what became of its own questions; take over what both said yes to."""
        for matter in matters:
            if self._is_agreed(matter):
                await self._take_over(matter)
        await self._alongs.look(matters)
        self._refs = {handle_of(matter.ref): matter.ref for matter in matters}
        self._calls = {handle_of(each.ref) for each in matters if each.briefing.channel is Channel.PHONE}
        await self._tell_mutes(matters)
        frame = self._views.together(matters, self._member.id, on_duty=self._on_duty())
        if frame != self._shown:
            self._shown = frame
            await self._send(frame)
        self._expect_lapse(matters)

    def close(self) -> None:
        """The desk is closed: look no more."""
        if self._alarm:
            self._alarm.cancel()

    async def _handle_own(self, frame: Colleagues | Ask | Unmute | Call | Note, ref: TalkRef) -> None:
        match frame:
            case Colleagues():
                await self._show_colleagues(frame, ref.desk)
            case Ask():
                await self._ask(frame, ref)
            case Unmute():
                await self._unmute(frame.talk, ref)
            case Call():
                called = await self._end.call(ref, self._member.id, self._member.shown_name, on=frame.on)
                await self._say_unless_done(called, frame.talk)
            case Note():
                await self._say_unless_done(await self._end.keep_note(ref, self._member.id, frame.sealed), frame.talk)
            case _:
                assert_never(frame)

    async def _show_colleagues(self, frame: Colleagues, desk: DeskId) -> None:
        """Who is at the talk's desk, to take over only with room: those who are not paused first."""
        free = frame.kind is AskKind.HELP
        crew = await self._end.crew(desk)
        able = [each for each in crew if each.staff != self._member.id and (each.room or free)]
        able.sort(key=lambda each: (each.at is not At.ON, each.name))
        self._known = {colleague_handle(each.staff): (each.staff, each.name) for each in able}
        rows = [
            {"id": colleague_handle(each.staff), "name": each.name, "paused": each.at is not At.ON} for each in able
        ]
        desks = [] if free else self._others(desk)
        found: Json = {"type": "colleagues", "talk": frame.talk, "kind": frame.kind.value, "rows": rows, "desks": desks}
        await self._send(found)

    async def _ask(self, frame: Ask, ref: TalkRef) -> None:
        to, name = self._known.get(frame.to, (None, "")) if frame.to else (None, "")
        if frame.kind is not AskKind.MUTE and to is None:
            await self._refuse("ask_nobody", frame.talk)
            return
        if frame.kind is AskKind.HELP and frame.talk == self._talks.call and not frame.aloud:
            await self._refuse("ask_aloud", frame.talk)  # a caller's yes is given aloud, and before anybody is asked
            return
        outcome = await self._end.ask(ref, self._member.id, frame.kind, to, name, frame.why)
        if isinstance(outcome, Done) and frame.kind is AskKind.MUTE:
            self._to_mute.add(frame.talk)
        if isinstance(outcome, NotOnDuty) and frame.kind is AskKind.MUTE:
            await self._refuse("mute_alone", frame.talk)
        else:
            await self._say_unless_done(outcome, frame.talk)

    async def _answer(self, frame: Answer) -> None:
        ref = self._talks.ref(frame.talk) or self._refs.get(frame.talk)
        if ref is None:
            await self._refuse("ask_over", frame.talk)
        elif frame.yes and (why := self._no_call(frame.talk in self._calls)):
            await self._refuse(why, frame.talk)
        elif frame.yes and not self._ready():
            await self._refuse("no_device", frame.talk)  # one who could not read is no help
        else:
            outcome = await self._end.answer(ref, self._member.id, frame.number, yes=frame.yes)
            if not isinstance(outcome, Done):
                await self._refuse("not_on_duty" if isinstance(outcome, NotOnDuty) else "ask_over", frame.talk)

    async def _unmute(self, handle: str, ref: TalkRef) -> None:
        outcome = await self._end.unmute(ref, self._member.id)
        if isinstance(outcome, Done):
            await self._send({"type": "muted", "talk": handle, "muted": False})
        await self._say_unless_done(outcome, handle)

    async def _come(self, frame: Come) -> None:
        ref = self._refs.get(frame.talk)
        outcome = await self._end.come(ref, self._member.id, self._member.shown_name) if ref else Gone()
        if not isinstance(outcome, Done):
            await self._refuse("not_on_duty" if isinstance(outcome, NotOnDuty) else "call_over", frame.talk)

    async def _say_unless_done(
        self, outcome: Done | Busy | NotOnDuty | AtCapacity | NotYours | Gone, handle: str
    ) -> None:
        if not isinstance(outcome, Done):
            await self._refuse(_CODES[type(outcome)], handle)

    def _is_agreed(self, matter: Matter) -> bool:
        ask = matter.ask
        return bool(ask and ask.stage is AskStage.AGREED and ask.to == self._member.id and ask.kind is AskKind.MOVE)

    async def _take_over(self, matter: Matter) -> None:
        """Both said yes. A page that cannot read (any more) takes nothing: the question lapses."""
        handle = handle_of(matter.ref)
        if not self._ready() or handle in self._talks or self._no_call(handle in self._calls):
            return
        await self._take(matter.ref, lambda: self._end.move(matter.ref, self._member.id, self._member.shown_name))

    async def _tell_mutes(self, matters: list[Matter]) -> None:
        """One's own question to mute was confirmed, perhaps before it was ever seen open here."""
        for matter in matters:
            handle, ask = handle_of(matter.ref), matter.ask
            if ask is None or ask.kind is not AskKind.MUTE or ask.stage in OPEN or handle not in self._to_mute:
                continue
            self._to_mute.discard(handle)
            if ask.stage is AskStage.DONE and handle in self._talks:
                await self._send({"type": "muted", "talk": handle, "muted": True})

    def _expect_lapse(self, matters: list[Matter]) -> None:
        """A question ends by itself without an event: look again when the first does."""
        self.close()
        left = [matter.ask.left for matter in matters if matter.ask and matter.ask.stage in OPEN]
        if left:
            self._alarm = asyncio.get_running_loop().call_later(min(left) + _LATE, self._wake)

    async def _refuse(self, code: str, handle: str) -> None:
        await self._send({"type": "refused", "code": code, "talk": handle})
