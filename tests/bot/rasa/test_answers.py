"""What the actions read out of slots, and whom the desk takes."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.rasa.answers import Place, Told, read_state, respond
from bot.rasa.names import ActionName, topic_intent
from dialogues import directory
from dialogues.doors import Access
from dialogues.values import AgeBand, Audience, Content, Danger, State

PAGE = "https://page.example/"


@pytest.mark.parametrize(
    ("said", "band"),
    [
        ("13_15", AgeBand.FROM_13),
        (" UNDER_13 ", AgeBand.UNDER_13),
        (0, AgeBand.UNDER_13),
        (12, AgeBand.UNDER_13),
        (12.9, AgeBand.UNDER_13),
        (13, AgeBand.FROM_13),
        ("17", AgeBand.FROM_16),
        (18.0, AgeBand.FROM_18),
        (26, AgeBand.FROM_21),
        (27, AgeBand.OVER_26),
        ("", None),
        (-1, None),
        (-0.5, None),
        (200, None),
        (True, None),
        ("nan", None),
        ("inf", None),
        (10**400, None),
        ([16], None),
    ],
)
def test_an_age_is_a_band_or_years(content: Content, said: object, band: AgeBand | None) -> None:
    assert read_state(content, {"age": said}).age_band is band


def test_slots_are_read_as_a_state(content: Content) -> None:
    slots = {"language": "EN", "topic": "threats", "audience": "friend", "county": "uppsala", "danger": "concern"}
    state = read_state(content, slots | {"age": 16, "name": "marked"})
    assert state == State("en", "topics", Audience.FRIEND, "threats", AgeBand.FROM_16, "uppsala", Danger.CONCERN)


def test_whom_the_desk_does_not_take_is_guided_on(content: Content) -> None:
    answer = respond(content, Place("origo", PAGE), ActionName.HANDOVER, Told({"age": 40, "language": "en"}))
    assert "Origo" in answer.texts[0]
    assert "tel:112" in answer.texts[1]
    assert not any(PAGE in text for text in answer.texts)


def test_what_holds_for_the_desk_is_said_before_its_page(content: Content) -> None:
    desk = content.desks["origo"]
    answer = respond(content, Place("origo", PAGE), ActionName.HANDOVER, Told({"age": 16, "language": "en"}))
    assert answer.texts[0] == desk.reporting["en"]
    assert desk.limits["en"] in answer.texts
    assert answer.texts[-1].endswith(PAGE)


@pytest.mark.parametrize("band", ["under_13", "13_15", "16_17"])
def test_the_young_see_no_door_that_is_closed_to_them(content: Content, band: str) -> None:
    for county in content.counties:
        answer = respond(content, Place("demo", PAGE), ActionName.DIRECTORY, Told({"age": band, "county": county}))
        state = State(age_band=AgeBand(band), county=county)
        shown = directory.doors(content, state)
        assert all(service.access is Access.DIRECT for service in shown)
        assert len(answer.texts[1].split("\n\n")) == len(shown)


def test_hours_are_told_for_the_moment(content: Content) -> None:
    told, place = Told({"county": "uppsala"}), Place("demo", PAGE)
    night = replace(content, now=content.now + timedelta(hours=15))
    day_texts = respond(content, place, ActionName.DIRECTORY, told).texts
    assert respond(night, place, ActionName.DIRECTORY, told).texts != day_texts


def test_every_button_leads_to_an_intent_of_the_export(content: Content) -> None:
    known = {topic_intent(topic) for topic in content.topics}
    known |= {"fristad_topics", "fristad_services", "fristad_person", "fristad_danger"}
    for language in content.languages:
        for topic in content.topics:
            told = Told({"topic": topic, "language": language}, "hej", topic_intent(topic))
            answer = respond(content, Place("demo", PAGE), ActionName.ANSWER, told)
            assert answer.texts
            assert {intent for _, intent in answer.buttons} <= known
            assert answer.slots["topic"] == topic
