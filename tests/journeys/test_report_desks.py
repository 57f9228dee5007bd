"""Every desk of the reports, set up by data alone, and walked as a visitor on the page."""

import re
from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from datetime import datetime
from functools import partial

import pytest

from dialogues.doors import DeskChannel
from dialogues.hours import SWEDEN
from dialogues.lix import lix
from dialogues.loader import DEFAULT, load_content
from dialogues.values import Content
from tests.engines import Engine, running
from tests.journeys.desk_visits import Desk, Visitor, open_desk
from tests.journeys.report_desks import ALL_AGES, ANSWERING, DESKS, EVERYBODY, REASONS, Told

NOON = datetime(2026, 12, 2, 12, tzinfo=SWEDEN)  # a Wednesday
NIGHT = datetime(2026, 12, 2, 23, 30, tzinfo=SWEDEN)

# A door that is open day and night and takes them: Bris below 18, Kvinnofridslinjen for everybody else.
BRIS, KVINNOFRIDSLINJEN = "tel:116111", "tel:020505050"
MINORS = {"under_13", "13_15", "16_17"}
MOST_WORDS, MOST_LIX = 60, 38  # in one notice

SetUp = Callable[..., AbstractAsyncContextManager[Desk]]


@pytest.fixture(scope="module")
def content() -> Content:
    return load_content(now=NOON, demo=True)


@pytest.fixture(scope="module")
def valkey() -> Iterator[Engine]:
    with running("valkey") as engine:
        yield engine


@pytest.fixture
def set_up(valkey: Engine, content: Content) -> SetUp:
    """Sets up the desk of an id, by day unless told otherwise."""
    with valkey.client() as client:
        client.flushall()
    return partial(open_desk, valkey, content, now=NOON)


def guided_elsewhere(visitor: Visitor, name: str, reason: str, takes: str) -> None:
    """Told why, without a talk, with a door that is open and takes this person, and with a way on."""
    assert visitor.talk is None
    assert name in visitor.reads()[0], visitor.reads()
    assert REASONS[reason] in visitor.reads()[0]
    shows_an_open_door(visitor, takes)
    assert {"topics", "briefing"} <= {choice["id"] for choice in visitor.answer["choices"]}


def shows_an_open_door(visitor: Visitor, takes: str) -> None:
    doors = visitor.doors()
    assert next(iter(doors)) == "tel:112"
    assert "Day and night." in doors[takes], doors


def test_every_desk_file_is_walked() -> None:
    assert {path.stem for path in (DEFAULT / "desks").glob("*.yml")} == {*DESKS, "demo"}


@pytest.mark.parametrize("id", DESKS)
async def test_the_first_page_says_who_answers_and_nothing_of_what_it_is_about(id: str, set_up: SetUp) -> None:
    async with set_up(id) as desk:
        html = await Visitor(desk.client).opens()
    shown = re.sub(r"<script.*?</script>", "", html, flags=re.DOTALL)
    assert DESKS[id].name in shown
    assert not re.search("heder|honour", shown, re.IGNORECASE)


@pytest.mark.parametrize("id", DESKS)
async def test_each_audience_is_let_in_or_guided_elsewhere(id: str, set_up: SetUp) -> None:
    told = DESKS[id]
    async with set_up(id) as desk:
        await desk.kim_comes()
        for audience in EVERYBODY:
            visitor = await desk.visitor()
            await visitor.presses("person", "change-audience", audience, "join")
            if audience in told.refused:
                guided_elsewhere(visitor, told.name, told.why, KVINNOFRIDSLINJEN)
            else:
                assert visitor.talk, (audience, visitor.reads())
        assert len(await desk.waiting()) == len(set(EVERYBODY) - set(told.refused))


