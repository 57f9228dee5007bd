"""The staff's end of `handover.crew` on Redis 7 or Valkey."""

from handover.crew import At, Colleague
from handover.end_redis import RedisEnd
from handover.keys import desk_keys, staff_member
from handover.values import DeskId, StaffId

LONGEST_NAME = 64  # characters


class RedisStaffCrew(RedisEnd):
    """`handover.crew.StaffCrew`; what each method promises is written there."""

    async def go_on_duty(
        self,
        desk: DeskId,
        staff: StaffId,
        name: str,
        *,
        paused: bool,
        capacity: int | None = None,
        at: At | None = None,
    ) -> None:
        """Also refuses a capacity below 0 and who is said to be ON but paused, with ValueError."""
        most = self._limits.capacity if capacity is None else capacity
        at = at or (At.PAUSED if paused else At.ON)
        if most < 0 or paused is (at is At.ON):
            raise ValueError("who is on duty takes no fewer than no talks, and is not paused")
        await self._wire.call(
            "onduty",
            desk_keys(desk),
            staff=staff_member(staff),
            seconds=self._limits.lease,
            paused=int(paused),
            capacity=most,
            row=f"{most} {at} {name[:LONGEST_NAME]}",
        )

    async def crew(self, desk: DeskId) -> list[Colleague]:
        rows = await self._wire.call("crew", desk_keys(desk))
        there = (_read_row(*row) for row in rows)
        return sorted((each for each in there if each), key=lambda each: (each.name, each.staff))


def _read_row(staff: bytes, row: bytes, holds: int) -> Colleague | None:
    """None for a row that another version wrote in another way; who stands in one of its own is not available."""
    most, _, rest = row.decode(errors="replace").partition(" ")
    at, _, name = rest.partition(" ")
    if not (most.isascii() and most.isdigit() and len(most) < 4):
        return None
    return Colleague(StaffId(staff.decode()), name, At(at) if at in set(At) else At.PAUSED, max(0, int(most) - holds))
