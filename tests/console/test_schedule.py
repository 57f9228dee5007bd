"""The schedule: who is meant to come when, what visitors read of it, and forms that lose nothing."""

import re
from collections.abc import AsyncIterator
from datetime import date, datetime, time, timedelta
from pathlib import Path

import pytest
import pytest_asyncio
from sqlalchemy import func, select

from console.duty_tables import ClosedDayRow, ShiftRow
from console.plans import Plans
from console.rota import MOST_SHIFTS, Rota, Wanted, joined
from dialogues.doors import Hours, Span
from dialogues.hours import SWEDEN, opening
from dialogues.plan import read_plan
from dialogues.values import Content
from handover.values import DeskId
from handover.visitor_redis import RedisVisitorEnd
from tests.console.conftest import DESK, ON_BOTH, Browser, Clock, Console, started
from tests.engines import Engine

NOW = datetime(2026, 12, 2, 12, tzinfo=SWEDEN)  # a Wednesday
WEEK = "2026-W49"
NINE, FOUR, EIGHT_PM, THREE = 9 * 60, 16 * 60, 20 * 60, 3 * 60


@pytest.fixture
def clock() -> Clock:
    return Clock(NOW.timestamp())


@pytest_asyncio.fixture
async def console(tmp_path: Path, engine: Engine, content: Content, clock: Clock) -> AsyncIterator[Console]:
    async with started(tmp_path, engine.staff, content, clocks={"clock": clock}) as console:
        await console.add("kim")
        await console.add("noor")
        yield console


@pytest_asyncio.fixture
async def rota(console: Console) -> Rota:
    return console.house.rota


def weekly(
    weekday: int, opens: int = NINE, closes: int = FOUR, account: str = "kim", *, holidays: bool = False
) -> Wanted:
    return Wanted(account, weekday, None, opens, closes, holidays, NOW.date())


def once(day: date, opens: int = NINE, closes: int = FOUR, account: str = "kim") -> Wanted:
    return Wanted(account, None, day, opens, closes, False, NOW.date())


async def names(rota: Rota, monday: date) -> list[list[str]]:
    return [[shift.name for shift in day.shifts] for day in await rota.week(DESK, monday)]


async def opens_next(rota: Rota, now: datetime = NOW) -> datetime | None:
    """What visitors read, through the line that travels."""
    hours = await rota.hours(DESK)
    assert hours is not None
    return opening(hours, now).next


# --- The plan ---


@ON_BOTH
async def test_a_weekly_shift_holds_from_its_first_day_on(rota: Rota) -> None:
    assert await rota.add(DESK, weekly(2)) == ""
    assert await rota.add(DESK, weekly(0, account="noor")) == ""
    assert await names(rota, date(2026, 11, 30)) == [[], [], ["Kim"], [], [], [], []]
    assert await names(rota, date(2026, 12, 7)) == [["Noor"], [], ["Kim"], [], [], [], []]


@ON_BOTH
async def test_ending_a_weekly_shift_keeps_what_was(rota: Rota) -> None:
    await rota.add(DESK, weekly(2))
    shift = (await rota.week(DESK, date(2026, 12, 7)))[2].shifts[0]
    await rota.remove(DESK, shift.id, date(2026, 12, 9))
    assert (await names(rota, date(2026, 11, 30)))[2] == ["Kim"]
    assert (await names(rota, date(2026, 12, 7)))[2] == []
    await rota.remove(DESK, shift.id, date(2026, 12, 30))
    assert (await names(rota, date(2026, 12, 7)))[2] == [], "a later end does not bring it back"
    await rota.remove(DESK, shift.id, NOW.date())
    assert (await names(rota, date(2026, 11, 30)))[2] == []


async def test_public_holidays_are_free_unless_a_shift_says_otherwise(rota: Rota) -> None:
    await rota.add(DESK, weekly(3))
    await rota.add(DESK, weekly(3, EIGHT_PM, THREE, "noor", holidays=True))
    christmas = await rota.week(DESK, date(2026, 12, 21))
    assert [(day.holiday, [each.name for each in day.shifts]) for day in christmas[2:5]] == [
        (False, []),
        (True, ["Noor"]),
        (True, []),
    ]
    assert christmas[3].open == ((EIGHT_PM, 27 * 60),)


async def test_a_closed_day_has_only_shifts_of_its_own(rota: Rota) -> None:
    day = date(2026, 12, 9)
    await rota.add(DESK, weekly(2))
    await rota.close(DESK, day, closed=True)
    assert (await rota.week(DESK, date(2026, 12, 7)))[2].shifts == ()
    await rota.add(DESK, once(day, account="noor"))
    assert (await names(rota, date(2026, 12, 7)))[2] == ["Noor"]
    await rota.close(DESK, day, closed=False)
    assert (await names(rota, date(2026, 12, 7)))[2] == ["Kim", "Noor"]


