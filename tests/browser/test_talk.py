"""The whole job: somebody asks for a person, waits, is taken, talks, and the talk ends."""

import re

import pytest
from playwright.async_api import expect

from tests.browser.people import People
from tests.browser.test_access import BLANK_BELOW

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_visitor_sees_and_changes_how_they_are_introduced_before_anybody_is_asked(people: People) -> None:
    staff = await people.staff_on_duty()
    visitor = await people.visitor()
    await visitor.opens_the_page()
    await visitor.starts()
    await visitor.topic("Forced marriage").click()
    await visitor.opens_the_briefing()
    briefing = visitor.briefing
    await expect(briefing).to_contain_text("Forced marriage")
    await expect(visitor.sees("We who answer report to social services")).to_be_visible()
    await expect(visitor.sees("only the person's device can open them")).to_be_visible()
    await expect(staff.waiting).to_have_count(0)

    await visitor.changes("Age")
    await visitor.presses("16–17")
    await visitor.changes("Topic")
    await visitor.topic("Afraid of being taken abroad").click()
    changed = visitor.briefing
    await expect(changed).to_contain_text("16–17")
    await expect(changed).to_contain_text("Afraid of being taken abroad")
    await expect(changed).not_to_contain_text("Forced marriage")

    await visitor.presses("Talk to a person")
    await expect(staff.waiting).to_contain_text(["16–17"])
    await expect(staff.waiting).to_contain_text(["Afraid of being taken abroad"])


async def test_the_briefing_can_be_changed_in_the_waiting_room_and_the_desk_sees_it(people: People) -> None:
    staff = await people.staff_on_duty()
    visitor = await people.visitor()
    await visitor.comes_to_wait()
    await expect(staff.waiting).to_have_count(1)
    await visitor.sees("About the wait").click()
    await visitor.presses("Change what the person sees")
    await visitor.changes("Age")
    await visitor.presses("13–15")
    await expect(staff.waiting.filter(has_text="13–15")).to_have_count(1)


async def test_visitors_see_their_place_and_read_on_while_they_wait(people: People) -> None:
    staff = await people.staff_on_duty()
    first, second = await people.visitor(), await people.visitor()
    await first.comes_to_wait()
    await expect(first.place).to_have_text("You are number 1 in line")
    await second.comes_to_wait()
    await expect(second.place).to_have_text("You are number 2 in line")
    await expect(staff.waiting).to_have_count(2)

    await expect(second.sees("The bot reads this; no person")).to_be_visible()
    await second.topic("Forced marriage").click()
    await expect(second.page.get_by_role("heading", name="Forced marriage")).to_be_visible()
    await second.writes("can I choose who I am with")
    await expect(second.sees("can I choose who I am with")).to_be_visible()
    await expect(second.place).to_have_text("You are number 2 in line")

    await staff.takes()
    await first.meets(staff)
    await expect(second.place).to_have_text("You are number 1 in line")


async def test_staff_hear_and_see_that_somebody_waits(people: People) -> None:
    staff = await people.staff_on_duty()
    await expect(staff.sees("Nobody is waiting.")).to_be_visible()
    title = await staff.page.title()
    notes = await staff.page.evaluate("notes")
    visitor = await people.visitor()
    await visitor.comes_to_wait()
    await expect(staff.waiting).to_have_count(1)
    await expect(staff.page).to_have_title(f"(1) {title}")
    await expect(staff.page.locator("#aloud")).to_have_text(re.compile(r"^\S+ \S+ is waiting\.$"))
    assert await staff.page.evaluate("notes") > notes
    await expect(staff.waiting.first.locator(".clock")).to_have_text(re.compile(r"^0:\d\d$"))

    await staff.takes()
    await expect(staff.page).to_have_title(title)


async def test_both_write_and_see_how_far_their_messages_came(people: People) -> None:
    visitor, staff = await people.in_a_talk()
    await expect(visitor.sees(f"{staff.name} is here now. You can write to each other.")).to_be_visible()
    await visitor.writes("Hello, is this secret?")
    await expect(staff.messages()).to_have_text(["Hello, is this secret?"])
    await expect(visitor.mark_of("Hello")).to_have_text("Delivered")

    await staff.writes("Hello. Nothing is kept.\nTake your time.")
    await expect(visitor.messages).to_have_text(["Hello, is this secret?", "Hello. Nothing is kept. Take your time."])
    await expect(staff.state_of("Nothing is kept")).to_have_text("Delivered")
    await visitor.writes("<b>thank</b> you & good")
    await expect(staff.messages()).to_have_text(
        ["Hello, is this secret?", "Hello. Nothing is kept. Take your time.", "<b>thank</b> you & good"]
    )


