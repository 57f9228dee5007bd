"""Free text: phrases, danger, and what the recogniser and the phrases say together."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogues.forms import Forms
from dialogues.understanding import MAX_TOPICS, index_phrases, understand
from dialogues.values import Content, Danger


@pytest.mark.parametrize(
    ("language", "text", "topic"),
    [
        ("sv", "dom vill gifta bort mig i sommar", "forced-marriage"),
        ("sv", "far jag traffa en socialsekreterare utan mamma, vad gor soc", "social-services"),
        ("en", "they locked me in my room", "locked-in"),
        ("en", "i am gay and my family would hate me", "lgbtq"),
        ("ar", "they locked me in my room", "locked-in"),
    ],
)
def test_words_find_their_topic_first(content: Content, language: str, text: str, topic: str) -> None:
    assert understand(content, language, text).topics[0] == topic


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("sv", "pappa har en kniv"),
        ("sv", "jag vill inte leva längre"),
        ("sv", "vi flyger på fredag och jag ska giftas bort"),
        ("en", "he says he will kill me tonight"),
        ("en", "i want to die"),
        ("ar", "عم يضربني"),
        ("so", "pappa har en kniv"),
    ],
)
def test_urgent_danger_is_seen(content: Content, language: str, text: str) -> None:
    assert understand(content, language, text).danger is Danger.URGENT


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("sv", "haha dör av skratt"),
        ("sv", "mamma dödar mig om jag glömmer nycklarna"),
        ("sv", "hej"),
        ("en", "this homework is killing me"),
        ("en", "hello"),
    ],
)
def test_harmless_words_are_not_flagged(content: Content, language: str, text: str) -> None:
    assert understand(content, language, text).danger is Danger.NONE


@pytest.mark.parametrize("text", ["", "  \n", "?!...", "\u200d"])
def test_a_text_without_a_word_means_nothing(content: Content, text: str) -> None:
    understood = understand(content, "sv", text)
    assert (understood.topics, understood.danger, understood.clear) == ((), Danger.NONE, False)


def phrases_of(*phrases: str) -> Forms:
    return index_phrases({"a": phrases}, {Danger.URGENT: (), Danger.CONCERN: ()}, ())


@pytest.mark.parametrize(
    ("phrase", "text", "found"),
    [
        ("gifta", "ska giftas nu", True),  # five letters: longer forms too
        ("bo", "en bonde", False),  # fewer: the word itself
        ("Gifta Bort", "gifta bort", True),  # as folded as what is typed
        ("gifta bort", "gifta oss bort", False),
        ("زواج", "والزواج", True),  # Arabic script: what is written on to the front
    ],
)
def test_phrases_find_what_teenagers_type(phrase: str, text: str, found: bool) -> None:
    assert bool(phrases_of(phrase).find(text.split())) is found


def test_a_phrase_of_signs_only_is_no_phrase() -> None:
    assert phrases_of("?!", "").find(["a"]) == []


@given(text=st.text(max_size=300))
def test_understanding_never_fails_and_gives_at_most_three_topics(content: Content, text: str) -> None:
    assert len(understand(content, "sv", text).topics) <= MAX_TOPICS
