"""What staff have at hand: the same in both languages, nothing too old, services as their visitor may see them."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from dialogues.hand import cards, phrases, texts
from dialogues.hours import SWEDEN
from dialogues.values import AgeBand, Audience, Content, State, Status

WRITTEN, MACHINE = ("sv", "en"), ("ar", "ckb", "fa", "so", "ti")


@pytest.mark.parametrize("theirs", WRITTEN + MACHINE)
def test_every_phrase_is_there_in_the_visitors_language(content: Content, theirs: str) -> None:
    found = phrases(content, "sv", theirs)
    assert len(found) == 15
    assert len({each.theirs for each in found}) == 15
    assert {each.status for each in found} == {content.languages[theirs].status}
    assert all(each.language == theirs and each.own and each.theirs for each in found)
    assert all((each.own == each.theirs) is (theirs == "sv") for each in found)


def test_a_phrase_asks_for_no_name_and_no_place(content: Content) -> None:
    for language, asked in (
        ("sv", ("vad heter du", "var bor du", "var är du")),
        ("en", ("your name?", "where are you")),
    ):
        said = " ".join(each.own for each in phrases(content, language, language)).lower()
        assert not any(words in said for words in asked if words + "." not in said)


@pytest.mark.parametrize("theirs", WRITTEN + MACHINE)
def test_a_text_is_the_same_piece_in_both_languages(content: Content, theirs: str) -> None:
    found = texts(content, "en", theirs, Audience.SELF, "threats")
    title = content.languages["en"].topics["threats"].title
    first = [each for each in found if each.title == title]
    assert found[: len(first)] == first
    mine = content.languages["en"].topics["threats"].pieces[Audience.SELF]
    other = content.languages[theirs].topics["threats"].pieces[Audience.SELF]
    assert [each.own for each in first] == [piece.text for piece in mine]
    assert [each.theirs for each in first] == [piece.text for piece in other]
    assert {each.language for each in first} == {theirs}


def test_what_a_language_lacks_comes_in_the_one_that_it_leans_on(content: Content) -> None:
    found = texts(content, "en", "ar", Audience.SELF, None)
    lent = {each.language for each in found}
    assert lent == {"ar", "sv"}
    assert {each.status for each in found if each.language == "ar"} == {Status.MACHINE}
    topics = content.languages["en"].topics.values()
    assert {each.title for each in found} == {text.title for text in topics if text.pieces.get(Audience.SELF)}


def test_a_text_past_its_review_is_not_at_hand(content: Content) -> None:
    last = max(text.review for text in content.languages["sv"].topics.values())
    late = replace(content, now=datetime.combine(last + timedelta(days=1), datetime.min.time(), SWEDEN))
    assert texts(content, "en", "sv", None, None)
    assert texts(late, "en", "sv", None, None) == []


def test_services_are_those_that_the_visitor_may_see_in_both_languages(content: Content) -> None:
    state = State(language="ar", audience=Audience.SELF, age_band=AgeBand.FROM_16)
    found = cards(content, "sv", state)
    assert 2 <= len(found) <= 8
    assert found[0].own.startswith("Nödnumret: 112\n")
    assert "112" in found[0].theirs
    for each in found:
        name, _, about = each.theirs.partition("\n")
        assert name
        assert about
        assert each.language == "ar"
