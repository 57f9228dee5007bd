"""Frames that say what of the desk's page can be seen: whether it is on a screen, and how much of the waiting list."""

from dataclasses import dataclass
from typing import Any, ClassVar

from console.frame_fields import BadFrame, read_flag

_FACTS = frozenset({"desk", "language", "age", "topic"})  # as static/filters.js has them
_LONGEST_FACT = 200  # characters; a topic's title is shorter in every language


@dataclass(frozen=True, slots=True)
class Visible:
    """Somebody can see the page, or nobody can."""

    action: ClassVar[str] = "visible"
    visible: bool


@dataclass(frozen=True, slots=True)
class More:
    """Show further rows of the list: those that fit what the page's filters say, in the words of its rows."""

    action: ClassVar[str] = "visible"
    facts: tuple[tuple[str, str], ...] = ()
    danger: bool = False  # only those in danger

    @property
    def everybody(self) -> bool:
        """Nothing is filtered."""
        return not (self.facts or self.danger)


def read_visible(raw: dict[str, Any]) -> Visible | More:
    """The frame in `raw`. BadFrame when it says neither. What is asked for is in a field of its own, which a version
    that does not know it passes over."""
    visible, more = read_flag(raw, "visible"), raw.get("more")
    if more is None:
        return Visible(visible)
    if not isinstance(more, dict):
        raise BadFrame
    return _read_more(more)


def _read_more(raw: dict[str, Any]) -> More:
    """BadFrame when it filters by what is no filter, or by what no row says."""
    facts = raw.get("facts")
    if not isinstance(facts, dict) or not facts.keys() <= _FACTS:
        raise BadFrame
    if not all(isinstance(text, str) and 0 < len(text) <= _LONGEST_FACT for text in facts.values()):
        raise BadFrame
    return More(tuple(sorted(facts.items())), read_flag(raw, "danger"))
