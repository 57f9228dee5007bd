"""Frames about the waiting room as a whole: shut the desk, open it, guide somebody on who waits."""

from dataclasses import dataclass
from typing import Any, ClassVar

from console.frame_fields import BadFrame, read_handle, read_text
from handover.outlook import Shut


@dataclass(frozen=True, slots=True)
class ShutDesk:
    """Shut a desk at once for one of the closed reasons; None opens it again. Without `desk` it is the home desk."""

    action: ClassVar[str] = "shut"
    reason: Shut | None
    desk: str = ""


@dataclass(frozen=True, slots=True)
class Guide:
    """End the wait of somebody with the ways on, once the desk is closed."""

    action: ClassVar[str] = "guide"
    talk: str


def read_shut(raw: dict[str, Any]) -> ShutDesk:
    """The frame; an empty reason opens. BadFrame for anything else."""
    return ShutDesk(read_reason(read_text(raw, "reason")), read_text(raw, "desk") if "desk" in raw else "")


def read_guide(raw: dict[str, Any]) -> Guide:
    return Guide(read_handle(raw))


def read_reason(text: str) -> Shut | None:
    """The reason that a page names; None for the empty one. BadFrame for one that is not in the closed list."""
    if text and text not in set(Shut):
        raise BadFrame
    return Shut(text) if text else None