@pytest.mark.parametrize("id", ANSWERING)
async def test_each_age_is_let_in_or_guided_elsewhere(id: str, set_up: SetUp) -> None:
    told = ANSWERING[id]
    async with set_up(id) as desk:
        await desk.kim_comes()
        for age in ALL_AGES:
            visitor = await desk.visitor()
            await visitor.presses("person", "change-audience", told.comes, "change-age", f"age:{age}")
            assert _says_the_ages(visitor, told) == (bool(told.years) and age not in told.ages), age
            await visitor.presses("join")
            if age in told.ages + told.partly:
                assert visitor.talk, (age, visitor.reads())
            else:
                young = age in MINORS and told.comes == "for-self"
                guided_elsewhere(visitor, told.name, "ages", BRIS if young else KVINNOFRIDSLINJEN)
                assert told.years in visitor.reads()[0]
        let_in = {age for _, age, _ in await desk.waiting()}
    assert let_in == {*told.ages, *told.partly}


def _says_the_ages(visitor: Visitor, told: Told) -> bool:
    return f"{told.name} is there for people who are {told.years}." in visitor.notices()


@pytest.mark.parametrize("id", ANSWERING)
async def test_each_county_is_let_in_or_guided_elsewhere(id: str, set_up: SetUp) -> None:
    told = ANSWERING[id]
    async with set_up(id) as desk:
        await desk.kim_comes()
        for county in (told.county or "gotland", "halland"):
            visitor = await desk.visitor()
            await visitor.presses("person", "change-audience", told.comes, "change-county", f"county:{county}", "join")
            if county == "halland" and told.county:
                guided_elsewhere(visitor, told.name, "county", KVINNOFRIDSLINJEN)
            else:
                assert visitor.talk, (county, visitor.reads())
        counties = {county for _, _, county in await desk.waiting()}
    assert counties == ({told.county} if told.county else {"gotland", "halland"})


@pytest.mark.parametrize("id", DESKS)
async def test_the_briefing_says_what_is_reported_and_what_holds(id: str, set_up: SetUp) -> None:
    told = DESKS[id]
    async with set_up(id) as desk:
        visitor = await desk.visitor()
        await visitor.presses("person")
        unsaid = visitor.notices()
        await visitor.presses("change-age", "age:16_17")
        minor = visitor.notices()
        await visitor.presses("change-age", "age:18_20")
        adult = visitor.notices()
    for said in (unsaid, minor, adult):
        assert told.reporting in said
        assert all(limit in said for limit in told.limits), said
        assert ("anonymous the first time" in said) == told.first_time
    assert (told.years in unsaid) if told.years else "is there for people who are" not in unsaid
    for phrase in told.under_18:
        assert phrase in unsaid
        assert phrase in minor
        assert phrase not in adult
    if not told.under_18:
        assert "If you are" not in minor


@pytest.mark.parametrize("id", DESKS)
def test_what_a_desk_says_is_easy_to_read(id: str, content: Content) -> None:
    desk = content.desks[id]
    for texts in (desk.reporting, desk.under_18, desk.limits):
        assert texts.keys() in (set(), {"sv", "en"})
        assert all(len(said.split()) <= MOST_WORDS for said in texts.values())
        assert not texts or lix(texts["sv"]) <= MOST_LIX


@pytest.mark.parametrize("language", ["sv", "en"])
@pytest.mark.parametrize("id", DESKS)
def test_the_old_rule_on_guardians_is_not_said_as_the_law(id: str, language: str, content: Content) -> None:
    """The reports' rule is older than the law (domain rules A2.6): who answers tells what is possible."""
    said = content.desks[id].under_18.get(language, "").lower()
    old = {"sv": ("måste dina", "krävs", "kräver", "samtycke"), "en": ("must", "requires", "required", "consent")}
    assert [phrase for phrase in old[language] if phrase in said] == []


@pytest.mark.parametrize("id", ANSWERING)
async def test_nobody_there_is_said_with_another_door_by_day_and_by_night(id: str, set_up: SetUp) -> None:
    told = ANSWERING[id]
    for now in (NOON, NIGHT):
        async with set_up(id, now=now) as desk:
            visitor = await desk.visitor()
            await visitor.presses("person", "change-audience", told.comes, "join")
        assert visitor.talk is None
        if now is NIGHT and told.opens:
            assert visitor.reads()[0].startswith(f"{told.name} does not answer right now. {told.name} {told.opens}")
        else:
            assert visitor.reads()[0].startswith("Nobody is here right now")
        shows_an_open_door(visitor, KVINNOFRIDSLINJEN)
        assert "person-again" in {choice["id"] for choice in visitor.answer["choices"]}


