"""Rows written as JSON by hand are what a JSON library writes, whatever is in them."""

import json

from hypothesis import given
from hypothesis import strategies as st

from bot.web.rows import Written, join_fields, message_row, write, write_choices, write_messages
from dialogues.values import Choice, ChoiceKind, Item, Message, MessageKind

texts = st.text() | st.sampled_from(('"', "\\", "\n\t\x00\x1f\x7f", "</script>", "\u2028\ud7ff", "å ሰ 🆘"))
items = st.builds(Item, texts, texts, st.none() | texts, st.none() | texts, st.booleans())
messages = st.builds(Message, st.sampled_from(MessageKind), texts, st.lists(items, max_size=3).map(tuple), texts, texts)
choices = st.builds(Choice, texts, texts, st.sampled_from(ChoiceKind))


@given(st.lists(messages, max_size=3))
def test_messages(some: list[Message]) -> None:
    written = write_messages(some)
    assert json.loads(written) == json.loads(json.dumps([message_row(message) for message in some]))
    assert written == write([message_row(message) for message in some])


@given(st.lists(messages, max_size=3), st.lists(messages, max_size=3))
def test_messages_that_were_written_before_and_others(some: list[Message], others: list[Message]) -> None:
    assert Written(some).write([*others, *some, *others]) == write_messages([*others, *some, *others])


@given(st.lists(choices, max_size=3))
def test_choices(some: list[Choice]) -> None:
    rows = [{"id": choice.id, "label": choice.label, "kind": choice.kind} for choice in some]
    assert write_choices(some) == write(rows)


@given(st.dictionaries(texts, st.lists(texts) | st.none() | st.booleans()))
def test_fields(fields: dict[str, object]) -> None:
    assert join_fields({name: write(value) for name, value in fields.items()}) == write(fields)
