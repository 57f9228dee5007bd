"""What the live path accepts, the wrap-up's closed sets, and what a page is told of a visitor."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.duty_frames import Duty, Habits, Ready
from console.frame_fields import BadFrame
from console.frames import Device, Heard, Say, Unsayable, WrapUp, parse_frame
from console.language import load_words
from console.sign_frames import Writing
from console.together_frames import Answer, Ask, Call, Come, Note, Unmute
from console.views import SHOWN_ROWS, Views, handle_of
from console.visible_frames import More, Visible
from dialogues.values import Content
from handover.keys import binding
from handover.order import in_sight
from handover.values import (
    AskKind,
    Briefing,
    Channel,
    Danger,
    DeskId,
    Keys,
    Load,
    Message,
    MessageId,
    OwnTalk,
    Pseudonym,
    TalkId,
    TalkRef,
    WaitingVisitor,
)
from safety.sealing import MAX_WORDS, SALT, Direction, Epoch, seal
from safety.text64 import write64
from tests.sealed import StaffPage

HANDLE = "A" * 22
TALK = TalkId("secret-talk-id-22-char")
REF = TalkRef(DeskId("demo"), TALK)


EPOCH = Epoch(bytes(16), 1, bytes(32))


def sealed(words: str = "hej") -> bytes:
    return seal(EPOCH, Direction.DOWN, 1, words, bytes(SALT))


def frame(**fields: Any) -> str:
    whole = {"type": "say", "talk": HANDLE, "seq": 1, "id": "abcdefgh", "body": write64(sealed())}
    return json.dumps({**whole, **fields})


def test_a_sealed_message_is_read_as_it_was_sealed() -> None:
    assert parse_frame(frame()) == Say(HANDLE, 1, MessageId("abcdefgh"), sealed())


def test_a_page_names_its_device_by_a_public_key() -> None:
    key = write64(StaffPage().key)
    assert parse_frame(json.dumps({"type": "device", "key": key})) == Device(key)
    for bad in ("", "x", key[:-1], key + "A", write64(b"\x04" + bytes(64)), write64(StaffPage().key[:33]), 7, None):
        with pytest.raises(BadFrame):
            parse_frame(json.dumps({"type": "device", "key": bad}))


def test_writing_names_its_talk_and_no_word() -> None:
    assert parse_frame(json.dumps({"type": "writing", "talk": HANDLE, "body": "words"})) == Writing(HANDLE)


def test_a_page_says_whether_it_can_be_seen() -> None:
    for visible in (True, False):
        assert parse_frame(json.dumps({"type": "visible", "visible": visible})) == Visible(visible)
    with pytest.raises(BadFrame):
        parse_frame('{"type": "visible", "visible": 1}')


def test_a_page_asks_for_further_rows_by_what_rows_say_and_nothing_else() -> None:
    def ask(**more: object) -> object:
        return parse_frame(json.dumps({"type": "visible", "visible": True, "more": more}))

    assert ask(facts={}, danger=False) == More()
    assert ask(facts={"topic": "x", "age": "y"}, danger=True) == More((("age", "y"), ("topic", "x")), danger=True)
    for facts in ({"county": "x"}, {"age": ""}, {"age": "x" * 201}, {"age": 1}, ["age"], None):
        with pytest.raises(BadFrame):
            ask(facts=facts, danger=False)
    for more in ("[]", '"all"', '{"facts": {}}', '{"facts": {}, "danger": 1}'):
        with pytest.raises(BadFrame):
            parse_frame(f'{{"type": "visible", "visible": true, "more": {more}}}')


def test_muting_says_which_of_the_two() -> None:
    together: list[tuple[dict[str, Any], object]] = [
        ({"type": "unmute"}, Unmute(HANDLE)),
        ({"type": "ask", "kind": "move", "to": "B" * 22, "why": []}, Ask(HANDLE, AskKind.MOVE, "B" * 22, ())),
        ({"type": "ask", "kind": "mute", "to": "", "why": ["flood"]}, Ask(HANDLE, AskKind.MUTE, "", ("flood",))),
        ({"type": "answer", "number": 3, "yes": False}, Answer(HANDLE, 3, False)),
        ({"type": "call", "on": True}, Call(HANDLE, True)),
        ({"type": "come"}, Come(HANDLE)),
        ({"type": "note", "sealed": "_w"}, Note(HANDLE, b"\xff")),
    ]
    for raw, frame_ in together:
        assert parse_frame(json.dumps({"talk": HANDLE, **raw})) == frame_


def test_going_off_duty_is_sure_only_when_it_says_so() -> None:
    assert parse_frame('{"type": "duty", "to": "off"}') == Duty("off", sure=False)
    assert parse_frame('{"type": "duty", "to": "off", "sure": 1}') == Duty("off", sure=False)
    assert parse_frame('{"type": "duty", "to": "off", "sure": true}') == Duty("off", sure=True)
    assert parse_frame('{"type": "duty", "to": "break"}') == Duty("break", sure=False)
    with pytest.raises(BadFrame):
        parse_frame('{"type": "duty", "to": "breathing"}')


def test_habits_are_choices_from_closed_lists() -> None:
    assert parse_frame('{"type": "ready"}') == Ready()
    assert parse_frame('{"type": "habits", "capacity": 5, "breath": 10}') == Habits(5, 10)
    for capacity, breath in ((0, 2), (6, 2), (3, 1), (3, -2), ("3", 2), (3.0, 2), (True, 2), (3, None), (3, False)):
        with pytest.raises(BadFrame):
            parse_frame(json.dumps({"type": "habits", "capacity": capacity, "breath": breath}))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "[]",
        "null",
        "{}",
        "[" * 10_000,
        '{"type": "shout"}',
        '{"type": ["say"]}',
        '{"type": "take"}',
        '{"type": "unmute"}',
        f'{{"type": "mute", "talk": "{HANDLE}", "muted": true}}',
        f'{{"type": "call", "talk": "{HANDLE}", "on": 1}}',
        f'{{"type": "come", "talk": "{HANDLE}x"}}',
        f'{{"type": "answer", "talk": "{HANDLE}", "number": 0, "yes": true}}',
        f'{{"type": "answer", "talk": "{HANDLE}", "number": true, "yes": true}}',
        f'{{"type": "answer", "talk": "{HANDLE}", "number": 1, "yes": "no"}}',
        f'{{"type": "ask", "talk": "{HANDLE}", "kind": "ban", "to": "", "why": []}}',
        f'{{"type": "ask", "talk": "{HANDLE}", "kind": "move", "to": "anna", "why": []}}',
        f'{{"type": "ask", "talk": "{HANDLE}", "kind": "move", "to": "{HANDLE}", "why": ["threats"]}}',
        f'{{"type": "ask", "talk": "{HANDLE}", "kind": "mute", "to": "", "why": []}}',
        f'{{"type": "ask", "talk": "{HANDLE}", "kind": "mute", "to": "", "why": ["her words"]}}',
        f'{{"type": "ask", "talk": "{HANDLE}", "kind": "mute", "to": "", "why": ["threats", "threats"]}}',
        f'{{"type": "ask", "talk": "{HANDLE}", "kind": "mute", "to": "", "why": [["threats"]]}}',
        f'{{"type": "note", "talk": "{HANDLE}", "sealed": "*"}}',
        f'{{"type": "note", "talk": "{HANDLE}", "sealed": "{"A" * 5464}"}}',
        '{"type": "take", "talk": "short"}',
        '{"type": "take", "talk": 22}',
        '{"type": "duty", "to": "holiday"}',
        frame(seq=0),
        frame(seq=-1),
        frame(seq=2**53),
        frame(seq=1.0),
        frame(seq=True),
        frame(seq="1"),
        frame(id="short"),
        frame(id="x" * 41),
        frame(id="spaces no"),
        frame(body=7),
        frame(body="x" * 20_000),
        frame(type="wrapup", choices="age.13_15"),
        frame(type="wrapup", choices=[1]),
        frame(type="wrapup", choices=["x"] * 81),
    ],
)
def test_anything_else_is_refused_without_an_echo(text: str) -> None:
    with pytest.raises(BadFrame) as refused:
        parse_frame(text)
    assert str(refused.value) == ""


@pytest.mark.parametrize(
    "body",
    [
        "",
        "hej",
        "Ord i klartext som någon skrev",
        "\ud800",
        write64(b"words that are not sealed"),
        write64(b"\x02" + sealed()[1:]),
        write64(sealed()[:-1]),
        write64(sealed() + b"x"),
    ],
)
def test_what_is_not_sealed_is_never_relayed_and_fails_its_own_message_only(body: str) -> None:
    assert parse_frame(frame(body=body)) == Unsayable(HANDLE, MessageId("abcdefgh"))


def test_a_talk_of_more_than_a_thousand_messages_goes_on() -> None:
    assert isinstance(parse_frame(frame(seq=1_001)), Say)
    assert parse_frame(json.dumps({"type": "heard", "talk": HANDLE, "seq": 1_001})) == Heard(HANDLE, 1_001)


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(), lambda t: st.lists(t) | st.dictionaries(st.text(), t)
    )
)
def test_no_json_breaks_the_reader(value: Any) -> None:
    with pytest.raises(BadFrame):
        parse_frame(json.dumps(value))


def test_the_longest_message_passes() -> None:
    assert isinstance(parse_frame(frame(body=write64(sealed("å" * (MAX_WORDS // 2))))), Say)
    assert isinstance(parse_frame(json.dumps({"type": "wrapup", "talk": HANDLE, "choices": []})), WrapUp)


# --- What a page is told ---


def test_a_handle_is_the_same_everywhere_and_tells_nothing_of_the_id() -> None:
    assert handle_of(REF) == handle_of(TalkRef(DeskId("demo"), TALK))
    assert handle_of(REF) != handle_of(TalkRef(DeskId("other"), TALK))
    assert len(handle_of(REF)) == 22
    assert TALK not in handle_of(REF)


@pytest.mark.parametrize("language", ["sv", "en"])
def test_a_page_is_told_a_pseudonym_and_closed_choices(content: Content, language: str) -> None:
    views = Views(load_words()[language], content, {"en"})
    briefing = Briefing("en", Channel.WEB_PLAIN, "threats", "self", "16_17", "dalarna", Danger.URGENT)
    room = views.room([WaitingVisitor(REF, Pseudonym(2, 0), briefing, 61)], 1, Load(1, 2, 1), "me")
    keys = Keys(2, {1: b"\xff", 2: b""})
    talk = views.talk(OwnTalk(REF, Pseudonym(2, 0), briefing, 1, 0, 0), keys, [Message(1, MessageId("m"), b"\xff")], [])
    assert TALK not in json.dumps([room, talk])
    row = room["rows"][0]
    assert row["name"] == {"sv": "Tyst Lönn", "en": "Quiet Maple"}[language]
    assert [fact["key"] for fact in row["facts"]] == ["topic", "language", "audience", "age", "county", "channel"]
    assert (row["waited"], row["danger"], room["available"]) == (61, "urgent", 1)
    assert talk["heard"] == [{"seq": 1, "id": "m", "body": "_w"}]
    assert (talk["epoch"], talk["keys"]) == (2, {"1": "_w", "2": ""})
    assert talk["binding"] == write64(binding(REF))


@pytest.mark.parametrize("channel", Channel)
def test_words_are_compared_only_where_the_visitor_sees_them(content: Content, channel: Channel) -> None:
    briefing, keys = Briefing("en", channel), Keys(1, {1: b"x"})
    for compared, shown in (({"en"}, "en" if channel is Channel.WEB else ""), (set[str](), "")):
        views = Views(load_words()["en"], content, compared)
        assert views.talk(OwnTalk(REF, Pseudonym(2, 0), briefing, 1, 0, 0), keys, [], [])["compare"] == shown


def test_names_that_nobody_knows_are_not_shown(content: Content) -> None:
    views = Views(load_words()["en"], content)
    shown = views.briefing(Briefing("xx", Channel.WEB, "her name", "her school", "her age", "her town"))
    assert {fact["text"] for fact in shown["facts"]} == {"Other"}


def test_a_long_waiting_list_is_cut_and_counted(content: Content) -> None:
    rows = [WaitingVisitor(REF, Pseudonym(i, i), Briefing("sv", Channel.WEB), 1) for i in range(200)]
    room = Views(load_words()["en"], content).room(in_sight(rows, SHOWN_ROWS), len(rows), Load(200, 0, 0), "me")
    assert (len(room["rows"]), room["total"]) == (SHOWN_ROWS, 200)
