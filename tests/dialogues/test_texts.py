"""What every Swedish and English text keeps to beside dialogues.rules: complete, sourced, leading on, understood."""

from collections import Counter
from collections.abc import Iterator
from itertools import chain

import pytest
import yaml

from dialogues.folding import fold
from dialogues.forms import Forms
from dialogues.loader import DEFAULT
from dialogues.understanding import CONCERN_LABEL, HARMLESS, URGENT_LABEL, understand
from dialogues.values import Audience, Content, Danger, Piece, Status, TopicText

LANGUAGES = ("sv", "en")
# fmt: off
EASY = {
    "my-rights", "is-this-honour", "control-at-home", "violence-at-home", "threats", "locked-in", "forced-marriage",
    "taken-abroad", "social-services", "confidentiality",
}
# fmt: on
LEVELS = tuple(Danger)
LEAST = {"urgent": 60, "concern": 40, "harmless": 20}  # phrases of each list

Section = tuple[str, TopicText, Audience, tuple[Piece, ...]]


@pytest.fixture(scope="session")
def sections(content: Content) -> list[Section]:
    """Every text of every audience in every language that people have written."""
    return list(_sections(content))


def _sections(content: Content) -> Iterator[Section]:
    for language in LANGUAGES:
        for text in content.languages[language].topics.values():
            for audience, pieces in text.pieces.items():
                yield language, text, audience, pieces


def test_every_topic_is_written_in_both_languages_and_ten_are_easy_too(content: Content) -> None:
    assert len(content.topics) == 38
    for language in LANGUAGES:
        topics = content.languages[language].topics
        assert set(topics) == set(content.topics)
        assert {id for id, text in topics.items() if text.easy} == EASY


def test_both_languages_say_the_same_to_the_same_people(content: Content) -> None:
    swedish, english = (content.languages[language].topics for language in LANGUAGES)
    for id, text in swedish.items():
        assert _outline(text) == _outline(english[id]), id
        assert text.next == english[id].next, id


def _outline(text: TopicText) -> dict[Audience, list[tuple[str, ...]]]:
    return {audience: [piece.facts for piece in pieces] for audience, pieces in text.pieces.items()}


def test_a_text_is_a_few_chat_sized_messages(sections: list[Section]) -> None:
    """How many at most, and how long they are, dialogues.rules says."""
    for language, text, audience, pieces in sections:
        assert len(pieces) >= 2, (language, text.id, audience)


def test_a_text_states_only_facts_of_its_topic(content: Content, sections: list[Section]) -> None:
    for language, text, _, pieces in sections:
        stated = {fact for piece in (*pieces, *text.easy) for fact in piece.facts}
        assert stated <= set(content.topics[text.id].facts), (language, text.id)


def test_facts_name_their_sources_unless_they_are_general_knowledge(content: Content) -> None:
    for fact in content.facts.values():
        assert fact.confidence in {"sourced", "bill", "general"}, fact.id
        assert fact.sources or fact.confidence == "general", fact.id


def test_every_text_leads_on_for_everyone_who_can_read_it(content: Content, sections: list[Section]) -> None:
    for language, text, audience, _ in sections:
        topics = content.languages[language].topics
        assert 2 <= len(text.next) <= 3, (language, text.id)
        assert text.id not in text.next
        assert all(audience in topics[other].pieces for other in text.next), (language, text.id, audience)


def test_every_audience_has_something_to_read(content: Content) -> None:
    for language in LANGUAGES:
        offered = Counter(audience for text in content.languages[language].topics.values() for audience in text.pieces)
        assert all(offered[audience] >= 15 for audience in Audience), offered


def test_no_text_claims_a_review_that_has_not_been(sections: list[Section]) -> None:
    for language, text, _, _ in sections:
        assert text.status is Status.DRAFT, (language, text.id)
        assert text.checked < text.review, (language, text.id)
        assert text.owner, (language, text.id)


def test_urgent_topics_are_known_as_such(content: Content) -> None:
    urgent = {topic.id for topic in content.topics.values() if topic.urgent}
    assert urgent >= {"threats", "locked-in", "taken-abroad", "suicidal"}


def test_who_does_not_want_to_live_hears_that_it_can_be_survived(content: Content) -> None:
    for language, survived in (("sv", "överleva"), ("en", "survived")):
        for pieces in content.languages[language].topics["suicidal"].pieces.values():
            said = " ".join(piece.text for piece in pieces)
            assert survived in said
            assert "90101" in said


