"""What only whoever holds a talk may do with it: give it back, end it; and wrap it up when it has ended."""

from collections.abc import Awaitable, Callable
from random import SystemRandom

from console.accounts import Member
from console.frames import End, Release, WrapUp
from console.presence import Presence
from console.talks import Talks
from console.views import Json
from console.wrapup import check_choices, keep_bounded
from handover.counters import Tally
from handover.ports import StaffEnd
from handover.values import Done, EndReason, Gone, TalkRef

_DRAWN = SystemRandom()


class Acts:
    """Deeds upon the talks in one staff member's hands. A talk that is not among them is refused."""

    def __init__(
        self,
        member: Member,
        talks: Talks,
        *,
        staff_end: StaffEnd,
        presence: Presence,
        tally: Tally,
        send: Callable[[Json], Awaitable[None]],
    ) -> None:
        self._member = member
        self._talks = talks
        self._end = staff_end
        self._presence = presence
        self._tally = tally
        self._send = send

    async def act(self, frame: Release | End) -> None:
        """Do what the page asks, and tell it what came of it."""
        ref = self._talks.ref(frame.talk)
        if ref is None:
            await self._refuse("not_yours", frame.talk)
            return
        match frame:
            case Release():
                await self._release(frame, ref)
            case End():
                await self._finish(frame, ref)

    async def wrap_up(self, frame: WrapUp) -> None:
        """Count closed choices about a talk that has ended, once."""
        choices = check_choices(frame.choices)
        desk = None if choices is None else await self._presence.take_wrapup(frame.talk, frame.ticket)
        if choices is None or desk is None:
            await self._refuse("no_wrapup", frame.talk)
            return
        for choice in keep_bounded(choices, _DRAWN.sample):
            self._tally.add(desk, f"wrapup.{choice}")
        if choices:
            self._tally.add(desk, "wrapup.saved")
        await self._send({"type": "wrapped", "talk": frame.talk, "saved": bool(choices)})

    async def _release(self, frame: Release, ref: TalkRef) -> None:
        self._talks.expect_return("released", frame.talk)
        if isinstance(await self._end.release(ref, self._member.id), Done):
            self._tally.add(ref.desk, "talk.returned")
        await self._talks.leave(frame.talk, "released")

    async def _finish(self, frame: End, ref: TalkRef) -> None:
        outcome = await self._end.end(ref, self._member.id)
        if isinstance(outcome, Done):
            self._tally.add(ref.desk, "talk.ended.staff")
            await self._talks.end(frame.talk, EndReason.STAFF)
        elif isinstance(outcome, Gone):
            await self._talks.end(frame.talk, None)
        else:
            await self._talks.leave(frame.talk, "not_yours")

    async def _refuse(self, code: str, handle: str) -> None:
        await self._send({"type": "refused", "code": code, "talk": handle})
