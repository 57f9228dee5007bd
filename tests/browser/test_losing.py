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


async def test_who_was_away_for_too_long_reads_what_became_of_duty_talks_and_words(hasty_people: People) -> None:
    people = hasty_people
    staff = await people.staff_on_duty()
    visitors, names = [], []
    for _ in range(3):
        visitor = await people.visitor()
        await visitor.comes_to_wait()
        names.append(await staff.takes())
        await visitor.meets(staff)
        visitors.append(visitor)
    await staff.page.context.set_offline(True)
    await expect(staff.sees("What you write is kept, and sent when it is back.")).to_be_visible()
    await staff.talk(names[0]).get_by_role("textbox", name="Your message").fill("half a")
    await expect(staff.sees("Your talks have gone back to the list; what you wrote is kept here.")).to_be_visible()
    for visitor in visitors:
        await expect(visitor.place).to_be_visible(timeout=60_000)
    await staff.page.context.set_offline(False)
    lapsed = staff.page.locator("#lapsed")
    await expect(lapsed).to_contain_text("The connection was gone for too long, so you are off duty now.")
    lost = staff.page.locator("#notices p")
    await expect(lost).to_have_count(1)
    await expect(lost).to_have_text(
        f"{names[0]}, {names[1]}, and {names[2]} are no longer with you. What you had not sent yet did not go."
    )
    await lapsed.get_by_role("button", name="Go on duty again").click()
    await expect(staff.duty).to_have_attribute("aria-checked", "true")
    await expect(lapsed).to_be_hidden()
    await staff.takes(staff.waiting.filter(has_text=names[0]))
    await expect(staff.talk(names[0]).get_by_role("textbox", name="Your message")).to_have_value("half a")
