"""The page's guard reached from a test: the module that the page itself loads, in a page of ours."""

import json
from typing import Any, cast

from playwright.async_api import Page

from tests.browser.people import People

_OPEN = """async () => {
  const { later } = JSON.parse(document.getElementById("words").textContent);
  window.later = await import(later);
  window.guard = new window.later.Guard(window.later.rules);
}"""

_FIND = """(packed) => JSON.parse(packed).map((text) => {
  const spans = window.guard.find(text);
  return [spans.map(({ start, end, kind }) => [start, end, kind]), window.later.remove(text, spans)];
})"""

Answer = tuple[list[list[Any]], str]


async def guarded_page(people: People) -> Page:
    """A page of the house whose `window.guard` is the guard and whose `window.later` is the module."""
    visitor = await people.visitor()
    await visitor.opens_the_page()
    await visitor.page.evaluate(_OPEN)
    return visitor.page


async def found_in(page: Page, texts: list[str]) -> list[Answer]:
    """For each text: its spans as start, end and kind, and the text without them."""
    # As JSON, so that half a surrogate pair arrives as it is.
    return cast("list[Answer]", [tuple(each) for each in await page.evaluate(_FIND, json.dumps(texts))])