async def test_only_staff_of_the_desk_are_planned(console: Console, rota: Rota) -> None:
    await rota.add(DESK, weekly(2))
    assert await rota.add(DESK, weekly(2, account="boss")) == "person"
    await console.add("boss", "coordinator")
    assert await rota.add(DESK, weekly(2, account="boss")) == "person"
    assert await rota.add(DeskId("origo"), weekly(2)) == "person"
    assert await rota.hours(DeskId("origo")) is None


@ON_BOTH
async def test_the_same_shift_is_not_planned_twice_and_not_without_end(rota: Rota) -> None:
    assert await rota.add(DESK, weekly(2)) == ""
    assert await rota.add(DESK, weekly(2)) == "twice"
    for minute in range(MOST_SHIFTS - 1):
        assert await rota.add(DESK, weekly(2, minute, minute + 1)) == ""
    assert await rota.add(DESK, weekly(3)) == "many"


@ON_BOTH
async def test_what_is_over_is_forgotten_after_ninety_days(console: Console, rota: Rota, clock: Clock) -> None:
    day = NOW.date()
    await rota.add(DESK, once(day))
    await rota.add(DESK, weekly(0))
    await rota.add(DESK, weekly(2))
    await rota.close(DESK, day, closed=True)
    ended = (await rota.week(DESK, date(2026, 12, 7)))[0].shifts[0]
    await rota.remove(DESK, ended.id, date(2026, 12, 8))

    async def kept() -> list[int]:
        async with console.sessions() as session:
            tables = (ShiftRow, ClosedDayRow)
            return [await session.scalar(select(func.count()).select_from(table)) or 0 for table in tables]

    clock.now += 90 * 86_400
    await rota.purge()
    assert await kept() == [3, 1]
    clock.now += 86_400
    await rota.purge()
    assert await kept() == [2, 0]
    clock.now += 6 * 86_400
    await rota.purge()
    assert await kept() == [1, 0]


def test_stretches_that_touch_are_one() -> None:
    assert joined([(600, 660), (540, 600), (700, 720), (705, 710)]) == ((540, 660), (700, 720))


# --- What visitors read ---


async def test_hours_are_those_of_all_shifts_together(rota: Rota) -> None:
    assert await rota.hours(DESK) is None
    await rota.add(DESK, weekly(3))
    await rota.add(DESK, weekly(3, FOUR, EIGHT_PM, "noor"))
    assert await opens_next(rota) == datetime(2026, 12, 3, 9, tzinfo=SWEDEN)
    hours = await rota.hours(DESK)
    assert hours is not None
    assert opening(hours, datetime(2026, 12, 3, 15, tzinfo=SWEDEN)).until == datetime(2026, 12, 3, 20, tzinfo=SWEDEN)


@ON_BOTH
async def test_exceptions_of_the_coming_days_travel_as_dates(rota: Rota) -> None:
    await rota.add(DESK, weekly(3))
    await rota.close(DESK, date(2026, 12, 3), closed=True)
    assert await opens_next(rota) == datetime(2026, 12, 10, 9, tzinfo=SWEDEN)
    await rota.add(DESK, once(date(2026, 12, 5), 10 * 60, 12 * 60))
    assert await opens_next(rota) == datetime(2026, 12, 5, 10, tzinfo=SWEDEN)
    saturday = Span(frozenset({5}), time(10), time(12))
    hours = await rota.hours(DESK)
    assert isinstance(hours, Hours)
    assert {day: spans for day, spans in hours.dates.items() if day > NOW.date()} == {
        date(2026, 12, 3): (),
        date(2026, 12, 5): (saturday,),
    }


async def test_a_holiday_is_closed_for_visitors_too(rota: Rota, clock: Clock) -> None:
    clock.now = datetime(2026, 12, 23, 12, tzinfo=SWEDEN).timestamp()
    await rota.add(DESK, weekly(3))
    now = datetime.fromtimestamp(clock.now, SWEDEN)
    assert await opens_next(rota, now) is None  # both Thursdays within two weeks are holidays
    hours = await rota.hours(DESK)
    assert hours is not None
    assert hours.dates[date(2026, 12, 24)] == hours.dates[date(2026, 12, 31)] == ()


async def test_a_plan_that_is_over_leaves_the_file_s_hours(rota: Rota, clock: Clock) -> None:
    await rota.add(DESK, once(NOW.date()))
    assert await rota.hours(DESK) is not None
    clock.now += 2 * 86_400
    assert await rota.hours(DESK) is None


@ON_BOTH
async def test_the_visitors_side_is_told_and_told_when_it_ends(
    console: Console, rota: Rota, visitor_end: RedisVisitorEnd
) -> None:
    plans = Plans(console.house.staff_end, [DESK, DeskId("origo")], rota)
    await plans.offer()
    assert await visitor_end.desk_hours(DESK) == ""
    await rota.add(DESK, weekly(3))
    await plans.offer()
    told = await visitor_end.desk_hours(DESK)
    assert read_plan(told) == await rota.hours(DESK)
    assert not re.search("kim|noor", told, re.IGNORECASE)
    assert await visitor_end.desk_hours(DeskId("origo")) == ""
    shift = (await rota.week(DESK, date(2026, 12, 7)))[3].shifts[0]
    await rota.remove(DESK, shift.id, NOW.date())
    await plans.offer()
    assert await visitor_end.desk_hours(DESK) == ""


