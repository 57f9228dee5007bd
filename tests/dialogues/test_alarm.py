"""The short list of words that tells urgent danger in the page: it errs towards danger, and not without end."""

import json

import pytest

from dialogues.alarm import ALARM, Alarm, alarm_data, load_alarm, urgent_phrases
from dialogues.loader import CONCEPTS
from dialogues.training.messages import FOLDER, fingerprint, read_messages
from dialogues.values import Content
from tests.dialogues.measured import UNSEEN, Share

LARGEST = 14_000  # bytes of the file, which travels with the page
OTHERS = ("ar", "fa", "so", "ckb", "ti")


@pytest.fixture(scope="module")
def alarm() -> Alarm:
    return load_alarm()


@pytest.mark.parametrize("language", ["sv", "en"])
def test_most_urgent_messages_sound_urgent_and_most_calm_ones_do_not(
    content: Content, alarm: Alarm, language: str
) -> None:
    messages = read_messages(UNSEEN / f"{language}.tsv")

    def heard(level: str) -> Share:
        told = [
            alarm.sounds_urgent(content.languages[language], each.text) for each in messages if each.danger == level
        ]
        return Share(sum(told), len(told))

    assert heard("urgent").value >= 0.95
    assert heard("none").value <= 0.25


@pytest.mark.parametrize("language", OTHERS)
def test_in_other_languages_it_knows_the_phrases(content: Content, alarm: Alarm, language: str) -> None:
    """A floor against getting worse: those who wrote the phrases knew these messages."""
    messages = read_messages(UNSEEN.parent / "messages" / f"{language}.tsv")
    urgent = [each.text for each in messages if each.danger == "urgent"]
    assert sum(alarm.sounds_urgent(content.languages[language], text) for text in urgent) >= 0.9 * len(urgent)
    calm = [each.text for each in messages if each.danger == "none"]
    assert sum(alarm.sounds_urgent(content.languages[language], text) for text in calm) <= 0.3 * len(calm)


def test_what_tells_nothing_does_not_sound_urgent(content: Content, alarm: Alarm) -> None:
    for text in ("", "070-174 06 05", "qwzx plumbus", "!!!"):
        assert not alarm.sounds_urgent(content.languages["sv"], text)


def test_it_was_trained_on_these_messages_and_is_small() -> None:
    assert json.loads(ALARM.read_text(encoding="utf-8"))["trained_on"] == fingerprint(FOLDER.glob("*/*.tsv"), CONCEPTS)
    assert ALARM.stat().st_size < LARGEST


def test_the_page_gets_the_phrases_of_every_language_that_was_not_learned(content: Content, alarm: Alarm) -> None:
    phrases = urgent_phrases(content)
    assert set(phrases) == set(OTHERS)
    assert all(len(group) >= 200 for group in phrases.values())
    assert set(alarm_data(alarm)) == {"weights", "least", "alike"}
