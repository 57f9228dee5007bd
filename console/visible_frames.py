"""The frame that says whether the desk's page is on a screen."""

from dataclasses import dataclass
from typing import Any, ClassVar

from console.frame_fields import read_flag


@dataclass(frozen=True, slots=True)
class Visible:
    """Somebody can see the page, or nobody can."""

    action: ClassVar[str] = "visible"
    visible: bool


def read_visible(raw: dict[str, Any]) -> Visible:
    """The frame in `raw`. BadFrame when it says neither."""
    return Visible(read_flag(raw, "visible"))
