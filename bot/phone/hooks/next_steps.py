"""What a provider is told to do next, in no provider's own words yet."""

from dataclasses import dataclass
from typing import Protocol

from bot.phone.hooks.told import Callback, Told


@dataclass(frozen=True, slots=True)
class Say:
    """Play the sound at `sound`, which any key cuts off, wait `wait` whole seconds for one, then call back at step
    `step`."""

    sound: str
    wait: int
    step: int


@dataclass(frozen=True, slots=True)
class Dial:
    """Let the caller talk with this number, which sees the centre's own; call back at step `step` when that is over."""

    number: str
    step: int


@dataclass(frozen=True, slots=True)
class Goodbye:
    """Play the sound at `sound` (none when empty) and end the call."""

    sound: str = ""


@dataclass(frozen=True, slots=True)
class Busy:
    """Do not answer: the caller hears that the line is busy."""


@dataclass(frozen=True, slots=True)
class Ask:
    """To whoever answered a staff member's telephone: play the sound at `sound` twice (none when empty), and connect
    them only if they press a key. A mailbox answers, too, and it records; and anybody may pick up a telephone at home.
    """

    sound: str = ""


@dataclass(frozen=True, slots=True)
class Accept:
    """Connect them."""


NextStep = Say | Dial | Goodbye | Busy | Ask | Accept


@dataclass(frozen=True, slots=True)
class Written:
    """A body in a provider's own words."""

    media: str
    body: bytes


class Dialect(Protocol):
    """How one provider's callbacks are read and answered."""

    def read(self, callback: Callback) -> Told:
        """What it tells. Unwanted when it is not the provider's, or not in its form."""

    def write(self, step: NextStep, mark: str) -> Written:
        """The answer to a callback; `mark` is the call's own, for addresses."""