def test_professionals_are_asked_to_write_no_names(content: Content) -> None:
    for language, refusal in (("sv", "Skriv inga namn"), ("en", "Write no names")):
        first = content.languages[language].topics["for-professionals"].pieces[Audience.PROFESSIONAL][0]
        assert refusal in first.text


def test_words_point_to_one_topic_only(content: Content) -> None:
    for language in LANGUAGES:
        topics = content.languages[language].topics.values()
        words = Counter(fold(word) for text in topics for word in dict.fromkeys(text.words))
        assert [word for word, count in words.items() if count > 1] == [], language
        for text in topics:
            assert 15 <= len(text.words) <= 35, (language, text.id)
            assert all(word == word.casefold() for word in text.words), (language, text.id)


# --- Danger ---


@pytest.mark.parametrize("language", LANGUAGES)
def test_danger_phrases_come_in_three_lists(language: str) -> None:
    lists = _phrases(language)
    assert {name: len(phrases) >= LEAST[name] for name, phrases in lists.items()} == dict.fromkeys(LEAST, True)
    for phrase in chain.from_iterable(lists.values()):
        assert phrase == phrase.casefold().strip(), phrase
    assert [name for name, phrases in lists.items() if len(phrases) != len(set(phrases))] == []


def _phrases(language: str) -> dict[str, list[str]]:
    lists: dict[str, list[str]] = yaml.safe_load((DEFAULT / language / "danger.yml").read_text(encoding="utf-8"))
    return lists


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_phrase_written_alone_has_at_least_the_danger_of_its_list(content: Content, language: str) -> None:
    lists = _phrases(language)
    weaker = [
        (level, phrase, found)
        for level in (Danger.URGENT, Danger.CONCERN)
        for phrase in lists[level]
        if LEVELS.index(found := understand(content, language, phrase).danger) < LEVELS.index(level)
    ]
    assert weaker == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_harmless_phrase_hides_the_danger_phrases_in_it(content: Content, language: str) -> None:
    """Of the phrases only: the recogniser may still see danger in a few words that stand alone."""
    lists = _phrases(language)
    phrases = content.languages[language].phrases
    assert [phrase for phrase in lists["harmless"] if _is_seen(phrases, fold(phrase).split())] == []


def _is_seen(phrases: Forms, words: list[str]) -> bool:
    found = phrases.find(words)
    hidden = {place + step for place, length, name in found if name == HARMLESS for step in range(length)}
    danger = [range(place, place + length) for place, length, name in found if name in {URGENT_LABEL, CONCERN_LABEL}]
    return any(hidden.isdisjoint(places) for places in danger)


@pytest.mark.parametrize(
    ("language", "typed", "danger"),
    [
        ("sv", "Pappa har en kniv!!", Danger.URGENT),
        ("sv", "han sa att han ska döda mig om jag träffar honom igen", Danger.URGENT),
        ("sv", "ja e inlast pa mitt rum, de har låst in mig", Danger.URGENT),
        ("sv", "planet går imorn o jag vill inte", Danger.URGENT),
        ("sv", "min lillasyster ska könsstympas", Danger.URGENT),
        ("sv", "bröllopet är på lördag", Danger.URGENT),
        ("sv", "mamma slår mig ibland", Danger.CONCERN),
        ("sv", "dom vill skicka mig till hemlandet i sommar", Danger.CONCERN),
        ("sv", "jag dog av skratt åt filmen", Danger.NONE),
        ("sv", "det slog mig att vi har prov imorgon", Danger.NONE),
        ("sv", "vad är barnkonventionen", Danger.NONE),
        ("en", "dad has a knife", Danger.URGENT),
        ("en", "they wont let me out of the house", Danger.URGENT),
        ("en", "our flight is on friday and i dont want to go", Danger.URGENT),
        ("en", "I don't want to live anymore", Danger.URGENT),
        ("en", "my brother hits me", Danger.CONCERN),
        ("en", "they want to send me back to my home country", Danger.CONCERN),
        ("en", "can i be anonymous here", Danger.NONE),
    ],
)
def test_danger_is_read_as_it_is_typed(content: Content, language: str, typed: str, danger: Danger) -> None:
    assert understand(content, language, typed).danger is danger
