"""What comes out of the engine, whoever wrote it: it is read, or shown as unreadable, and never an error."""

from typing import get_args

from handover import codec
from handover.events import TalkEvent
from handover.values import Briefing, MessageId
from tests.fuzz.doling import Dole

ROOM = "handover.codec"
SEEDS = (
    b"\0s7 message-7 words",
    b"\1tKim",
    b"\2esilence",
    b'\0b{"language":"sv","channel":"web","topic":"money","danger":"none"}',
    b"\x0312 34",
)


def target(data: bytes) -> None:
    dole = Dole(data)
    kind, rest = dole.pick(("up", "down", "talk", "room", "other")), dole.rest()
    assert isinstance(codec.read_event(kind, rest), get_args(TalkEvent))
    briefing = codec.read_briefing(rest)
    assert isinstance(briefing, Briefing)
    assert codec.read_briefing(codec.write_briefing(briefing).encode()) == briefing
    assert codec.read_briefing(codec.write_briefing(briefing).encode()) == briefing
    pseudonym = codec.read_pseudonym(rest)
    assert codec.read_pseudonym(codec.write_pseudonym(pseudonym).encode()) == pseudonym
    assert codec.read_number(rest) >= 0
    fields = rest.split(b"\0")
    entries = [(b"1-0", fields[: len(fields) // 2 * 2]), (b"2-0", [b"id", b"message-2", b"body", rest])]
    last = codec.read_log(entries)[-1]
    assert (last.seq, last.id, last.body) == (2, MessageId("message-2"), rest)
