"""Reading in a language that a machine translated, right to left, and in the easy-to-read variant, on a phone."""

import pytest
from playwright.async_api import expect

from tests.browser.people import PHONE, People

pytestmark = pytest.mark.asyncio(loop_scope="session")

WAY = ("start", "safe-yes", "for-self")


@pytest.mark.parametrize(
    ("locale", "direction"), [("ar", "rtl"), ("fa", "rtl"), ("ckb", "rtl"), ("so", "ltr"), ("ti", "ltr")]
)
async def test_every_language_reads_its_way_and_says_that_a_machine_translated_it(
    people: People, locale: str, direction: str
) -> None:
    visitor = await people.visitor(locale=locale)
    await visitor.opens_the_page()
    page = visitor.page
    assert await page.evaluate("[document.documentElement.lang, document.documentElement.dir]") == [locale, direction]
    await expect(page.locator("p.machine")).not_to_be_empty()
    for choice in WAY:
        await page.locator(f"#choices button[value='{choice}']").click()
    await page.locator("button[value='topic:taken-abroad']").click()
    warnings = page.locator("#log .danger")
    await expect(warnings).to_have_count(2)
    assert await warnings.nth(1).get_attribute("lang") == "sv"
    assert await warnings.nth(1).get_attribute("dir") == "ltr"
    width = PHONE["width"]
    assert await page.evaluate("document.documentElement.scrollWidth") <= width


async def test_a_text_that_is_not_translated_is_lent_and_marked(people: People) -> None:
    visitor = await people.visitor(locale="ar")
    await visitor.opens_the_page()
    page = visitor.page
    for choice in (*WAY, "topic:school"):
        await page.locator(f"#choices button[value='{choice}']").click()
    await expect(page.locator("#log p[lang='sv'][dir='ltr']").first).to_be_visible()


async def test_a_topic_can_be_read_in_easy_words_and_back(people: People) -> None:
    visitor = await people.visitor()
    await visitor.opens_the_page()
    await visitor.starts()
    await visitor.topic("My rights").click()
    await visitor.presses("Show easy-to-read")
    await expect(visitor.button("Show the whole text")).to_be_visible()
    await visitor.presses("Show the whole text")
    await expect(visitor.button("Show easy-to-read")).to_be_visible()


async def test_other_doors_are_a_press_away_and_can_be_narrowed(people: People) -> None:
    visitor = await people.visitor()
    await visitor.opens_the_page()
    await visitor.starts()
    await visitor.presses("Others who can answer")
    lists = visitor.page.locator("#log .lines")
    await expect(lists).to_have_count(1)
    await visitor.presses("Choose age")
    await visitor.presses("Over 26")
    await expect(lists).to_have_count(2)
    assert "116 111" in await lists.first.inner_text()
    assert "116 111" not in await lists.last.inner_text()
