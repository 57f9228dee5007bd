"""A colleague who listens along, as values of a call: how far they are, what can happen, what is to be done."""

from dataclasses import dataclass
from enum import StrEnum


class Ear(StrEnum):
    """How far a colleague is with listening along."""

    NONE = "none"
    RUNG = "rung"
    ANSWERED = "answered"  # and the caller has not been told yet
    TELLING = "telling"  # the caller is being told
    LISTENING = "listening"
    FAILED = "failed"  # or unwanted: it is being ended, and is not begun again


# --- What happens ---


@dataclass(frozen=True, slots=True)
class Helped:
    """A colleague is to listen along on this line, as the caller agreed; empty: nobody is, or is any more."""

    line: str = ""


@dataclass(frozen=True, slots=True)
class HelperOpen:
    """That colleague's line has answered: they hear the two once they are let in."""


@dataclass(frozen=True, slots=True)
class HelperFailed:
    """That colleague's line did not answer, or broke."""


# --- What is to be done ---


@dataclass(frozen=True, slots=True)
class RingHelper:
    """Ring this line, of a colleague who is to listen along; `HelperOpen` or `HelperFailed` answers."""

    line: str


@dataclass(frozen=True, slots=True)
class LetListen:
    """Let that colleague hear the two, who do not hear them."""


@dataclass(frozen=True, slots=True)
class DropHelper:
    """Nobody listens along any more: that colleague's line is dropped."""


@dataclass(frozen=True, slots=True)
class EndHelp:
    """Tell the waiting room that nobody is to listen along."""
