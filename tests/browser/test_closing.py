"""A desk that is closed at once, those who wait meanwhile, guiding on, and filters: two browsers, real processes."""

import re

import pytest
from playwright.async_api import expect

from tests.browser.conftest import PATIENCE
from tests.browser.people import People, Staff

pytestmark = pytest.mark.asyncio(loop_scope="session")

LOOK = 3 * PATIENCE  # a waiting page looks every few seconds, and fetches what is new after that


@pytest.mark.parametrize("scripts", [True, False])
async def test_one_press_closes_the_desk_and_who_waits_keeps_the_place(people: People, scripts: bool) -> None:
    staff = await people.staff_on_duty()
    visitor = await people.visitor(java_script_enabled=scripts)
    await visitor.comes_to_wait()
    await expect(visitor.sees("It usually takes less than 5 minutes.")).to_be_visible()
    await staff.closes_the_desk("Trouble with us")
    if not scripts:
        await visitor.presses("Show my place")
    await expect(visitor.sees("Something is wrong with us right now").last).to_be_visible(timeout=LOOK)
    await expect(visitor.sees("You keep your place as long as this page is open.")).to_be_visible()
    await expect(visitor.sees("We cannot say how long it takes.")).to_be_visible()
    await expect(visitor.page.locator("#log .lines a[href='tel:112']").last).to_be_visible()
    assert await visitor.button("Leave a message instead").count() == (1 if scripts else 0)

    other = await people.visitor(java_script_enabled=scripts)
    await other.opens_the_page()
    await other.opens_the_briefing()
    await other.presses("Talk to a person")
    await expect(other.sees("Something is wrong with us right now")).to_be_visible()
    await expect(other.place).to_be_hidden()

    await staff.takes()
    if not scripts:
        await visitor.presses("Show my place")
    await visitor.meets(staff)
    await staff.opens_the_desk()


@pytest.mark.parametrize("scripts", [True, False])
async def test_guiding_on_ends_a_wait_with_words_and_ways_on(people: People, scripts: bool) -> None:
    staff = await people.staff_on_duty()
    visitor = await people.visitor(java_script_enabled=scripts)
    await visitor.comes_to_wait()
    await expect(staff.waiting.get_by_role("button", name="Guide on")).to_be_hidden()
    await staff.closes_the_desk("Closed for tonight")
    await staff.waiting.get_by_role("button", name="Guide on").click()
    await staff.waiting.get_by_role("button", name="Sure? Guide on").click()
    await expect(staff.waiting).to_have_count(0)
    if not scripts:
        await visitor.presses("Show my place")
    await expect(visitor.sees("Your wait is over.")).to_be_visible(timeout=LOOK)
    await expect(visitor.sees("has closed for tonight").last).to_be_visible(timeout=LOOK)
    await expect(visitor.sees("you are welcome back").last).to_be_visible()
    await expect(visitor.place).to_be_hidden()
    await staff.opens_the_desk()


async def test_who_waits_reads_when_the_desk_opens_again_and_when_the_last_one_goes(people: People) -> None:
    staff = await people.staff_on_duty()
    visitor = await people.visitor()
    await visitor.comes_to_wait()
    await staff.closes_the_desk("Back at the next opening hours")
    await expect(visitor.sees("answers again the next time we are open")).to_be_visible(timeout=LOOK)
    await staff.opens_the_desk()
    await expect(visitor.sees("has opened again")).to_be_visible(timeout=LOOK)
    await staff.duty.click()
    await expect(visitor.sees("Nobody is on duty right now.")).to_be_visible(timeout=LOOK)
    await expect(visitor.place).to_be_visible()
    await staff.goes_on_duty()
    await staff.takes()
    await visitor.meets(staff)


async def test_the_coordinator_closes_the_desk_from_the_live_load(people: People) -> None:
    staff = await people.staff_on_duty()
    page = await people.coordinator()
    await page.get_by_role("radio", name="Closed for tonight").check()
    await page.get_by_role("button", name="Close now").click()
    await expect(page.get_by_text("The desk is closed for tonight.")).to_be_visible()
    await expect(staff.sees("The desk is closed for tonight.")).to_be_visible()
    await page.get_by_role("button", name="Open again").click()
    await expect(page.get_by_role("button", name="Close now")).to_be_visible()
    await expect(staff.sees("The desk is closed for tonight.")).to_be_hidden()


async def test_filters_hide_rows_and_say_how_many_and_never_one_in_danger(people: People) -> None:
    staff = await people.staff_on_duty()
    english, swedish = await people.visitor(), await people.visitor(locale="sv-SE")
    await english.comes_to_wait()
    await swedish.opens_the_page()
    await swedish.presses("Prata med en person")
    await swedish.page.locator("button[value=join]").click()
    await expect(staff.waiting).to_have_count(2)
    await staff.page.locator("#filters summary").click()
    await staff.page.get_by_role("combobox", name="Language").select_option("Svenska")
    await expect(staff.waiting).to_have_count(1)
    await expect(staff.sees("1 who waits is hidden by the filter.")).to_be_visible()
    await expect(staff.page.locator("#total")).to_have_text("2")

    danger = await people.visitor()
    await danger.opens_the_page()
    await danger.presses("Start")
    await danger.presses("I am in danger now")
    await danger.page.locator("button[value=person]").first.click()
    await danger.page.locator("button[value=join]").click()
    await expect(staff.waiting).to_have_count(2)
    await expect(staff.waiting.first).to_contain_text(re.compile("danger", re.IGNORECASE))
    await staff.page.get_by_role("button", name="Show all").click()
    await expect(staff.waiting).to_have_count(3)
    await expect(staff.page.locator("#hidden-rows")).to_be_empty()
    await swedish.presses("Sluta vänta")  # the exit's own name is English to those who go home
    await expect(staff.waiting).to_have_count(2)


async def test_a_wish_by_name_is_marked_for_who_it_is_for_and_asked_about_by_others(people: People) -> None:
    wished, other = await people.staff(), await people.staff()
    await _may_be_asked_for(wished, "A woman", by_name=True)
    await wished.page.goto(f"{people.house.staff}desk")
    await other.goes_on_duty()
    await wished.goes_on_duty()

    visitor = await people.visitor()
    await visitor.opens_the_page()
    await visitor.opens_the_briefing()
    await visitor.changes("Wish")
    await visitor.presses(wished.name)
    await visitor.presses("Talk to a person")
    await expect(visitor.place).to_be_visible()
    await expect(wished.waiting.get_by_text("Wishes for you")).to_be_visible()
    await expect(other.waiting.get_by_text("Wishes for you")).to_be_hidden()

    await expect(other.waiting).to_have_count(1)
    await other.waiting.get_by_role("button", name="Take").click()
    await expect(other.sees("Wishes for somebody else who is on duty. Take anyway?")).to_be_visible()
    await expect(other.talk()).to_have_count(0)
    await other.waiting.get_by_role("button", name="Take anyway").click()
    await visitor.meets(other)
    await expect(other.talk().locator("[data-fact=wish]")).to_contain_text(wished.name)
    await _may_be_asked_for(wished, "I do not say", by_name=False)


async def _may_be_asked_for(staff: Staff, kind: str, *, by_name: bool) -> None:
    """Said on the account's page, and kept."""
    await staff.page.goto(f"{staff.house.staff}account")
    await staff.page.get_by_role("radio", name=kind).check()
    await staff.page.get_by_role("checkbox", name="Visitors may ask for me by name").set_checked(by_name)
    async with staff.page.expect_response("**/account/asked"):
        await staff.page.get_by_role("button", name="Save").click()
