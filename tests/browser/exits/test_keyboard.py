"""The exit stays in sight when a keyboard lies over the page, and when two fingers enlarge it."""

from typing import Any

import pytest
from playwright.async_api import CDPSession, Page

from tests.browser.people import PHONE, SMALLEST, People
from tests.browser.views import VISITOR_VIEWS

pytestmark = pytest.mark.asyncio(loop_scope="session")

KEYBOARD = 260  # pixels of the smallest phone that its keyboard takes

# A browser that lays its keyboard over the page, as Safari on a phone does: what it shows is a part of the window, and
# moves down in it so that the box with the focus can be seen.
OVERLAY = """([height, down]) => {
  const seen = { height: innerHeight - height, offsetTop: down };
  for (const [name, value] of Object.entries(seen)) {
    Object.defineProperty(visualViewport, name, { value, configurable: true });
  }
  visualViewport.dispatchEvent(new Event("resize"));
}"""

# Where the exit lies in what can be seen, in pixels of the screen, and what covers it.
PLACE = """() => {
  const { scale, width, height, offsetLeft, offsetTop } = visualViewport, exit = document.querySelector("a.exit");
  const { left, right, top, bottom } = exit.getBoundingClientRect();
  const x = [left + 12, (left + right) / 2, right - 12], y = [top + 8, (top + bottom) / 2, bottom - 8];
  const found = x.flatMap((across) => y.map((down) => document.elementFromPoint(across, down)));
  return {
    left: (left - offsetLeft) * scale, right: (offsetLeft + width - right) * scale,
    top: (top - offsetTop) * scale, bottom: (offsetTop + height - bottom) * scale,
    width: (right - left) * scale, height: (bottom - top) * scale,
    covered: found.filter((each) => !each || !exit.contains(each)).map((each) => each?.outerHTML ?? "outside"),
  };
}"""


@pytest.mark.parametrize("view", ["topics", "waiting", "talk"])
async def test_a_keyboard_that_takes_room_from_the_page_leaves_the_exit(people: People, view: str) -> None:
    """Chromium and Firefox on Android do that, because the page asks for it."""
    visitor = await VISITOR_VIEWS[view](people, viewport=SMALLEST)
    content = await visitor.page.locator("meta[name=viewport]").get_attribute("content")
    assert "interactive-widget=resizes-content" in str(content)
    await visitor.box.focus()
    await visitor.page.set_viewport_size({**SMALLEST, "height": SMALLEST["height"] - KEYBOARD})
    await _is_in_sight(visitor.page)
    await visitor.page.keyboard.type("I do not know where to begin.\n" * 3)
    await _is_in_sight(visitor.page)


@pytest.mark.parametrize("view", ["topics", "waiting", "talk"])
async def test_a_keyboard_that_lies_over_the_page_leaves_the_exit(people: People, view: str) -> None:
    visitor = await VISITOR_VIEWS[view](people, viewport=SMALLEST)
    await visitor.box.focus()
    for down in (KEYBOARD // 3, KEYBOARD, 0):
        await visitor.page.evaluate(OVERLAY, [KEYBOARD, down])
        await _is_in_sight(visitor.page)


@pytest.mark.parametrize("language", ["en", "ar"])
async def test_two_fingers_leave_the_exit_where_it_was_and_as_large(people: People, language: str) -> None:
    visitor = await people.visitor(viewport=PHONE, is_mobile=True, locale=language)
    await visitor.opens_the_page()
    at_first = await _is_in_sight(visitor.page)
    session = await visitor.page.context.new_cdp_session(visitor.page)
    for scale in (1.5, 3, 5):
        await session.send("Emulation.setPageScaleFactor", {"pageScaleFactor": scale})
        await visitor.page.wait_for_function("(scale) => Math.abs(visualViewport.scale - scale) < 0.1", arg=scale)
        for way in ((-400, -700), (700, 300)):
            await _moves(session, *way)
            place = await _is_in_sight(visitor.page)
            for side in ("left", "right", "top", "width", "height"):
                assert place[side] == pytest.approx(at_first[side], abs=4), (scale, side)


async def _moves(session: CDPSession, x: int, y: int) -> None:
    gesture = {"x": 30, "y": 100, "xDistance": x, "yDistance": y, "gestureSourceType": "touch", "speed": 4000}
    await session.send("Input.synthesizeScrollGesture", gesture)


async def _is_in_sight(page: Page) -> dict[str, Any]:
    await page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    place: dict[str, Any] = await page.evaluate(PLACE)
    assert place["covered"] == []
    assert min(place["left"], place["right"], place["top"], place["bottom"]) >= -1, place
    assert min(place["width"], place["height"]) >= 43.9, place
    return place