async def test_somebody_on_duty_answers_also_out_of_hours(set_up: SetUp) -> None:
    async with set_up("resursteam-heder-malmo", now=NIGHT) as desk:
        await desk.kim_comes()
        visitor = await desk.visitor()
        await visitor.presses("person", "join")
        assert visitor.talk
        assert "does not answer right now" not in " ".join(visitor.reads())


async def test_who_is_in_danger_reads_112_before_being_guided_elsewhere(set_up: SetUp) -> None:
    async with set_up("resurscentrum-kronoberg") as desk:
        visitor = await desk.visitor()
        await visitor.presses("start", "danger-now", "person", "change-audience", "for-self", "join")
    assert visitor.talk is None
    assert visitor.answer["messages"][0]["kind"] == "danger"
    assert REASONS["professionals"] in visitor.reads()[1]


async def test_waiting_anyway_is_no_way_round_what_a_desk_takes(set_up: SetUp) -> None:
    async with set_up("origo") as desk:
        await desk.kim_comes(paused=True)
        visitor = await desk.visitor()
        await visitor.presses("person", "join")
        assert "wait-anyway" in {choice["id"] for choice in visitor.answer["choices"]}
        await visitor.presses("briefing", "change-age", "age:over_26", "wait-anyway")
        guided_elsewhere(visitor, "Origo", "ages", KVINNOFRIDSLINJEN)
        assert await desk.waiting() == []


async def test_who_is_guided_elsewhere_may_change_what_they_said(set_up: SetUp) -> None:
    async with set_up("origo") as desk:
        await desk.kim_comes()
        visitor = await desk.visitor()
        await visitor.presses("person", "change-age", "age:over_26", "join")
        guided_elsewhere(visitor, "Origo", "ages", KVINNOFRIDSLINJEN)
        await visitor.presses("briefing", "change-age", "age:21_26", "join")
        assert visitor.talk
        assert await desk.waiting() == [(None, "21_26", None)]


async def test_a_desk_that_does_not_answer_on_the_web_lets_nobody_wait_there(valkey: Engine, content: Content) -> None:
    by_phone = replace(content.desks["terrafem"], channels=frozenset({DeskChannel.PHONE}))
    shown = replace(content, desks={**content.desks, "terrafem": by_phone})
    async with open_desk(valkey, shown, "terrafem", NOON) as desk:
        await desk.kim_comes()
        visitor = await desk.visitor()
        await visitor.presses("person", "join")
        guided_elsewhere(visitor, "Terrafem", "planned", KVINNOFRIDSLINJEN)
        assert await desk.waiting() == []


@pytest.mark.parametrize(("id", "let_in"), [("demo", False), ("terrafem", True)])
async def test_a_language_that_nobody_said_the_desk_reads(
    id: str, let_in: bool, valkey: Engine, content: Content
) -> None:
    """The demonstration's desk says that it reads Swedish and English; Terrafem's languages are not in the reports."""
    arabic = replace(content.languages["en"], language="ar", name="العربية", direction="rtl")
    shown = replace(content, languages={**content.languages, "ar": arabic})
    async with open_desk(valkey, shown, id, NOON) as desk:
        await desk.kim_comes()
        visitor = await desk.visitor()
        await visitor.presses("person", "lang:ar")
        own, lent = [each for each in visitor.answer["messages"] if each["kind"] == "notice"][:2]
        assert (own["text"], own.get("language", "")) == (arabic.flow["topics.report"], "")
        assert (lent["kind"], lent["language"], lent["direction"]) == ("notice", "en", "ltr")
        await visitor.presses("join")
        if let_in:
            assert visitor.talk
        else:
            assert visitor.talk is None
            assert "Demo desk answers in Svenska, English." in visitor.reads()[0]
            shows_an_open_door(visitor, KVINNOFRIDSLINJEN)
