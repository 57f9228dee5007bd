"""Who ends a talk while own words are on their way is asked, because nobody would ever see them."""

import pytest
from playwright.async_api import Locator, expect

from tests.browser.people import People, Staff, Visitor

pytestmark = pytest.mark.asyncio(loop_scope="session")

ASKED = "What you wrote last has not reached the visitor yet."


async def test_an_end_waits_for_words_that_are_about_to_come(people: People) -> None:
    visitor, staff = await people.in_a_talk()
    await staff.writes_and_presses("take care of you", "End talk")
    await expect(visitor.sees("The person ended the talk.")).to_be_visible()
    await expect(visitor.page.locator(".bubble.theirs .words").last).to_have_text("take care of you")
    await staff.skips_the_wrap_up()


async def test_an_end_before_the_visitor_is_back_asks_and_may_wait(people: People) -> None:
    visitor, staff = await people.in_a_talk()
    await _say_to_nobody(visitor, staff)
    await staff.ends()
    asked = _asked(staff)
    await expect(asked).to_contain_text(ASKED)
    await expect(asked.get_by_role("button", name="End all the same")).to_be_focused()
    await asked.get_by_role("button", name="Wait").click()
    await expect(asked).to_be_hidden()
    await expect(staff.talk().get_by_role("textbox", name="Your message")).to_be_focused()
    await staff.ends()
    await expect(asked).to_contain_text(ASKED)
    await visitor.page.context.set_offline(False)
    await expect(staff.state_of("call me on Monday")).to_have_text("Delivered")
    await expect(asked).to_be_hidden()
    await expect(visitor.page.locator(".bubble.theirs .words").last).to_have_text("call me on Monday")
    await staff.ends()
    await expect(visitor.sees("The person ended the talk.")).to_be_visible()
    await staff.skips_the_wrap_up()


async def test_who_is_sure_ends_the_talk_all_the_same(people: People) -> None:
    visitor, staff = await people.in_a_talk()
    await _say_to_nobody(visitor, staff)
    await staff.ends()
    await _asked(staff).get_by_role("button", name="End all the same").click()
    await staff.skips_the_wrap_up()
    await visitor.page.context.set_offline(False)
    await expect(visitor.sees("The talk is over.")).to_be_visible()


async def test_who_writes_on_meanwhile_does_not_press_it_with_the_next_line(people: People) -> None:
    visitor, staff = await people.in_a_talk()
    await _say_to_nobody(visitor, staff)
    await staff.ends()
    box = staff.talk().get_by_role("textbox", name="Your message")
    await box.focus()
    await expect(_asked(staff)).to_contain_text(ASKED)
    await expect(box).to_be_focused()
    await visitor.page.context.set_offline(False)
    await expect(staff.state_of("call me on Monday")).to_have_text("Delivered")


async def test_an_end_asks_when_nobody_knows_any_more_whether_the_words_came(people: People) -> None:
    visitor, staff = await people.in_a_talk()
    await _say_to_nobody(visitor, staff)
    await staff.page.evaluate(
        """() => {
          const end = document.querySelector("article.talk [data-do=end]");
          end.click();
          end.click(); // sure
          document.querySelector("article.talk .own").dataset.state = "unsure"; // as when Telegram gave no answer
        }"""
    )
    asked = _asked(staff)
    await expect(asked).to_contain_text(ASKED)
    await asked.get_by_role("button", name="Wait").click()
    await expect(asked).to_be_hidden()
    await visitor.page.context.set_offline(False)


async def _say_to_nobody(visitor: Visitor, staff: Staff) -> None:
    await visitor.page.context.set_offline(True)
    await expect(visitor.sees("We lost contact. Trying again.")).to_be_visible()
    await staff.writes("call me on Monday")
    await expect(staff.state_of("call me on Monday")).to_have_text("Sent")


def _asked(staff: Staff) -> Locator:
    return staff.talk().locator(".leaving")


async def test_who_presses_without_a_connection_is_told_that_nothing_was_done(people: People) -> None:
    _, staff = await people.in_a_talk()
    await staff.page.context.set_offline(True)
    await expect(staff.sees("The connection is lost. What you write is kept")).to_be_visible()
    for press in (staff.ends, staff.talk().get_by_role("button", name="Give back").click):
        await press()
        undone = staff.sees("The connection is lost, so nothing was done.").last
        await expect(undone).to_be_visible()
        await undone.evaluate("line => line.remove()")
    await staff.page.context.set_offline(False)
    await expect(staff.sees("The connection is lost. What you write is kept")).to_be_hidden()
    await staff.ends()
    await staff.skips_the_wrap_up()