# --- The page ---


async def plan(browser: Browser, **fields: str) -> tuple[int, str]:
    given = {"week": WEEK, "person": "kim", "when": "weekly", "weekday": "3", "opens": "09:00", "closes": "16:00"}
    answer = await browser.post("/schedule/add", None, **{**given, **fields})
    return answer.status_code, answer.headers.get("location") or answer.text


async def test_staff_read_the_week_and_change_nothing(console: Console, rota: Rota) -> None:
    await rota.add(DESK, weekly(3))
    async with console.signed_in("alex") as browser:
        page = (await browser.get(f"/schedule?week={WEEK}")).text
        assert "Week 49, 2026-11-30 to 2026-12-06" in page
        assert re.search(r"Thursday 3/12.*09:00–16:00.*<b>Kim</b>", page, re.DOTALL)
        assert "/schedule/add" not in page
        assert "Nothing is planned" not in page
        assert "/schedule/remove" not in page
        assert (await browser.post("/schedule/add", person="kim")).status_code == 403


async def test_a_coordinator_plans_and_lands_in_the_week_of_it(console: Console) -> None:
    async with console.signed_in("chief", "coordinator") as browser:
        await browser.get("/schedule")
        assert await plan(browser) == (303, f"/schedule?week={WEEK}&done=added")
        assert await plan(browser, when="once", date="2026-12-24", opens="10:00", closes="24:00") == (
            303,
            "/schedule?week=2026-W52&done=added",
        )
        page = (await browser.get("/schedule?week=2026-W52")).text
        assert "Public holiday" in page
        assert "10:00–24:00" in page
        shift = re.search(r'name="shift" value="(\d+)"', page)
        assert shift is not None
        await browser.post("/schedule/remove", shift=shift[1], date="2026-12-24")
        await browser.post("/schedule/close", date="2026-12-22", closed="yes")
        page = (await browser.get("/schedule?week=2026-W52")).text
        assert "only this date" not in page
        assert "Other than usual" in page


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"person": ""}, "Choose who it is"),
        ({"person": "nobody"}, "Choose who it is"),
        ({"weekday": "7"}, "Choose the day"),
        ({"weekday": "٣"}, "Choose the day"),
        ({"since": "soon"}, "Write the date"),
        ({"when": "once", "date": "24/12"}, "Write the date"),
        ({"when": "once", "date": "2026-12-01"}, "today or later"),
        ({"when": "once", "date": "2030-12-01"}, "today or later"),
        ({"opens": "9"}, "Write both times"),
        ({"closes": "24:01"}, "Write both times"),
        ({"closes": "12:60"}, "Write both times"),
        ({"closes": "09:00"}, "cannot end when it begins"),
    ],
)
async def test_bad_input_gets_a_sentence_and_loses_nothing(console: Console, fields: dict[str, str], says: str) -> None:
    async with console.signed_in("chief", "coordinator") as browser:
        await browser.get("/schedule")
        status, page = await plan(browser, **fields)
        assert status == 400
        assert says in page
        assert "Nothing was added" in page
        for name in ("opens", "closes"):
            wanted = {"opens": "09:00", "closes": "16:00", **fields}[name]
            assert f'name="{name}" required value="{wanted}"' in page


@pytest.mark.parametrize(
    "week", ["", "2026-W60", "2026-W00", "1999-W01", "9999-W01", "W48", "2026-W4", "<b>", "٢٠٢٦-W٤٨"]
)
async def test_a_week_that_is_none_is_the_week_of_today(console: Console, week: str) -> None:
    async with console.signed_in("alex") as browser:
        page = (await browser.client.get("/schedule", params={"week": week})).text
        assert "Week 49," in page
        assert "Nothing is planned" in page


async def test_garbage_in_the_small_forms_changes_nothing(console: Console, rota: Rota) -> None:
    await rota.add(DESK, weekly(3))
    async with console.signed_in("chief", "coordinator") as browser:
        await browser.get("/schedule")
        for shift, day in (("1", "x"), ("x", "2026-12-03"), ("9" * 30, "2026-12-03"), ("-1", "2026-12-03"), ("", "")):
            assert (await browser.post("/schedule/remove", shift=shift, date=day)).status_code == 303
            assert (await browser.post("/schedule/close", date=day and "0000-00-00", closed="yes")).status_code == 303
    assert (await names(rota, date(2026, 11, 30)))[3] == ["Kim"]


async def test_another_desk_s_shift_stays_out_of_reach(console: Console, rota: Rota) -> None:
    await console.add("sam", desk="origo")
    origo = DeskId("origo")
    assert await rota.add(origo, weekly(3, account="sam")) == ""
    shift = (await rota.week(origo, NOW.date() - timedelta(days=2)))[3].shifts[0]
    await rota.remove(DESK, shift.id, NOW.date())
    assert (await rota.week(origo, NOW.date() - timedelta(days=2)))[3].shifts == (shift,)
