"""A caller whom a provider holds: what they are to hear stands here until the provider asks for it."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Files:
    """Prompts, one after another, without their ending."""

    files: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class Music: ...


@dataclass(frozen=True, slots=True)
class Silence: ...


@dataclass(frozen=True, slots=True)
class Person:
    """A staff member's own telephone."""

    number: str


@dataclass(frozen=True, slots=True)
class Over: ...


Heard = Files | Music | Silence | Person | Over


class PulledEar:
    """As switch.Ear. `turn` counts what was to be heard: what a provider has played of an earlier one says nothing."""

    def __init__(self) -> None:
        self.playback = ""
        self.turn = 0
        self.wanted: Heard = Silence()

    async def answer(self) -> None:
        """A provider picks up by itself."""

    async def play(self, files: Sequence[Path]) -> None:
        """Play these files next."""
        self._want(Files(tuple(files)), secrets.token_hex(8))

    async def stop(self) -> None:
        """Silence next."""
        self._want(Silence())

    async def music(self) -> None:
        """Music next, until something else is."""
        self._want(Music())

    async def hang_up(self) -> None:
        """End the call next."""
        self._want(Over())

    def connect(self, number: str) -> None:
        """This telephone next."""
        self._want(Person(number))

    def part(self) -> None:
        """No telephone next; where two talk already, only they can end it."""
        if isinstance(self.wanted, Person):
            self._want(Silence())

    def _want(self, heard: Heard, playback: str = "") -> None:
        self.wanted, self.playback = heard, playback
        self.turn += 1
