"""Free text: folding, phrases, danger."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogues.understanding import LONGEST, compile_matcher, fold, understand
from dialogues.values import Content, Danger


@pytest.mark.parametrize(
    ("typed", "folded"),
    [
        ("Får jag INTE gå ut?!", "far jag inte ga ut"),
        ("för...fan", "for fan"),
        ("idé_er", "ide er"),
        ("", ""),
        ("  \n\t ", ""),
    ],
)
def test_text_is_folded_as_teenagers_type(typed: str, folded: str) -> None:
    assert fold(typed) == folded


def test_text_that_folds_to_many_times_its_length_is_cut() -> None:
    assert len(fold("\ufdfa" * LONGEST)) <= LONGEST
    assert len(fold("a" * LONGEST)) == LONGEST


@pytest.mark.parametrize(
    ("language", "text", "topic"),
    [
        ("sv", "dom vill gifta bort mig i sommar", "forced-marriage"),
        ("sv", "far jag traffa en socialsekreterare utan mamma, vad gor soc", "social-services"),
        ("en", "they locked me in my room", "locked-in"),
        ("en", "i am gay and my family would hate me", "lgbtq"),
    ],
)
def test_words_find_their_topic_first(content: Content, language: str, text: str, topic: str) -> None:
    assert understand(content.languages[language], text).topics[0] == topic


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("sv", "pappa har en kniv"),
        ("sv", "jag vill inte leva längre"),
        ("sv", "vi flyger på fredag och jag ska giftas bort"),
        ("en", "he says he will kill me tonight"),
        ("en", "i want to die"),
    ],
)
def test_urgent_danger_is_seen(content: Content, language: str, text: str) -> None:
    assert understand(content.languages[language], text).danger is Danger.URGENT


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
    assert understand(content.languages[language], text).danger is Danger.NONE


def test_a_longer_phrase_says_more_than_a_shorter() -> None:
    matcher = compile_matcher({"a": ("gifta",), "b": ("gifta bort",)}, {Danger.URGENT: (), Danger.CONCERN: ()}, ())
    assert {t: bool(p.findall("gifta bort")) for t, p in matcher.topics.items()} == {"a": True, "b": True}


@given(st.text(max_size=400))
def test_any_text_is_answered_and_folding_is_stable(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(text=st.text(max_size=300))
def test_understanding_never_fails_and_gives_at_most_three_topics(content: Content, text: str) -> None:
    assert len(understand(content.languages["sv"], text).topics) <= 3
