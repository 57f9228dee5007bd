"""What the other side did, delivered to whoever follows a talk or a desk: frozen values."""

from dataclasses import dataclass

from handover.values import Briefing, EndReason, Message


@dataclass(frozen=True, slots=True)
class Said:
    message: Message


@dataclass(frozen=True, slots=True)
class Heard:
    """The other end has shown all messages up to `seq`."""

    seq: int


@dataclass(frozen=True, slots=True)
class WasTaken:
    """To the visitor: a person took the talk."""

    name: str


@dataclass(frozen=True, slots=True)
class WasOpened:
    """To the visitor: the person's page has begun an epoch; attend the talk for its number and device."""


@dataclass(frozen=True, slots=True)
class WasKeyed:
    """To staff: the visitor's end gave a key; read the keys again."""


@dataclass(frozen=True, slots=True)
class WasMuted:
    """To the visitor: whether the staff member takes the visitor's words has changed."""

    muted: bool


@dataclass(frozen=True, slots=True)
class WasAsked:
    """To the visitor: there is something to answer, or no longer; attend the talk."""


@dataclass(frozen=True, slots=True)
class WasMoved:
    """To both: the talk is in a colleague's hands."""


@dataclass(frozen=True, slots=True)
class WasHelped:
    """To both, and to who reads along: that began or ended, and with it an epoch."""


@dataclass(frozen=True, slots=True)
class Overheard:
    """To who reads along: whoever holds the talk said something."""


@dataclass(frozen=True, slots=True)
class AsideSaid:
    """To the two staff members: there is a line between them."""


@dataclass(frozen=True, slots=True)
class WasReturned:
    """To both: the talk is in the waiting room again, at its old place (released, or the staff member was lost)."""


@dataclass(frozen=True, slots=True)
class WasEnded:
    reason: EndReason


@dataclass(frozen=True, slots=True)
class WentAway:
    """To staff: the visitor's connection is gone for now."""


@dataclass(frozen=True, slots=True)
class CameBack:
    """To staff: the visitor's connection is there again."""


@dataclass(frozen=True, slots=True)
class IsWriting:
    """The other end writes just now. Never more than that."""


@dataclass(frozen=True, slots=True)
class WasUnsure:
    """To staff: nobody knows whether their message `seq` arrived."""

    seq: int


@dataclass(frozen=True, slots=True)
class BriefingChanged:
    briefing: Briefing


@dataclass(frozen=True, slots=True)
class RoomChanged:
    """To all staff of a desk: waiting list or presence changed; read it again."""


@dataclass(frozen=True, slots=True)
class Resync:
    """The subscription was interrupted: read the state and the log again before trusting events."""


TalkEvent = (
    Said
    | Heard
    | WasTaken
    | WasOpened
    | WasKeyed
    | WasMuted
    | WasAsked
    | WasMoved
    | WasHelped
    | Overheard
    | AsideSaid
    | WasReturned
    | WasEnded
    | WentAway
    | CameBack
    | IsWriting
    | WasUnsure
    | BriefingChanged
    | Resync
)
RoomEvent = RoomChanged | Resync
