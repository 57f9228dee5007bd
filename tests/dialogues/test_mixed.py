"""What a review found: people mix languages, change them in the middle, and send signs instead of words."""

from dataclasses import replace
from datetime import timedelta

import pytest

from dialogues import replies
from dialogues.engine import step
from dialogues.understanding import understand
from dialogues.values import Choose, Content, Danger, MessageKind, Say, State


@pytest.mark.parametrize("page", ["sv", "en", "fa"])
def test_danger_is_seen_in_another_script_than_the_pages(content: Content, page: str) -> None:
    assert understand(content, page, "أبي يهددني بالسكين سيقتلني").danger is Danger.URGENT


def test_a_sign_for_help_is_a_cry_for_help(content: Content) -> None:
    assert understand(content, "sv", "\N{SQUARED SOS}").danger is Danger.URGENT


def test_the_warning_is_read_in_the_language_that_was_asked_for(content: Content) -> None:
    state, reply = step(content, State(node="topics"), Say("pappa slår mig nu"))
    assert reply.messages[0].kind is MessageKind.DANGER
    after, again = step(content, state, Choose("lang:ar"))
    assert after.danger is Danger.URGENT
    assert again.messages[0].kind is MessageKind.DANGER
    assert again.messages[0].text == content.languages["ar"].flow["danger.call"]


def test_suggestions_that_are_not_kept_give_way_to_the_whole_list(content: Content) -> None:
    _, reply = step(content, State(node="suggest"), Choose("lang:en"))
    assert sum(choice.id.startswith("topic:") for choice in reply.choices) > 30


def test_a_text_that_is_too_old_still_warns(content: Content) -> None:
    later = replace(content, now=content.now + timedelta(days=3000))
    reply = replies.render(later, State(node="topic", topic="threats"))
    assert reply.messages[0].kind is MessageKind.DANGER
