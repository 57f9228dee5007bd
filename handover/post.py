"""Left messages on their way: a box that a code opens, and the letters in it (NI-5). Values and the two ports.

A box is the one thing of a visitor's that outlives the page, and only when the visitor asked for a code. The engine
holds what the visitor may read of it; the console's tables hold the same, so that it lasts until its day. All of it is
sealed (safety.codes): neither can read a letter. What is put in or erased travels to the console through a bounded
stream.
"""

from dataclasses import dataclass
from typing import Protocol

from handover.values import Accepted, DeskId, Done, Full, Gone, OutOfOrder
from safety.sealing import Direction

LONGEST = 30  # days that a box lasts at most (NI-5)
USUAL = 7
MOST = 20  # letters in each direction of one box
ROOM = 500  # letters and erasures of one desk on their way to the console
TAKEN = 50  # of them that the console takes at once


@dataclass(frozen=True, slots=True)
class Letter:
    """One sealed letter. `number` counts from 1 in its direction; `after` is how many of the other direction its writer
    had before; `line` names the desk's key (safety.desks) that it is sealed under; `body` is base64url."""

    way: Direction
    number: int
    after: int
    line: str
    body: str


@dataclass(frozen=True, slots=True)
class Box:
    """What the visitor finds. `until`: its last day, in days since 1970-01-01; `visitor`: the public key of its code,
    as text; `kept`: how many of the visitor's letters the console has in its tables."""

    until: int
    visitor: str
    kept: int
    letters: tuple[Letter, ...]


@dataclass(frozen=True, slots=True)
class Erasing:
    """The visitor erased it here; the console has not said yet that its tables have nothing left either."""


@dataclass(frozen=True, slots=True)
class Posted:
    """What the visitor's side put in: a letter, or None for an erasure. `entry` is its place in the stream."""

    entry: str
    box: str
    until: int
    visitor: str
    letter: Letter | None


class VisitorPost(Protocol):
    """What the visitor's side may do: nothing without the name of a box, which only its code gives."""

    async def desk_line(self, desk: DeskId) -> str:
        """The signed key that can be written to now; empty when there is none."""

    async def leave(
        self, desk: DeskId, box: str, letter: Letter, visitor: str, until: int
    ) -> Accepted | OutOfOrder | Full | Gone:
        """Put a letter in; the first one makes the box. The same letter again is accepted and kept once."""

    async def look(self, desk: DeskId, box: str) -> Box | Erasing | Gone:
        """What is in a box."""

    async def erase(self, desk: DeskId, box: str) -> Done | Gone:
        """Delete what the engine has of a box at once, and tell the console to delete its rows."""


class StaffPost(Protocol):
    """What the staff's side may do. It cannot put a letter in as a visitor."""

    async def offer(self, desk: DeskId, line: str, seconds: int) -> None:
        """The desk's key can be written to for so many seconds from now; an empty line takes it back at once."""

    async def posted(self, desk: DeskId) -> list[Posted]:
        """What came, oldest first, at most TAKEN; it stays until it is settled."""

    async def settle(self, desk: DeskId, posted: Posted, *, kept: bool = True) -> None:
        """The tables have it: forget it here, and tell the visitor's side that it is kept, or erased. What the tables
        did not take (not `kept`) is forgotten all the same, and the visitor's side is told nothing."""

    async def holdings(self, desk: DeskId, boxes: list[str]) -> list[tuple[int, int] | None]:
        """For each box how many letters up are kept and how many down are there; None for one that the engine lost or
        that is being erased."""

    async def place(self, desk: DeskId, name: str, box: Box) -> None:
        """Put a box where the visitor finds it; one that is being erased stays so."""
