"""What somebody who waits may be told of a desk: whether it is shut, and what an estimate is made of."""

from dataclasses import dataclass
from enum import StrEnum


class Shut(StrEnum):
    """Why staff closed a desk at once: closed, because a visitor reads a sentence for each in every language."""

    TONIGHT = "tonight"  # closed for tonight
    DISTURBANCE = "disturbance"  # something does not work here: another line is the better way
    HOURS = "hours"  # back at the next opening hours


@dataclass(frozen=True, slots=True)
class Outlook:
    """Whole numbers of one desk, none of which is about one visitor. `pace` is the decaying mean of recent talks in
    seconds, 0 until there were enough of them (PACE_LEAST)."""

    on_duty: int = 0  # leases that are valid, paused or not
    available: int = 0  # of those, not paused and with room for one more talk
    in_hand: int = 0  # talks that somebody has
    pace: int = 0
    shut: Shut | None = None


@dataclass(frozen=True, slots=True)
class Wished:
    """What visitors may wish for in a staff member who is on duty. `kind` is `woman`, `man` or empty: not said."""

    name: str  # the shown one
    kind: str = ""
    by_name: bool = False

    def fits(self, wish: str | None) -> bool:
        """Whether this is somebody whom the wish is for."""
        if not wish:
            return False
        return (self.by_name and wish == f"by:{self.name}") or (bool(self.kind) and wish == self.kind)


@dataclass(frozen=True, slots=True)
class Closed:
    """The desk is shut: nobody joins. Outcome of `join`."""

    reason: Shut


@dataclass(frozen=True, slots=True)
class GuidedOn:
    """Where a talk stands whose wait staff have ended: nothing of it is left but why the desk was shut, if it was."""

    reason: Shut | None
