"""Who of a desk's staff is at work now, as colleagues see it; and how many talks each of them takes."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from handover.values import DeskId, StaffId

MOST = 5  # talks that anybody takes side by side: more cannot be answered with care


class At(StrEnum):
    """How somebody with a valid lease stands. Only ON is offered to visitors, and only with room for one more talk."""

    ON = "on"
    PAUSED = "paused"
    BREATHING = "breathing"  # a talk has just ended; ends by itself
    BREAK = "break"


@dataclass(frozen=True, slots=True)
class Colleague:
    """One of those at work. `name` is the shown one."""

    staff: StaffId
    name: str
    at: At
    room: int  # talks that they may still take


class StaffCrew(Protocol):
    """What only the staff's side may know: who, not just how many."""

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
        """Start or renew the lease (LEASE seconds), paused or not. `name` is what visitors and colleagues will see.
        With the lease stands how many talks this person takes at this desk (LIMITS.capacity unless said; 0 when talks
        at other desks leave no room here), and how colleagues see them (ON or PAUSED unless said)."""

    async def crew(self, desk: DeskId) -> list[Colleague]:
        """Everybody of the desk with a valid lease, by name."""
