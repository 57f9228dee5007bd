"""The small pure parts: the edge, the record, texts that are cut, words that are compared."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.telegram.incoming import Blocked, Crowd, Edited, Pressed, Typed, Unheard, read_update
from bot.telegram.record import MOST_MESSAGES, BadRecord, Record, read_record, write_record
from bot.telegram.rendering import LONGEST, render, split, split_bytes
from bot.telegram.words import content_of, folded
from bot.web.plain_seals import Key, PlainKeys
from dialogues.engine import open_page
from dialogues.values import AgeBand, Audience, Content, Danger, Message, MessageKind, Reply, State
from handover.chats import MOST_RECORD
from handover.values import DeskId, TalkId, TalkRef
from tests.telegram.chats import Account
from tests.telegram.markup import check_text, length

WHO = Account(42)
CHAT, USER = WHO.as_chat(), WHO.as_user()


def _message(**content: object) -> dict[str, object]:
    return {"update_id": 1, "message": {"message_id": 7, "from": USER, "chat": CHAT, "date": 1, **content}}


def test_the_edge_reads_what_is_needed_and_drops_who_wrote_it() -> None:
    query = {"id": "q", "from": USER, "data": "x", "message": {"chat": CHAT, "message_id": 7}}
    read = {
        Typed(1, 42, 7, "hej"): _message(text="hej"),
        Unheard(1, 42, 7): _message(photo=[], caption="min bror"),
        Pressed(1, 42, "q", "x"): {"update_id": 1, "callback_query": query},
        Edited(1, 42): {"update_id": 1, "edited_message": {"chat": CHAT, "text": "ny"}},
        Blocked(1, 42): {"update_id": 1, "my_chat_member": {"chat": CHAT, "new_chat_member": {"status": "kicked"}}},
        Crowd(1, -1): {"update_id": 1, "message": {"chat": {"id": -1, "type": "supergroup"}, "text": "hej"}},
    }
    for value, raw in read.items():
        assert read_update(raw) == value
        for told in (WHO.first_name, WHO.last_name, WHO.username, "hej", "42"):
            assert told not in repr(value)
        assert set(getattr(value, "__slots__", ["none"])) <= {"update", "chat", "message", "text", "query", "code"}


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: st.dictionaries(
            st.sampled_from(
                ["update_id", "message", "chat", "id", "type", "text", "callback_query", "data", "message_id"]
            ),
            inner,
        ),
    )
)
def test_no_update_harms_the_edge(raw: object) -> None:
    read_update(raw)


STATE = State(
    "fa", "topic", Audience.FRIEND, "threats", AgeBand.FROM_13, "uppsala", Danger.URGENT, easy=True, wish="woman"
)
FULL = Record(
    42,
    STATE,
    ((500_000, 7), (500_001, 9)),
    (1, 2, 3),
    TalkRef(DeskId("demo"), TalkId("A" * 22)),
    PlainKeys(bytes(16), "a device", (Key(1, 0, bytes(32)), Key(2, 5, bytes(range(32))))),
    "Kim",
    3,
    4,
    8,
    "a token",
)


def test_a_record_comes_back_as_it_was() -> None:
    for record in (Record(42), FULL, FULL.without_talk()):
        assert read_record(write_record(record)) == record


@pytest.mark.parametrize("raw", [b"", b"{}", b"[]", b"\xff", b'{"chat": 1}', b"null"])
def test_a_record_of_another_version_is_none(raw: bytes) -> None:
    with pytest.raises(BadRecord):
        read_record(raw)


def test_a_full_record_fits_and_forgets_what_cannot_be_deleted() -> None:
    record = FULL
    for number in range(MOST_MESSAGES + 500):
        record = record.with_messages(500_010 + number // 100, 10**9 + 3 * number)
    for number in range(100):
        record = record.with_update(10**9 + number)
    assert len(record.messages) == MOST_MESSAGES
    assert len(write_record(record)) < MOST_RECORD - 100
    assert all(hour > 500_400 - 48 for hour, _ in record.with_messages(500_400, 1).messages)
    assert json.loads(write_record(record))["chat"] == 42


@given(st.text(alphabet=st.sampled_from("ab \nåኣ😀"), max_size=300))
def test_a_text_is_cut_into_pieces_that_fit_and_nothing_is_lost(text: str) -> None:
    assert all(length(piece) <= 20 for piece in split(text, 20))
    assert all(len(piece.encode()) <= 20 for piece in split_bytes(text, 20))
    for pieces in (split(text, 20), split_bytes(text, 20)):
        assert "".join("".join(pieces).split()) == "".join(text.split())


def test_a_text_is_cut_between_paragraphs() -> None:
    pieces = split(("a" * 3_000 + "\n\n") + "b" * 3_000)
    assert pieces == ["a" * 3_000, "b" * 3_000]
    assert all(length(piece) <= LONGEST for piece in split("😀" * 5_000))


def test_every_view_is_taken_by_telegram(content: Content) -> None:
    content = content_of(content)
    for language in content.languages:
        words = content.languages[language].page
        _, reply = open_page(content, language)
        for each in (reply, Reply((Message(MessageKind.TEXT, "x" * 9_000),), ())):
            for message in render(each, words, "danger", lambda choice: choice):
                assert check_text(message.text)
                assert sum(map(len, message.rows)) <= 100


def test_a_typed_word_is_compared_as_it_is_meant() -> None:
    assert folded(" Lämna  NU! ") == folded("lämna nu")
    assert folded("خروج.") == folded("خُروج")
    assert folded("") == ""


def test_the_chat_apps_words_stand_in_the_place_of_the_pages(content: Content) -> None:
    for language, texts in content_of(content).languages.items():
        own = content.languages[language].telegram
        assert texts.page["relay.honesty"] == own["relay.honesty"]
        assert texts.flow["after.thanks"] == own["flow.after.thanks"]
        assert not {key for key in texts.page if key.startswith("flow.")}
        assert all("112" in own[key] for key in ("first.danger", "help.use", "news.keep"))
