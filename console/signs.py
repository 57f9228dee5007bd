"""Passes the sign on that the staff member writes. What is too much, or about a talk in other hands, is dropped in
silence: nobody waits for it, and the page is told of the talk by other frames."""

import asyncio

from console.accounts import Member
from console.sign_frames import Writing
from console.talks import Talks
from handover.ports import StaffEnd
from handover.sign import Pace


class Signs:
    """The signs of one open desk, one pace for each of its talks."""

    def __init__(self, member: Member, talks: Talks, staff_end: StaffEnd) -> None:
        self._member = member
        self._talks = talks
        self._end = staff_end
        self._paces: dict[str, Pace] = {}

    async def pass_on(self, frame: Writing) -> None:
        """Tell the visitor, unless it was told less than EVERY seconds ago."""
        ref = self._talks.ref(frame.talk)
        if ref is None:
            return
        self._paces = {handle: pace for handle, pace in self._paces.items() if handle in self._talks}
        if self._paces.setdefault(frame.talk, Pace()).take(asyncio.get_running_loop().time()):
            await self._end.writing(ref, self._member.id)
