"""What leads away from the desk while talks are in hand: nothing throws them away without a question."""

import asyncio

import pytest
from playwright.async_api import Dialog, expect

from tests.browser.people import People

pytestmark = pytest.mark.asyncio(loop_scope="session")

ASKED = "If you sign out, your talks go back to the waiting list at their old places, and the visitors are told."


async def test_other_pages_open_beside_a_talk_and_the_desk_does_not_open_twice(people: People) -> None:
    visitor, staff = await people.in_a_talk()
    pages = staff.page.get_by_role("navigation", name="Pages")
    async with staff.page.expect_popup() as opened:
        await pages.get_by_role("link", name="Left messages").click()
    beside = await opened.value
    await expect(beside.get_by_role("heading", name="Left messages").first).to_be_visible()
    await beside.close()
    await pages.get_by_role("link", name="Desk", exact=True).click()
    await staff.page.locator(".brand").click()
    await visitor.writes("still there?")
    await expect(staff.messages()).to_have_text(["still there?"])
    await visitor.ends_the_talk()
    await staff.skips_the_wrap_up()
    await pages.get_by_role("link", name="Left messages").click()
    await expect(staff.page.get_by_role("heading", name="Left messages").first).to_be_visible()


async def test_leaving_the_page_is_asked_about_for_as_long_as_talks_are_in_hand(people: People) -> None:
    visitor, staff = await people.in_a_talk()
    await staff.talk().get_by_role("textbox", name="Your message").click()
    asked: list[str] = []

    async def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        await dialog.dismiss()

    staff.page.on("dialog", stay)
    await staff.page.evaluate("location.assign('/account')")
    for _ in range(100):
        if asked:
            break
        await asyncio.sleep(0.1)
    assert asked == ["beforeunload"]
    await visitor.writes("still there?")
    await expect(staff.messages()).to_have_text(["still there?"])
    await staff.page.get_by_role("button", name="Svenska").click()
    await expect(staff.page.get_by_role("heading", name="Dina samtal")).to_be_attached()
    await expect(staff.messages()).to_have_text(["still there?"])
    await staff.page.get_by_role("button", name="English").click()
    await expect(staff.messages()).to_have_text(["still there?"])
    await visitor.ends_the_talk()
    await staff.skips_the_wrap_up()
    assert asked == ["beforeunload"]


async def test_signing_out_is_asked_about_on_the_desk_itself(people: People) -> None:
    visitor, staff = await people.in_a_talk()
    leave = staff.page.get_by_role("button", name="Sign out", exact=True)
    await leave.click()
    question = staff.page.get_by_role("dialog", name=ASKED)
    await expect(question.get_by_role("button", name="Stay at the desk")).to_be_focused()
    await staff.page.keyboard.press("Enter")
    await expect(question).to_be_hidden()
    await visitor.writes("still there?")
    await expect(staff.messages()).to_have_text(["still there?"])
    await leave.click()
    await question.get_by_role("button", name="Give back and sign out").click()
    await expect(staff.page.get_by_role("heading", name="Sign in")).to_be_visible()
    await expect(visitor.place).to_be_visible()


async def test_who_comes_back_too_late_reads_why_they_are_off_duty(hasty_people: People) -> None:
    visitor, staff = await hasty_people.in_a_talk()
    await staff.page.goto("about:blank")
    await expect(visitor.place).to_be_visible(timeout=60_000)
    await staff.page.goto(f"{staff.house.staff}desk")
    await expect(staff.sees("The connection was gone for too long, so you are off duty now.")).to_be_visible()
    await staff.page.reload()
    await expect(staff.duty).to_be_enabled()
    await expect(staff.sees("The connection was gone for too long")).to_be_hidden()
