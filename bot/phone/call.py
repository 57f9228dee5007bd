"""A call as values: where it stands, what can happen to it, and what is then to be done. Nothing here does anything."""

from dataclasses import dataclass
from enum import StrEnum

from bot.phone.ears import DropHelper as DropHelper
from bot.phone.ears import Ear as Ear
from bot.phone.ears import EndHelp as EndHelp
from bot.phone.ears import Helped as Helped
from bot.phone.ears import HelperFailed as HelperFailed
from bot.phone.ears import HelperOpen as HelperOpen
from bot.phone.ears import LetListen as LetListen
from bot.phone.ears import RingHelper as RingHelper
from dialogues.prompts import Prompt
from dialogues.values import State
from handover.values import EndReason


class Phase(StrEnum):
    PICK = "pick"  # the choice of a language
    BOT = "bot"  # at a node of the dialogue: `Call.state.node`
    JOINING = "joining"  # asked for a place in line
    ROOM = "room"  # in line, with music
    TAKEN = "taken"  # a person has the talk; `Call.together` once they hear each other
    OVER = "over"  # the last words are being said


class Why(StrEnum):
    """Why there is no place in line; each has its sentence `closed.<why>`."""

    NOBODY = "nobody"
    FULL = "full"
    ELSEWHERE = "elsewhere"
    SHUT = "shut"  # staff closed the desk
    GUIDED = "guided"  # staff ended the wait
    TROUBLE = "trouble"


@dataclass(frozen=True, slots=True)
class Call:
    """All that is known of a call. It is never stored, and gone with the call."""

    state: State
    phase: Phase = Phase.PICK
    talk: bool = False  # there is a talk: in line, or with a person
    together: bool = False  # caller and person hear each other
    playing: bool = False  # something is being said
    telling: bool = False  # in it what has to be heard before the first word to a person
    quiet: int = 0  # how often nothing was pressed, one after another
    told: bool = False  # that has been heard to its end
    line_open: bool = False  # the person's line has answered, and waits for that end
    why: Why = Why.NOBODY
    line: str = ""  # the person's, once they have one
    by: str = ""  # the person's shown name
    held: bool = False  # while they are together: the caller hears music
    helper: str = ""  # the line of a colleague who is to listen along
    ear: Ear = Ear.NONE
    place: int = 0  # in line, from 1; 0: not known yet
    overdue: bool = False  # waited as long as the deadline
    offered: bool = False  # and heard the other ways


# --- What happens ---


@dataclass(frozen=True, slots=True)
class Began:
    """The telephone rings."""


@dataclass(frozen=True, slots=True)
class Pressed:
    """One of 0-9, *, #."""

    key: str


@dataclass(frozen=True, slots=True)
class Played:
    """All that was to be said has been said."""


@dataclass(frozen=True, slots=True)
class Quiet:
    """The time of the last `Wait` is over."""


@dataclass(frozen=True, slots=True)
class Joined:
    """There is a place in line: `place` from 1; 0: not known yet."""

    place: int = 0


@dataclass(frozen=True, slots=True)
class NotJoined:
    why: Why


@dataclass(frozen=True, slots=True)
class Placed:
    """`place` from 1; `waited` whole seconds since joining."""

    place: int
    waited: int


@dataclass(frozen=True, slots=True)
class Taken:
    """A person has the talk: their shown name, and their line, empty until they have one."""

    line: str = ""
    by: str = ""


@dataclass(frozen=True, slots=True)
class LineOpen:
    """The person's line has answered: both can hear each other once they are connected."""


@dataclass(frozen=True, slots=True)
class LineFailed:
    """The person's line did not answer, or broke; the talk is still theirs."""


@dataclass(frozen=True, slots=True)
class Held:
    """The person wants the caller to wait with music for a moment, or to talk on."""

    on: bool


@dataclass(frozen=True, slots=True)
class Returned:
    """The person is lost or gave the talk back: it waits at its old place."""


@dataclass(frozen=True, slots=True)
class Ended:
    """The person ended the talk."""


@dataclass(frozen=True, slots=True)
class Guided:
    """Staff ended the wait, because nobody will come."""


@dataclass(frozen=True, slots=True)
class Lost:
    """The talk is gone, and nobody said why."""


@dataclass(frozen=True, slots=True)
class CutOff:
    """No sound comes from the caller any more: their telephone, or the provider of the line, is gone."""


@dataclass(frozen=True, slots=True)
class HungUp:
    """The caller is gone."""


Event = (
    Began
    | Pressed
    | Played
    | Quiet
    | Joined
    | NotJoined
    | Placed
    | Taken
    | LineOpen
    | LineFailed
    | Held
    | Helped
    | HelperOpen
    | HelperFailed
    | Returned
    | Ended
    | Guided
    | Lost
    | CutOff
    | HungUp
)

# --- What is to be done, in this order ---


@dataclass(frozen=True, slots=True)
class Answer:
    """Pick up."""


@dataclass(frozen=True, slots=True)
class Play:
    """Say these, one after another, in the place of whatever is heard now; `Played` when they are through."""

    prompts: tuple[Prompt, ...]


@dataclass(frozen=True, slots=True)
class Stop:
    """Say nothing more, and no music."""


@dataclass(frozen=True, slots=True)
class Music:
    """Music until something else is to be heard."""


@dataclass(frozen=True, slots=True)
class Wait:
    """`Quiet` after so many seconds, unless something else is to be done before."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Join:
    """Ask for a place in line with this state; `Joined` or `NotJoined` answers."""

    state: State


@dataclass(frozen=True, slots=True)
class Rebrief:
    """Staff see this state from now on."""

    state: State


@dataclass(frozen=True, slots=True)
class Leave:
    """End the talk for its caller."""

    reason: EndReason


@dataclass(frozen=True, slots=True)
class Ring:
    """Ring this line, of the person who has the talk; `LineOpen` or `LineFailed` answers."""

    line: str


@dataclass(frozen=True, slots=True)
class Connect:
    """Let both hear each other."""


@dataclass(frozen=True, slots=True)
class Hold:
    """They hear each other no more for a moment; both lines stay."""


@dataclass(frozen=True, slots=True)
class Part:
    """They hear each other no more; the person's line and any colleague's are dropped, the caller's stays."""


@dataclass(frozen=True, slots=True)
class Count:
    """A closed name of what is counted."""

    name: str


@dataclass(frozen=True, slots=True)
class HangUp:
    """End the call."""


Action = (
    Answer
    | Play
    | Stop
    | Music
    | Wait
    | Join
    | Rebrief
    | Leave
    | Ring
    | Connect
    | Hold
    | Part
    | RingHelper
    | LetListen
    | DropHelper
    | EndHelp
    | Count
    | HangUp
)
