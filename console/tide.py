"""How busy a desk was in the last day, against its own usual: low, normal or high, and never a number.

What is usual comes from published figures alone. What came in is kept in this process's memory by the hour and gone
after a day; where several consoles share the counting, each knows its own part, so it is asked for in one alone."""

from collections import deque
from collections.abc import Callable
from enum import StrEnum

from handover.values import DeskId

_DAY, _HOUR = 24, 3600
_LEAST = 8  # talks a day: below it, one talk would move the light


class Tide(StrEnum):
    UNKNOWN = "unknown"  # less than a day since the start, or too few to tell
    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"


class Tides:
    """The last day of every desk. `clock` gives seconds since the epoch."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._since = int(clock() // _HOUR)
        self._seen: dict[DeskId, deque[tuple[int, int]]] = {}

    def note(self, desk: DeskId, joined: int) -> None:
        """So many came, counted home just now."""
        if joined > 0:
            self._seen.setdefault(desk, deque(maxlen=2 * _DAY * 12)).append((int(self._clock() // _HOUR), joined))

    def of(self, desk: DeskId, usual: float) -> Tide:
        """How the last day was, where `usual` talks come a day."""
        hour = int(self._clock() // _HOUR)
        if usual < _LEAST or hour - self._since < _DAY:
            return Tide.UNKNOWN
        came = sum(joined for when, joined in self._seen.get(desk, ()) if hour - when < _DAY)
        if came < usual / 2:
            return Tide.LOW
        return Tide.HIGH if came > usual * 1.5 else Tide.NORMAL


def longest_band(waited: list[int]) -> str:
    """How long whoever has waited longest has waited, from their seconds: none, short (under 5 minutes), a while (under
    15), or long."""
    longest = max(waited, default=-1) // 60
    if longest < 0:
        return "none"
    return "short" if longest < 5 else "while" if longest < 15 else "long"
