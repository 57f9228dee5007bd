"""What staff have at hand: found by a slash and a word, laid into the box or sent, in the visitor's language."""

import pytest
from playwright.async_api import Locator, expect

from tests.browser.people import PHONE, People, Staff

pytestmark = pytest.mark.asyncio(loop_scope="session")


def panel(staff: Staff) -> Locator:
    return staff.page.get_by_role("dialog", name="At hand")


def rows(staff: Staff) -> Locator:
    return panel(staff).get_by_role("list").get_by_role("button")


def box(staff: Staff) -> Locator:
    return staff.page.get_by_role("textbox", name="Your message")


async def test_a_phrase_is_found_by_a_slash_and_laid_into_the_box(people: People) -> None:
    visitor, staff = await people.in_a_talk()
    await box(staff).press("/")
    await expect(panel(staff).get_by_role("searchbox")).to_be_focused()
    await staff.page.keyboard.type("not your fault")
    await expect(rows(staff)).not_to_have_count(0)
    await staff.page.keyboard.press("Enter")
    await expect(panel(staff)).to_be_hidden()
    await expect(box(staff)).to_be_focused()
    await expect(box(staff)).to_have_value("What is happening is not your fault.")
    await expect(staff.messages()).to_have_count(0)
    await staff.page.keyboard.type(" Truly.")
    await staff.page.keyboard.press("Enter")
    await expect(visitor.messages).to_have_text(["What is happening is not your fault. Truly."])


async def test_a_phrase_is_laid_behind_a_draft_and_never_over_it(people: People) -> None:
    _, staff = await people.in_a_talk()
    await box(staff).fill("I am glad that you wrote. ")
    await staff.page.get_by_role("button", name="At hand").click()
    await staff.page.keyboard.type("not your fault")
    await expect(staff.talk().locator(".hand li").first).to_be_visible()  # what is at hand comes from the server
    await staff.page.keyboard.press("Enter")
    await expect(box(staff)).to_be_focused()
    await staff.page.keyboard.type("!")
    await expect(box(staff)).to_have_value("I am glad that you wrote. What is happening is not your fault.!")


async def test_a_text_stands_under_the_draft_with_a_line_between(people: People) -> None:
    _, staff = await people.in_a_talk()
    await box(staff).fill("Here is how it works:")
    await staff.page.get_by_role("button", name="At hand").click()
    text = rows(staff).filter(has_text="Text ·").first
    await staff.page.keyboard.type("social services")
    await text.click()
    words = await box(staff).input_value()
    assert words.startswith("Here is how it works:\n\n")
    assert len(words) > len("Here is how it works:\n\n")


async def test_a_service_is_sent_at_once_as_a_readable_card(people: People) -> None:
    visitor, staff = await people.in_a_talk()
    await staff.page.get_by_role("button", name="At hand").click()
    await staff.page.keyboard.type("bris 116 111")
    await expect(rows(staff).first).to_contain_text("Bris")
    await staff.page.keyboard.press("ArrowDown")
    await expect(rows(staff).first).to_be_focused()
    await staff.page.keyboard.press("Enter")
    await expect(visitor.messages).to_have_count(1)
    (words,) = await visitor.messages.all_inner_texts()
    name, _, about = words.partition("\n")
    assert "116 111" in name
    assert about


async def test_somebody_who_reads_swedish_gets_it_in_swedish(people: People) -> None:
    staff = await people.staff_on_duty()
    visitor = await people.visitor(locale="sv")
    await visitor.opens_the_page()
    for _ in ("to the briefing", "to the waiting room"):
        await visitor.button("Prata med en person").last.click()
    await staff.takes()
    await box(staff).press("/")
    await staff.page.keyboard.type("own pace")
    swedish = panel(staff).locator(".there").first
    await expect(swedish).to_have_attribute("lang", "sv")
    await expect(panel(staff).locator(".flag").first).to_have_text("Draft")
    await staff.page.keyboard.press("Enter")
    await expect(box(staff)).to_have_value("Hej. Jag är här nu. Skriv i din egen takt.")


async def test_escape_closes_and_what_was_written_stays(people: People) -> None:
    _, staff = await people.in_a_talk()
    await box(staff).fill("half a sentence")
    await box(staff).press("/")
    await expect(panel(staff)).to_be_hidden()
    await expect(box(staff)).to_have_value("half a sentence/")
    await staff.page.get_by_role("button", name="At hand").click()
    await staff.page.keyboard.type("qwzx")
    await expect(panel(staff).get_by_role("status")).to_have_text("Nothing fits. Try another word.")
    await staff.page.keyboard.press("Escape")
    await expect(panel(staff)).to_be_hidden()
    await expect(box(staff)).to_have_value("half a sentence/")


async def test_the_reporting_routine_is_one_press_away_and_all_fits_on_a_phone(people: People) -> None:
    staff = await people.staff_on_duty(viewport=PHONE)
    visitor = await people.visitor()
    await visitor.comes_to_wait()
    await staff.takes()
    await staff.page.get_by_text("Reporting routine").click()
    await expect(staff.sees("We who answer report to social services")).to_be_visible()
    await staff.page.get_by_text("Reporting routine").click()
    await staff.page.get_by_role("button", name="At hand").click()
    await expect(rows(staff).first).to_be_in_viewport()
    await expect(panel(staff).get_by_role("searchbox")).to_be_in_viewport()
    await panel(staff).get_by_role("button", name="Close", exact=True).click()
    await expect(box(staff)).to_be_focused()
    await staff.page.get_by_role("button", name="At hand").click()
    await rows(staff).first.click()
    await expect(box(staff)).not_to_have_value("")
