"""Taking somebody out of the waiting list: who may not is told why, and of two who press at once one is told so."""

from collections.abc import Awaitable, Callable

from console.accounts import Member
from console.desk_phone import DeskPhone
from console.desk_room import DeskRoom
from console.duty import OwnDuty
from console.frames import Take
from console.talks import Talks
from console.views import Json
from handover.counters import Tally, waited_name
from handover.ports import StaffEnd
from handover.values import AtCapacity, Claimed, Gone, NotOnDuty, Taken

_CODES: dict[type[Taken | Gone | AtCapacity | NotOnDuty], str] = {
    Taken: "taken",
    Gone: "gone",
    AtCapacity: "full",
    NotOnDuty: "not_on_duty",
}


class Claims:
    """One open desk's. `ready` tells whether the page's device may open talks."""

    def __init__(
        self,
        member: Member,
        talks: Talks,
        room: DeskRoom,
        duty: OwnDuty,
        phone: DeskPhone,
        *,
        staff_end: StaffEnd,
        tally: Tally,
        ready: Callable[[], bool],
        send: Callable[[Json], Awaitable[None]],
    ) -> None:
        self._member = member
        self._talks = talks
        self._room = room
        self._duty = duty
        self._phone = phone
        self._end = staff_end
        self._tally = tally
        self._ready = ready
        self._send = send

    async def take(self, frame: Take) -> None:
        """Take whom the page names; what cannot be done is answered with a code."""
        if frame.talk in self._talks:
            return  # a second press on one's own "Take": the engine would say "claimed" once more
        ref, why = self._room.rows.get(frame.talk), self._phone.refusal(call=frame.talk in self._room.calls)
        if ref is None:
            await self._refuse("gone", frame.talk)
        elif not self._ready():
            await self._refuse("no_device", frame.talk)
        elif why:
            await self._refuse(why, frame.talk)
        else:
            member, waited = self._member, waited_name(self._room.waits.get(frame.talk, 0))
            outcome = await self._duty.take(ref, lambda: self._end.claim(ref, member.id, member.shown_name))
            if isinstance(outcome, Claimed):
                for name in ("talk.taken", waited):
                    self._tally.add(ref.desk, name)
            else:
                await self._refuse(_CODES[type(outcome)], frame.talk)

    async def _refuse(self, code: str, handle: str) -> None:
        await self._send({"type": "refused", "code": code, "talk": handle})
