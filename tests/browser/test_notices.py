"""The pages that are only read, in a browser: one entry in the history, the page's own language, the way back."""

import pytest
from playwright.async_api import expect

from tests.browser.people import People

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_reading_leaves_one_entry_in_the_history(people: People) -> None:
    visitor = await people.visitor()
    await visitor.opens_the_page()
    length = await visitor.page.evaluate("history.length")
    title = await visitor.page.title()
    for name, words in (("Privacy notice", "What passes through us"), ("Accessibility", "What we aim for")):
        await visitor.page.get_by_role("link", name=name).click()
        await expect(visitor.sees(words)).to_be_visible()
        assert await visitor.page.title() == title
        await visitor.page.get_by_role("link", name="To the first page").click()
        await expect(visitor.button("Start")).to_be_visible()
    assert await visitor.page.evaluate("history.length") == length


async def test_it_opens_in_the_language_that_was_chosen(people: People) -> None:
    visitor = await people.visitor()
    await visitor.opens_the_page()
    await visitor.presses("Svenska")
    await visitor.page.get_by_role("link", name="Integritet").click()
    await expect(visitor.sees("Så skyddas dina uppgifter")).to_be_visible()
    await visitor.page.get_by_role("link", name="English").click()
    await expect(visitor.sees("How your privacy is protected")).to_be_visible()
    assert await visitor.page.evaluate("history.length") == await _length_after_opening(people)


async def test_without_javascript_the_links_are_ordinary_ones(people: People) -> None:
    visitor = await people.visitor(java_script_enabled=False)
    await visitor.opens_the_page()
    await visitor.page.get_by_role("link", name="Accessibility").click()
    await expect(visitor.sees("What does not work yet")).to_be_visible()
    await visitor.page.get_by_role("link", name="To the first page").click()
    await expect(visitor.button("Start")).to_be_visible()


async def _length_after_opening(people: People) -> int:
    visitor = await people.visitor()
    await visitor.opens_the_page()
    return int(await visitor.page.evaluate("history.length"))
