"""After a talk: closed choices, asked only where they belong; and what was no talk, counted on its own page."""

import pytest
from playwright.async_api import Locator, expect

from tests.browser.people import People, Staff

pytestmark = pytest.mark.asyncio(loop_scope="session")


def question(staff: Staff, name: str) -> Locator:
    return staff.page.get_by_role("group", name=name)


async def test_a_talk_is_asked_about_a_referral_only_when_there_was_one(people: People) -> None:
    visitor, staff = await people.in_a_talk()
    await visitor.ends_the_talk()
    await expect(staff.page.get_by_label("A talk")).to_be_checked()
    await expect(question(staff, "Who made contact")).to_be_visible()
    await expect(question(staff, "Who asked for advice")).to_be_hidden()
    await expect(question(staff, "Referred to")).to_be_hidden()
    await staff.page.get_by_label("Referral", exact=True).check()
    await question(staff, "Referred to").get_by_label("Police").check()
    await question(staff, "How the referral went").get_by_label("Contact arranged").check()
    await staff.page.get_by_role("button", name="Save").click()
    await expect(staff.sees("Counted.")).to_be_visible()


async def test_what_is_no_longer_asked_is_not_counted_either(people: People) -> None:
    visitor, staff = await people.in_a_talk()
    await visitor.ends_the_talk()
    await staff.page.get_by_label("Referral", exact=True).check()
    await question(staff, "Referred to").get_by_label("Police").check()
    await staff.page.get_by_label("Referral", exact=True).uncheck()
    await expect(question(staff, "Referred to")).to_be_hidden()
    await staff.page.get_by_role("button", name="Save").click()
    await expect(staff.sees("Counted.")).to_be_visible()  # the console refuses a referral to somebody without one


async def test_a_talk_with_somebody_at_work_becomes_a_consultation(people: People) -> None:
    staff = await people.staff_on_duty()
    visitor = await people.visitor()
    await visitor.opens_the_page()
    await visitor.opens_the_briefing()
    await visitor.changes("It is about")
    await visitor.presses("Someone I meet in my work")
    await visitor.presses("Talk to a person")
    await staff.takes()
    await visitor.meets(staff)
    await visitor.ends_the_talk()
    await expect(staff.page.get_by_label("A consultation with somebody at work")).to_be_checked()
    await expect(question(staff, "Who made contact")).to_be_hidden()
    await question(staff, "Who asked for advice").get_by_label("School").check()
    await question(staff, "How satisfied").get_by_label("Partly").check()
    await staff.page.get_by_role("button", name="Save").click()
    await expect(staff.sees("Counted.")).to_be_visible()


@pytest.mark.parametrize("scripts", [True, False])
async def test_a_lecture_and_a_call_are_counted_on_their_own_page(people: People, scripts: bool) -> None:
    page = await people.coordinator(java_script_enabled=scripts)
    await page.get_by_role("link", name="Outreach").click()
    await page.get_by_label("Number of participants").fill("24")
    await page.get_by_label("Of whom social workers").fill("7")
    await page.get_by_role("button", name="Count").first.click()
    await expect(page.get_by_role("status")).to_have_text("The session is counted.")
    asked = page.get_by_role("group", name="Referred to")
    await (expect(asked).to_be_hidden() if scripts else expect(asked).to_be_visible())
    await page.get_by_role("button", name="Count").last.click()
    await expect(page.get_by_role("alert")).to_contain_text("Choose who asked for advice")
    await page.get_by_role("group", name="Who asked for advice").get_by_label("Police").check()
    await page.get_by_role("button", name="Count").last.click()
    await expect(page.get_by_role("status")).to_have_text("The consultation is counted.")