async def test_a_message_is_only_sent_until_the_other_side_is_looking(people: People) -> None:
    visitor, staff = await people.in_a_talk()
    await _hide(visitor.page)
    await staff.writes("Are you there?")
    await expect(visitor.messages).to_have_text(["Are you there?"])
    await expect(staff.state_of("Are you there?")).to_have_text("Sent")
    await _show(visitor.page)
    await expect(staff.state_of("Are you there?")).to_have_text("Delivered")

    await _hide(staff.page)
    await visitor.writes("Yes")
    await expect(staff.messages()).to_have_text(["Are you there?", "Yes"])
    await expect(visitor.mark_of("Yes")).to_have_text("Sent")
    await expect(staff.page).to_have_title(re.compile(r"^\(1\) "))
    await _show(staff.page)
    await expect(visitor.mark_of("Yes")).to_have_text("Delivered")


async def test_words_begun_for_the_bot_are_not_sent_to_a_person_by_surprise(people: People) -> None:
    staff = await people.staff_on_duty()
    visitor = await people.visitor()
    await visitor.comes_to_wait()
    await visitor.box.fill("what is a dowry")
    await staff.takes()
    await visitor.meets(staff)
    await visitor.presses("Send")
    await expect(visitor.sees(f"Now {staff.name} gets what you send.")).to_be_visible()
    await expect(staff.messages()).to_have_count(0)
    await visitor.presses("Send")
    await expect(staff.messages()).to_have_text(["what is a dowry"])


async def test_the_visitor_is_told_when_staff_end_the_talk(people: People) -> None:
    visitor, staff = await people.in_a_talk()
    await staff.writes("Bye")
    await expect(visitor.messages).to_have_text(["Bye"])
    await staff.ends()
    await expect(visitor.sees("The person ended the talk.")).to_be_visible()
    await expect(visitor.sees("Everything you two wrote is erased on our side.")).to_be_visible()
    await expect(visitor.sees("The bot reads this; no person")).to_be_visible()
    await expect(visitor.button("All topics")).to_be_visible()
    await expect(staff.sees(re.compile("You ended the talk with .+ has been erased"))).to_be_visible()
    await expect(staff.sees("Bye")).to_have_count(0)


async def test_staff_are_told_when_the_visitor_ends_the_talk_and_can_wrap_up(people: People) -> None:
    visitor, staff = await people.in_a_talk()
    await visitor.writes("I have to go")
    await expect(staff.messages()).to_have_text(["I have to go"])
    await visitor.presses("End talk")
    await visitor.presses("No, go on")
    await expect(visitor.button("End talk")).to_be_visible()
    await visitor.ends_the_talk()
    await expect(visitor.sees("You ended the talk.")).to_be_visible()
    await expect(staff.sees(re.compile("ended the talk. What was said has been erased."))).to_be_visible()
    await expect(staff.sees("I have to go")).to_have_count(0)

    await staff.page.get_by_label("Forced marriage", exact=True).check()
    await staff.page.get_by_label("Talk and support").check()
    await staff.page.get_by_role("button", name="Save").click()
    await expect(staff.sees("Counted.")).to_be_visible()
    await expect(staff.talk()).to_have_count(0)
    await expect(staff.sees("No talk in hand")).to_be_visible()


async def test_a_wrap_up_can_be_skipped_by_button_and_by_escape(people: People) -> None:
    visitor, staff = await people.in_a_talk()
    await staff.ends()
    await staff.skips_the_wrap_up()
    await expect(staff.talk()).to_have_count(0)
    await visitor.opens_the_page()
    await visitor.asks_for_a_person()
    await staff.takes()
    await staff.ends()
    await expect(staff.page.get_by_role("heading", name="Wrap up")).to_be_focused()
    await staff.page.keyboard.press("Escape")
    await expect(staff.talk()).to_have_count(0)
    await expect(staff.sees("Counted.")).to_have_count(0)


