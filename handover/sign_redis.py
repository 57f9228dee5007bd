"""Both ports of `handover.sign` on Redis 7 or Valkey."""

from handover.end_redis import RedisEnd
from handover.keys import staff_member
from handover.values import Done, Gone, NotYours, StaffId, TalkRef


class RedisVisitorSign(RedisEnd):
    """`handover.sign.VisitorSign`; what it promises is written there."""

    async def writing(self, ref: TalkRef) -> Done | Gone:
        reply = await self._talk("writing", ref, staff="")
        return Done() if reply[0] == b"done" else Gone()


class RedisStaffSign(RedisEnd):
    """`handover.sign.StaffSign`; what it promises is written there. A malformed staff id is a ValueError."""

    async def writing(self, ref: TalkRef, staff: StaffId) -> Done | NotYours | Gone:
        reply = await self._talk("writing", ref, "down", staff=staff_member(staff))
        return Done() if reply[0] == b"done" else NotYours() if reply[0] == b"notyours" else Gone()
