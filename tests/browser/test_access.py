"""Everybody can use every view: axe, the smallest phone, large text, keyboard alone, right-to-left, no motion."""

from itertools import product
from typing import Any, Literal

import pytest
from axe_playwright_python.async_playwright import Axe, AxeResults  # type: ignore[import-untyped]
from playwright.async_api import Page, expect
from playwright.async_api import TimeoutError as PlaywrightTimeout

from tests.browser.conftest import PATIENCE
from tests.browser.people import DESKTOP, PHONE, SMALLEST, People
from tests.browser.views import CONSOLE_VIEWS, VISITOR_VIEWS

pytestmark = pytest.mark.asyncio(loop_scope="session")

RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],
}
PLAIN_VIEWS = ("first", "topic", "asked", "briefing", "waiting", "talk", "muted", "over")
# The page's own size is a share of what the reader has set; this doubles it as a reader's setting does.
LARGE_TEXT = """() => {
  const { style } = document.documentElement;
  style.fontSize = `${2 * parseFloat(getComputedStyle(document.documentElement).fontSize)}px`;
}"""
TURN_AROUND = "document.documentElement.dir = 'rtl'"

# What sticks out of the window to either side, and what is cut off inside its own box.
STICKING_OUT = """() => {
  const width = document.documentElement.clientWidth, root = document.scrollingElement;
  const out = [...document.querySelectorAll("body *")].filter((each) => {
    const { left, right, width: own } = each.getBoundingClientRect();
    const unseen = each.closest(".unseen, .skip, .table, noscript, script") // a table of data may scroll in its own box
      || getComputedStyle(each).clipPath !== "none";
    return own && !unseen && each.checkVisibility() && (left < -1 || right > width + 1);
  });
  return { wider: root.scrollWidth > root.clientWidth, out: out.map((each) => each.outerHTML.slice(0, 160)) };
}"""
# How far a desk can be scrolled, whose lists scroll by themselves.
BLANK_BELOW = "document.documentElement.scrollHeight - innerHeight"
MOVING = """() => document.getAnimations().length + [...document.querySelectorAll("*")].filter((each) => {
  const { animationName, transitionDuration, scrollBehavior } = getComputedStyle(each);
  const still = transitionDuration.split(", ").every((duration) => parseFloat(duration) < 0.001);
  return animationName !== "none" || !still || scrollBehavior === "smooth";
}).length"""


@pytest.mark.parametrize("view", VISITOR_VIEWS)
async def test_axe_finds_nothing_for_visitors_and_nothing_needs_scrolling_sideways(people: People, view: str) -> None:
    visitor = await VISITOR_VIEWS[view](people, viewport=SMALLEST, bypass_csp=True)  # one journey for both
    await _fits(visitor.page)
    await visitor.page.evaluate(TURN_AROUND)
    await _fits(visitor.page)
    exit_box: Any = await visitor.exit.bounding_box()
    assert exit_box["x"] < SMALLEST["width"] / 2, "the exit stands where a reader from the right looks last"
    await visitor.page.evaluate(LARGE_TEXT)
    await _fits(visitor.page)
    await visitor.page.evaluate("document.documentElement.dir = 'ltr'")
    await _fits(visitor.page)
    await visitor.page.evaluate("document.documentElement.style.fontSize = ''")
    await _check_in_every_light(visitor.page)


@pytest.mark.parametrize("view", PLAIN_VIEWS)
async def test_axe_finds_nothing_without_javascript(people: People, view: str) -> None:
    visitor = await VISITOR_VIEWS[view](people, java_script_enabled=False)
    reader = await people.visitor(bypass_csp=True)  # axe needs scripts: it reads the same page in another browser
    html, address = await visitor.page.content(), people.house.visitors
    await reader.page.route(address, lambda route: route.fulfill(body=_without_scripts(html), content_type="text/html"))
    await reader.page.goto(address)
    await _check_in_every_light(reader.page)
    await reader.page.unroute_all()


@pytest.mark.parametrize("view", CONSOLE_VIEWS)
async def test_axe_finds_nothing_in_the_console_and_nothing_needs_scrolling_sideways(people: People, view: str) -> None:
    page = await CONSOLE_VIEWS[view](people)  # one journey for both: most of it is the way to the view
    await _check_in_every_light(page)
    await page.set_viewport_size(SMALLEST)
    await _fits(page)
    await page.evaluate(TURN_AROUND)
    await _fits(page)
    await page.evaluate(LARGE_TEXT)
    await _fits(page)
    await page.set_viewport_size(DESKTOP)
    await _fits(page)


@pytest.mark.parametrize("view", ["first", "topic", "waiting", "talk"])
async def test_nothing_moves_for_those_who_ask_for_that(people: People, view: str) -> None:
    visitor = await VISITOR_VIEWS[view](people, reduced_motion="reduce")
    assert await visitor.page.evaluate(MOVING) == 0


async def test_nothing_moves_at_the_desk_for_those_who_ask_for_that(people: People) -> None:
    page = await CONSOLE_VIEWS["two talks"](people)
    await page.emulate_media(reduced_motion="reduce")
    assert await page.evaluate(MOVING) == 0


