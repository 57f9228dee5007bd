"""Whom a desk lets in, why it guides others elsewhere, and what it says before somebody waits."""

from dataclasses import replace
from datetime import datetime, time
from typing import Any

import pytest

from dialogues.admission import Reason, admit, next_hours, notices, refusal
from dialogues.doors import Ages, Anonymity, Desk, DeskChannel, Hours, OperatorKind, People, Span
from dialogues.hours import SWEDEN
from dialogues.values import AgeBand, Audience, Content, LanguageTexts, MessageKind, State

DESK = Desk(
    id="harbour",
    names={"sv": "Hamnen", "en": "Harbour"},
    operator=OperatorKind.ASSOCIATION,
    reporting={"sv": "Vi anmäler.", "en": "We report."},
    languages=(),
    people=frozenset(People),
    ages=Ages(),
    counties=frozenset(),
    hours=None,
    channels=frozenset(DeskChannel),
    capacity=3,
    anonymous=Anonymity.UNKNOWN,
    under_18={},
    limits={},
    planned=False,
)
YOUNG = (Audience.SELF, Audience.FRIEND, Audience.SIBLING)
FOR_WORK = frozenset({People.PROFESSIONALS})


def state(audience: Audience | None = None, age: AgeBand | None = None, county: str | None = None) -> State:
    return State(language="en", audience=audience, age_band=age, county=county)


# --- Who is let in ---


@pytest.mark.parametrize("audience", [*Audience, None])
@pytest.mark.parametrize("age", [*AgeBand, None])
def test_a_desk_without_limits_takes_everybody(audience: Audience | None, age: AgeBand | None) -> None:
    assert admit(DESK, state(audience, age, "skane")) is None


def test_what_is_not_said_never_refuses() -> None:
    strict = replace(DESK, people=FOR_WORK, ages=Ages(13, 26), counties=frozenset({"skane"}))
    assert admit(strict, state()) is None


@pytest.mark.parametrize("audience", YOUNG)
def test_a_desk_for_professionals_guides_the_young_elsewhere(audience: Audience) -> None:
    desk = replace(DESK, people=FOR_WORK)
    assert admit(desk, state(audience)) is Reason.PROFESSIONALS
    assert admit(desk, state(Audience.PROFESSIONAL)) is None


def test_a_desk_that_answers_no_professionals_guides_them_elsewhere() -> None:
    desk = replace(DESK, people=frozenset({People.YOUTH}))
    assert admit(desk, state(Audience.PROFESSIONAL)) is Reason.EXPOSED
    assert [admit(desk, state(audience)) for audience in YOUNG] == [None, None, None]


@pytest.mark.parametrize(
    ("ages", "out"),
    [
        (Ages(13, 26), {AgeBand.UNDER_13, AgeBand.OVER_26}),
        (Ages(15, 25), {AgeBand.UNDER_13, AgeBand.OVER_26}),
        (Ages(16, None), {AgeBand.UNDER_13, AgeBand.FROM_13}),
        (Ages(None, 19), {AgeBand.FROM_21, AgeBand.OVER_26}),
        (Ages(10, 12), set(AgeBand) - {AgeBand.UNDER_13}),
    ],
)
def test_only_an_age_wholly_outside_is_guided_elsewhere(ages: Ages, out: set[AgeBand]) -> None:
    desk = replace(DESK, ages=ages)
    assert {age for age in AgeBand if admit(desk, state(age=age)) is Reason.AGES} == out


def test_another_county_is_guided_elsewhere() -> None:
    desk = replace(DESK, counties=frozenset({"skane"}))
    assert admit(desk, state(county="skane")) is None
    assert admit(desk, state(county="uppsala")) is Reason.COUNTY


def test_nobody_waits_for_somebody_who_cannot_read_them() -> None:
    assert admit(replace(DESK, languages=("sv",)), state()) is Reason.LANGUAGE
    assert admit(replace(DESK, languages=("sv", "en")), state()) is None
    assert admit(replace(DESK, languages=("ar",)), State(language="ar")) is None
    assert admit(replace(DESK, languages=()), State(language="ti")) is None  # not stated is not refused


def test_of_several_reasons_the_first_is_said() -> None:
    desk = replace(
        DESK, people=FOR_WORK, ages=Ages(13, 26), counties=frozenset({"skane"}), languages=("sv",), planned=True
    )
    who = state(Audience.SELF, AgeBand.OVER_26, "uppsala")
    lifts: list[dict[str, Any]] = [
        {"planned": False},
        {"people": frozenset(People)},
        {"ages": Ages()},
        {"counties": frozenset()},
        {"languages": ()},
    ]
    seen = []
    for lifted in lifts:
        seen.append(admit(desk, who))
        desk = replace(desk, **lifted)
    assert seen == [Reason.PLANNED, Reason.PROFESSIONALS, Reason.AGES, Reason.COUNTY, Reason.LANGUAGE]
    assert admit(desk, who) is None


# --- What is said to who is guided elsewhere ---


def test_who_is_let_in_is_not_refused(content: Content) -> None:
    assert refusal(content, DESK, state()) == ""


