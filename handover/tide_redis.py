"""The staff's end of `handover.tide` on Redis 7 or Valkey."""

from handover.end_redis import RedisEnd
from handover.keys import desk_keys
from handover.tide import LastDay
from handover.values import DeskId


class RedisStaffTide(RedisEnd):
    """`handover.tide.StaffTide`; what it promises is written there."""

    async def last_day(self, desk: DeskId, hour: int, came: int = 0) -> LastDay:
        since, total = await self._wire.call("lastday", desk_keys(desk), hour=hour, came=came)
        return LastDay(int(since), int(total))
