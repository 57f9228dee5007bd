"""Shifts that last over midnight stand on both of their days."""

import re
from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path

import pytest
import pytest_asyncio

from dialogues.values import Content
from tests.console.conftest import DESK, Clock, Console, started
from tests.console.test_schedule import NOW, WEEK, once, weekly
from tests.engines import Engine

TEN_PM, SIX, FIVE, NINE = 22 * 60, 6 * 60, 5 * 60, 9 * 60
MONDAY = date(2026, 11, 30)


@pytest_asyncio.fixture
async def console(tmp_path: Path, engine: Engine, content: Content) -> AsyncIterator[Console]:
    async with started(tmp_path, engine.staff, content, clocks={"clock": Clock(NOW.timestamp())}) as console:
        await console.add("kim")
        await console.add("noor")
        yield console


async def test_a_night_goes_on_the_day_after_and_so_does_the_week(console: Console) -> None:
    rota = console.house.rota
    await rota.add(DESK, weekly(3, TEN_PM, SIX))  # from Thursday to Friday
    await rota.add(DESK, weekly(6, TEN_PM, SIX, "noor"))  # over the end of the week
    week = await rota.week(DESK, MONDAY)
    assert week[3].open == ((TEN_PM, 30 * 60),)
    assert (week[4].open, [each.name for each in week[4].over], week[4].shifts) == (((0, SIX),), ["Kim"], ())
    assert week[5].open == week[0].open == ()
    after = await rota.week(DESK, date(2026, 12, 7))
    assert (after[0].open, [each.name for each in after[0].over]) == (((0, SIX),), ["Noor"])


async def test_what_a_night_leaves_and_the_day_s_own_add_up(console: Console) -> None:
    rota = console.house.rota
    await rota.add(DESK, weekly(3, TEN_PM, SIX))
    await rota.add(DESK, once(date(2026, 12, 4), FIVE, NINE, "noor"))
    assert (await rota.week(DESK, MONDAY))[4].open == ((0, NINE),)


async def test_a_day_without_weekly_shifts_still_has_the_end_of_the_night(console: Console) -> None:
    rota = console.house.rota
    await rota.add(DESK, weekly(3, TEN_PM, SIX))
    await rota.close(DESK, date(2026, 12, 4), closed=True)
    assert (await rota.week(DESK, MONDAY))[4].open == ((0, SIX),)
    await rota.close(DESK, date(2026, 12, 3), closed=True)
    assert (await rota.week(DESK, MONDAY))[4].over == ()


@pytest.mark.parametrize("closes", [0, 23 * 60])
async def test_what_ends_by_midnight_does_not_go_on(console: Console, closes: int) -> None:
    rota = console.house.rota
    await rota.add(DESK, weekly(3, 0 if closes == 0 else TEN_PM, closes))
    assert (await rota.week(DESK, MONDAY))[4].over == ()


async def test_the_page_says_that_it_is_continued_and_offers_nothing_there(console: Console) -> None:
    await console.house.rota.add(DESK, weekly(3, TEN_PM, SIX))
    async with console.signed_in("chief", "coordinator") as browser:
        page = (await browser.get(f"/schedule?week={WEEK}")).text
    row = next(row for row in re.findall(r"<tr.*?</tr>", page, re.DOTALL) if "Friday 4/12" in row)
    assert row.count("00:00–06:00") == 2, "the hours, and who"
    assert re.search(r"<b>Kim</b> <span class=\"hint\">continued, since 22:00 the day before<", row)
    assert "Closed" not in row
    assert "Nobody" not in row
    assert "/schedule/remove" not in row
