"""Practising to leave: one tap shows what happens and one brings back, without a request and without a trace."""

import pytest
from playwright.async_api import Request, expect

from dialogues.values import Content
from tests.browser.people import PHONE, SMALLEST, People, Visitor

pytestmark = pytest.mark.asyncio(loop_scope="session")

SHOWN = """() => [...document.querySelectorAll("main *, footer *")]
  .filter((each) => each.children.length === 0 && each.textContent.trim() && each.checkVisibility())
  .map((each) => each.textContent.trim())"""


# In one go, so that nothing has moved yet; how long it moves.
PRESS_AND_STOP = """(each, start) => {
  start.click();
  return each.getAnimations().map((found) => {
    found.pause();
    return found.effect.getTiming().duration;
  });
}"""


@pytest.mark.parametrize("scripts", [True, False])
@pytest.mark.parametrize("language", ["sv", "en", "ar", "fa", "so", "ckb", "ti"])
async def test_one_tap_empties_the_page_and_one_brings_it_back(
    people: People, content: Content, elsewhere: str, language: str, scripts: bool
) -> None:
    words = content.languages[language].page
    visitor = await people.visitor(java_script_enabled=scripts, locale=language, reduced_motion="reduce")
    await visitor.opens_the_page()
    before = await visitor.page.evaluate(SHOWN)
    length = await visitor.page.evaluate("history.length")
    asked: list[Request] = []
    visitor.page.on("request", lambda request: asked.append(request))
    await visitor.page.get_by_text(words["practice.start"], exact=True).click()
    shown = await visitor.page.evaluate(SHOWN)
    keys = [words["practice.keys"]] if scripts else []
    assert shown == [words["practice.end"], words["practice.shown"], "127.0.0.1", words["practice.was"], *keys]
    await visitor.page.get_by_text(words["practice.end"], exact=True).click()
    assert await visitor.page.evaluate(SHOWN) == before
    assert (await visitor.page.evaluate("history.length"), asked) == (length, [])
    assert visitor.page.url == people.house.visitors


async def test_a_moment_of_nothing_comes_first_for_those_who_do_not_mind_motion(people: People) -> None:
    visitor = await people.visitor()
    await visitor.opens_the_page()
    practice = visitor.page.locator("#practice")
    start = await visitor.page.get_by_text("Practise leaving").element_handle()
    assert await practice.evaluate(PRESS_AND_STOP, start) == [1000]
    await practice.evaluate("(each) => each.getAnimations()[0].currentTime = 500")
    assert await practice.evaluate("(each) => getComputedStyle(each).opacity") == "0"
    await practice.evaluate("(each) => each.getAnimations()[0].finish()")
    assert await practice.evaluate("(each) => getComputedStyle(each).opacity") == "1"


@pytest.mark.parametrize("size", [PHONE, SMALLEST])
async def test_the_exit_is_the_real_one_all_the_time(people: People, elsewhere: str, size: dict[str, int]) -> None:
    for leaves in (Visitor.leaves, _shifts):
        visitor = await people.visitor(viewport=size)
        await visitor.opens_the_page()
        await visitor.page.get_by_text("Practise leaving").click()
        await leaves(visitor)
        await expect(visitor.page).to_have_url(elsewhere)


async def test_shift_is_counted_where_it_can_be_seen_while_practising(people: People) -> None:
    visitor = await people.visitor(viewport=SMALLEST)
    await visitor.opens_the_page()
    status = visitor.page.locator("#status")
    await visitor.page.keyboard.press("Shift")
    assert await status.evaluate("(each) => each.getBoundingClientRect().width") <= 1
    await visitor.page.keyboard.press("Escape")
    await expect(status).to_have_text("")
    await visitor.page.get_by_text("Practise leaving").click()
    await visitor.page.keyboard.press("Shift")
    await expect(status).to_have_text("Shift. Press two more times to leave.")
    assert await status.evaluate("(each) => each.getBoundingClientRect().width") > 200
    await expect(visitor.exit).to_be_in_viewport()


async def _shifts(visitor: Visitor) -> None:
    for key in ("ShiftLeft", "ShiftRight", "ShiftLeft"):
        await visitor.page.keyboard.press(key)
