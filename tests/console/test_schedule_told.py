"""Ending a weekly shift is asked once, what was done is said, and shifts of one person that overlap are pointed out."""

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
import pytest_asyncio

from console.overlaps import overlapping
from console.rota import Wanted
from dialogues.values import Content
from tests.console.conftest import DESK, Clock, Console, started
from tests.console.test_schedule import NOW, WEEK, once, plan, weekly
from tests.engines import Engine

TEN_PM, SIX, FIVE, NINE, FOUR_PM = 22 * 60, 6 * 60, 5 * 60, 9 * 60, 16 * 60
THURSDAY, FRIDAY = date(2026, 12, 3), date(2026, 12, 4)


@pytest_asyncio.fixture
async def console(tmp_path: Path, engine: Engine, content: Content) -> AsyncIterator[Console]:
    async with started(tmp_path, engine.staff, content, clocks={"clock": Clock(NOW.timestamp())}) as console:
        await console.add("kim")
        await console.add("noor")
        yield console


async def _names(console: Console, monday: date) -> list[str]:
    return [shift.name for shift in (await console.house.rota.week(DESK, monday))[3].shifts]


async def test_the_end_of_every_coming_week_is_asked_once(console: Console) -> None:
    await console.house.rota.add(DESK, weekly(3))
    async with console.signed_in("chief", "coordinator") as browser:
        page = (await browser.get("/schedule?week=2026-W50")).text
        shift = re.search(r'name="shift" value="(\d+)"', page)
        assert shift is not None
        asked = await browser.post("/schedule/remove", shift=shift[1], date="2026-12-10")
        assert asked.status_code == 409
        assert "Kim, Thursday, 09:00–16:00. From 2026-12-10 on it is gone in every week to come." in asked.text
        assert await _names(console, date(2026, 12, 7)) == ["Kim"]
        done = await browser.post("/schedule/remove", shift=shift[1], date="2026-12-10", sure="yes")
        assert done.headers["location"] == "/schedule?week=2026-W50&done=ended"
        assert 'role="status">The weekly shift is ended.<' in (await browser.get(done.headers["location"])).text
        assert await _names(console, date(2026, 11, 30)) == ["Kim"]
        assert await _names(console, date(2026, 12, 7)) == []


async def test_a_day_that_is_over_is_asked_about_from_today_on(console: Console) -> None:
    await console.house.rota.add(DESK, weekly(2))
    shift = (await console.house.rota.week(DESK, date(2026, 11, 30)))[2].shifts[0]
    async with console.signed_in("chief", "coordinator") as browser:
        await browser.get("/schedule")
        asked = await browser.post("/schedule/remove", shift=str(shift.id), date="2026-11-30")
    assert "From 2026-12-02 on" in asked.text


async def test_a_single_date_goes_at_one_press_and_is_said(console: Console) -> None:
    await console.house.rota.add(DESK, once(THURSDAY))
    async with console.signed_in("chief", "coordinator") as browser:
        page = (await browser.get(f"/schedule?week={WEEK}")).text
        shift = re.search(r'name="shift" value="(\d+)"', page)
        assert shift is not None
        done = await browser.post("/schedule/remove", shift=shift[1], date=THURSDAY.isoformat())
        assert "The shift is removed." in (await browser.get(done.headers["location"])).text
        assert await _names(console, date(2026, 11, 30)) == []


async def test_another_shift_at_the_same_time_is_added_and_pointed_out(console: Console) -> None:
    async with console.signed_in("chief", "coordinator") as browser:
        await browser.get("/schedule")
        _, where = await plan(browser)
        assert 'role="status">The shift is added.<' in (await browser.get(where)).text
        _, where = await plan(browser, opens="15:00", closes="20:00")
        assert "It overlaps another shift of the same person" in (await browser.get(where)).text
        _, where = await plan(browser, person="noor", opens="15:00", closes="20:00")
        assert "overlaps" not in (await browser.get(where)).text
    assert await _names(console, date(2026, 12, 7)) == ["Kim", "Kim", "Noor"]


@pytest.mark.parametrize(
    ("there", "wanted", "meets"),
    [
        (weekly(3), weekly(3, FOUR_PM, TEN_PM), False),
        (weekly(3), weekly(3, FOUR_PM - 1, TEN_PM), True),
        (weekly(3), weekly(4), False),
        (weekly(3), once(THURSDAY, FIVE, NINE + 1), True),
        (weekly(3), once(FRIDAY), False),
        (weekly(3), once(date(2026, 12, 24)), False),  # a public holiday
        (weekly(3, holidays=True), once(date(2026, 12, 24)), True),
        (weekly(3, TEN_PM, SIX), weekly(4, FIVE, NINE), True),
        (weekly(4, FIVE, NINE), weekly(3, TEN_PM, SIX), True),
        (weekly(3, TEN_PM, SIX), weekly(4, SIX, NINE), False),
        (weekly(6, TEN_PM, SIX), weekly(0, FIVE, NINE), True),
        (once(FRIDAY, FIVE, NINE), once(THURSDAY, TEN_PM, SIX), True),
        (once(THURSDAY), weekly(3), True),
        (once(THURSDAY), replace(weekly(3), since=FRIDAY), False),
        (weekly(3, 0, 0), once(THURSDAY), True),
        (weekly(3, 0, 0), once(FRIDAY, 0, SIX), False),
    ],
)
async def test_shifts_meet_where_both_last(console: Console, there: Wanted, wanted: Wanted, meets: bool) -> None:
    rota = console.house.rota
    assert await rota.add(DESK, there) == ""
    assert overlapping(wanted, *await rota.plan(DESK)) is meets


async def test_what_does_not_hold_any_more_is_met_by_nothing(console: Console) -> None:
    rota = console.house.rota
    await rota.add(DESK, weekly(3))
    await rota.close(DESK, THURSDAY, closed=True)
    assert not overlapping(once(THURSDAY), *await rota.plan(DESK))
    shift = (await rota.plan(DESK))[0][0]
    await rota.remove(DESK, shift.id, date(2026, 12, 10))
    assert overlapping(weekly(3), *await rota.plan(DESK)), "it holds for a week more"
    assert not overlapping(replace(weekly(3), since=date(2026, 12, 10)), *await rota.plan(DESK))
