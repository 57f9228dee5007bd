"""How busy a desk was in the last day, against its own usual: low, normal or high, and never a number.

What is usual comes from published figures alone. What came in is in the engine, by the hour, and gone after a day."""

from collections.abc import Callable
from enum import StrEnum

from handover.ports import StaffEnd
from handover.tide import LastDay
from handover.values import DeskId

_DAY, _HOUR = 24, 3600
_LEAST = 8  # talks a day: below it, one talk would move the light


class Tide(StrEnum):
    UNKNOWN = "unknown"  # known for less than a day, or too few to tell
    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"


class Tides:
    """The last day of every desk. `clock` gives seconds since the epoch."""

    def __init__(self, end: StaffEnd, clock: Callable[[], float]) -> None:
        self._end = end
        self._clock = clock

    async def note(self, desk: DeskId, joined: int) -> LastDay:
        """So many came, counted home just now. Raises HandoverError."""
        return await self._end.last_day(desk, self._hour, joined)

    async def of(self, desk: DeskId, usual: float) -> Tide:
        """How the last day was, where `usual` talks come a day. Raises HandoverError."""
        if usual < _LEAST:
            return Tide.UNKNOWN
        day = await self._end.last_day(desk, self._hour)
        if self._hour - day.since < _DAY:
            return Tide.UNKNOWN
        if day.came < usual / 2:
            return Tide.LOW
        return Tide.HIGH if day.came > usual * 1.5 else Tide.NORMAL

    @property
    def _hour(self) -> int:
        return int(self._clock() // _HOUR)


def longest_band(waited: list[int]) -> str:
    """How long whoever has waited longest has waited, from their seconds: none, short (under 5 minutes), a while (under
    15), or long."""
    longest = max(waited, default=-1) // 60
    if longest < 0:
        return "none"
    return "short" if longest < 5 else "while" if longest < 15 else "long"
