"""The whole job with JavaScript off: every step is a form, and what is sent twice counts once."""

import pytest
from playwright.async_api import Locator, expect

from tests.browser.people import People, Staff, Visitor

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_reading_and_own_words_work(people: People) -> None:
    visitor = await _plain(people)
    await visitor.opens_the_page()
    await expect(_hint(visitor, "JavaScript is off. Everything works, but")).to_be_visible()
    await visitor.starts()
    await visitor.topic("Forced marriage").click()
    await expect(visitor.page.get_by_role("heading", name="Forced marriage")).to_be_visible()
    await expect(visitor.sees("Written from the sources")).to_be_visible()
    await visitor.writes("he is hitting me right now")
    await expect(visitor.page.locator("#log .block > *").first).to_contain_text("Call 112")
    await visitor.writes("qwzx plumbus 42")
    await expect(visitor.sees("I did not quite understand")).to_be_visible()
    await visitor.sees("Language and privacy").click()
    await visitor.presses("Svenska")
    await expect(visitor.page.get_by_role("link", name="Lämna nu")).to_be_visible()
    assert visitor.page.url == people.house.visitors


async def test_the_briefing_can_be_changed_and_the_waiting_room_shows_the_place_by_a_button(people: People) -> None:
    staff = await people.staff_on_duty()
    before = await people.visitor()
    await before.comes_to_wait()
    visitor = await _plain(people)
    await visitor.opens_the_page()
    await visitor.opens_the_briefing()
    await expect(visitor.sees("We who answer report to social services")).to_be_visible()
    await visitor.changes("Age")
    await visitor.presses("16–17")
    await visitor.presses("Talk to a person")
    await expect(visitor.place).to_have_text("You are number 2 in line")
    await expect(staff.waiting.nth(1)).to_contain_text("16–17")
    await expect(staff.waiting.nth(1)).to_contain_text("Simple page")
    await expect(_hint(visitor, "This page does not renew itself.")).to_be_visible()
    await before.leaves()
    await expect(staff.waiting).to_have_count(1)
    await visitor.presses("Show my place")
    await expect(visitor.place).to_have_text("You are number 1 in line")
    await visitor.presses("Stop waiting")
    await expect(staff.waiting).to_have_count(0)


async def test_both_write_and_the_visitor_ends_it(people: People) -> None:
    visitor, staff = await _in_a_talk(people)
    await visitor.writes("one")
    await expect(staff.messages()).to_have_text(["one"])
    await staff.writes("two")
    await expect(staff.state_of("two")).to_have_text("Sent")
    await visitor.presses("Show new messages")
    await expect(visitor.messages).to_have_text(["one", "two"])
    await expect(staff.state_of("two")).to_have_text("Delivered")
    await visitor.writes("three <i>& more</i>")
    await expect(staff.messages()).to_have_text(["one", "two", "three <i>& more</i>"])
    for _ in range(100):  # the desk tells a moment later that it showed the words
        await visitor.presses("Show new messages")
        await expect(visitor.messages).to_have_text(["one", "two", "three <i>& more</i>"])
        if await visitor.mark_of("three").inner_text() == "Delivered":
            break
    await expect(visitor.mark_of("three")).to_have_text("Delivered")

    await visitor.presses("End talk")
    await visitor.presses("No, go on")
    await visitor.ends_the_talk()
    await expect(visitor.sees("You ended the talk.")).to_be_visible()
    await expect(staff.sees("ended the talk. What was said has been erased.")).to_be_visible()


async def test_a_form_that_is_sent_again_does_not_say_it_twice(people: People) -> None:
    visitor, staff = await _in_a_talk(people)
    await visitor.writes("only once")
    await expect(staff.messages()).to_have_text(["only once"])
    await expect(visitor.messages).to_have_text(["only once"])  # the answer is here, so a reload asks for it anew
    await visitor.page.reload()  # the browser sends the same form again
    await visitor.page.reload()
    await expect(visitor.messages).to_have_text(["only once"])
    await visitor.writes("and then")
    await expect(staff.messages()).to_have_text(["only once", "and then"])
    await expect(visitor.messages).to_have_text(["only once", "and then"])


async def test_words_begun_for_the_bot_are_not_sent_to_a_person_by_surprise(people: People) -> None:
    staff = await people.staff_on_duty()
    visitor = await _plain(people)
    await visitor.comes_to_wait()
    await staff.takes()
    await visitor.writes("what is a dowry")  # the page does not know yet that somebody came
    await expect(visitor.sees(f"Now {staff.name} gets what you send.")).to_be_visible()
    await expect(visitor.box).to_have_value("what is a dowry")
    await expect(staff.messages()).to_have_count(0)
    await visitor.presses("Send")
    await expect(staff.messages()).to_have_text(["what is a dowry"])


async def test_an_end_by_staff_and_a_talk_given_back_are_told_at_the_next_look(people: People) -> None:
    visitor, staff = await _in_a_talk(people)
    await staff.page.get_by_role("button", name="Give back").click()
    await expect(staff.talk()).to_have_count(0)  # the page is as old as its last form
    await visitor.presses("Show new messages")
    await expect(visitor.sees("You are in line again, at your old place.")).to_be_visible()
    await expect(visitor.place).to_have_text("You are number 1 in line")
    await staff.takes()
    await visitor.presses("Show my place")
    await visitor.meets(staff)
    await staff.ends()
    await expect(staff.page.get_by_role("heading", name="Wrap up")).to_be_visible()
    await visitor.presses("Show new messages")
    await expect(visitor.sees("The talk is over.")).to_be_visible()
    await expect(visitor.button("All topics")).to_be_visible()


async def test_leaving_is_a_plain_link(people: People, elsewhere: str) -> None:
    visitor, staff = await _in_a_talk(people)
    await visitor.writes("bye")
    await visitor.leaves()
    await expect(visitor.page).to_have_url(elsewhere)
    await staff.ends()  # without JavaScript nothing can tell that the page is gone before the silence limit


def _hint(visitor: Visitor, words: str) -> Locator:
    # Looking for text skips what is inside <noscript>, wherever it is shown; answers to a form stand outside it.
    return visitor.page.locator("noscript p, p.hint", has_text=words)


async def _plain(people: People) -> Visitor:
    return await people.visitor(java_script_enabled=False)


async def _in_a_talk(people: People) -> tuple[Visitor, Staff]:
    return await people.in_a_talk(java_script_enabled=False)
