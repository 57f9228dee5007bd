"""Private help on a talk: a colleague reads along, only when whoever holds the talk asks and the visitor has said yes.

Who may read is decided in the engine. What can be read is decided by keys: with the beginning and with the end of it a
new epoch begins, and the visitor's end wraps the keys of the epochs between to both devices. Nothing of it outlives the
talk, and nothing of it reaches a database."""

from dataclasses import dataclass, field
from typing import Protocol

from handover.values import Briefing, Done, Gone, Keys, Message, NotOnDuty, NotYours, Pseudonym, StaffId, Stale, TalkRef

MAX_ASIDE = 1536  # bytes of one sealed line between the two: 1,024 of padded words, a nonce and a tag, with room
ASIDES = 50  # lines that are kept (lua/prelude.lua)
TEND_SECONDS = 120  # so long after the last look of its holder's desk such a talk stays findable


@dataclass(frozen=True, slots=True)
class Overheard:
    """A talk as its helper may read it: both directions from the moment it began, sealed as they came."""

    pseudonym: Pseudonym
    briefing: Briefing
    holder: str  # shown name of who has the talk
    reader: str  # the line of the holder's device; empty while that page is just opening
    device: str  # the helper's line, as the visitor's end was told
    keys: Keys  # those wrapped to the helper's device
    up: list[Message]
    down: list[Message]


@dataclass(frozen=True, slots=True)
class Aside:
    """One line between the two, sealed between their devices. `number` counts from 1 within one help."""

    number: int
    by_holder: bool
    sealed: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Asides:
    """The last lines, and the lines of the two devices between which they are sealed."""

    holder: str
    helper: str
    lines: list[Aside]


class VisitorHelp(Protocol):
    """What the visitor's side may do: end it. Consent is `handover.asks.VisitorAsks.consent`."""

    async def part(self, ref: TalkRef) -> Done | Gone:
        """End it, whatever staff say; Done also when nobody read along."""


class StaffHelp(Protocol):
    """What the staff's side may do. It cannot begin without the visitor's yes."""

    async def help(self, ref: TalkRef, staff: StaffId, device: str) -> Done | Stale | NotOnDuty | Gone:
        """Read along from now, on this device, after both said yes; or go on reading on another device. Stale when it
        is not so agreed (any more)."""

    async def stop_help(self, ref: TalkRef, staff: StaffId) -> Done | NotYours | Gone:
        """End it: by whoever holds the talk or reads along."""

    async def tend_help(self, ref: TalkRef, staff: StaffId) -> Done | NotYours | Gone:
        """A look of the holder's desk: ends it when the helper's lease has lapsed, else keeps it findable."""

    async def overhear(self, ref: TalkRef, staff: StaffId, up: int, down: int) -> Overheard | NotYours | Gone:
        """What the helper may read beyond these numbers: never what was said before it began."""

    async def say_aside(self, ref: TalkRef, staff: StaffId, sealed: bytes) -> Done | NotYours | Gone:
        """Keep one line between the two, of at most MAX_ASIDE bytes; the oldest beyond ASIDES goes."""

    async def asides(self, ref: TalkRef, staff: StaffId) -> Asides | NotYours | Gone:
        """The lines between the two, for the two alone."""
