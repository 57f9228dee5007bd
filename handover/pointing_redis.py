"""The staff's end of `handover.pointing` on Redis 7 or Valkey."""

from handover.ask_redis import done
from handover.asks import Busy
from handover.end_redis import RedisEnd
from handover.keys import desk_keys, staff_member
from handover.pointing import POINT_SECONDS
from handover.values import DeskId, Done, Gone, NotYours, StaffId, TalkRef


class RedisStaffPointing(RedisEnd):
    """`handover.pointing.StaffPointing`; what it promises is written there."""

    async def point(self, ref: TalkRef, staff: StaffId, desk: DeskId) -> Done | Busy | NotYours | Gone:
        """Also refuses what cannot be a desk's id, with ValueError."""
        desk_keys(desk)
        reply = await self._talk("point", ref, id=ref.talk, staff=staff_member(staff), desk=desk, seconds=POINT_SECONDS)
        return Busy() if reply[0] == b"busy" else done(reply)
