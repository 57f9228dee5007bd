"""Nobody is at a dead end: whatever is known of somebody, and whenever they come, a door is open that takes them."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import groupby, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dialogues.directory import doors
from dialogues.doors import People, Service
from dialogues.engine import enter, open_page, step
from dialogues.hours import SWEDEN, opening
from dialogues.loader import load_content
from dialogues.values import AgeBand, Audience, Choose, Content, MessageKind, Reply, State
from tests.dialogues.directories import COUNTIES, DEMO, REAL, SERVICES, TOPICS

AGES = range(8, 31)
LANGUAGES = ("sv", "en", "so")
AUDIENCES = (*Audience, None)
# An ordinary week, midsummer's, Christmas' and New Year's, and both in which the clocks change.
WEEKS = ((2026, 11, 23), (2026, 6, 15), (2026, 12, 21), (2026, 12, 28), (2026, 3, 23), (2026, 10, 19))


def band_of(age: int) -> AgeBand:
    """Table T7, written out by hand."""
    if age < 13:
        return AgeBand.UNDER_13
    if age < 16:
        return AgeBand.FROM_13
    if age < 18:
        return AgeBand.FROM_16
    if age < 21:
        return AgeBand.FROM_18
    return AgeBand.FROM_21 if age < 27 else AgeBand.OVER_26


def takes(service: Service, age: int, audience: Audience | None) -> bool:
    """Whether this very person is taken, judged by the entry alone."""
    if audience is Audience.PROFESSIONAL:
        return bool(service.people)
    if (service.ages.least or 0) > age or (service.ages.most is not None and service.ages.most < age):
        return False
    people = {People.YOUTH} if age < 18 else {People.YOUTH, People.ADULTS}
    return bool(service.people & people) and not (age < 18 and service.takes_minors is False)


def dead_ends(content: Content, state: State, ages: Iterable[int]) -> list[int]:
    """The ages for which no door but 112 is both open and theirs. Professionals may have 112 and the police."""
    shown = doors(content, state)
    opened = [service for service in shown if service.hours and opening(service.hours, content.now).open]
    if state.audience is Audience.PROFESSIONAL and "polisen" in {service.id for service in shown}:
        return [] if "112" in {service.id for service in opened} else list(ages)
    others = [service for service in opened if service.id != "112"]
    return [age for age in ages if not any(takes(service, age, state.audience) for service in others)]


def hours_of(week: tuple[int, int, int]) -> Iterator[datetime]:
    start = datetime(*week, tzinfo=SWEDEN).astimezone(UTC)
    return ((start + timedelta(hours=hour)).astimezone(SWEDEN) for hour in range(7 * 24))


@cache
def kinds_of_hours() -> tuple[datetime, ...]:
    """One hour of each kind: two in which the same doors are open, and the same will open, show the same."""
    kinds: dict[tuple[tuple[bool, bool], ...], datetime] = {}
    timed = [service.hours for service in SERVICES.values() if service.hours]
    for now in (hour for week in WEEKS for hour in hours_of(week)):
        found = [opening(hours, now) for hours in timed]
        kinds.setdefault(tuple((each.open, each.next is None) for each in found), now)
    return tuple(kinds.values())


@pytest.mark.parametrize("content", [DEMO, REAL], ids=["demonstration", "only the minimal checked"])
def test_an_open_door_for_every_age_county_hour_language_and_audience(content: Content) -> None:
    counties = (None, *COUNTIES)
    for now, language, audience, county in product(kinds_of_hours(), LANGUAGES, AUDIENCES, counties):
        here = replace(content, now=now)
        for band, ages in groupby(AGES, band_of):
            state = State(language=language, audience=audience, county=county, age_band=band)
            assert dead_ends(here, state, ages) == [], (state, now)


STATES = st.builds(
    State,
    language=st.sampled_from(LANGUAGES),
    audience=st.sampled_from(AUDIENCES),
    topic=st.sampled_from((*TOPICS, None)),
    county=st.sampled_from((*COUNTIES, None)),
)


@given(
    st.sampled_from([DEMO, REAL]),
    STATES,
    st.sampled_from(AGES),
    st.booleans(),
    st.sampled_from([hour for week in WEEKS for hour in hours_of(week)]),
)
def test_an_open_door_whatever_the_topic_and_whether_or_not_the_age_is_said(
    content: Content, state: State, age: int, said: bool, now: datetime
) -> None:
    state = state._replace(age_band=band_of(age) if said else None)
    assert dead_ends(replace(content, now=now), state, [age]) == []


def test_the_hours_differ_enough_to_mean_something() -> None:
    assert len(kinds_of_hours()) > 5


# --- Through the engine, as it is pressed ---


@cache
def shipped() -> Content:
    return load_content(now=DEMO.now, demo=True)


@settings(deadline=None)  # how quick a turn is has a test of its own
@given(
    age=st.sampled_from(AGES),
    said=st.booleans(),
    language=st.sampled_from(("sv", "en", "ar", "ckb", "fa", "so", "ti")),
    way=st.sampled_from(("for-self", "for-friend", "for-sibling", "for-professional", "for-unsaid")),
    county=st.sampled_from((*COUNTIES, None)),
    now=st.sampled_from([hour for week in WEEKS for hour in hours_of(week)]),
    checked=st.booleans(),
)
def test_the_engine_leads_everybody_to_an_open_door(
    age: int, said: bool, language: str, way: str, county: str | None, now: datetime, checked: bool
) -> None:
    """Over the list of others, by pressing danger, and where a desk or an hour has just said no."""
    here = replace(shipped(), now=now)
    if checked:
        here = replace(here, demo=False, services=REAL.services)
    presses = ["start", "safe-yes", way, "topics", "others"]
    presses += ["narrow-county", f"county:{county}"] if county else []
    presses += ["narrow-age", f"age:{band_of(age)}"] if said else []
    state, reply = open_page(here, language)
    for press in presses:
        state, reply = step(here, state, Choose(press))
    answers = [reply, step(here, state, Choose("danger-now"))[1]]
    answers += [enter(here, state, node)[1] for node in ("closed", "elsewhere")]
    for answer in answers:
        assert _an_open_door(here, answer, age, state.audience), (state, now)
        assert {choice.id for choice in answer.choices} & {"topics", "briefing"}


def _an_open_door(content: Content, reply: Reply, age: int, audience: Audience | None) -> bool:
    """Whether a row of the list can be pressed, is open and theirs; 112 alone is one for professionals only."""
    shown = {item.href for message in reply.messages if message.kind is MessageKind.LINES for item in message.items}
    if "tel:112" not in shown:
        return False
    return audience is Audience.PROFESSIONAL or any(
        f"tel:{(service.phone or '').replace(' ', '').replace('-', '')}" in shown
        and takes(service, age, audience)
        and service.hours is not None
        and opening(service.hours, content.now).open
        for id, service in content.services.items()
        if id != "112"
    )
