"""Who is shown which door: never one that is not for them, 112 first, and each with a way through it."""

import re
from dataclasses import replace
from datetime import datetime, time
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogues.directory import MOST, doors, lines
from dialogues.doors import Access, Ages, Group, Hours, People, Service, Span
from dialogues.hours import opening
from dialogues.values import AgeBand, Audience, Content, Item, MessageKind, State
from tests.dialogues.directories import CHECKED, COUNTIES, DEMO, REAL, SERVICES, TOPICS, at

YOUNG = (Audience.SELF, Audience.FRIEND, Audience.SIBLING, None)
BANDS = (*AgeBand, None)
MINORS = (AgeBand.UNDER_13, AgeBand.FROM_13, AgeBand.FROM_16)
HIDDEN = {id for id, service in SERVICES.items() if service.access is not Access.DIRECT}
FOR_WORK = {id for id, service in SERVICES.items() if service.people == {People.PROFESSIONALS}}
STATES = st.builds(
    State,
    language=st.sampled_from(("sv", "en", "so")),
    audience=st.sampled_from((*Audience, None)),
    topic=st.sampled_from((*TOPICS, None)),
    age_band=st.sampled_from(BANDS),
    county=st.sampled_from((*COUNTIES, None)),
)
HOURS = st.tuples(st.integers(1, 28), st.integers(1, 12), st.integers(0, 23)).map(
    lambda when: at(DEMO, 2026, when[1], when[0], when[2], 30).now
)


def ids(content: Content, state: State) -> list[str]:
    return [service.id for service in doors(content, state)]


def item(content: Content, state: State, id: str) -> Item:
    return lines(content, state).items[ids(content, state).index(id)]


def only(content: Content, *names: str, **changed: Any) -> Content:
    """The content with these services alone, each changed."""
    kept = {id: replace(SERVICES[id], **changed) for id in names}
    return replace(content, services={"112": SERVICES["112"], **kept})


# --- Who is never shown what ---


def test_the_directory_holds_everyone_that_the_reports_name_and_more() -> None:
    assert len(SERVICES) >= 92 + 7 + 1
    assert len(HIDDEN) > 50


def test_no_young_person_is_ever_shown_what_is_not_for_the_young() -> None:
    """Every one alone, so that nothing better pushes it off the list, in every state, by day and by night."""
    everyone = {id: replace(s, phone=s.phone or "08-1", checked=CHECKED) for id, s in SERVICES.items()}
    for id in HIDDEN | FOR_WORK:
        alone = replace(DEMO, services={id: everyone[id]})
        for audience, band, county in product(YOUNG, BANDS, (None, *everyone[id].counties)):
            for topic in ("exploitation", "for-professionals", "stuck-abroad", None):
                assert doors(alone, State(audience=audience, topic=topic, age_band=band, county=county)) == []


@given(STATES, HOURS)
def test_what_is_shown_is_for_that_person(state: State, now: datetime) -> None:
    content = replace(DEMO, now=now)
    found = doors(content, state)
    assert found[0].id == "112"
    assert len(found) <= MOST
    assert len({service.id for service in found}) == len(found)
    for service in found:
        assert service.phone or service.chat or service.web
        assert not service.counties or state.county in service.counties
        if state.audience is not Audience.PROFESSIONAL:
            assert service.id not in HIDDEN | FOR_WORK
            if state.age_band in MINORS:
                assert People.YOUTH in service.people
                assert service.takes_minors is not False
                assert (service.ages.least or 0) < 18
        if state.age_band is AgeBand.OVER_26:
            assert service.ages.most is None or service.ages.most > 26


@given(STATES)
def test_what_nobody_has_checked_is_shown_in_the_demonstration_only(state: State) -> None:
    assert doors(replace(DEMO, demo=False), state) == []
    assert all(service.checked for service in doors(REAL, state))


@pytest.mark.parametrize("band", MINORS)
def test_who_is_under_18_is_not_sent_where_only_adults_are_taken(band: AgeBand) -> None:
    adults = only(DEMO, "polisen", people=frozenset({People.ADULTS, People.RELATIVES}))
    refused = only(DEMO, "polisen", takes_minors=False)
    for audience in YOUNG:
        state = State(audience=audience, age_band=band)
        assert ids(adults, state) == ids(refused, state) == ["112"]
        assert ids(adults, state._replace(age_band=AgeBand.FROM_18)) == ["112", "polisen"]


def test_a_professional_asks_about_a_child_where_professionals_are_answered() -> None:
    asks = only(DEMO, "polisen", people=frozenset({People.PROFESSIONALS, People.ADULTS}))
    assert ids(asks, State(audience=Audience.PROFESSIONAL, age_band=AgeBand.FROM_13)) == ["112", "polisen"]
    assert ids(asks, State(audience=Audience.FRIEND, age_band=AgeBand.FROM_13)) == ["112"]


