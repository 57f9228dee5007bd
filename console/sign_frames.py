"""The frame that says that somebody writes, and nothing of what."""

from dataclasses import dataclass
from typing import Any, ClassVar

from console.frame_fields import read_handle


@dataclass(frozen=True, slots=True)
class Writing:
    """The staff member writes in this talk just now."""

    action: ClassVar[str] = "writing"
    talk: str


def read_writing(raw: dict[str, Any]) -> Writing:
    """The frame in `raw`. BadFrame when it names no talk."""
    return Writing(read_handle(raw))