@pytest.mark.parametrize(
    ("desk", "who", "said"),
    [
        (replace(DESK, planned=True), state(), "Harbour does not answer yet."),
        (replace(DESK, people=FOR_WORK), state(Audience.SELF), "Harbour only answers people who meet young people"),
        (
            replace(DESK, ages=Ages(13, 26)),
            state(age=AgeBand.OVER_26),
            "Harbour answers people who are 13–26 years old",
        ),
        (replace(DESK, ages=Ages(16)), state(age=AgeBand.FROM_13), "people who are 16 or older"),
        (replace(DESK, counties=frozenset({"skane"})), state(county="uppsala"), "Harbour answers people in Skåne."),
        (replace(DESK, languages=("sv", "tlh")), state(), "Harbour answers in Svenska, tlh."),
    ],
)
def test_the_reason_is_said_in_full(content: Content, desk: Desk, who: State, said: str) -> None:
    assert said in refusal(content, desk, who)


def test_every_reason_has_a_sentence_in_every_language(content: Content) -> None:
    for texts in content.languages.values():
        assert {f"elsewhere.{reason}" for reason in Reason} <= set(texts.flow), texts.language


# --- What is said beside the briefing ---


def said(content: Content, desk: Desk, who: State) -> list[str]:
    shown = notices(content, desk, who)
    assert {message.kind for message in shown} == {MessageKind.NOTICE}
    return [message.text for message in shown]


def test_a_desk_without_limits_says_only_what_it_must_report(content: Content) -> None:
    assert said(content, DESK, state()) == ["We report."]


@pytest.mark.parametrize("age", [None, AgeBand.FROM_13, AgeBand.FROM_21])
def test_the_ages_are_said_to_who_may_be_outside_them(content: Content, age: AgeBand | None) -> None:
    desk = replace(DESK, ages=Ages(15, 25))
    assert "Harbour is there for people who are 15–25 years old." in said(content, desk, state(age=age))


@pytest.mark.parametrize("age", [AgeBand.FROM_16, AgeBand.FROM_18])
def test_the_ages_are_not_said_to_who_is_inside_them(content: Content, age: AgeBand) -> None:
    assert said(content, replace(DESK, ages=Ages(15, 25)), state(age=age)) == ["We report."]


def test_what_holds_under_18_is_said_to_who_may_be(content: Content) -> None:
    desk = replace(DESK, under_18={"sv": "Fråga först.", "en": "Ask first."})
    told = {age for age in (*AgeBand, None) if "Ask first." in said(content, desk, state(age=age))}
    assert told == {None, AgeBand.UNDER_13, AgeBand.FROM_13, AgeBand.FROM_16}


def test_limits_and_anonymity_at_first_are_said_to_everybody(content: Content) -> None:
    desk = replace(DESK, limits={"sv": "Femton samtal.", "en": "Fifteen talks."}, anonymous=Anonymity.FIRST_TIME)
    assert said(content, desk, state(age=AgeBand.OVER_26)) == [
        "We report.",
        "Fifteen talks.",
        "You can be anonymous the first time.",
    ]


def in_arabic(content: Content) -> Content:
    """The content with one more language, which no desk has words in."""
    texts: LanguageTexts = replace(content.languages["en"], language="ar", direction="rtl")
    return replace(content, languages={**content.languages, "ar": texts})


def test_words_that_a_language_lacks_are_lent_and_marked_as_such(content: Content) -> None:
    more = in_arabic(content)
    _, lent = notices(more, DESK, State(language="ar"))
    assert (lent.text, lent.language, lent.direction) == ("We report.", "en", "ltr")
    _, lent = notices(more, replace(DESK, reporting={"sv": "Vi anmäler."}), State(language="ar"))
    assert (lent.text, lent.language) == ("Vi anmäler.", "sv")
    (own,) = notices(more, DESK, State(language="sv"))
    assert (own.text, own.language) == ("Vi anmäler.", "")


def test_the_duty_to_report_is_read_in_every_language_also_where_the_desk_has_no_words_in_it(content: Content) -> None:
    for texts in content.languages.values():
        duty, *others = notices(content, DESK, State(language=texts.language))
        assert duty.language == ""
        assert duty.text == (DESK.reporting.get(texts.language) or texts.flow["topics.report"])
        assert [other.text for other in others] == ([] if texts.language in DESK.reporting else ["We report."])


# --- Hours ---

OFFICE = Hours(spans=(Span(frozenset(range(5)), time(9), time(16)),))


def at(content: Content, day: int, hour: int) -> Content:
    return replace(content, now=datetime(2026, 12, day, hour, tzinfo=SWEDEN))


def test_a_desk_that_states_no_hours_says_none(content: Content) -> None:
    assert next_hours(content, DESK, state()) == ""
    assert next_hours(content, replace(DESK, hours=Hours(always=True)), state()) == ""


@pytest.mark.parametrize(
    ("day", "hour", "again"),
    [(2, 8, "today at 09:00"), (2, 20, "tomorrow at 09:00"), (4, 20, "on Monday at 09:00"), (24, 12, "on Monday")],
)
def test_who_comes_out_of_hours_hears_when_the_desk_answers_again(
    content: Content, day: int, hour: int, again: str
) -> None:
    told = next_hours(at(content, day, hour), replace(DESK, hours=OFFICE), state())
    assert told.startswith(f"Harbour does not answer right now. Harbour answers again {again}")


def test_within_its_hours_there_is_nothing_to_say(content: Content) -> None:
    assert next_hours(at(content, 2, 12), replace(DESK, hours=OFFICE), state()) == ""


def test_hours_that_never_come_promise_nothing(content: Content) -> None:
    never = Hours(spans=(Span(frozenset(), time(9), time(16)),))
    assert next_hours(content, replace(DESK, hours=never), state()) == "Harbour does not answer right now."
