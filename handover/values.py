"""What travels between the visitor's side and the staff's side: frozen values and closed sets."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import NewType

from handover.helping import Helping
from handover.outlook import GuidedOn, Outlook

TalkId = NewType("TalkId", str)  # 128 random bits, URL-safe base64, 22 characters; a capability, never shown
DeskId = NewType("DeskId", str)  # lower-case letters, digits and hyphens, from the desk's file
StaffId = NewType("StaffId", str)  # opaque id of a staff account in the console's database
MessageId = NewType("MessageId", str)  # chosen by the sender: 8 to 40 of A-Z a-z 0-9 - _

MAX_BODY = 6 * 1024  # bytes of one opaque message: 4,096 padded bytes sealed and base64-coded (design section 7)
MAX_WRAPPED = 256  # bytes of one opaque wrapped key
MAX_DEVICE = 256  # characters of a device's line
LOG_LENGTH = 1_000  # messages kept per direction while the talk lives, so that a reload can show it again
EDITION_DAYS = 7  # an edition outlives the last console by these
SPENT = 65_536  # works remembered per desk, about 8 MB of the engine's memory
PSEUDONYM_WORDS = 96  # length of each of the two word lists a pseudonym is drawn from


@dataclass(frozen=True, slots=True)
class Edition:
    """What staff published of texts, directory and desks: a document, its number (higher is newer) and its digest."""

    number: int
    digest: str
    document: bytes


Mark = tuple[int, str]  # number and digest of an edition


@dataclass(frozen=True, slots=True)
class Limits:
    """Times in seconds and sizes that both ends agree on (design section 5); tests shorten them."""

    silence: int = 180  # no connection and no poll during a talk: it ends and is erased
    waiting_silence: int = 600  # the same in the waiting room
    first_sign: int = 60  # the same between joining and the first sign that the visitor's page knows of its talk
    lease: int = 15  # a staff member's presence
    capacity: int = 3  # talks side by side per staff member who did not choose
    room: int = 10_000  # talks in one waiting room


class Channel(StrEnum):
    WEB = "web"
    WEB_PLAIN = "web-plain"  # the page without JavaScript: words are relayed by the page's form
    PHONE = "phone"  # a call: no words are relayed, the person speaks on a line of the telephone engine
    TELEGRAM = "telegram"  # a chat app that reads along: sealed from our process on, not from the visitor


class Danger(StrEnum):
    NONE = "none"
    CONCERN = "concern"
    URGENT = "urgent"


class TalkState(StrEnum):
    WAITING = "waiting"
    TAKEN = "taken"
    GUIDED = "guided"
    ENDED = "ended"


MOVES: dict[TalkState, frozenset[TalkState]] = {
    TalkState.WAITING: frozenset({TalkState.TAKEN, TalkState.GUIDED, TalkState.ENDED}),
    TalkState.TAKEN: frozenset({TalkState.WAITING, TalkState.ENDED}),  # back to waiting: released, or staff lost
    TalkState.GUIDED: frozenset({TalkState.ENDED}),  # its wait was ended by staff, and the visitor reads so
    TalkState.ENDED: frozenset(),  # terminal: an ended talk has no keys, so nothing can bring it back
}


class EndReason(StrEnum):
    VISITOR = "visitor"  # pressed "End talk"
    EXIT = "exit"  # left by the exit
    STAFF = "staff"  # the staff member ended it
    SILENCE = "silence"  # no connection and no poll within the silence limit


@dataclass(frozen=True, slots=True)
class TalkRef:
    """Where a talk is found: its desk (which decides the engine's slot) and its id."""

    desk: DeskId
    talk: TalkId


@dataclass(frozen=True, slots=True)
class Pseudonym:
    """Two indices below PSEUDONYM_WORDS; each console shows the pair in its own language's words."""

    adjective: int
    noun: int


@dataclass(frozen=True, slots=True)
class Briefing:
    """What the visitor chose, in closed names; never words. None means "not said"."""

    language: str
    channel: Channel
    topic: str | None = None
    audience: str | None = None
    age_band: str | None = None
    county: str | None = None
    danger: Danger = Danger.NONE
    wish: str | None = None  # whom to talk with: `woman`, `man`, or `by:` and a shown name of staff


@dataclass(frozen=True, slots=True)
class Message:
    """One opaque message of one direction. `seq` counts from 1 without a gap."""

    seq: int
    id: MessageId
    body: bytes


@dataclass(frozen=True, slots=True)
class Opening:
    """What a visitor may know of a desk before joining."""

    available: int  # staff on duty, not paused, with a valid lease and room for one more talk
    waiting: int  # talks in the waiting room
    on_duty: int = 0  # leases that are valid, paused or not: whether waiting for somebody busy makes sense
    lately: int = 0  # of those who wait, how many joined within the last minute


class AskKind(StrEnum):
    MOVE = "move"  # hand the talk over to a colleague; the visitor is asked too
    HELP = "help"  # read along, to help whoever holds the talk; the visitor is asked too
    DESK = "desk"  # go on at another desk; the visitor alone is asked
    MUTE = "mute"  # take none of the visitor's words for now; any colleague may confirm


@dataclass(frozen=True, slots=True)
class Asked:
    """What the visitor is asked: a colleague has agreed, and it is done only with the visitor's yes."""

    number: int
    kind: str  # AskKind, or what a newer version asks
    name: str  # the colleague's


@dataclass(frozen=True, slots=True)
class WaitingVisitor:
    """One row of the waiting list, as staff see it."""

    ref: TalkRef
    pseudonym: Pseudonym
    briefing: Briefing
    waited: int  # whole seconds since joining
    lost: str = ""  # whose connection dropped, when that is why it waits again


@dataclass(frozen=True, slots=True)
class OwnTalk:
    """A talk that a staff member holds, as found again after a reload."""

    ref: TalkRef
    pseudonym: Pseudonym
    briefing: Briefing
    up_seq: int  # last message from the visitor
    down_seq: int  # last message to the visitor
    down_heard: int  # last of those that the visitor's end has shown
    away: bool = False  # the visitor's connection is gone for now
    muted: bool = False  # this staff member takes none of the visitor's words
    unsure: tuple[int, ...] = ()  # messages to the visitor of which nobody knows whether they arrived


@dataclass(frozen=True, slots=True)
class Load:
    """Live load of one desk. Operation, not statistics."""

    waiting: int
    on_duty: int  # leases that are valid, paused or not
    available: int  # of those, not paused and with room for one more talk


# --- Outcomes: refusals are values, failures are exceptions (handover.ports) ---


@dataclass(frozen=True, slots=True)
class Joined:
    ref: TalkRef


@dataclass(frozen=True, slots=True)
class Full:
    """The waiting room holds as many as it may."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """The visitor is in the waiting room: `place` counts from 1; `waited` in whole seconds since joining."""

    place: int
    waited: int
    outlook: Outlook = field(default=Outlook(), compare=False)
    claims: int = field(default=0, compare=False)  # how often the talk was taken


@dataclass(frozen=True, slots=True)
class WithStaff:
    """A person has the talk. `name` is what the visitor sees; `up_heard` is the last own message shown to staff."""

    name: str
    up_seq: int
    up_heard: int
    down_seq: int
    epoch: int = 0  # whose key `device` wants; 0 before the person's page has begun one
    device: str = ""  # the line of the device that reads (safety.devices); empty until the person's page has begun
    muted: bool = False  # the person takes none of the visitor's words
    asked: Asked | None = None
    helping: Helping | None = None  # who reads along
    claims: int = field(default=0, compare=False)  # how often the talk was taken
    mark: int = field(default=0, compare=False)  # of this claim alone
    keyed: bool = field(default=True, compare=False)  # the epoch has its key, or the device was refused


@dataclass(frozen=True, slots=True)
class Gone:
    """No such talk: ended, expired, lost with the engine, or it never was."""


@dataclass(frozen=True, slots=True)
class Claimed:
    talk: OwnTalk


@dataclass(frozen=True, slots=True)
class Taken:
    """Somebody else has it."""


@dataclass(frozen=True, slots=True)
class AtCapacity:
    """This staff member already holds as many talks as allowed."""


@dataclass(frozen=True, slots=True)
class NotOnDuty:
    """No valid lease: go on duty first."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """Stored and relayed; also the answer to a resend of the same id at the same number."""

    seq: int


@dataclass(frozen=True, slots=True)
class OutOfOrder:
    """Refused: only `expected` is accepted next (a gap, or another message already holds that number)."""

    expected: int


@dataclass(frozen=True, slots=True)
class NotYours:
    """The talk is not in this staff member's hands (waiting again, or taken by another)."""


@dataclass(frozen=True, slots=True)
class NotTaken:
    """The visitor has nobody to write to yet: the talk is in the waiting room."""


@dataclass(frozen=True, slots=True)
class Muted:
    """The staff member takes none of the visitor's words for now: nothing was stored or relayed."""


@dataclass(frozen=True, slots=True)
class Stale:
    """A key for another epoch or device than the talk's, or for an epoch that has it already; words under one that has
    none."""


@dataclass(frozen=True, slots=True)
class Keys:
    """What the visitor's end wrapped to the device that has the talk, per epoch; empty bytes: it refused the device."""

    epoch: int  # the one of now
    wrapped: dict[int, bytes] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Done:
    """The asked change was made."""


Standing = Waiting | WithStaff | GuidedOn | Gone
