"""Both ports of `handover.mending` on Redis 7 or Valkey; each end of the handover is one of them."""

from handover.ask_redis import done
from handover.end_redis import RedisEnd, clamp
from handover.keys import staff_member
from handover.mending import Known
from handover.values import Done, Gone, NotYours, StaffId, TalkRef


class RedisVisitorMending(RedisEnd):
    """`handover.mending.VisitorMending`; what it promises is written there."""

    async def mend(self, ref: TalkRef, known: Known) -> Done | Gone:
        given = {name: clamp(getattr(known, name)) for name in ("claims", "mark", "epoch", "down")}
        reply = await self._talk("mend", ref, id=ref.talk, **given)
        return Done() if reply[0] == b"done" else Gone()


class RedisStaffMending(RedisEnd):
    """`handover.mending.StaffMending`; what it promises is written there."""

    async def recount(self, ref: TalkRef, staff: StaffId, seq: int) -> Done | NotYours | Gone:
        return done(await self._talk("recount", ref, staff=staff_member(staff), seq=clamp(seq)))