def test_without_a_county_only_what_is_for_the_whole_country_is_shown() -> None:
    local = only(DEMO, "centrum-mot-vald-jamtland")
    assert ids(local, State()) == ["112"]
    assert ids(local, State(county="skane")) == ["112"]
    assert ids(local, State(county="jamtland")) == ["112", "centrum-mot-vald-jamtland"]


def test_nobody_is_sent_where_their_group_is_refused() -> None:
    refusing = only(DEMO, "polisen", refuses=frozenset({Group.LGBTQ}))
    assert ids(refusing, State(topic="lgbtq")) == ["112"]
    assert ids(refusing, State(topic="threats")) == ["112", "polisen"]


def test_who_only_has_a_place_to_visit_is_no_door() -> None:
    assert ids(only(DEMO, "elevhalsa"), State()) == ["112"]


# --- The order ---


@pytest.mark.parametrize(
    ("topic", "county", "first"),
    [
        ("suicidal", None, ["sjalvmordslinjen"]),
        ("stuck-abroad", None, ["ud-emergency", "polisen-utlandet"]),
        ("lgbtq", "skane", ["rfsl-radgivningen-skane", "somaya"]),
        ("made-to-control", None, ["valj-att-sluta"]),
    ],
)
def test_what_fits_the_topic_comes_right_after_112(topic: str, county: str | None, first: list[str]) -> None:
    state = State(audience=Audience.SELF, topic=topic, county=county, age_band=AgeBand.FROM_21)
    assert ids(DEMO, state)[1 : 1 + len(first)] == first


def test_a_professional_gets_the_professionals_line_first() -> None:
    state = State(audience=Audience.PROFESSIONAL, topic="for-professionals")
    for content in (DEMO, REAL, at(DEMO, 2026, 12, 2, 10, 0)):
        assert ids(content, state)[:2] == ["112", "nationella-kompetensteamet"]
    exploitation = ids(DEMO, state._replace(topic="exploitation"))
    assert set(exploitation[1:3]) == {"jamstalldhetsmyndigheten", "nationella-kompetensteamet"}


def test_open_comes_before_unknown_and_unknown_before_closed() -> None:
    three = only(DEMO, "polisen", "ratt-att-valja", "bris")
    assert ids(three, State()) == ["112", "bris", "polisen", "ratt-att-valja"]
    assert ids(at(three, 2026, 12, 1, 12, 0), State())[-1] == "polisen"


def test_the_age_that_is_named_and_the_county_that_was_chosen_come_nearer() -> None:
    names = ("kvinnofridslinjen", "bris", "centrum-mot-vald-jamtland")
    near = only(DEMO, *names, hours=Hours(always=True), interpreters=False)
    assert ids(near, State(age_band=AgeBand.FROM_18, county="jamtland"))[1] == "centrum-mot-vald-jamtland"
    assert ids(near, State(age_band=AgeBand.FROM_16))[1] == "bris"
    assert ids(near, State())[1] == "kvinnofridslinjen"


def test_who_is_understood_comes_nearer() -> None:
    two = only(DEMO, "bris", "sjalvmordslinjen")
    services = two.services | {"sjalvmordslinjen": replace(SERVICES["sjalvmordslinjen"], languages=("so",))}
    two = replace(two, services=services)
    assert ids(two, State(language="sv")) == ["112", "bris", "sjalvmordslinjen"]
    assert ids(two, State(language="so")) == ["112", "sjalvmordslinjen", "bris"]
    assert "Languages: so." in item(two, State(language="so"), "sjalvmordslinjen").detail


def test_what_is_for_a_group_that_nobody_has_told_of_comes_last() -> None:
    open_always = only(DEMO, "valj-att-sluta", "ud-emergency", "polisen", hours=Hours(always=True))
    assert ids(open_always, State())[:2] == ["112", "polisen"]


# --- The words ---


def test_a_line_says_what_one_must_know_before_calling() -> None:
    noon = at(DEMO, 2026, 12, 1, 12, 0)
    state = State(language="sv", county="jamtland", age_band=AgeBand.FROM_18)
    found = item(noon, state, "centrum-mot-vald-jamtland")
    assert found.label == "Centrum mot våld, Jämtlands län: 0200-120 145"
    assert found.href == "tel:0200120145"
    assert found.detail == (
        "Stöd till den som är utsatt för våld, och till den som vill sluta använda våld. "
        "Öppet nu, till klockan 16:00. Du kan vara anonym. Det finns tolk. Numret är inte kontrollerat av oss än."
    )


def test_112_is_never_called_unchecked() -> None:
    for language in DEMO.languages:
        emergency, *others = lines(DEMO, State(language=language)).items
        mark = DEMO.languages[language].flow["line.unchecked"]
        assert emergency.href == "tel:112"
        assert mark not in emergency.detail
        assert all(mark in other.detail for other in others)
    assert not any("unchecked" in row.detail for row in lines(REAL, State(language="en")).items)


