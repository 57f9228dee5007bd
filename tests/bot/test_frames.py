"""Frames of the socket: those that there are, and nothing else."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.web.frames import (
    AnswerFrame,
    BadFrame,
    BadVersion,
    BadWords,
    End,
    HeardFrame,
    KeyFrame,
    Leave,
    Open,
    Part,
    Passed,
    Ping,
    Refused,
    SayFrame,
    Writing,
    read_frame,
    take_frame,
)
from handover.values import MAX_DEVICE, MAX_WRAPPED
from safety.format import FORMAT
from safety.limits import FrameBudget
from safety.sealing import SALT, Direction, Epoch, seal
from safety.text64 import write64

SEALED = seal(Epoch(bytes(16), 1, bytes(32)), Direction.UP, 1, "hello", bytes(SALT))
SAY = {"type": "say", "seq": 1, "id": "abcdefgh", "body": write64(SEALED)}
KEY = {"type": "key", "epoch": 1, "device": "a.1.b", "wrapped": "AAAA"}
OTHERS = (SEALED[:-1], b"\x02" + SEALED[1:], SEALED + SEALED)
NOT_SEALED = ["", 1, None, "hello", "\ud800", "å" * 400, "A" * 15_000, *map(write64, OTHERS)]


@pytest.mark.parametrize(
    ("text", "frame"),
    [
        ('{"v": 1, "type": "open", "talk": "t", "down": 0}', Open("t", 0)),
        ('{"v": 1, "type": "open", "talk": "t", "down": 0, "epoch": 7}', Open("t", 0, 7)),
        (json.dumps(SAY), SayFrame(1, "abcdefgh", SEALED)),  # type: ignore[arg-type]
        ('{"type": "heard", "seq": 0}', HeardFrame(0)),
        (json.dumps(KEY), KeyFrame(1, "a.1.b", b"\0\0\0")),
        (json.dumps({**KEY, "wrapped": ""}), KeyFrame(1, "a.1.b", b"")),
        ('{"type": "answer", "ask": 3, "yes": false}', AnswerFrame(3, False)),
        (json.dumps({**KEY, "helper": "c.1.d", "also": "AAAA"}), KeyFrame(1, "a.1.b", b"\0\0\0", "c.1.d", b"\0\0\0")),
        ('{"type": "part"}', Part()),
        ('{"type": "end"}', End()),
        ('{"type": "leave"}', Leave()),
        ('{"type": "ping"}', Ping()),
        ('{"type": "writing", "pad": "0"}', Writing()),
    ],
)
def test_a_frame_of_the_protocol_is_read(text: str, frame: object) -> None:
    assert read_frame(text) == frame


@pytest.mark.parametrize(
    "changed",
    [
        {"seq": 0},
        {"seq": -1},
        {"seq": True},
        {"seq": 1.0},
        {"seq": "1"},
        {"seq": 10**12},
        {"seq": None},
        {"id": "short"},
        {"id": "x" * 41},
        {"id": "abc defgh"},
        {"id": 12345678},
        *({"body": body} for body in NOT_SEALED),
        {"type": "shout"},
        {"type": ["say"]},
        {"type": None},
    ],
)
def test_a_frame_that_is_a_little_wrong_is_refused(changed: dict[str, Any]) -> None:
    with pytest.raises(BadFrame):
        read_frame(json.dumps({**SAY, **changed}))


@pytest.mark.parametrize(
    "changed",
    [
        {"epoch": 0},
        {"epoch": "1"},
        {"device": 1},
        {"device": "å"},
        {"device": "x" * (MAX_DEVICE + 1)},
        {"wrapped": None},
        {"wrapped": "not base64!"},
        {"wrapped": write64(bytes(MAX_WRAPPED + 1))},
        {"helper": "c.1.d"},
        {"helper": "x" * (MAX_DEVICE + 1), "also": "AAAA"},
        {"helper": "c.1.d", "also": write64(bytes(MAX_WRAPPED + 1))},
    ],
)
def test_a_key_that_is_a_little_wrong_is_refused(changed: dict[str, Any]) -> None:
    with pytest.raises(BadFrame):
        read_frame(json.dumps({**KEY, **changed}))


@pytest.mark.parametrize("changed", [{"ask": 0}, {"ask": "1"}, {"ask": None}, {"yes": 1}, {"yes": "yes"}])
def test_an_answer_that_is_a_little_wrong_is_refused(changed: dict[str, Any]) -> None:
    with pytest.raises(BadFrame):
        read_frame(json.dumps({"type": "answer", "ask": 1, "yes": True, **changed}))


@pytest.mark.parametrize("body", NOT_SEALED)
def test_words_that_cannot_be_relayed_are_refused_by_their_number(body: object) -> None:
    with pytest.raises(BadWords) as refused:
        read_frame(json.dumps({**SAY, "seq": 7, "body": body}))
    assert refused.value.seq == 7


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "1", "null", "[" * 16_000, '{"type":"heard","seq":' + "9" * 5000 + "}"]
)
def test_what_is_no_frame_is_refused(text: str) -> None:
    with pytest.raises(BadFrame):
        read_frame(text)


def test_a_version_that_is_none_is_refused() -> None:
    for version in (0, -1, "1", None, True, 1.0):
        with pytest.raises(BadFrame) as refused:
            read_frame(json.dumps({"v": version, "type": "open", "talk": "t", "down": 0}))
        assert not isinstance(refused.value, BadVersion)


def test_the_next_version_is_read_and_one_further_away_is_refused_as_that() -> None:
    opening = {"type": "open", "talk": "t", "down": 0, "mood": "of the next version"}
    assert read_frame(json.dumps({**opening, "v": FORMAT + 1})) == Open("t", 0)
    with pytest.raises(BadVersion):
        read_frame(json.dumps({**opening, "v": FORMAT + 2}))


def test_a_type_of_another_version_is_refused_by_itself() -> None:
    budget = FrameBudget(lambda: 0.0)
    with pytest.raises(Passed) as passed:
        take_frame('{"type": "telepathy", "to": [1]}', budget)
    assert passed.value.answer == {"code": "unknown"}
    for kind in ("", "Shout", "x" * 33, "é", "a b"):
        with pytest.raises(Refused):
            take_frame(json.dumps({"type": kind}), budget)


@given(st.text())
def test_any_text_is_a_frame_or_refused(text: str) -> None:
    with pytest.raises(BadFrame):
        read_frame(text)
