"""Frames about the waiting room as a whole: shut the desk, open it, guide somebody on who waits, show further rows."""

from dataclasses import dataclass
from typing import Any, ClassVar

from console.frame_fields import BadFrame, read_flag, read_handle, read_text
from handover.outlook import Shut

_FACTS = frozenset({"desk", "language", "age", "topic"})  # as static/filters.js has them
_LONGEST_FACT = 200  # characters; a topic's title is shorter in every language


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


@dataclass(frozen=True, slots=True)
class More:
    """Show further rows of the list: those that fit what the page's filters say, in the words of its rows."""

    action: ClassVar[str] = "more"
    facts: tuple[tuple[str, str], ...] = ()
    danger: bool = False  # only those in danger

    @property
    def everybody(self) -> bool:
        """Nothing is filtered."""
        return not (self.facts or self.danger)


def read_shut(raw: dict[str, Any]) -> ShutDesk:
    """The frame; an empty reason opens. BadFrame for anything else."""
    return ShutDesk(read_reason(read_text(raw, "reason")), read_text(raw, "desk") if "desk" in raw else "")


def read_guide(raw: dict[str, Any]) -> Guide:
    return Guide(read_handle(raw))


def read_more(raw: dict[str, Any]) -> More:
    """The frame. BadFrame when it filters by what is no filter, or by what no row says."""
    facts = raw.get("facts")
    if not isinstance(facts, dict) or not facts.keys() <= _FACTS:
        raise BadFrame
    if not all(isinstance(text, str) and 0 < len(text) <= _LONGEST_FACT for text in facts.values()):
        raise BadFrame
    return More(tuple(sorted(facts.items())), read_flag(raw, "danger"))


def read_reason(text: str) -> Shut | None:
    """The reason that a page names; None for the empty one. BadFrame for one that is not in the closed list."""
    if text and text not in set(Shut):
        raise BadFrame
    return Shut(text) if text else None
