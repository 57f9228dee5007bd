"""Desks that close, at once or by their hours: what a page is told, and what staff do with those who still wait."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime

from console.accounts import Member
from console.room_frames import Guide, ShutDesk
from console.views import Json
from dialogues.closing import Stage, hours_of, stage
from dialogues.doors import Desk
from handover.counters import Tally
from handover.outlook import Shut
from handover.ports import StaffEnd
from handover.values import DeskId, Done, Taken, TalkRef


class Closing:
    """One open page's view of it. `now` gives aware Swedish time, `desk` a desk as it is planned now."""

    def __init__(
        self,
        member: Member,
        *,
        staff_end: StaffEnd,
        desk: Callable[[DeskId], Desk | None],
        tally: Tally,
        now: Callable[[], datetime],
        send: Callable[[Json], Awaitable[None]],
    ) -> None:
        self._member = member
        self._end = staff_end
        self._desk = desk
        self._tally = tally
        self._now = now
        self._send = send

    async def act(self, frame: ShutDesk | Guide, rows: Mapping[str, TalkRef]) -> None:
        """Do what the page asks. `rows` are the handles that it was shown; any other has gone."""
        if isinstance(frame, ShutDesk):
            await self._shut(frame)
            return
        ref = rows.get(frame.talk)
        if ref is None:
            await self._refuse("gone", frame.talk)
        elif not self.told(ref.desk, await self._end.why_shut(ref.desk))["closed"]:
            await self._refuse("open", frame.talk)  # while somebody may still come, nobody is sent away
        else:
            await self._guide(ref, frame.talk)

    def told(self, at: DeskId, shut: Shut | None) -> Json:
        """What the waiting list says of it: why this desk is shut (empty: it is not), how near the end of its hours is,
        and whether who waits there may be guided on."""
        stage = self._by_hours(at)
        return {"shut": shut or "", "stage": stage, "closed": bool(shut) or stage is Stage.CLOSED}

    async def _shut(self, frame: ShutDesk) -> None:
        desk = DeskId(frame.desk or self._member.desk)
        if desk in self._member.desks:
            await self._end.shut(desk, frame.reason)
        else:
            await self._send({"type": "refused", "code": "not_permitted"})

    def _by_hours(self, at: DeskId) -> Stage:
        desk, now = self._desk(at), self._now()
        return stage(hours_of(desk, now), now) if desk else Stage.OPEN

    async def _guide(self, ref: TalkRef, handle: str) -> None:
        outcome = await self._end.guide(ref)
        if isinstance(outcome, Done):
            self._tally.add(ref.desk, "talk.guided")
        else:
            await self._refuse("taken" if isinstance(outcome, Taken) else "gone", handle)

    async def _refuse(self, code: str, handle: str) -> None:
        await self._send({"type": "refused", "code": code, "talk": handle})
