"""What colleagues are asked about a talk: to take it over, to read along, to confirm a mute, to come and help. Nothing
of it outlives the talk, and nothing of it reaches a database: that would be a row per talk."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from handover.values import (
    AskKind,
    AtCapacity,
    Briefing,
    Claimed,
    DeskId,
    Done,
    Gone,
    NotOnDuty,
    NotYours,
    Pseudonym,
    StaffId,
    Stale,
    Taken,
    TalkRef,
)

ASK_SECONDS = 120  # a question lapses, first to the colleague and then to the visitor
CALL_SECONDS = 600  # a call for help is shown so long, unless its talk ends or its caller ends it
MAX_NOTE = 4096  # bytes of a sealed note


class AskStage(StrEnum):
    COLLEAGUE = "colleague"  # who is to answer next
    VISITOR = "visitor"
    AGREED = "agreed"  # both said yes: the colleague's desk takes it now
    DONE = "done"
    DECLINED = "declined"  # by the colleague
    REFUSED = "refused"  # by the visitor
    WITHDRAWN = "withdrawn"  # by who asked
    LAPSED = "lapsed"


OPEN = frozenset({AskStage.COLLEAGUE, AskStage.VISITOR, AskStage.AGREED})


@dataclass(frozen=True, slots=True)
class Ask:
    """A question about a talk, open or just answered."""

    number: int  # of this talk's questions
    kind: AskKind
    to: StaffId | None  # None: whichever colleague answers first
    name: str  # of the colleague
    why: tuple[str, ...]  # closed names, of the console's list
    stage: AskStage
    left: int  # whole seconds until an open one lapses


@dataclass(frozen=True, slots=True)
class Call:
    """Help is needed in a talk, now."""

    by: StaffId
    name: str
    coming: tuple[tuple[StaffId, str], ...]  # in the order in which they said so


@dataclass(frozen=True, slots=True)
class Matter:
    """A talk about which colleagues are asked or called; no words of it."""

    ref: TalkRef
    holder: StaffId | None  # None: it waits
    name: str  # of the holder
    pseudonym: Pseudonym
    briefing: Briefing
    ask: Ask | None
    call: Call | None
    helper: StaffId | None = None  # who reads along
    helper_name: str = ""


@dataclass(frozen=True, slots=True)
class Busy:
    """Another question about this talk is open."""


@dataclass(frozen=True, slots=True)
class Note:
    """What the holder noted in a talk, sealed to the own device; empty: nothing."""

    sealed: bytes = field(repr=False)


class VisitorAsks(Protocol):
    """What the visitor's side may do: answer what it is asked."""

    async def consent(self, ref: TalkRef, number: int, *, yes: bool) -> Done | Stale | Gone:
        """The visitor's answer to the question of this number. It changes nothing by itself but that a no ends it."""


class StaffAsks(Protocol):
    """What the staff's side may do. It cannot answer for the visitor."""

    async def asks(self, desk: DeskId) -> list[Matter]:
        """The talks of this desk about which something was asked or called within the last minutes."""

    async def ask(
        self, ref: TalkRef, staff: StaffId, kind: AskKind, to: StaffId | None, name: str = "", why: tuple[str, ...] = ()
    ) -> Done | Busy | NotOnDuty | AtCapacity | NotYours | Gone:
        """Ask a colleague (`name` is what the visitor will read), or with None whichever answers first. NotOnDuty when
        nobody is there to answer."""

    async def answer(
        self, ref: TalkRef, staff: StaffId, number: int, *, yes: bool
    ) -> Done | Stale | NotOnDuty | NotYours | Gone:
        """A colleague's answer; a no of who asked takes the question back. A yes mutes at once, or asks the visitor."""

    async def move(self, ref: TalkRef, staff: StaffId, name: str) -> Claimed | Taken | AtCapacity | NotOnDuty | Gone:
        """Take over a talk after both said yes, in one atomic step: it is in one's hands or the other's, never in the
        waiting room, and keeps its old place. Taken when it is not so agreed (any more)."""

    async def unmute(self, ref: TalkRef, staff: StaffId) -> Done | NotYours | Gone:
        """Take the visitor's words again, and tell the visitor. In other hands a talk is not muted."""

    async def call(self, ref: TalkRef, staff: StaffId, name: str, *, on: bool) -> Done | NotYours | Gone:
        """Call everybody on duty at the desk for help in this talk, or end the call."""

    async def come(self, ref: TalkRef, staff: StaffId, name: str) -> Done | NotOnDuty | Gone:
        """Say that one comes. Gone when nobody calls (any more)."""

    async def note(self, ref: TalkRef, staff: StaffId) -> Note | NotYours | Gone:
        """One's own note in this talk."""

    async def keep_note(self, ref: TalkRef, staff: StaffId, sealed: bytes) -> Done | NotYours | Gone:
        """Keep a note of at most MAX_NOTE bytes with the talk, in place of the last; empty bytes delete it. In other
        hands it is deleted."""
