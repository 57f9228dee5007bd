"""What a desk's page may ask for about its person's duty."""

from dataclasses import dataclass
from typing import Any, ClassVar

from console.frame_fields import BadFrame, read_text
from console.habits import BREATHS
from handover.crew import MOST


@dataclass(frozen=True, slots=True)
class Duty:
    """Go on duty, pause, take a break, or go off duty; `sure` gives back the talks in hand without asking again."""

    action: ClassVar[str] = "duty"
    to: str
    sure: bool


@dataclass(frozen=True, slots=True)
class Ready:
    """The breathing space is over: the person says so."""

    action: ClassVar[str] = "ready"


@dataclass(frozen=True, slots=True)
class Habits:
    """How the person likes to work: talks side by side, minutes between two visitors."""

    action: ClassVar[str] = "habits"
    capacity: int
    breath: int


def read_duty(raw: dict[str, Any]) -> Duty:
    """BadFrame for anything else, as everywhere here."""
    to = read_text(raw, "to")
    if to not in {"on", "paused", "break", "off"}:
        raise BadFrame
    return Duty(to, raw.get("sure") is True)


def read_habits(raw: dict[str, Any]) -> Habits:
    """Both choices at once: they stand in one form."""
    capacity, breath = raw.get("capacity"), raw.get("breath")
    if type(capacity) is not int or not 1 <= capacity <= MOST or type(breath) is not int or breath not in BREATHS:
        raise BadFrame
    return Habits(capacity, breath)