async def test_three_talks_run_side_by_side_and_a_fourth_is_refused_kindly(people: People) -> None:
    staff = await people.staff_on_duty()
    visitors = [await people.visitor() for _ in range(4)]
    for visitor in visitors:
        await visitor.comes_to_wait()
    names = [await staff.takes() for _ in range(3)]
    for number, (visitor, name) in enumerate(zip(visitors, names, strict=False)):
        await visitor.meets(staff)
        await staff.writes(f"to visitor {number}", name)
        await visitor.writes(f"from visitor {number}")
    for number, (visitor, name) in enumerate(zip(visitors, names, strict=False)):
        await expect(staff.messages(name)).to_have_text([f"to visitor {number}", f"from visitor {number}"])
        await expect(visitor.messages).to_contain_text([f"to visitor {number}"])
        assert await visitor.words("theirs") == [f"to visitor {number}"]
    boxes = [await staff.talk(name).bounding_box() for name in names]
    assert len({box["y"] for box in boxes if box}) == 1, "the talks stand beside each other"

    await staff.waiting.get_by_role("button", name="Take").click()
    await expect(staff.sees("You have as many talks in hand as you can have.")).to_be_visible()
    await expect(staff.talk()).to_have_count(3)
    await expect(visitors[3].place).to_have_text("You are number 1 in line")


async def test_in_a_pause_talks_go_on_and_new_visitors_hear_that_all_are_busy(people: People) -> None:
    visitor, staff = await people.in_a_talk()
    await staff.page.get_by_role("button", name="Pause").click()
    await expect(staff.sees("You keep your talks. Nobody new is announced.")).to_be_visible()
    await visitor.writes("still here")
    await expect(staff.messages()).to_have_text(["still here"])

    other = await people.visitor()
    await other.opens_the_page()
    await other.opens_the_briefing()
    await other.presses("Talk to a person")
    await expect(other.sees("Those who are on duty are busy right now.")).to_be_visible()
    await other.presses("Wait for a person anyway")
    await expect(other.place).to_have_text("You are number 1 in line")
    await staff.page.get_by_role("button", name="Pause").click()
    await expect(staff.waiting).to_have_count(1)


async def test_a_talk_that_is_given_back_waits_at_its_old_place(people: People) -> None:
    visitor, staff = await people.in_a_talk()
    await visitor.writes("first words")
    await expect(staff.messages()).to_have_text(["first words"])
    later = await people.visitor()
    await later.comes_to_wait()
    await expect(later.place).to_have_text("You are number 1 in line")
    name = await staff.talk().locator("h3").inner_text()
    await staff.page.get_by_role("button", name="Give back").click()
    await expect(visitor.sees("You are in line again, at your old place.")).to_be_visible()
    await expect(visitor.place).to_have_text("You are number 1 in line")
    await expect(later.place).to_have_text("You are number 2 in line")
    await expect(staff.talk()).to_have_count(0)
    await expect(staff.waiting.locator(".name").first).to_have_text(name)


async def test_nobody_on_duty_is_said_plainly_with_others_to_turn_to(people: People) -> None:
    await people.staff()
    visitor = await people.visitor()
    await visitor.opens_the_page()
    await visitor.opens_the_briefing()
    await visitor.presses("Talk to a person")
    await expect(visitor.sees("Nobody is here right now, so nobody can answer you.")).to_be_visible()
    await expect(visitor.page.locator(".lines a[href^='tel:']").first).to_be_visible()
    await expect(visitor.button("Try again to reach a person")).to_be_visible()


async def _hide(page: object) -> None:
    await _set_visibility(page, "hidden")


async def _show(page: object) -> None:
    await _set_visibility(page, "visible")


async def _set_visibility(page: object, state: str) -> None:
    # Headless Chromium shows every page all the time, so the browser's own properties are stood in for.
    await page.evaluate(  # type: ignore[attr-defined]
        """(state) => {
          Object.defineProperty(document, "visibilityState", { value: state, configurable: true });
          Object.defineProperty(document, "hidden", { value: state === "hidden", configurable: true });
          document.dispatchEvent(new Event("visibilitychange"));
        }""",
        state,
    )


async def test_a_long_talk_scrolls_inside_its_own_box(people: People) -> None:
    _, staff = await people.in_a_talk()
    for number in range(12):
        await staff.writes(f"{number}\nand\nso\non")
    assert await staff.page.evaluate(BLANK_BELOW) == 0
    assert await staff.page.evaluate("(log => log.scrollHeight > log.clientHeight)(document.querySelector('.log'))")
