"""Easy-to-read texts, texts lent by another language, danger beside Swedish, other doors, where free text leads."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import cast

import pytest

from dialogues.engine import UnknownChoice, enter, step
from dialogues.recogniser import Recogniser
from dialogues.values import (
    AgeBand,
    Audience,
    ChoiceKind,
    Choose,
    Content,
    Danger,
    Message,
    MessageKind,
    Piece,
    Reply,
    Say,
    State,
    Status,
)

MACHINE = ["ar", "ckb", "fa", "so", "ti"]


def ids(reply: Reply) -> list[str]:
    return [choice.id for choice in reply.choices]


def of_kind(reply: Reply, kind: MessageKind) -> list[Message]:
    return [message for message in reply.messages if message.kind is kind]


def texts(reply: Reply) -> list[str]:
    return [message.text for message in of_kind(reply, MessageKind.TEXT)]


def said(pieces: tuple[Piece, ...]) -> list[str]:
    return [piece.text for piece in pieces]


# --- Easy to read ---


def test_the_easy_text_is_chosen_and_left_again(content: Content) -> None:
    text = content.languages["en"].topics["threats"]
    state, reply = step(content, State(language="en", node="topics", audience=Audience.SELF), Choose("topic:threats"))
    assert texts(reply) == said(text.pieces[Audience.SELF])
    assert ("easy" in ids(reply), "full" in ids(reply)) == (True, False)
    state, reply = step(content, state, Choose("easy"))
    assert state.easy
    assert texts(reply) == said(text.easy)
    assert ("easy" in ids(reply), "full" in ids(reply)) == (False, True)
    state, reply = step(content, state, Choose("full"))
    assert not state.easy
    assert texts(reply) == said(text.pieces[Audience.SELF])


def test_the_easy_texts_stay_chosen_for_the_next_topic(content: Content) -> None:
    _, reply = step(content, State(language="sv", node="topic", topic="threats", easy=True), Choose("topic:my-rights"))
    assert texts(reply) == said(content.languages["sv"].topics["my-rights"].easy)


@pytest.mark.parametrize("audience", [Audience.FRIEND, Audience.SIBLING, Audience.PROFESSIONAL])
def test_who_asks_for_somebody_else_is_not_offered_the_easy_text(content: Content, audience: Audience) -> None:
    state = State(language="en", node="topics", audience=audience, easy=True)
    _, reply = step(content, state, Choose("topic:threats"))
    assert texts(reply) == said(content.languages["en"].topics["threats"].pieces[audience])
    assert not {"easy", "full"} & set(ids(reply))


# --- A text in another language ---


@pytest.mark.parametrize("language", MACHINE)
def test_a_text_that_is_not_translated_is_shown_in_the_other_language_and_says_so(
    content: Content, language: str
) -> None:
    own = content.languages[language]
    other = content.languages[own.fallback]
    state = State(language=language, node="topics", audience=Audience.SELF)
    _, reply = step(content, state, Choose("topic:lgbtq"))
    assert of_kind(reply, MessageKind.TITLE) == [Message(MessageKind.TITLE, own.topics["lgbtq"].title)]
    shown = of_kind(reply, MessageKind.TEXT)
    assert [message.text for message in shown] == said(other.topics["lgbtq"].pieces[Audience.SELF])
    assert {(message.language, message.direction) for message in shown} == {(other.language, other.direction)}
    notice = of_kind(reply, MessageKind.NOTICE)[0]
    assert notice.text == own.flow["topic.fallback"].format(language=own.name, shown=other.name)
    assert notice.language == ""
    assert reply.messages.index(notice) < reply.messages.index(shown[0])


def test_a_translated_text_is_the_page_s_own_and_says_that_a_machine_made_it(content: Content) -> None:
    own = content.languages["ar"].topics["threats"]
    state = State(language="ar", node="topics", audience=Audience.SELF)
    _, reply = step(content, state, Choose("topic:threats"))
    shown = of_kind(reply, MessageKind.TEXT)
    assert [message.text for message in shown] == said(own.pieces[Audience.SELF])
    assert {message.language for message in shown} == {""}
    (notice,) = of_kind(reply, MessageKind.NOTICE)
    assert own.checked.isoformat() in notice.text


# --- Danger beside Swedish ---


@pytest.mark.parametrize("language", MACHINE)
@pytest.mark.parametrize("key", ["danger.call", "danger.topic"])
def test_an_unchecked_danger_message_stands_beside_the_swedish_one(content: Content, language: str, key: str) -> None:
    state = State(language=language, node="topics")
    _, reply = step(content, state, Choose("danger-now" if key == "danger.call" else "topic:threats"))
    own, other = of_kind(reply, MessageKind.DANGER)
    swedish = content.languages["sv"]
    assert (own.text, own.language) == (content.languages[language].flow[key], "")
    assert (other.text, other.language, other.direction) == (swedish.flow[key], "sv", "ltr")
    assert "112" in own.text
    assert reply.messages[:2] == (own, other)


def test_a_danger_message_that_a_person_has_checked_stands_alone(content: Content) -> None:
    checked = replace(content.languages["ar"], status=Status.REVIEWED)
    reviewed = replace(content, languages={**content.languages, "ar": checked})
    _, reply = step(reviewed, State(language="ar", node="topics"), Choose("danger-now"))
    assert len(of_kind(reply, MessageKind.DANGER)) == 1


# --- Other doors ---


def test_others_are_narrowed_by_county_and_age_and_lead_back_there(content: Content) -> None:
    state, reply = step(content, State(language="en", node="topics"), Choose("others"))
    assert of_kind(reply, MessageKind.LINES)[0].items[0].href == "tel:112"
    assert {"narrow-county", "narrow-age", "topics", "person"} <= set(ids(reply))
    state, reply = step(content, state, Choose("narrow-county"))
    assert [choice.label for choice in reply.choices if choice.id.startswith("county:")] == [*content.counties.values()]
    state, reply = step(content, state, Choose("county:uppsala"))
    assert (state.node, state.county) == ("others", "uppsala")
    assert of_kind(reply, MessageKind.LINES)
    state, _ = step(content, state, Choose("narrow-age"))
    state, reply = step(content, state, Choose("age:13_15"))
    assert (state.node, state.county, state.age_band) == ("others", "uppsala", AgeBand.FROM_13)
    assert of_kind(reply, MessageKind.LINES)


def test_what_others_were_narrowed_by_is_taken_back(content: Content) -> None:
    state = State(language="en", node="others", county="uppsala", age_band=AgeBand.FROM_13)
    for narrow, unsaid in (("narrow-county", "county-unsaid"), ("narrow-age", "age-unsaid")):
        state, _ = step(content, state, Choose(narrow))
        state, _ = step(content, state, Choose(unsaid))
        assert state.node == "others"
    assert (state.county, state.age_band) == (None, None)


def test_a_county_opens_the_doors_that_are_there_only(content: Content) -> None:
    few = {id: one for id, one in content.services.items() if one.id == "112" or "jamtland" in one.counties}
    near = replace(content, services=few)
    shown = {}
    for county in (None, "jamtland", "uppsala"):
        _, reply = enter(near, State(language="en", county=county), "others")
        shown[county] = {item.label for item in of_kind(reply, MessageKind.LINES)[0].items}
    assert len(shown["jamtland"]) > len(shown[None])
    assert len(shown[None]) == 1


@pytest.mark.parametrize("choice", ["county:nowhere", "age:999", "age:13_15"])
def test_what_the_list_of_counties_does_not_offer_is_refused(content: Content, choice: str) -> None:
    with pytest.raises(UnknownChoice):
        step(content, State(language="en", node="narrow-county"), Choose(choice))


# --- Free text ---


@dataclass(frozen=True)
class Scored:
    """A recogniser that has made up its mind."""

    topics: dict[str, float]
    all: tuple[str, ...]

    def scores(self, words: Iterable[str]) -> dict[str, float]:
        quiet = {"danger urgent": -9.0, "danger concern": -9.0, "topic -": -9.0}
        return quiet | {f"topic {id}": self.topics.get(id, -8.0) for id in self.all}


def scored(content: Content, **topics: float) -> Content:
    named = {id.replace("_", "-"): score for id, score in topics.items()}
    return replace(content, recogniser=cast(Recogniser, Scored(named, tuple(content.topics))))


UNHEARD = Say("qwzx vbnm")  # no phrase of any language


def test_an_answer_that_stands_out_goes_straight_to_the_topic(content: Content) -> None:
    sure = scored(content, lgbtq=3.0, school=0.5)
    state, reply = step(sure, State(language="en", node="topics", audience=Audience.SELF), UNHEARD)
    assert (state.node, state.topic) == ("topic", "lgbtq")
    assert of_kind(reply, MessageKind.TITLE)[0].text == content.languages["en"].topics["lgbtq"].title


def test_answers_that_are_close_are_offered_best_first(content: Content) -> None:
    unsure = scored(content, school=0.9, lgbtq=1.0, shelter=0.8, divorce=0.7)
    state, reply = step(unsure, State(language="en", node="topics", audience=Audience.SELF), UNHEARD)
    assert (state.node, state.topic) == ("suggest", None)
    offered = [choice.id for choice in reply.choices if choice.kind is ChoiceKind.TOPIC]
    assert offered == ["topic:lgbtq", "topic:school", "topic:shelter"]
    assert {"topics", "person"} <= set(ids(reply))
    state, _ = step(unsure, state, Choose("topic:school"))
    assert (state.node, state.topic) == ("topic", "school")


def test_an_answer_that_stands_out_but_is_not_for_this_audience_is_not_shown(content: Content) -> None:
    sure = scored(content, for_professionals=3.0, school=1.0)
    state, reply = step(sure, State(language="en", node="topics", audience=Audience.SELF), UNHEARD)
    assert state.node == "suggest"
    assert "topic:for-professionals" not in ids(reply)
    assert "topic:school" in ids(reply)


def test_nothing_that_fits_is_said_honestly(content: Content) -> None:
    state, _ = step(scored(content), State(language="en", node="topics"), UNHEARD)
    assert (state.node, state.danger) == ("unclear", Danger.NONE)
