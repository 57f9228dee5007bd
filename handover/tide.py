"""How many came to a desk in the last day, for the light of its load: by the hour, in the engine alone, gone after a
day. Every console of a desk adds to it and reads it, so it is right with several, and outlives each of them."""

from dataclasses import dataclass
from typing import Protocol

from handover.values import DeskId


@dataclass(frozen=True, slots=True)
class LastDay:
    """`since` is the first hour that is known (hours since the epoch); `came` how many came in the last 24 hours."""

    since: int
    came: int


class StaffTide(Protocol):
    """The staff's side of it; visitors have none."""

    async def last_day(self, desk: DeskId, hour: int, came: int = 0) -> LastDay:
        """Add so many who came in this hour, and tell what is known of the day that ends with it."""
