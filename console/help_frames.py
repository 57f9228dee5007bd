"""What a desk's page may ask of private help on a talk: that it ends, and a line between the two. Closed shapes."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, ClassVar

from console.frame_fields import BadFrame, read_handle, read_text
from handover.help import MAX_ASIDE
from safety.text64 import read64


@dataclass(frozen=True, slots=True)
class Part:
    """Nobody reads along any more; by whoever holds the talk or reads along."""

    action: ClassVar[str] = "part"
    talk: str


@dataclass(frozen=True, slots=True)
class Aside:
    """A line for the other of the two, sealed between their devices."""

    action: ClassVar[str] = "aside"
    talk: str
    sealed: bytes = field(repr=False)


HelpFrame = Part | Aside


def _aside(raw: dict[str, Any]) -> Aside:
    try:
        sealed = read64(read_text(raw, "sealed"))
    except ValueError:
        raise BadFrame from None
    if not 0 < len(sealed) <= MAX_ASIDE:
        raise BadFrame
    return Aside(read_handle(raw), sealed)


READERS: dict[str, Callable[[dict[str, Any]], HelpFrame]] = {
    "part": lambda raw: Part(read_handle(raw)),
    "aside": _aside,
}
