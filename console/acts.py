"""What only whoever holds a talk may do with it: give it back, end it."""

from collections.abc import Awaitable, Callable

from console.accounts import Member
from console.frames import End, Release
from console.talks import Talks
from console.views import Json
from handover.counters import Tally
from handover.ports import StaffEnd
from handover.values import Done, EndReason, Gone, TalkRef


class Acts:
    """Deeds upon the talks in one staff member's hands. A talk that is not among them is refused."""

    def __init__(
        self,
        member: Member,
        talks: Talks,
        *,
        staff_end: StaffEnd,
        tally: Tally,
        send: Callable[[Json], Awaitable[None]],
    ) -> None:
        self._member = member
        self._talks = talks
        self._end = staff_end
        self._tally = tally
        self._send = send

    async def act(self, frame: Release | End) -> None:
        """Do what the page asks, and tell it what came of it."""
        ref = self._talks.ref(frame.talk)
        if ref is None:
            await self._send({"type": "refused", "code": "not_yours", "talk": frame.talk})
            return
        match frame:
            case Release():
                await self._release(frame, ref)
            case End():
                await self._finish(frame, ref)

    async def _release(self, frame: Release, ref: TalkRef) -> None:
        if isinstance(await self._end.release(ref, self._member.id), Done):
            self._count("talk.returned")
        await self._talks.leave(frame.talk, "released")

    async def _finish(self, frame: End, ref: TalkRef) -> None:
        outcome = await self._end.end(ref, self._member.id)
        if isinstance(outcome, Done):
            self._count("talk.ended.staff")
            await self._talks.end(frame.talk, EndReason.STAFF)
        elif isinstance(outcome, Gone):
            await self._talks.end(frame.talk, None)
        else:
            await self._talks.leave(frame.talk, "not_yours")

    def _count(self, name: str) -> None:
        self._tally.add(self._member.desk, name)
