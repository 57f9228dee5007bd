"""Asking for a person puts nobody in line: the briefing says so first, and which button does."""

import pytest

from dialogues.engine import step
from dialogues.values import Choose, Content, State

LANGUAGES = ("sv", "en", "ar", "fa", "so", "ckb", "ti")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_briefing_begins_with_what_is_still_to_press(content: Content, language: str) -> None:
    _, reply = step(content, State(language=language), Choose("person"))
    said = content.languages[language].flow["briefing.not-yet"]
    assert reply.messages[0].text == said
    (label,) = [choice.label for choice in reply.choices if choice.id == "join"]
    assert label in said


@pytest.mark.parametrize("language", LANGUAGES)
def test_who_is_in_line_is_not_told_to_press(content: Content, language: str) -> None:
    _, reply = step(content, State(language=language, node="topics", waiting=True), Choose("briefing"))
    said = content.languages[language].flow["briefing.not-yet"]
    assert said not in [message.text for message in reply.messages]
    assert content.languages[language].flow["briefing.intro"] in [message.text for message in reply.messages]
