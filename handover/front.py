"""The front of a waiting list: what a desk's page shows of it, read at the same cost however many wait behind."""

from dataclasses import dataclass, field
from typing import Protocol

from handover.values import DeskId, StaffId, TalkRef, WaitingVisitor


@dataclass(frozen=True, slots=True)
class Front:
    """The first rows, in the order of `handover.order.in_order`. `waiting` counts all who wait; while some of them are
    not among the rows, those whose connection dropped lately may be counted among them. `newest`: when who came last
    joined (microseconds of the engine's clock, 0 for nobody)."""

    rows: list[WaitingVisitor]
    waiting: int
    newest: int = 0
    until: int | None = None  # where `behind` goes on; None: nobody is behind
    back: dict[TalkRef, StaffId] = field(default_factory=dict)  # who waits because this person was lost


@dataclass(frozen=True, slots=True)
class Stretch:
    """Some of those behind, longest waiting first. `until`: as in Front."""

    rows: list[WaitingVisitor]
    until: int | None


class StaffFront(Protocol):
    """How staff read a waiting room that may be long."""

    async def front(self, desk: DeskId, most: int) -> Front:
        """The `most` who have waited longest, and those in danger who go before all others (`handover.order.FIRST`),
        wherever they stand. The cost grows with `most`, not with the room."""

    async def behind(self, desk: DeskId, after: int, most: int) -> Stretch:
        """The next `most` of the room after an `until`; fewer when some of them do not wait any more."""

    async def rows(self, refs: list[TalkRef]) -> list[WaitingVisitor]:
        """Those of these talks of one desk that wait now, longest waiting first."""
