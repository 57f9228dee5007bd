"""The schedule, with and without scripts: planned by a coordinator, read by staff, and by visitors as hours alone."""

import re
from datetime import datetime, timedelta

import pytest
from playwright.async_api import Page, expect

from dialogues.hours import SWEDEN, holidays
from tests.browser.people import PHONE, SMALLEST, People
from tests.browser.test_access import _check_in_every_light, _fits

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def plans(page: Page, person: str, date: str, opens: str, closes: str) -> None:
    """A shift on one date."""
    await page.get_by_label("Who", exact=True).select_option(label=person)
    await page.get_by_label("Once").check()
    await page.get_by_label("on the date").fill(date)
    await page.get_by_label("From", exact=True).fill(opens)
    await page.get_by_label("To", exact=True).fill(closes)
    await page.get_by_role("button", name="Add the shift").click()


async def removes_all(page: Page) -> None:
    """Leave nothing planned for the next test."""
    gone = page.get_by_role("button", name=re.compile("^Remove the shift"))
    await page.goto(page.url)  # whatever was pressed last
    for left in reversed(range(await gone.count())):
        await gone.first.click()
        await expect(gone).to_have_count(left)


@pytest.mark.parametrize("scripts", [True, False])
async def test_visitors_read_the_planned_hours_and_come_in_by_presence_alone(people: People, scripts: bool) -> None:
    staff = await people.staff()
    coordinator = await people.coordinator(java_script_enabled=scripts)
    day = (datetime.now(SWEDEN) + timedelta(days=1)).date()
    await coordinator.goto(f"{people.house.staff}schedule")
    try:
        await plans(coordinator, staff.name, day.isoformat(), "10:35", "11:40")
        row = coordinator.get_by_role("row").filter(has_text=f"{day.day}/{day.month}")
        await expect(row).to_contain_text("10:35–11:40")
        await expect(row).to_contain_text(staff.name)
        await staff.page.goto(coordinator.url)
        await _check_in_every_light(staff.page)
        await coordinator.set_viewport_size(SMALLEST)
        if scripts:  # without them nothing can be measured
            await _fits(coordinator)
        await expect(staff.page.get_by_role("row").filter(has_text="10:35")).to_contain_text(staff.name)
        await expect(staff.page.get_by_role("button", name="Add the shift")).to_have_count(0)
        await staff.page.goto(f"{people.house.staff}desk")
        await _visitor_reads(people, "answers again tomorrow at 10:35", scripts=scripts)
        await staff.goes_on_duty()
        await people.in_a_talk(staff, java_script_enabled=scripts)
    finally:
        await removes_all(coordinator)


async def _visitor_reads(people: People, words: str, *, scripts: bool) -> None:
    """The hours are there within seconds of the change."""
    visitor = await people.visitor(java_script_enabled=scripts)
    for _ in range(30):
        await visitor.opens_the_page()
        await visitor.opens_the_briefing()
        await visitor.presses("Talk to a person")
        await expect(visitor.button("Try again to reach a person")).to_be_visible()
        if await visitor.sees(words).count():
            return
        await visitor.page.wait_for_timeout(1_000)
    raise AssertionError("the planned hours never came")


async def test_bad_input_is_said_where_it_is_wrong_and_nothing_is_lost(people: People) -> None:
    person = (await people.staff()).name
    coordinator = await people.coordinator(java_script_enabled=False, viewport=PHONE)
    await coordinator.goto(f"{people.house.staff}schedule")
    day = (datetime.now(SWEDEN) + timedelta(days=1)).date().isoformat()
    await plans(coordinator, person, day, "10:00", "10:00")
    await expect(coordinator.get_by_role("alert")).to_have_text(re.compile("cannot end when it begins"))
    await expect(coordinator.get_by_role("alert")).to_be_in_viewport()
    await expect(coordinator.get_by_label("From", exact=True)).to_be_focused()
    await expect(coordinator.get_by_label("on the date")).to_have_value(day)
    await expect(coordinator.get_by_label("Once")).to_be_checked()


async def test_a_week_is_read_from_monday_and_turned_by_links(people: People) -> None:
    staff = await people.staff(java_script_enabled=True)
    await staff.page.goto(f"{people.house.staff}schedule?week=2026-W53")
    table = staff.page.get_by_role("table", name=re.compile(r"^Week 53, 2026-12-28 to 2027-01-03"))
    await expect(table.get_by_role("rowheader")).to_have_count(7)
    await expect(table.get_by_role("rowheader").first).to_contain_text("Monday 28/12")
    marked = [day for day in range(28, 32) if datetime(2026, 12, day, tzinfo=SWEDEN).date() in holidays(2026)]
    assert marked == [31]
    await expect(table.get_by_role("row").filter(has_text="31/12")).to_contain_text("Public holiday")
    await staff.page.get_by_role("link", name="Next week").click()
    await expect(staff.page.get_by_role("table", name=re.compile("^Week 1, 2027-01-04"))).to_be_visible()