def test_in_another_language_nothing_is_said_in_english_that_its_own_sentences_do_not_say() -> None:
    abouts = [said for service in SERVICES.values() for said in service.about.values()]
    for row in lines(DEMO, State(language="so")).items:
        assert not any(said in row.detail for said in abouts)
    assert item(DEMO, State(language="so"), "112").label == "Emergency number: 112"


@pytest.mark.parametrize(
    ("band", "said"),
    [(None, True), (AgeBand.FROM_13, True), (AgeBand.FROM_16, False), (AgeBand.FROM_21, True)],
)
def test_ages_are_said_to_who_may_be_outside_them(band: AgeBand | None, said: bool) -> None:
    limited = only(DEMO, "bris", ages=Ages(15, 25), people=frozenset(People))
    detail = item(limited, State(language="en", age_band=band), "bris").detail
    assert ("For people who are 15–25 years old." in detail) is said


@pytest.mark.parametrize(
    ("moment", "says"),
    [
        ((2026, 12, 1, 6, 59), "Closed now. Opens today at 07:00."),
        ((2026, 12, 1, 7, 0), "Open now, until 21:00."),
        ((2026, 12, 1, 21, 0), "Closed now. Opens tomorrow at 07:00."),
    ],
)
def test_hours_are_said_as_they_are_now(moment: tuple[int, ...], says: str) -> None:
    content = at(only(DEMO, "ratt-att-valja"), *moment)
    assert says in item(content, State(language="en"), "ratt-att-valja").detail


def test_a_day_further_on_is_said_by_name_and_beyond_a_week_by_date() -> None:
    state = State(language="en", audience=Audience.PROFESSIONAL)
    line = "nationella-kompetensteamet"
    assert "Opens on Monday at 09:00." in item(at(DEMO, 2026, 12, 4, 12, 0), state, line).detail
    thursdays = only(DEMO, "bris", hours=Hours(spans=(Span(frozenset({3}), time(9), time(12)),)))
    assert "Opens 2027-01-07 at 09:00." in item(at(thursdays, 2026, 12, 24, 12, 0), State(language="en"), "bris").detail
    never = at(thursdays, 2026, 12, 18, 12, 0)
    assert "We do not know the opening hours." in item(never, State(language="en"), "bris").detail


def test_when_nothing_but_112_is_open_it_says_when_others_open() -> None:
    """Nine others with unknown hours do not push away the one that says when it opens."""
    unknown = {id: replace(s, hours=None, counties=frozenset()) for id, s in SERVICES.items() if s.id != "112"}
    closed = {"ratt-att-valja": SERVICES["ratt-att-valja"]}
    content = replace(DEMO, services={"112": SERVICES["112"]} | unknown | closed)
    assert ids(content, State())[:2] == ["112", "ratt-att-valja"]
    assert "Opens tomorrow at 07:00." in item(content, State(language="en"), "ratt-att-valja").detail


@given(STATES, HOURS)
def test_every_row_can_be_pressed_and_says_something(state: State, now: datetime) -> None:
    message = lines(replace(DEMO, now=now), state)
    assert message.kind is MessageKind.LINES
    for row in message.items:
        assert row.href
        assert re.fullmatch(r"tel:\+?\d{3,}|https://[a-z0-9.-]+", row.href)
        assert row.label.strip()
        assert "{" not in row.label + row.detail


def test_who_has_only_a_website_has_no_opening_hours_to_tell_of() -> None:
    found = item(only(DEMO, "umo"), State(language="en"), "umo")
    assert found.label == "UMO.se (youth clinic online): www.umo.se"
    assert found.href == "https://www.umo.se"
    assert "hours" not in found.detail


def test_every_number_that_is_open_by_its_hours_is_said_to_be() -> None:
    state = State(language="en", county="jamtland")
    for hour in range(24):
        content = at(DEMO, 2026, 12, 1, hour, 0)
        for service, row in zip(doors(content, state), lines(content, state).items, strict=True):
            if service.hours:
                is_open = opening(service.hours, content.now).open
                assert is_open == ("Day and night." in row.detail or "Open now" in row.detail)


# --- The file ---


def service_texts(service: Service) -> str:
    return " ".join([*service.names.values(), *service.about.values(), *service.municipalities])


def test_no_street_no_person_s_mail_and_no_emoji_is_in_it() -> None:
    for service in SERVICES.values():
        said = service_texts(service)
        assert "@" not in said
        assert not re.search(r"\w(gatan|vägen|torget|gränd)\b|\bgata \d", said, re.IGNORECASE)
        assert not re.search(r"[\U0001F000-\U0001FAFF☀-➿]", said)


def test_nothing_in_it_is_shipped_as_checked() -> None:
    assert {service.checked for service in SERVICES.values()} == {None}
