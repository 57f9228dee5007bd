"""A notice covers nothing that can be pressed: the waiting list makes room for it."""

import pytest
from playwright.async_api import ViewportSize, expect

from tests.browser.people import DESKTOP, PHONE, People

pytestmark = pytest.mark.asyncio(loop_scope="session")

# The buttons that can be seen, and lie under a notice.
COVERED = """() => {
  const notices = [...document.querySelectorAll("#notices p")].map((each) => each.getBoundingClientRect());
  const lies = (one, box, bottom) =>
    one.left < box.right && box.left < one.right && one.top < bottom && box.top < one.bottom;
  return [...document.querySelectorAll("button, summary, textarea")].filter((each) => {
    const box = each.getBoundingClientRect(), list = each.closest("#waiting")?.getBoundingClientRect();
    return box.width && notices.some((one) => lies(one, box, Math.min(box.bottom, list?.bottom ?? Infinity)));
  }).map((each) => each.textContent);
}"""


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE])
async def test_a_notice_covers_no_button_of_a_long_list_or_lets_no_press_through(
    people: People, viewport: ViewportSize
) -> None:
    staff = await people.staff_on_duty(viewport=viewport)
    visitors = [await people.visitor() for _ in range(6)]
    for visitor in visitors:
        await visitor.comes_to_wait()
    await expect(staff.waiting).to_have_count(6)
    name = await staff.takes()
    await staff.talk(name).get_by_role("button", name="Give back").click()
    await expect(staff.waiting).to_have_count(6)
    notice = staff.page.locator("#notices p")
    await expect(notice).to_be_in_viewport(ratio=1)
    last = staff.waiting.last.get_by_role("button", name="Take")
    await last.scroll_into_view_if_needed()
    await expect(notice).to_be_in_viewport(ratio=1)
    if viewport is DESKTOP:
        assert await staff.page.evaluate(COVERED) == []
    await notice.click(timeout=5000)  # what lies under it would take the press
    await expect(staff.talk()).to_have_count(0)
    await last.click()
    await expect(staff.talk()).to_be_visible()