async def test_the_whole_journey_can_be_made_by_keyboard_alone(people: People) -> None:
    staff, visitor = await people.staff(), await people.visitor(viewport=DESKTOP, has_touch=False)
    await visitor.opens_the_page()
    for name in ("Start", "Yes, that is fine", "Myself", "Forced marriage", "Talk to a person"):
        await _goes_to(visitor.page, name)
        await visitor.page.keyboard.press("Enter")
        await expect(visitor.page.locator("#log .mine .words").last).to_have_text(name)
    await _goes_to(staff.page, "On duty")
    await staff.page.keyboard.press("Space")
    await expect(staff.duty).to_have_attribute("aria-checked", "true")
    await _goes_to(visitor.page, "Talk to a person")
    await visitor.page.keyboard.press("Enter")
    await expect(visitor.place).to_be_visible()
    await expect(staff.waiting).to_have_count(1)
    await _goes_to(staff.page, "Take")
    await staff.page.keyboard.press("Enter")
    await expect(staff.talk().get_by_role("textbox", name="Your message")).to_be_focused()
    await staff.page.keyboard.type("Hello")
    await staff.page.keyboard.press("Enter")
    await expect(visitor.messages).to_have_text(["Hello"])
    await _goes_to(visitor.page, "Your message")
    await visitor.page.keyboard.type("Hi")
    await visitor.page.keyboard.press("Enter")
    await expect(staff.messages()).to_have_text(["Hello", "Hi"])
    await expect(visitor.box).to_be_focused()
    await _goes_to(visitor.page, "End talk")
    await visitor.page.keyboard.press("Enter")
    await _goes_to(visitor.page, "Yes, end it")
    await visitor.page.keyboard.press("Enter")
    await expect(visitor.sees("You ended the talk.")).to_be_visible()
    await expect(staff.page.get_by_role("heading", name="Wrap up")).to_be_focused()
    await _goes_to(staff.page, "Skip")
    await staff.page.keyboard.press("Enter")
    await expect(staff.talk()).to_have_count(0)
    await _goes_to(visitor.page, "Leave now")
    await visitor.page.keyboard.press("Enter")
    await expect(visitor.page).not_to_have_url(people.house.visitors)


async def test_the_first_tab_stop_leads_past_the_header(people: People) -> None:
    visitor = await people.visitor(has_touch=False)
    await visitor.opens_the_page()
    await visitor.page.keyboard.press("Tab")
    skip = visitor.button("Skip to the content")
    await expect(skip).to_be_focused()
    await expect(skip).to_be_in_viewport()
    await visitor.page.keyboard.press("Enter")
    await expect(visitor.page.get_by_role("main")).to_be_focused()
    assert visitor.page.url == people.house.visitors


@pytest.mark.parametrize("view", ["first", "topic", "asked", "briefing", "waiting", "talk", "box"])
async def test_what_has_the_focus_is_never_hidden(people: People, view: str) -> None:
    visitor = await VISITOR_VIEWS[view](people, viewport=PHONE, has_touch=False)
    await visitor.page.evaluate("scrollTo(0, 0); document.activeElement.blur()")
    for _ in range(60):
        await visitor.page.keyboard.press("Tab")
        if await visitor.page.evaluate("document.activeElement === document.body"):
            break
        await _shows_the_focus(visitor.page)


async def test_what_has_the_focus_stays_in_sight_when_the_phone_is_turned(people: People) -> None:
    visitor = await VISITOR_VIEWS["waiting"](people, viewport=PHONE, has_touch=False)
    await visitor.button("Stop waiting").focus()
    await visitor.page.set_viewport_size({"width": PHONE["height"], "height": PHONE["width"]})
    await _shows_the_focus(visitor.page)


async def _shows_the_focus(page: Page) -> None:
    """What has the focus is on top at its middle, at once or as soon as the page has settled."""
    try:
        await page.wait_for_function(
            """() => {
              const each = document.activeElement, { left, right, top, bottom } = each.getBoundingClientRect();
              const found = document.elementFromPoint((left + right) / 2, (top + bottom) / 2);
              return each.contains(found) || found?.contains(each);
            }""",
            timeout=PATIENCE,
        )
    except PlaywrightTimeout:
        pytest.fail(await page.evaluate("document.activeElement.outerHTML.slice(0, 120)"))


async def _check_in_every_light(page: Page) -> None:
    await page.evaluate(Axe().axe_script)
    lights: tuple[Literal["light", "dark"], ...] = ("light", "dark")
    for size, light in product((PHONE, DESKTOP), lights):
        await page.set_viewport_size(size)
        await page.emulate_media(color_scheme=light, reduced_motion="reduce")
        results = AxeResults(await page.evaluate("(options) => axe.run(options)", RULES))
        assert results.violations_count == 0, f"{size['width']} {light}: {results.generate_report()}"


async def _fits(page: Page) -> None:
    assert await page.evaluate(STICKING_OUT) == {"wider": False, "out": []}


async def _goes_to(page: Page, name: str) -> None:
    """Tab until that has the focus; a person would give up before the hundredth."""
    for _ in range(100):
        await page.keyboard.press("Tab")
        now = await page.evaluate(
            """() => {
              const each = document.activeElement;
              return each.labels?.[0]?.innerText ?? each.innerText ?? "";
            }"""
        )
        if now.strip() == name:
            return
    raise AssertionError(f"no way to {name} by keyboard")


def _without_scripts(html: str) -> str:
    """The page as the browser showed it: what it showed for want of scripts stays shown."""
    page = html.replace("<noscript>", "<div>").replace("</noscript>", "</div>")
    start = page.index('<script type="module"')
    return page[:start] + page[page.index("</script>", start) + len("</script>") :]
