"""The two narrow ports. Each has one adapter on Redis; what refuses is a value, what fails is an exception.

HandoverError                 something of the engine failed; the caller tells its user and may try again
└── EngineUnavailable         no answer from the engine within its time limit
"""

from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from handover.asks import StaffAsks, VisitorAsks
from handover.chats import VisitorChats
from handover.counters import Drained
from handover.crew import StaffCrew
from handover.events import RoomEvent, TalkEvent
from handover.front import StaffFront
from handover.help import StaffHelp, VisitorHelp
from handover.mending import Known, StaffMending, VisitorMending
from handover.outlook import Closed
from handover.plan import StaffPlan, VisitorPlan
from handover.pointing import StaffPointing
from handover.post import StaffPost, VisitorPost
from handover.room import StaffRoom, VisitorRoom
from handover.sign import StaffSign, VisitorSign
from handover.tide import StaffTide
from handover.values import (
    Accepted,
    AtCapacity,
    Briefing,
    Claimed,
    DeskId,
    Done,
    Edition,
    EndReason,
    Full,
    Gone,
    Joined,
    Keys,
    Load,
    Mark,
    Message,
    MessageId,
    Muted,
    NotOnDuty,
    NotTaken,
    NotYours,
    Opening,
    OutOfOrder,
    OwnTalk,
    Pseudonym,
    StaffId,
    Stale,
    Standing,
    Taken,
    TalkRef,
    WaitingVisitor,
)


class HandoverError(Exception):
    """Something of the engine failed."""


class EngineUnavailable(HandoverError):
    """No answer from the engine within its time limit."""


class Meeting(Protocol):
    """Events that somebody can do with as they come: most need no turn of the loop, no queue and no task."""

    # Called with an event while none is left to take. True when that was all there is to do with it; else it is left.
    # What it raises would end the connection that everybody in this process listens on.
    meet: Callable[[TalkEvent], bool] | None


class Following(Meeting, Protocol):
    """Events of a talk for whoever waits for them: an endless asynchronous iterator."""

    def __aiter__(self) -> AsyncIterator[TalkEvent]: ...

    async def __anext__(self) -> TalkEvent: ...


class Watching(Meeting, Protocol):
    """Events of a talk for whoever would rather be called than wait."""

    wake: Callable[[], None] | None  # called when something was left to take

    def pop(self) -> TalkEvent | None:
        """The next event; None when nothing has come."""

    def close(self) -> None:
        """Hear nothing more; safe to call twice."""


class VisitorEnd(
    VisitorPlan,
    VisitorPost,
    VisitorAsks,
    VisitorHelp,
    VisitorRoom,
    VisitorSign,
    VisitorChats,
    VisitorMending,
    Protocol,
):
    """What the visitor's side may do. It cannot list the waiting room, read visitors' words, or speak as staff."""

    async def opening(self, desk: DeskId) -> Opening:
        """How many are available and how many wait."""

    async def join(self, desk: DeskId, briefing: Briefing, pseudonym: Pseudonym) -> Joined | Full | Closed:
        """Put a new talk last in the waiting room, unless the desk is shut. Until its first `attend` it is
        away, and soon gone."""

    async def spend(self, desk: DeskId, nonce: str, seconds: int) -> bool:
        """Whether `nonce` (at most 64 of printable ASCII) is spent here for the first time within `seconds`, in any
        process. At most SPENT are remembered per desk; those that end soonest give way."""

    async def attend(self, ref: TalkRef, known: Known | None = None) -> Standing:
        """Where the talk stands; also renews the visitor's presence (silence limit) and, when the staff member's
        lease has lapsed, returns the talk to its old place and tells both sides. What is `known` of it is judged and
        brought up to date; what a failover forgot is mended first."""

    async def attend_all(self, refs: Sequence[TalkRef]) -> list[Standing]:
        """As `attend` of each of these talks, with nothing known, in one call for each desk; in the same order."""

    async def brief(self, ref: TalkRef, briefing: Briefing) -> Done | Gone:
        """Replace the briefing; whoever has the talk, or the waiting list, sees the new one."""

    async def give_key(
        self, ref: TalkRef, device: str, epoch: int, wrapped: bytes, helper: str = "", also: bytes = b""
    ) -> Done | Stale | Gone:
        """The key of an epoch, wrapped to the device that has the talk; empty bytes refuse that device. `epoch` is the
        talk's, one before it (earlier words go along), or the next one when the talk's has its key already. While
        somebody reads along on the device `helper`, `also` is the same key for that device; else both are empty. Stale
        when the two sides differ in that."""

    async def say(
        self, ref: TalkRef, seq: int, message_id: MessageId, body: bytes, epoch: int = 0
    ) -> Accepted | OutOfOrder | NotTaken | Muted | Stale | Gone:
        """Relay one message to staff. The same id at the same seq is accepted again and relayed once. `epoch` is the
        one that it is sealed under: Stale when the engine has no key of that, so that nobody could open it. 0 asks for
        none."""

    async def hear(self, ref: TalkRef, after: int) -> list[Message] | Gone:
        """Staff's messages with a number above `after`, in order."""

    async def heard(self, ref: TalkRef, seq: int) -> Done | Gone:
        """Tell staff that everything up to `seq` was shown."""

    def shown(self, ref: TalkRef, seq: int) -> None:
        """The same a moment later, together with what other pages have shown. Nobody is told when it fails: it is told
        again while there is no engine."""

    async def presence(self, ref: TalkRef) -> int:
        """A number that every `attend` and `away` of this talk changes, in whichever process; 0 when it is gone."""

    async def away(self, ref: TalkRef, seen: int = 0) -> Done | Gone:
        """Tell staff that the visitor's connection is gone; the silence limit runs from now. With `seen`, only while
        `presence` is still that number: a page that came to another process is there."""

    async def end(self, ref: TalkRef, reason: EndReason) -> Done | Gone:
        """Delete everything of the talk and tell staff."""

    async def mark(self) -> Mark | None:
        """Which edition of the content is published; None when there is none, or the engine has begun anew."""

    async def edition(self) -> Edition | None:
        """The published edition. It cannot be written from this side."""

    def follow(self, ref: TalkRef) -> AbstractAsyncContextManager[Following]:
        """Events of this talk for the visitor, subscribed before the body runs."""

    async def watch(self, ref: TalkRef) -> "Watching":
        """The same without anybody who waits: subscribed, and to be closed by the caller."""

    async def count(self, desk: DeskId, names: dict[str, int], batch: str = "") -> None:
        """Add to the closed counters' bucket of a desk; the names are checked by handover.counters. A batch with a name
        is added once, however often it is handed over within a day."""


