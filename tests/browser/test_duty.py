"""Duty, driven by several browsers: the visitor's page follows who has room, and nobody is hurried on."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from playwright.async_api import Locator, expect

from tests.browser.people import People, Staff, Visitor

pytestmark = pytest.mark.asyncio(loop_scope="session")

BUSY = re.compile("Those who are on duty are busy right now")


def habit(staff: Staff, name: str) -> Locator:
    return staff.page.get_by_label(name)


def crew(staff: Staff) -> Locator:
    return staff.page.get_by_role("list", name="At work now").get_by_role("listitem")


@asynccontextmanager
async def habits(staff: Staff, *, talks: str = "3", quiet: str = "None") -> AsyncIterator[None]:
    """Chosen for the body; the demonstration's accounts are used by other tests too."""
    await _choose(staff, talks, quiet)
    try:
        yield
    finally:
        await _choose(staff, "3", "None")


async def _choose(staff: Staff, talks: str, quiet: str) -> None:
    if not await staff.page.locator("details.habits[open]").count():
        await staff.page.locator(".habits summary").click()
    for name, value in (("Talks side by side", talks), ("Quiet after each talk", quiet)):
        await habit(staff, name).select_option(label=value)
    await staff.chooses(int(talks), int(re.sub(r"\D", "", quiet) or 0))  # the same once more, until it is kept


async def asks(visitor: Visitor) -> None:
    await visitor.opens_the_page()
    await visitor.opens_the_briefing()
    await visitor.presses("Talk to a person")


@pytest.mark.parametrize("scripts", [True, False])
async def test_a_visitor_reads_that_all_are_busy_until_one_of_them_has_room(people: People, scripts: bool) -> None:
    kim, noor = await people.staff_on_duty(), await people.staff_on_duty()
    async with habits(kim, talks="1"), habits(noor, talks="1"):
        first, _ = await people.in_a_talk(kim)
        await people.in_a_talk(noor)
        await expect(kim.sees("You have as many talks as you take")).to_be_visible()
        await expect(kim.page.locator("#available")).to_have_text("0")
        late = await people.visitor(java_script_enabled=scripts)
        await asks(late)
        await expect(late.sees(BUSY)).to_be_visible()
        await first.ends_the_talk()
        await kim.skips_the_wrap_up()
        await expect(noor.page.locator("#available")).to_have_text("1")
        await expect(kim.sees("Visitors can reach you")).to_be_visible()
        again = await people.visitor(java_script_enabled=scripts)
        await asks(again)
        await expect(again.place).to_be_visible()


async def test_who_waits_for_somebody_busy_is_taken_when_a_talk_ends(people: People) -> None:
    kim = await people.staff_on_duty()
    async with habits(kim, talks="1"):
        first, _ = await people.in_a_talk(kim)
        late = await people.visitor()
        await asks(late)
        await expect(late.sees(BUSY)).to_be_visible()
        await late.presses("Wait for a person anyway")
        await expect(late.place).to_be_visible()
        await expect(kim.waiting).to_have_count(1)
        await kim.waiting.first.get_by_role("button", name="Take").click()
        await expect(kim.sees("as many talks in hand")).to_be_visible()
        await first.ends_the_talk()
        await kim.skips_the_wrap_up()
        await kim.takes()
        await late.meets(kim)


async def test_quiet_after_a_talk_survives_a_reload_and_ends_with_one_key(people: People) -> None:
    kim = await people.staff_on_duty()
    async with habits(kim, quiet="5 minutes"):
        visitor, _ = await people.in_a_talk(kim)
        await visitor.ends_the_talk()
        await kim.skips_the_wrap_up()
        await expect(kim.page.locator("#left")).to_have_text(re.compile(r"^4:\d\d left$"))
        await expect(kim.page.locator("#available")).to_have_text("0")
        await kim.page.reload()
        await expect(kim.page.locator("#left")).to_have_text(re.compile(r"^4:\d\d left$"))
        late = await people.visitor()
        await asks(late)
        await expect(late.sees(BUSY)).to_be_visible()
        await kim.page.keyboard.press("F8")
        await expect(kim.page.locator("#breath")).to_be_hidden()
        await expect(kim.page.locator("#available")).to_have_text("1")


async def test_who_is_quiet_takes_somebody_from_the_list(people: People) -> None:
    kim, noor = await people.staff_on_duty(), await people.staff_on_duty()
    async with habits(kim, quiet="10 minutes"):
        first, _ = await people.in_a_talk(kim)
        await first.ends_the_talk()
        await kim.skips_the_wrap_up()
        await expect(kim.page.locator("#left")).to_be_visible()
        await people.in_a_talk(kim)
        await expect(kim.page.locator("#left")).to_be_visible()
        await noor.goes_on_duty()


async def test_a_break_keeps_the_talk_and_colleagues_see_who_is_where(people: People) -> None:
    kim, noor = await people.staff_on_duty(), await people.staff_on_duty()
    await expect(crew(kim)).to_have_count(2)
    visitor, _ = await people.in_a_talk(kim)
    await kim.page.get_by_role("button", name="Break", exact=True).click()
    await expect(crew(noor).filter(has_text=kim.name)).to_have_text(f"{kim.name} on a break")
    await expect(crew(noor).filter(has_text="(you)")).to_have_text(f"{noor.name} (you) on duty")
    await visitor.writes("Are you still there?")
    await expect(kim.sees("Are you still there?")).to_be_visible()
    await kim.writes("Yes, I am.")
    await expect(visitor.sees("Yes, I am.")).to_be_visible()
    await kim.page.get_by_role("button", name="Break", exact=True).click()
    await expect(crew(noor).filter(has_text=kim.name)).to_have_text(f"{kim.name} on duty")
