"""What each end of a talk writes down, and what the engine was heard to do: all that the judge goes by."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum


class Kind(StrEnum):
    """What happened at an end. Words are named by their text: each text of a run is written once."""

    SENT = "sent"  # handed to the outbox
    ACKED = "acked"  # the page shows that the server has it
    DELIVERED = "delivered"  # the page shows that the other one has seen it
    FAILED = "failed"  # the page shows that it was not sent
    SHOWN = "shown"  # words of the other end, on the screen
    REDRAWN = "redrawn"  # the whole of what the other end wrote, as the page shows it now
    TOLD = "told"  # a sentence: see Told


class Told(StrEnum):
    """What the pages turn into words. Nothing else counts as being told."""

    WAITING = "waiting"  # the place in line
    TAKEN = "taken"  # who is there now
    RETURNED = "returned"  # the person could not stay
    TROUBLE = "trouble"  # contact is lost, trying again
    UNOPENED = "unopened"  # a message came that could not be opened
    UNTRUSTED = "untrusted"  # the person's device is not signed
    REFUSED = "refused"  # joining was answered with other ways
    ENDED = "ended"
    LEFT = "left"  # for staff: the talk is not in these hands any more
    CLOSED = "closed"  # for staff: a line that stands for words that cannot be opened


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a diary. `what` is a text, or a reason; `who` the person that a telling names."""

    kind: Kind
    what: str = ""
    who: str = ""
    at: float = 0.0
    shown: tuple[str, ...] = ()


@dataclass
class Diary:
    """The lines of one end, in order."""

    entries: list[Entry] = field(default_factory=list)
    clock: Callable[[], float] = time.monotonic

    def note(self, kind: Kind, what: str = "", who: str = "", shown: tuple[str, ...] = ()) -> None:
        """Write a line; the same telling twice in a row is one."""
        self.entries.append(Entry(kind, what, who, self.clock(), shown))

    def tell(self, what: Told, who: str = "") -> None:
        """A sentence was shown."""
        self.note(Kind.TOLD, what, who)

    def of(self, kind: Kind) -> Iterator[Entry]:
        """The lines of this kind."""
        return (entry for entry in self.entries if entry.kind is kind)

    def told(self, *what: Told) -> list[Entry]:
        """The tellings of these kinds."""
        return [entry for entry in self.of(Kind.TOLD) if entry.what in what]


@dataclass
class Stint:
    """One staff member's time with a talk, from the first sight of it until it left the page."""

    name: str
    diary: Diary = field(default_factory=Diary)


class Deed(StrEnum):
    """What the engine published of a talk."""

    CLAIMED = "claimed"
    RETURNED = "returned"
    ENDED = "ended"
    UP = "up"  # a visitor's message was kept
    DOWN = "down"  # a person's was


@dataclass(frozen=True, slots=True)
class Kept:
    """One thing that the engine did; `seq` and `id` are a message's, `who` a claim's."""

    deed: Deed
    seq: int = 0
    id: str = ""
    who: str = ""


@dataclass
class Talk:
    """All that is known of one scripted talk."""

    mark: str  # begins each text of it
    visitor: Diary = field(default_factory=Diary)
    stints: list[Stint] = field(default_factory=list)
    ledger: list[Kept] = field(default_factory=list)
    binding: str = ""
    began: float = 0.0
    over: float = 0.0
