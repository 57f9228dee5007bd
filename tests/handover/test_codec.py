"""How values travel: what cannot be read never hides what can."""

import json

import pytest

from handover.codec import (
    NAMELESS,
    UNREADABLE,
    read_briefing,
    read_event,
    read_log,
    read_number,
    read_pseudonym,
    write_briefing,
    write_pseudonym,
)
from handover.events import CameBack, Heard, Resync, Said, TalkEvent, WasEnded, WasReturned, WasTaken, WentAway
from handover.values import Briefing, Channel, Danger, EndReason, Message, MessageId, Pseudonym


def test_a_briefing_and_a_pseudonym_survive_the_way() -> None:
    briefing = Briefing("so", Channel.WEB_PLAIN, "money", "friend", "16_17", "Örebro län", Danger.URGENT)
    assert read_briefing(write_briefing(briefing).encode()) == briefing
    assert read_pseudonym(write_pseudonym(Pseudonym(0, 95)).encode()) == Pseudonym(0, 95)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\xff",
        b"[]",
        b"{}",
        b"null",
        b'{"v":3,"language":"sv","channel":"web","danger":"none"}',
        b'{"v":"1","language":"sv","channel":"web","danger":"none"}',
        b'{"language":"sv","channel":"web"}',
        b'{"language":7,"channel":"web","danger":"none"}',
        b'{"language":"sv","channel":"web","danger":"none","topic":["x"]}',
        pytest.param(b"[" * 100_000, id="nested"),
        pytest.param(b"9" * 100_000, id="endless"),
    ],
)
def test_a_briefing_that_cannot_be_read_still_shows_a_person(raw: bytes) -> None:
    assert read_briefing(raw) == UNREADABLE


@pytest.mark.parametrize(
    ("told", "channel", "danger"),
    [
        ({"channel": "pigeon"}, Channel.WEB_PLAIN, Danger.NONE),
        ({"danger": "acute"}, Channel.WEB, Danger.URGENT),
        ({"v": 2, "mood": {"of": ["another", "shape"]}}, Channel.WEB, Danger.NONE),
    ],
)
def test_of_the_next_version_is_read_what_is_known(told: dict[str, object], channel: Channel, danger: Danger) -> None:
    raw = json.dumps({"language": "so", "channel": "web", "danger": "none", "topic": "money", **told})
    assert read_briefing(raw.encode()) == Briefing("so", channel, "money", danger=danger)


@pytest.mark.parametrize(
    "raw", [b"", b"x", b"1", b"1 2 3", b"-1 2", b"1 96", b"\xff 1", b"1 2\n", b"9" * 5_000 + b" 1"]
)
def test_a_pseudonym_that_no_list_has_still_shows_a_person(raw: bytes) -> None:
    assert read_pseudonym(raw) == NAMELESS


@pytest.mark.parametrize(("raw", "number"), [(b"7", 7), (None, 0), (b"", 0), (b"x", 0), (b"-1", 0), (b"9" * 5_000, 0)])
def test_a_number_that_is_none_is_nothing(raw: bytes | None, number: int) -> None:
    assert read_number(raw) == number


def test_an_entry_that_is_no_message_hides_no_other() -> None:
    good = (b"2-0", [b"id", b"message-2", b"body", b"words"])
    bad = [(b"1-0", fields) for fields in ([b"x", b"y"], [b"id", b"\xff" * 9, b"body", b""], [b"id", b"message-1"])]
    assert read_log([*bad, good]) == [Message(2, MessageId("message-2"), b"words")]


@pytest.mark.parametrize(
    ("kind", "payload", "event"),
    [
        ("up", b"s7 message-7 a b\n\x00", Said(Message(7, MessageId("message-7"), b"a b\n\x00"))),
        ("down", b"s1 message-1 ", Said(Message(1, MessageId("message-1"), b""))),
        ("up", b"h12", Heard(12)),
        ("up", b"w", WentAway()),
        ("up", b"c", CameBack()),
        ("down", "tÅsa".encode(), WasTaken("Åsa")),
        ("talk", b"r", WasReturned()),
        ("talk", b"esilence", WasEnded(EndReason.SILENCE)),
    ],
)
def test_an_event_is_read(kind: str, payload: bytes, event: TalkEvent) -> None:
    assert read_event(kind, payload) == event


@pytest.mark.parametrize(
    ("kind", "payload"),
    [
        ("up", b""),
        ("up", b"s1"),
        ("up", b"sx message-1 words"),
        ("up", b's1 "},"type":"left words'),  # an id stands in a frame of JSON as it is
        ("up", b"h"),
        ("up", b"tMallory"),  # only staff's channel says who took a talk
        ("talk", b"s1 message-1 words"),  # the shared channel carries no words
        ("talk", b"tMallory"),
        ("talk", b"eboredom"),
        ("down", b"t\xff"),
        ("down", b"w"),
        ("elsewhere", b"r"),
    ],
)
def test_what_nobody_can_trust_makes_the_receiver_read_again(kind: str, payload: bytes) -> None:
    assert read_event(kind, payload) == Resync()
