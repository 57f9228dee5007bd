"""A desk's opening hours as staff planned them, on their way to the visitor's side. What they say: dialogues.plan."""

from typing import Protocol

from handover.values import DeskId

HOURS_LAST = 86_400  # seconds that hours outlive the last word of the console
LONGEST_HOURS = 16 * 1024  # characters


class VisitorPlan(Protocol):
    """What the visitor's side may know of a desk's plan: no names."""

    async def desk_hours(self, desk: DeskId) -> str:
        """The planned hours as the console wrote them; empty when there are none."""


class StaffPlan(Protocol):
    """What the staff's side may do."""

    async def offer_hours(self, desk: DeskId, hours: str, seconds: int) -> None:
        """These hours hold for so many seconds from now; an empty text takes them back at once."""
