"""A reply from the shelf is the one that would be written anew, and no other content ever gets it."""

from dataclasses import replace
from datetime import timedelta
from itertools import product

import pytest

from dialogues.engine import step
from dialogues.replies import render
from dialogues.shelving import shelved
from dialogues.values import AgeBand, Audience, Choose, Content, Danger, State


def states(content: Content) -> list[State]:
    return [
        State(language=language, node="topic", topic=topic, audience=audience, danger=danger, easy=easy)
        for (language, texts), audience, danger, easy in product(
            content.languages.items(), (None, *Audience), Danger, (False, True)
        )
        for topic in texts.topics
    ]


def test_it_is_what_would_be_written(content: Content) -> None:
    found = [(reply, render(content, state)) for state in states(content) if (reply := shelved(content, state))]
    assert [reply for reply, written in found if reply != written] == []
    assert len(found) > 1_000


def test_a_topic_that_is_opened_comes_from_there(content: Content) -> None:
    _, reply = step(content, State(node="topics", age_band=AgeBand.FROM_13), Choose("topic:threats"))
    kept = shelved(content, State(node="topic", topic="threats"))
    assert kept
    assert reply.messages is kept.messages


@pytest.mark.parametrize("part", ["nodes", "languages", "topics", "facts"])
def test_content_of_which_a_part_was_replaced_is_written_anew(content: Content, part: str) -> None:
    state = State(node="topic", topic="threats")
    assert shelved(content, state)
    other = replace(content, **{part: dict(getattr(content, part))})  # type: ignore[arg-type]
    assert shelved(other, state) is None


def test_a_text_that_is_too_old_is_not_shown_from_there(content: Content) -> None:
    state = State(node="topic", topic="threats")
    last = content.languages["sv"].topics["threats"].review
    on_it = content.now.replace(year=last.year, month=last.month, day=last.day)
    assert shelved(replace(content, now=on_it), state)
    assert shelved(replace(content, now=on_it + timedelta(days=1)), state) is None


@pytest.mark.parametrize("changed", [{"waiting": True}, {"easy": True}, {"danger": Danger.URGENT}, {"node": "topics"}])
def test_what_stands_for_one_visitor_alone_is_never_there(content: Content, changed: dict[str, object]) -> None:
    assert shelved(content, State(node="topic", topic="threats")._replace(**changed)) is None  # type: ignore[arg-type]