class StaffEnd(
    StaffCrew,
    StaffFront,
    StaffPlan,
    StaffPost,
    StaffAsks,
    StaffHelp,
    StaffRoom,
    StaffSign,
    StaffPointing,
    StaffTide,
    StaffMending,
    Protocol,
):
    """What the staff's side may do. It cannot speak as a visitor."""

    async def shorten_lease(self, desk: DeskId, staff: StaffId, seconds: int) -> None:
        """The connection broke: let the lease lapse within `seconds` unless it is renewed."""

    async def go_off_duty(self, desk: DeskId, staff: StaffId) -> list[TalkRef]:
        """End the lease at once; talks in hand return to their old places (returned here)."""

    async def waiting(self, desk: DeskId) -> list[WaitingVisitor]:
        """The whole waiting list: danger `urgent` first (ten of them at most), then longest waiting first. Expired
        talks are left out. It costs as much as there are who wait: what is read at each change is the `front`."""

    async def load(self, desk: DeskId) -> Load:
        """Live load."""

    async def claim(self, ref: TalkRef, staff: StaffId, name: str) -> Claimed | Taken | Gone | AtCapacity | NotOnDuty:
        """Take a waiting talk, in one atomic step; a loser has no side effect."""

    async def release(self, ref: TalkRef, staff: StaffId) -> Done | NotYours | Gone:
        """Give the talk back to its old place in the waiting room and tell the visitor."""

    async def begin(self, ref: TalkRef, staff: StaffId, device: str) -> Done | NotYours | Gone:
        """Begin an epoch for a device (its line, safety.devices) and tell the visitor. Keys that were wrapped to
        another device are deleted."""

    async def keys(self, ref: TalkRef, staff: StaffId) -> Keys | NotYours | Gone:
        """The wrapped keys of this talk for the device that has it."""

    async def mine(self, desk: DeskId, staff: StaffId) -> list[OwnTalk]:
        """The talks this staff member holds, oldest claim first; renews nothing."""

    async def say(
        self,
        ref: TalkRef,
        staff: StaffId,
        seq: int,
        message_id: MessageId,
        body: bytes,
    ) -> Accepted | OutOfOrder | NotYours | Gone:
        """Relay one message to the visitor. The same id at the same seq is accepted again and relayed once."""

    async def hear(self, ref: TalkRef, staff: StaffId, after: int) -> list[Message] | NotYours | Gone:
        """The visitor's messages with a number above `after`, in order."""

    async def said(self, ref: TalkRef, staff: StaffId, after: int) -> list[Message] | NotYours | Gone:
        """Staff's own messages in this talk above `after`, in order: what a reloaded page shows again."""

    async def heard(self, ref: TalkRef, staff: StaffId, seq: int) -> Done | NotYours | Gone:
        """Tell the visitor that everything up to `seq` was shown."""

    def shown(self, ref: TalkRef, staff: StaffId, seq: int) -> None:
        """The same a moment later, as `VisitorEnd.shown`."""

    async def end(self, ref: TalkRef, staff: StaffId) -> Done | NotYours | Gone:
        """Delete everything of the talk and tell the visitor."""

    async def sweep(self, desk: DeskId) -> list[TalkRef]:
        """Return talks whose staff member's lease lapsed to their old places (returned here). Drop expired
        entries of the waiting room, each time in another part of a long one."""

    def follow(self, ref: TalkRef) -> AbstractAsyncContextManager[Following]:
        """Events of this talk for staff, subscribed before the body runs."""

    def follow_room(self, desks: Iterable[DeskId]) -> AbstractAsyncContextManager[AsyncIterator[RoomEvent]]:
        """Changes of waiting list and presence of these desks."""

    async def count(self, desk: DeskId, names: dict[str, int], batch: str = "") -> None:
        """Add to the closed counters' bucket of a desk, a batch with a name once."""

    async def mark(self) -> Mark | None:
        """Which edition of the content is published; also renews its lifetime (EDITION_DAYS)."""

    async def publish(self, edition: Edition) -> bool:
        """Put an edition there for every visitor process; False when a newer one is there already."""

    async def drain(self, desk: DeskId, batch: str) -> Drained | None:
        """What was counted at a desk, as a batch of this name; one that was drained before and is not settled comes
        again, under its own name. None: nothing was counted."""

    async def settle_batch(self, desk: DeskId, batch: str) -> None:
        """A batch is kept elsewhere and can go; one of another name stays."""
