"""Both ports of `handover.plan` on Redis 7 or Valkey; each end of the handover is one of them."""

from handover.end_redis import RedisEnd
from handover.keys import desk_keys
from handover.plan import LONGEST_HOURS
from handover.values import DeskId


class RedisVisitorPlan(RedisEnd):
    """`handover.plan.VisitorPlan`."""

    async def desk_hours(self, desk: DeskId) -> str:
        (hours,) = await self._wire.read(("GET", desk_keys(desk)["hours"]))
        return hours.decode(errors="replace") if hours else ""


class RedisStaffPlan(RedisEnd):
    """`handover.plan.StaffPlan`."""

    async def offer_hours(self, desk: DeskId, hours: str, seconds: int) -> None:
        """Also refuses what is longer than any week, with ValueError."""
        if len(hours) > LONGEST_HOURS:
            raise ValueError(f"hours have at most {LONGEST_HOURS} characters")
        keys = desk_keys(desk)
        await self._wire.call("offer", keys | {"line": keys["hours"]}, text=hours, seconds=seconds)
