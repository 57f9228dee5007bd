"""While a call for help is on, the talk in danger stays one that can be written in; and the key for it is practised."""

import pytest
from playwright.async_api import ViewportSize, expect

from tests.browser.people import DESKTOP, People

pytestmark = pytest.mark.asyncio(loop_scope="session")

LOW: ViewportSize = {"width": 360, "height": 640}
SHARE = 0.4  # of the column, for the alarm and the routine: 35 per cent, and what they need at least


@pytest.mark.parametrize(("viewport", "talks"), [(DESKTOP, 3), (LOW, 1)])
async def test_the_box_stays_in_sight_during_a_call_for_help(
    people: People, viewport: ViewportSize, talks: int
) -> None:
    staff = await people.staff_on_duty(viewport=viewport)
    for _ in range(talks):
        visitor = await people.visitor()
        await visitor.comes_to_wait()
        name = await staff.takes()
        await visitor.meets(staff)
    talk = staff.talk(name)
    box = talk.get_by_role("textbox", name="Your message")
    await visitor.writes("he is at the door")
    await expect(staff.messages(name)).to_have_count(1)
    await talk.locator("[data-call]").click()
    help_, routine = talk.locator(".help"), talk.locator(".routine")
    await expect(help_).to_be_visible()
    await expect(routine).to_have_attribute("open", "")
    await expect(staff.messages(name).first).to_be_in_viewport(ratio=0.6)
    for part in (
        box,
        talk.get_by_role("button", name="Send", exact=True),
        help_.get_by_text("In acute danger: call 112."),
    ):
        await expect(part).to_be_in_viewport(ratio=1)
    shown = await talk.evaluate(
        """(talk) => {
          const box = talk.querySelector(".compose textarea");
          const { left, top, right, bottom } = box.getBoundingClientRect();
          const over = document.elementFromPoint((left + right) / 2, (top + bottom) / 2) === box;
          const height = (part) => talk.querySelector(part).getBoundingClientRect().height;
          return [over, (height(".help") + height(".aids")) / talk.getBoundingClientRect().height];
        }"""
    )
    assert shown[0], shown
    assert shown[1] <= SHARE
    await box.fill("wait")
    await help_.get_by_role("button", name="It is over, end the call").click()
    await expect(help_).to_be_hidden()
    await expect(routine).not_to_have_attribute("open", "")
    await expect(box).to_have_value("wait")


async def test_a_routine_that_was_open_before_stays_open(people: People) -> None:
    _, staff = await people.in_a_talk()
    await staff.talk().locator(".routine summary").click()
    await staff.talk().locator("[data-call]").click()
    await staff.page.get_by_role("button", name="It is over, end the call").click()
    await expect(staff.talk().locator(".help")).to_be_hidden()
    await expect(staff.talk().locator(".routine")).to_have_attribute("open", "")


async def test_the_key_that_calls_for_help_is_practised_too(people: People) -> None:
    staff = await people.staff()
    await staff.page.goto(f"{staff.house.staff}practice?with=colleague")
    await staff.talk().get_by_role("textbox", name="Your message").press("F9")
    await expect(staff.talk().get_by_text("Coming: Your colleague")).to_be_visible()
