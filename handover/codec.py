"""How values look on the way through the engine: briefings, pseudonyms, log entries and events."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from dataclasses import fields as dataclass_fields
from typing import Any

from handover.events import (
    AsideSaid,
    BriefingChanged,
    CameBack,
    Heard,
    IsWriting,
    Overheard,
    Resync,
    Said,
    TalkEvent,
    WasAsked,
    WasEnded,
    WasHelped,
    WasKeyed,
    WasMoved,
    WasMuted,
    WasOpened,
    WasReturned,
    WasTaken,
    WasUnsure,
    WentAway,
)
from handover.values import (
    MAX_BODY,
    PSEUDONYM_WORDS,
    Briefing,
    Channel,
    Danger,
    EndReason,
    Message,
    MessageId,
    Pseudonym,
)
from safety.format import FORMAT, is_near

_MESSAGE_ID = re.compile(r"[A-Za-z0-9_-]{8,40}")
_PSEUDONYM = re.compile(rb"([0-9]{1,3}) ([0-9]{1,3})")
_NUMBER = re.compile(rb"[0-9]{1,16}")

# Shown when another version wrote what this one cannot read: the person must still be seen and taken.
UNREADABLE = Briefing(language="und", channel=Channel.WEB_PLAIN)
NAMELESS = Pseudonym(0, 0)
_BRIEFING = tuple(field.name for field in dataclass_fields(Briefing))


def write_briefing(briefing: Briefing) -> str:
    """A briefing as one line of JSON."""
    return json.dumps({"v": FORMAT, **asdict(briefing)}, separators=(",", ":"))


def read_briefing(raw: bytes) -> Briefing:
    """A briefing from its JSON; UNREADABLE instead of an error, so that one bad row never hides the others. Of the next
    version what is known here: a channel of its own counts as the one with the fewest promises, a danger of its own as
    urgent, because the person must rather be seen too early than too late."""
    try:
        found: dict[str, Any] = json.loads(raw)
        fields = {name: found[name] for name in _BRIEFING if name in found}
        if not is_near(found.get("v")) or not all(value is None or isinstance(value, str) for value in fields.values()):
            return UNREADABLE
        channel, danger = fields["channel"], fields["danger"]
        fields["channel"] = Channel(channel) if channel in set(Channel) else UNREADABLE.channel
        fields["danger"] = Danger(danger) if danger in set(Danger) else Danger.URGENT
        return Briefing(**fields)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return UNREADABLE


def write_pseudonym(pseudonym: Pseudonym) -> str:
    return f"{pseudonym.adjective} {pseudonym.noun}"


def read_pseudonym(raw: bytes) -> Pseudonym:
    """A pseudonym from its two numbers; NAMELESS instead of an error, and instead of indices that no list has."""
    numbers = _PSEUDONYM.fullmatch(raw)
    found = Pseudonym(int(numbers[1]), int(numbers[2])) if numbers else NAMELESS
    return found if max(found.adjective, found.noun) < PSEUDONYM_WORDS else NAMELESS


def read_number(raw: bytes | None) -> int:
    """A number of a talk; 0 instead of an error: each use of it is checked again where it counts."""
    return int(raw) if raw and _NUMBER.fullmatch(raw) else 0


def check_message(message_id: MessageId, body: bytes) -> None:
    """ValueError when a message breaks the contract of handover.values; the text never carries the message."""
    if not _MESSAGE_ID.fullmatch(message_id):
        raise ValueError("a message id is 8 to 40 of A-Z a-z 0-9 - _")
    if len(body) > MAX_BODY:
        raise ValueError(f"a message has at most {MAX_BODY} bytes")


def read_log(entries: Sequence[tuple[bytes, Sequence[bytes]]]) -> list[Message]:
    """Messages from the entries of a stream: `<seq>-0` and the fields id, body. Anything else is left out."""
    return [
        Message(int(entry.partition(b"-")[0]), MessageId(fields[1].decode()), fields[3])
        for entry, fields in entries
        if list(fields[::2]) == [b"id", b"body"] and _MESSAGE_ID.fullmatch(fields[1].decode("latin-1"))
    ]


def read_event(kind: str, payload: bytes) -> TalkEvent:
    """The event that came on a channel of `kind`. What that channel may not carry, or nobody can read, becomes
    Resync: the receiver reads the truth instead of trusting it."""
    reader = _EVENTS.get(kind, {}).get(payload[:1])
    if reader is None:
        return Resync()
    try:
        return reader(payload[1:])
    except ValueError:
        return Resync()


def _said(rest: bytes) -> Said:
    seq, message_id, body = rest.split(b" ", 2)
    found = MessageId(message_id.decode())
    if not _MESSAGE_ID.fullmatch(found):
        raise ValueError("not an id, which is written on without escapes")
    return Said(Message(int(seq), found, body))


def _heard(rest: bytes) -> Heard:
    return Heard(int(rest))


_EVENTS: Mapping[str, Mapping[bytes, Callable[[bytes], TalkEvent]]] = {
    "up": {
        b"s": _said,
        b"h": _heard,
        b"w": lambda _: WentAway(),
        b"c": lambda _: CameBack(),
        b"b": lambda rest: BriefingChanged(read_briefing(rest)),
        b"k": lambda _: WasKeyed(),
        b"u": lambda rest: WasUnsure(int(rest)),
        b"y": lambda _: IsWriting(),
    },
    "down": {
        b"s": _said,
        b"h": _heard,
        b"t": lambda rest: WasTaken(rest.decode()),
        b"d": lambda _: WasOpened(),
        b"q": lambda _: WasAsked(),
        b"m": lambda rest: WasMuted(rest == b"1"),
        b"y": lambda _: IsWriting(),
    },
    "talk": {
        b"r": lambda _: WasReturned(),
        b"v": lambda _: WasMoved(),
        b"g": lambda _: Resync(),
        b"p": lambda _: WasHelped(),
        b"o": lambda _: Overheard(),
        b"l": lambda _: AsideSaid(),
        b"e": lambda rest: WasEnded(EndReason(rest.decode())),
    },
}
