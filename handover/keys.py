"""How keys and channels of the engine look: the only module that knows.

Everything that changes together shares the hash tag `{desk}`, so that one script may touch it on one Cluster node.

key                    type    lifetime
talk:{desk}:<talk>     hash    a short limit until its page is there, then the silence limit, renewed by the
                               visitor's end only; deleted at the end
up:{desk}:<talk>       stream  the same instant as its talk; visitor's messages, entry id `<seq>-0`
down:{desk}:<talk>     stream  the same instant as its talk; staff's messages, entry id `<seq>-0`
room:{desk}            zset    talk -> joined (microseconds); a minute longer than its longest-lived talk
urgent:{desk}          zset    those of `room` that are in danger; the same
back:{desk}            hash    those of `room` whose staff member was lost -> who that is; the same
held:{desk}            zset    `<staff> <claimed> <talk>`, all of score 0; a minute longer than its longest-lived talk
duty:{desk}            zset    staff -> end of the lease (microseconds); until the last lease has lapsed
free:{desk}            zset    those of `duty` that are not paused; the same
full:{desk}            zset    `<staff> <mark>`, one mark for each talk that has to end before one of `free` has room
                               again; the first scores the lease and is counted, the others 0; the same
crew:{desk}            hash    staff -> how many talks they take, how they stand, their shown name; the same
asks:{desk}            zset    talk about which colleagues are asked -> until when (microseconds); until it ends
count:{desk}           hash    closed counter -> how many; until drained, at most 7 days
batch:{desk}           hash    what a console has taken of it, with the batch's name (`#`); until settled, the same
added:{desk}           list    names of the latest batches that were added, 256 at most; a day after the last one
tide:{desk}            hash    hour -> how many came in it, and since which hour that is known; a day after a console
                               asked last
spent:{desk}           zset    nonce of a work that was done -> when it is forgotten (microseconds); SPENT at most
line:{desk}            string  the desk's signed key for left messages; a minute, renewed by the console while it runs
hours:{desk}           string  the desk's opening hours as staff planned them, no names; a day, renewed by the console
post:{desk}            stream  letters and erasures on their way to the console; until settled, at most a day
shut:{desk}            string  why staff closed the desk; until staff open it again
pace:{desk}            hash    decaying mean of how long recent talks lasted; 12 hours after the last one
asked:{desk}           hash    staff -> whom visitors may ask for in them; a day after the last went on duty
box:{desk}:<box>       hash    what the visitor finds with a code, sealed; until its last day, or erased
chat:{desk}:<chat>     string  a chat app's record of one chat, sealed; 48 hours, and gone when its visitor leaves
chats:{desk}           zset    names of the records with a talk -> when they end (microseconds); the same
poll:{desk}            string  which process fetches what is written in the chat app; seconds, renewed by it
edition:{all}          hash    number, digest, document of what staff published; renewed by the console, 7 days

channel                        who publishes  what
up:{desk}:<talk>               visitor's end  words, shown, away, back, briefing, writes, unsure
down:{desk}:<talk>             staff's end    words, shown, taken, muted, asked, writes
talk:{desk}:<talk>             both           returned, guided on, moved to a colleague, ended; who reads along, and
                                              that there is something for that one to read
room:{desk}                    both           waiting list, presence or what colleagues are asked changed

The minute of grace leaves a sweep time to tell staff of a visitor who fell silent: by then the talk itself is gone.
"""

import re
from hashlib import blake2b

from handover.values import DeskId, StaffId, TalkId, TalkRef

_DESK = re.compile(r"[a-z0-9-]{1,64}")
_TALK = re.compile(r"[A-Za-z0-9_-]{22}")
_BOX = re.compile(r"[A-Za-z0-9_-]{43}")
_CHAT = re.compile(r"[A-Za-z0-9_-]{22}")
_STAFF = re.compile(r"[A-Za-z0-9_-]{1,64}")

EDITION = "edition:{all}"  # of all desks

_OF_TALK = ("talk", "up", "down")
_OF_DESK = (
    *("room", "held", "duty", "free", "full", "crew", "asks", "count", "spent", "line", "hours", "post", "shut"),
    *("pace", "asked", "batch", "added", "tide", "urgent", "back"),
)


