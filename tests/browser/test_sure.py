"""Ending erases: who presses it while the talk goes on is asked on the button, and its neighbour is another one."""

import pytest
from playwright.async_api import Locator, expect

from tests.browser.people import DESKTOP, PHONE, People, Staff

pytestmark = pytest.mark.asyncio(loop_scope="session")

QUIET = 10_500  # milliseconds after which a last message is no longer fresh
APART = 60  # pixels at least between two buttons of which one calls for help and one erases


def end(staff: Staff) -> Locator:
    return staff.talk().locator("[data-do=end]")


async def asks(staff: Staff) -> None:
    """The first press ends nothing, and a double click is no second one."""
    await end(staff).dblclick()
    await expect(end(staff)).to_have_text("Sure? End")


async def is_over_for(staff: Staff) -> None:
    await expect(staff.page.get_by_role("button", name="Skip")).to_be_visible()
    await staff.skips_the_wrap_up()


async def test_a_quiet_talk_ends_at_one_press(people: People) -> None:
    visitor, staff = await people.in_a_talk()
    await visitor.writes("bye")
    await expect(staff.messages()).to_have_text(["bye"])
    await staff.page.wait_for_timeout(QUIET)
    await end(staff).click()
    await is_over_for(staff)


async def test_after_a_fresh_message_the_end_is_asked_about_and_the_question_goes_away(people: People) -> None:
    visitor, staff = await people.in_a_talk()
    await visitor.writes("one more thing")
    await expect(staff.messages()).to_have_text(["one more thing"])
    before = await end(staff).bounding_box()
    await asks(staff)
    assert await end(staff).bounding_box() == before
    await expect(end(staff)).to_have_text("End talk")
    await expect(staff.messages()).to_have_text(["one more thing"])
    await visitor.writes("and another")
    await expect(staff.messages()).to_have_count(2)
    await asks(staff)
    await end(staff).click()
    await is_over_for(staff)


async def test_words_in_the_box_a_visitor_who_writes_and_a_call_for_help_are_asked_about(people: People) -> None:
    visitor, staff = await people.in_a_talk()
    box = staff.talk().get_by_role("textbox", name="Your message")
    await box.fill("I")
    await asks(staff)
    await box.fill("")
    await expect(end(staff)).to_have_text("End talk")
    await visitor.box.press_sequentially("wait", delay=50)
    await expect(staff.talk().locator(".writing")).to_be_visible()
    await asks(staff)
    await expect(end(staff)).to_have_text("End talk")
    await expect(staff.talk().locator(".writing")).to_be_hidden()
    await staff.talk().get_by_role("button", name="Call for help").click()
    await expect(staff.sees("In acute danger: call 112.")).to_be_visible()
    await asks(staff)
    await expect(staff.sees("In acute danger: call 112.")).to_be_visible()


@pytest.mark.parametrize("wide", [True, False])
async def test_calling_for_help_is_far_from_what_erases(people: People, wide: bool) -> None:
    staff = await people.staff_on_duty(viewport=DESKTOP if wide else PHONE)
    for number in range(3 if wide else 1):
        visitor = await people.visitor()
        await visitor.comes_to_wait()
        await staff.takes()
        await visitor.meets(staff)
        talk = staff.page.get_by_role("article").nth(number)
        help_, over = [await talk.locator(each).bounding_box() for each in ("[data-call]", "[data-do=end]")]
        assert help_
        assert over
        gap = over["x"] - help_["x"] - help_["width"]
        assert gap >= APART or over["y"] - help_["y"] - help_["height"] >= APART
