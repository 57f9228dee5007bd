"""A talk that leaves somebody's hands: what they go on typing reaches nobody else, and they read what became of it."""

import pytest
from playwright.async_api import expect

from tests.browser.people import People

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_words_for_a_visitor_who_was_handed_over_reach_no_other(people: People) -> None:
    visitor, staff = await people.in_a_talk()
    name = await staff.talk().locator("h3").inner_text()
    other = await people.visitor()
    await other.comes_to_wait()
    await staff.takes()
    await other.meets(staff)
    colleague = await people.colleague_of(staff)
    await staff.asks_to_hand_over(colleague, name)
    await colleague.says("Take over")
    await expect(visitor.button("Yes, that is all right")).to_be_visible()
    box = staff.talk(name).get_by_role("textbox", name="Your message")
    await box.press_sequentially("I have spoken with ")
    await visitor.presses("Yes, that is all right")
    await visitor.meets(colleague)
    await expect(staff.talk(name)).to_have_count(0)
    await expect(staff.page.get_by_role("heading", name="Your talks")).to_be_focused()
    await staff.page.keyboard.type("your school")
    await staff.page.keyboard.press("Enter")
    await expect(staff.talk().get_by_role("textbox", name="Your message")).to_have_value("")
    await expect(staff.sees("What you had not sent yet did not go.")).to_be_visible()
    await staff.writes("for you")
    await expect(other.messages).to_have_text(["for you"])
