"""What every Swedish and English text keeps to: easy to read, sourced, urgent first, never harmful."""

from collections import Counter
from collections.abc import Iterator
from itertools import chain

import pytest
import yaml

from dialogues.folding import fold
from dialogues.loader import DEFAULT
from dialogues.understanding import understand
from dialogues.values import Audience, Content, Danger, Matcher, Piece, Status, TopicText
from tests.dialogues.lix import lix

LANGUAGES = ("sv", "en")
# fmt: off
EASY = {
    "my-rights", "is-this-honour", "control-at-home", "violence-at-home", "threats", "locked-in", "forced-marriage",
    "taken-abroad", "social-services", "confidentiality",
}

# What no text may say: sending the reader to the family, telling to leave or stay, plans and scores, promises for
# others, promises of secrecy, penalties, questions that identify, blame.
FORBIDDEN = {
    "sv": [
        "prata med dina föräldrar", "prata med din mamma", "prata med din pappa", "prata med din familj",
        "prata med familjen", "försona", "förlåt", "lämna hemmet", "du måste lämna", "du bör lämna", "du borde",
        "fly hemifrån", "rymma", "stanna hemma", "stanna kvar hemma", "gå hem igen", "flytta hem", "säkerhetsplan",
        "checklista", "riskpoäng", "låg risk", "hög risk", "de kommer att", "polisen kommer", "socialtjänsten kommer",
        "skolan kommer", "vi lovar", "garanti", "garantera", "ingen får veta", "ingen kommer att", "helt hemligt",
        "fängelse", "böter", "straffas", "vad heter du", "var bor du", "var är du", "vilken skola", "vilken stad",
        "det är ditt fel", "varför har du inte", "skyll dig", "medl",
    ],
    "en": [
        "talk to your parents", "talk to your mother", "talk to your father", "talk to your family",
        "talk to the family", "reconcile", "forgive", "leave home", "you must leave", "you should leave", "you ought",
        "run away", "stay at home", "stay home", "go home", "move back", "safety plan", "checklist", "risk score",
        "low risk", "high risk", "they will", "the police will", "social services will", "the school will",
        "we promise", "guarantee", "nobody will", "no one will", "completely secret", "prison", "jail", "punish",
        "what is your name", "where do you live", "where are you", "which school", "which town", "it is your fault",
        "why did you not", "you should have", "mediat",
    ],
}
# The same words, where a text warns against them or names an authority.
ALLOWED = {
    "sv": ["försök inte medla", "arbetsförmedlingen"], "en": ["do not try to mediate", "do not talk to the family"],
}
# fmt: on
PROPOSED = {"sv": "lagförslag", "en": "proposal"}
UNCONFIRMED = {"sv": "inte kunnat bekräfta", "en": "not been able to confirm"}
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
    for language, text, audience, pieces in sections:
        assert 2 <= len(pieces) <= 5, (language, text.id, audience)
        assert len(text.easy) <= 5, (language, text.id)
        for piece in (*pieces, *text.easy):
            assert len(piece.text.split()) <= 60, (language, text.id, audience, piece.text)


def test_swedish_is_easy_to_read(sections: list[Section]) -> None:
    measured = {
        (text.id, audience): _measure(pieces) for language, text, audience, pieces in sections if language == "sv"
    }
    assert {where: value for where, value in measured.items() if value > 38} == {}
    assert sum(measured.values()) / len(measured) <= 30


def test_the_easy_variant_is_easier(content: Content) -> None:
    for id in EASY:
        text = content.languages["sv"].topics[id]
        assert _measure(text.easy) <= 25, id
        assert _measure(text.easy) < _measure(text.pieces[Audience.SELF]), id


def _measure(pieces: tuple[Piece, ...]) -> float:
    return lix(" ".join(piece.text for piece in pieces))


def test_lix_measures_as_its_definition_says() -> None:
    assert lix("Jag är här. Du är där.") == 3
    assert lix("Socialtjänsten svarar.") == 2 + 50
    with pytest.raises(ValueError, match="without words"):
        lix("...")


def test_a_text_states_only_facts_of_its_topic(content: Content, sections: list[Section]) -> None:
    for language, text, _, pieces in sections:
        stated = {fact for piece in (*pieces, *text.easy) for fact in piece.facts}
        assert stated <= set(content.topics[text.id].facts), (language, text.id)


def test_what_is_not_confirmed_is_said_to_be_so(content: Content, sections: list[Section]) -> None:
    for language, text, audience, pieces in sections:
        for piece in (*pieces, *text.easy):
            levels = {content.facts[fact].confidence for fact in piece.facts}
            if "bill" in levels:
                assert PROPOSED[language] in piece.text, (language, text.id, audience)
            elif "general" in levels:
                said = PROPOSED[language] in piece.text or UNCONFIRMED[language] in piece.text
                assert said, (language, text.id, audience)


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


def test_no_text_says_what_can_harm(content: Content, sections: list[Section]) -> None:
    for language, text in chain(_said(sections), _said_elsewhere(content)):
        said = text.casefold()
        for allowed in ALLOWED[language]:
            said = said.replace(allowed, "")
        assert [phrase for phrase in FORBIDDEN[language] if phrase in said] == [], text
        assert "!" not in text


def _said(sections: list[Section]) -> Iterator[tuple[str, str]]:
    for language, text, _, pieces in sections:
        yield language, text.title
        yield from ((language, piece.text) for piece in (*pieces, *text.easy))


def _said_elsewhere(content: Content) -> Iterator[tuple[str, str]]:
    for language in LANGUAGES:
        texts = content.languages[language]
        yield from ((language, said) for said in (*texts.flow.values(), *texts.page.values()))
        for service in content.services.values():
            yield language, f"{service.names[language]} {service.about.get(language, '')}"
        for desk in content.desks.values():
            said = (desk.names, desk.reporting, desk.under_18, desk.limits)
            yield language, " ".join(part.get(language, "") for part in said)


def test_urgent_topics_name_112_in_their_first_message(content: Content, sections: list[Section]) -> None:
    urgent = [section for section in sections if content.topics[section[1].id].urgent]
    assert {text.id for _, text, _, _ in urgent} >= {"threats", "locked-in", "taken-abroad", "suicidal"}
    for language, text, audience, pieces in urgent:
        assert "112" in pieces[0].text, (language, text.id, audience)
        assert not text.easy or "112" in text.easy[0].text, (language, text.id)


def test_every_danger_message_names_112(content: Content) -> None:
    for language in LANGUAGES:
        said = {key: text for key, text in content.languages[language].flow.items() if key.startswith("danger.")}
        assert said
        assert [key for key, text in said.items() if "112" not in text] == [], language


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
    matcher = content.languages[language].matcher
    assert [phrase for phrase in lists["harmless"] if _is_seen(matcher, fold(phrase).split())] == []


def _is_seen(matcher: Matcher, words: list[str]) -> bool:
    hidden = {place + step for place, length, _ in matcher.harmless.find(words) for step in range(length)}
    return any(hidden.isdisjoint(range(place, place + length)) for place, length, _ in matcher.danger.find(words))


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
