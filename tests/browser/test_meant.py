"""A list that moves under the pointer: nobody takes a visitor whom they did not mean."""

import pytest
from playwright.async_api import expect

from tests.browser.people import People

pytestmark = pytest.mark.asyncio(loop_scope="session")

MOMENT = 600  # milliseconds: a little longer than a row is left alone after it came to its place

# At the moment at which the first row is gone, and not a look later: a press where its button was.
PRESS = """([clientX, clientY]) => {
  const list = document.getElementById("waiting");
  window.pressed = new Promise((done) => {
    new MutationObserver(() => {
      if (list.children.length !== 2) return;
      const press = new MouseEvent("click", { bubbles: true, detail: 1, clientX, clientY });
      done(document.elementFromPoint(clientX, clientY).closest(".take")?.dispatchEvent(press));
    }).observe(list, { childList: true });
  });
}"""


async def test_a_press_takes_nobody_who_came_to_that_place_just_now(people: People) -> None:
    staff = await people.staff_on_duty()
    first, *others = [await people.visitor() for _ in range(3)]  # of fewer than two the list has no filter above it
    for visitor in (first, *others):
        await visitor.comes_to_wait()
    await expect(staff.waiting).to_have_count(3)
    names = await staff.waiting.locator(".name").all_inner_texts()
    place = await staff.waiting.first.get_by_role("button", name="Take").bounding_box()
    assert place
    x, y = place["x"] + place["width"] / 2, place["y"] + place["height"] / 2
    await staff.page.evaluate(PRESS, [x, y])
    await first.leaves()
    assert await staff.page.evaluate("window.pressed")
    await staff.page.wait_for_timeout(MOMENT)
    await expect(staff.talk()).to_have_count(0)
    await expect(staff.waiting.locator(".name")).to_have_text(names[1:])
    await staff.page.mouse.click(x, y)
    await expect(staff.talk(names[1])).to_be_visible()


async def test_a_key_takes_whom_the_focus_is_on_wherever_the_row_went(people: People) -> None:
    staff = await people.staff_on_duty()
    first, second = await people.visitor(), await people.visitor()
    for visitor in (first, second):
        await visitor.comes_to_wait()
    await expect(staff.waiting).to_have_count(2)
    names = await staff.waiting.locator(".name").all_inner_texts()
    await staff.waiting.last.get_by_role("button", name="Take").focus()
    await staff.page.evaluate(
        """() => {
          const list = document.getElementById("waiting"), take = document.activeElement;
          const press = () => list.children.length === 1 && take.click();
          new MutationObserver(press).observe(list, { childList: true });
        }"""
    )
    await first.leaves()
    await expect(staff.talk(names[1])).to_be_visible()