def desk_keys(desk: DeskId) -> dict[str, str]:
    """Keys (and channels) of a desk by name. ValueError when the desk's id is not one."""
    if not _DESK.fullmatch(desk):
        raise ValueError("a desk's id is 1 to 64 of a-z 0-9 -")
    return {name: f"{name}:{{{desk}}}" for name in _OF_DESK}


def talk_keys(ref: TalkRef) -> dict[str, str]:
    """Keys (and channels) of a talk and of its desk by name. ValueError when the ref is malformed."""
    if not well_formed(ref):
        raise ValueError("a talk's id is 22 of A-Z a-z 0-9 - _")
    return desk_keys(ref.desk) | {name: f"{name}:{{{ref.desk}}}:{ref.talk}" for name in _OF_TALK}


class TalkKeys:
    """The same as `talk_keys`, each made when it is asked for: a message needs two of them. `log` is the one called
    `own`. ValueError when the ref is malformed."""

    __slots__ = ("_desk", "_log", "_talk")

    def __init__(self, ref: TalkRef, own: str = "up") -> None:
        if not well_formed(ref):
            raise ValueError("a talk's id is 22 of A-Z a-z 0-9 - _")
        self._desk = f"{{{ref.desk}}}"
        self._talk = f"{{{ref.desk}}}:{ref.talk}"
        self._log = own

    def __getitem__(self, name: str) -> str:
        """KeyError for a name that is no key's."""
        if name == "log":
            name = self._log
        if name in _OF_TALK:
            return f"{name}:{self._talk}"
        if name in _OF_DESK:
            return f"{name}:{self._desk}"
        raise KeyError(name)


def box_keys(desk: DeskId, box: str) -> dict[str, str]:
    """Keys of a box of left messages and of its desk by name. ValueError when the name is malformed."""
    if not well_formed_box(box):
        raise ValueError("a box's name is 43 of A-Z a-z 0-9 - _")
    return desk_keys(desk) | {"box": f"box:{{{desk}}}:{box}"}


def chat_keys(desk: DeskId, name: str = "") -> dict[str, str]:
    """Keys of a desk's chat app and, with a name, of the record of one chat. ValueError when either is malformed."""
    if not _DESK.fullmatch(desk):
        raise ValueError("a desk's id is 1 to 64 of a-z 0-9 -")
    keys = {"chats": f"chats:{{{desk}}}", "poll": f"poll:{{{desk}}}"}
    if not name:
        return keys
    if not _CHAT.fullmatch(name):
        raise ValueError("a chat's name is 22 of A-Z a-z 0-9 - _")
    return keys | {"chat": f"chat:{{{desk}}}:{name}"}


def well_formed_box(box: str) -> bool:
    """Whether a box can have this name at all."""
    return bool(_BOX.fullmatch(box))


def well_formed(ref: TalkRef) -> bool:
    """Whether such a talk can exist at all; a ref comes from a page and may be anything."""
    return bool(_DESK.fullmatch(ref.desk) and _TALK.fullmatch(ref.talk))


def binding(ref: TalkRef) -> bytes:
    """What both ends bind a talk's sealed words and keys to: 16 bytes, one-way, so that the id stays on the servers."""
    return blake2b(f"{ref.desk}/{ref.talk}".encode(), digest_size=16, person=b"sealed talk").digest()


def staff_member(staff: StaffId) -> str:
    """The id itself. ValueError when it could be confused with another in `held`."""
    if not _STAFF.fullmatch(staff):
        raise ValueError("a staff id is 1 to 64 of A-Z a-z 0-9 - _")
    return staff


def holding_range(staff: StaffId) -> tuple[str, str]:
    """Lexical bounds of what one staff member holds in `held`, oldest claim first ('!' follows ' ')."""
    return f"[{staff_member(staff)} ", f"({staff}!"


def read_holding(member: bytes) -> tuple[StaffId, TalkId]:
    """Who holds which talk, from a member of `held`."""
    staff, _claimed, talk = member.decode().split(" ")
    return StaffId(staff), TalkId(talk)


def kind_of(channel: str) -> str:
    """What a channel carries: `up`, `down`, `talk` or `room`."""
    return channel.partition(":")[0]
