"""What a staff member's page says in its talks, and has seen of them: passed on to the visitor."""

from collections.abc import Awaitable, Callable, Mapping
from typing import assert_never

from console.accounts import Member
from console.frames import Heard, Say, Unsayable
from console.held import Held
from console.sending import Sending
from console.views import Views
from handover.ports import StaffEnd
from handover.values import Accepted, Gone, NotYours, OutOfOrder, OwnTalk, TalkRef


class Sayings:
    """Numbers come from the page and are checked by the engine. `held` are the talks in these hands by their handles,
    `sent` the last message in each that the engine accepted (console.presence);
    `own` reads one anew; `leave` and `end` are told what the engine knew first, `find_out` when nobody knows which."""

    def __init__(
        self,
        member: Member,
        held: Mapping[str, Held],
        sent: dict[TalkRef, int],
        *,
        staff_end: StaffEnd,
        views: Views,
        send: Sending,
        own: Callable[[TalkRef], Awaitable[OwnTalk | None]],
        leave: Callable[[str, str], Awaitable[None]],
        end: Callable[[str, None], Awaitable[None]],
        find_out: Callable[[Held], Awaitable[None]],
    ) -> None:
        self._member = member
        self._held = held
        self._sent = sent
        self._end = staff_end
        self._views = views
        self._send = send
        self._own = own
        self._leave = leave
        self._tell_end = end
        self._find_out = find_out

    async def say(self, frame: Say | Unsayable) -> None:
        """Relay a message; a number that does not fit is answered with what the engine has."""
        if isinstance(frame, Unsayable):
            await self._send({"type": "refused", "code": "message", "talk": frame.talk, "id": frame.id})
            return
        held = self._held.get(frame.talk)
        if held is None:
            await self._send({"type": "refused", "code": "not_yours", "talk": frame.talk})
            return
        if held.refused not in ("", frame.id):
            return  # it was on its way already; the page sends both again, in order
        match outcome := await self._end.say(held.ref, self._member.id, frame.seq, frame.id, frame.body):
            case Accepted():
                self._sent[held.ref], held.refused = max(self._sent.get(held.ref, 0), outcome.seq), ""
                await self._send({"type": "sent", "talk": frame.talk, "id": frame.id, "seq": outcome.seq})
            case OutOfOrder():
                await self._show_own(held, frame.id)
            case NotYours():
                await self._leave(frame.talk, "not_yours")
            case Gone():
                await self._tell_end(frame.talk, None)
            case _:
                assert_never(outcome)

    def heard(self, frame: Heard) -> None:
        """Tell the visitor, soon, what is on the staff member's screen; never more than the page was sent."""
        held = self._held.get(frame.talk)
        if held is not None and frame.seq <= held.shown:
            self._end.shown(held.ref, self._member.id, frame.seq)

    async def _show_own(self, held: Held, refused: str) -> None:
        talk, said = await self._own(held.ref), await self._end.said(held.ref, self._member.id, 0)
        if talk and isinstance(said, list):
            held.refused = "" if any(message.id == refused for message in said) else refused
            await self._send(self._views.order(talk, said))
        else:
            await self._find_out(held)
