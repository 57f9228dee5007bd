"""Other desks, as staff may point a visitor to them in a talk. The visitor reads who answers there, and chooses."""

from collections.abc import Awaitable, Callable, Collection

from console.accounts import Member
from console.desk_frames import Point
from console.talks import Talks
from console.views import Json, Views
from handover.asks import Busy
from handover.ports import StaffEnd
from handover.values import DeskId, Done


class Pointing:
    """One open page's part. `desks` are those whose pages visitors can be led to (FRISTAD_OTHER_DESKS)."""

    def __init__(
        self,
        member: Member,
        talks: Talks,
        *,
        staff_end: StaffEnd,
        views: Views,
        desks: Collection[DeskId],
        send: Callable[[Json], Awaitable[None]],
    ) -> None:
        self._member = member
        self._talks = talks
        self._end = staff_end
        self._views = views
        self._desks = desks
        self._send = send

    def offered(self, own: DeskId) -> list[Json]:
        """The desks that a talk of the desk `own` can be pointed to."""
        return [{"id": desk, "name": self._views.desk_name(desk)} for desk in self._desks if desk != own]

    async def point(self, frame: Point) -> None:
        """Do what the page asks; what cannot be done is answered with a code."""
        ref = self._talks.ref(frame.talk)
        if ref is None:
            await self._refuse("not_yours", frame.talk)
        elif frame.desk not in self._desks or frame.desk == ref.desk:
            await self._refuse("not_permitted", frame.talk)
        else:
            outcome = await self._end.point(ref, self._member.id, frame.desk)
            if not isinstance(outcome, Done):
                await self._refuse("ask_busy" if isinstance(outcome, Busy) else "not_yours", frame.talk)

    async def _refuse(self, code: str, handle: str) -> None:
        await self._send({"type": "refused", "code": code, "talk": handle})
