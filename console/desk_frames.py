"""The frame by which staff point a visitor to another desk."""

from dataclasses import dataclass
from typing import Any, ClassVar

from console.frame_fields import BadFrame, read_handle, read_text
from handover.values import DeskId

_LONGEST = 64


@dataclass(frozen=True, slots=True)
class Point:
    """Ask the visitor of this talk whether they would rather go on at another desk."""

    action: ClassVar[str] = "point"
    talk: str
    desk: DeskId


def read_point(raw: dict[str, Any]) -> Point:
    """The frame. Whether there is such a desk is asked later; BadFrame for what cannot be one."""
    desk = read_text(raw, "desk")
    if not desk or len(desk) > _LONGEST:
        raise BadFrame
    return Point(read_handle(raw), DeskId(desk))
