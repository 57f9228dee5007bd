"""What staff do together, in browsers: hand over with consent, call for help, notes, and taking back what was lost."""

import asyncio
import re

import pytest
from playwright.async_api import expect

from tests.browser.people import People, Staff

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def _sounds(staff: Staff, least: int) -> None:
    """So many notes at least, soon."""
    for _ in range(100):
        if await staff.page.evaluate("window.notes") >= least:
            return
        await asyncio.sleep(0.2)
    raise AssertionError("it never sounded")


async def test_a_talk_goes_to_a_colleague_with_the_visitors_yes(people: People) -> None:
    visitor, staff = await people.in_a_talk()
    colleague = await people.colleague_of(staff)
    await visitor.writes("before")
    await expect(staff.messages()).to_have_text(["before"])
    await staff.asks_to_hand_over(colleague)
    await expect(staff.sees(f"{colleague.name} has been asked")).to_be_visible()
    await expect(colleague.sees(f"{staff.name} asks you to take over")).to_be_visible()
    await colleague.says("Take over")
    await expect(visitor.sees(f"{staff.name} would like to hand over to {colleague.name}.").first).to_be_visible()
    await visitor.presses("Yes, that is all right")
    await visitor.meets(colleague)
    await expect(staff.sees("is with your colleague now")).to_be_visible()
    await expect(staff.talk()).to_have_count(0)
    await expect(colleague.waiting).to_have_count(0)
    await expect(colleague.sees("The visitor's earlier words are closed to you")).to_be_visible()
    await visitor.writes("after")
    await expect(colleague.messages()).to_have_text(["after"])
    await visitor.presses("Yes, that is okay")  # the person who is new may read what was written before
    await expect(colleague.messages()).to_have_text(["before", "after"])
    await colleague.writes("Hello.")
    await expect(visitor.sees("Hello.")).to_be_visible()


async def test_a_talk_that_comes_leaves_alone_who_writes_to_another_visitor(people: People) -> None:
    visitor, staff = await people.in_a_talk()
    colleague = await people.colleague_of(staff)
    other = await people.visitor()
    await other.comes_to_wait()
    name = await colleague.takes()
    await other.meets(colleague)
    await staff.asks_to_hand_over(colleague)
    await colleague.says("Take over")
    await expect(visitor.button("Yes, that is all right")).to_be_visible()
    box = colleague.talk(name).get_by_role("textbox", name="Your message")
    await box.press_sequentially("for the one ")
    await visitor.presses("Yes, that is all right")
    await visitor.meets(colleague)
    await expect(colleague.page.get_by_role("article")).to_have_count(2)
    await expect(colleague.sees("is with you now.")).to_be_visible()
    await colleague.page.keyboard.type("alone")
    await expect(box).to_have_value("for the one alone")


async def test_a_no_of_the_visitor_changes_nothing(people: People) -> None:
    visitor, staff = await people.in_a_talk()
    colleague = await people.colleague_of(staff)
    await staff.asks_to_hand_over(colleague)
    await colleague.says("Take over")
    await expect(colleague.sees("You take over when they say yes")).to_be_visible()
    await visitor.page.locator("#asked").get_by_role("button", name="No").click()
    await expect(visitor.sees(f"{staff.name} stays with you.")).to_be_visible()
    await expect(staff.sees("does not want that, so everything is as it was")).to_be_visible()
    await expect(colleague.sees("You take over when they say yes")).to_have_count(0)
    await visitor.writes("still here")
    await expect(staff.messages()).to_have_text(["still here"])


async def test_a_no_of_the_colleague_never_reaches_the_visitor(people: People) -> None:
    visitor, staff = await people.in_a_talk()
    colleague = await people.colleague_of(staff)
    await staff.asks_to_hand_over(colleague)
    await colleague.says("No")
    await expect(staff.sees("A colleague said no.")).to_be_visible()
    await expect(visitor.page.locator("#asked")).to_be_hidden()


async def test_without_javascript_the_visitor_is_asked_too(people: People) -> None:
    visitor, staff = await people.in_a_talk(java_script_enabled=False)
    colleague = await people.colleague_of(staff)
    await staff.asks_to_hand_over(colleague)
    await colleague.says("Take over")
    await expect(staff.sees(f"{colleague.name} said yes.")).to_be_visible()
    await visitor.box.fill("half a sentence")
    await visitor.presses("Show new messages")
    await expect(visitor.sees(f"{staff.name} would like to hand over to {colleague.name}.")).to_be_visible()
    await visitor.presses("Yes, that is all right")
    await expect(visitor.box).to_have_value("half a sentence")
    await expect(colleague.talk()).to_be_visible()
    await visitor.presses("Show new messages")
    await visitor.meets(colleague)
    await visitor.writes("after")
    await expect(colleague.messages()).to_have_text(["after"])


async def test_a_question_stays_over_a_reload_of_either_page(people: People) -> None:
    visitor, staff = await people.in_a_talk()
    colleague = await people.colleague_of(staff)
    await staff.asks_to_hand_over(colleague)
    await colleague.page.reload()
    await colleague.says("Take over")
    await staff.page.reload()
    await expect(staff.sees(f"{colleague.name} said yes.")).to_be_visible()
    await staff.talk().get_by_role("button", name="Take the question back").click()
    await expect(visitor.page.locator("#asked")).to_be_hidden()


async def test_one_key_calls_everybody_loudly_and_opens_the_routine(people: People) -> None:
    _, staff = await people.in_a_talk()
    colleague = await people.colleague_of(staff)
    third = await people.staff_on_duty()
    await third.page.get_by_role("button", name="Pause").click()
    await colleague.page.get_by_role("button", name="Sound: on").click()
    await expect(colleague.page.get_by_role("button", name="Sound: off")).to_be_visible()
    before = await colleague.page.evaluate("window.notes")
    await staff.talk().get_by_role("textbox", name="Your message").fill("wait")
    await staff.page.keyboard.press("F9")  # while writing
    for each in (colleague, third):
        await expect(each.page.get_by_role("alert")).to_contain_text(f"{staff.name} needs help now")
        await expect(each.page).to_have_title(re.compile("^HELP"))
    await _sounds(colleague, before + 10)  # again and again, though the sound is off
    await expect(staff.sees("In acute danger: call 112.")).to_be_visible()
    await expect(staff.talk().locator(".routine")).to_have_attribute("open", "")
    await expect(staff.talk().get_by_role("textbox", name="Your message")).to_have_value("wait")
    await third.page.get_by_role("button", name="I come").click()
    for each in (staff, colleague, third):
        await expect(each.sees(f"Coming: {third.name}")).to_be_visible()
        await expect(each.page).not_to_have_title(re.compile("^HELP"))
    quiet = await colleague.page.evaluate("window.notes")
    await colleague.page.wait_for_timeout(4000)
    assert await colleague.page.evaluate("window.notes") == quiet
    await staff.page.reload()
    await expect(staff.sees(f"Coming: {third.name}")).to_be_visible()
    await staff.page.get_by_role("button", name="It is over, end the call").click()
    await expect(colleague.sees("needs help now")).to_have_count(0)


async def test_who_has_heard_a_call_can_go_on_in_quiet_and_still_come(people: People) -> None:
    _, staff = await people.in_a_talk()
    colleague = await people.colleague_of(staff)
    await staff.talk().get_by_role("button", name="Call for help").click()
    await colleague.page.get_by_role("button", name="I have heard it").focus()
    await colleague.page.keyboard.press("Enter")
    await expect(colleague.page).not_to_have_title(re.compile("^HELP"))
    await expect(staff.sees("Nobody has said yet that they come.")).to_be_visible()
    await colleague.page.get_by_role("button", name="I come").click()
    await expect(staff.sees(f"Coming: {colleague.name}")).to_be_visible()


async def test_a_note_is_there_after_a_reload_and_reaches_nobody(people: People) -> None:
    visitor, staff = await people.in_a_talk()
    colleague = await people.colleague_of(staff)
    sent: list[str] = []
    staff.page.on("websocket", lambda socket: socket.on("framesent", lambda frame: sent.append(str(frame))))
    await staff.page.reload()
    await staff.talk().get_by_text("Note to self").click()
    await staff.talk().get_by_label("Note to self").fill("ask about school")
    await expect(staff.sees("Kept, sealed.")).to_be_visible()
    assert any('"note"' in frame for frame in sent)
    assert not any("school" in frame for frame in sent)
    await staff.page.reload()
    await expect(staff.talk().get_by_label("Note to self")).to_have_value("ask about school")
    await staff.asks_to_hand_over(colleague)
    await colleague.says("Take over")
    await visitor.presses("Yes, that is all right")
    await expect(colleague.talk()).to_be_visible()
    await visitor.meets(colleague)
    await colleague.page.reload()
    await expect(colleague.talk()).to_be_visible()
    await colleague.talk().get_by_text("Note to self").click()
    await expect(colleague.talk().get_by_label("Note to self")).to_have_value("")


async def test_who_lost_a_talk_takes_it_back_first(hasty_people: People) -> None:
    people = hasty_people
    staff = await people.staff_on_duty()
    visitor, _ = await people.in_a_talk(staff)
    other = await people.visitor()
    await other.comes_to_wait()
    colleague = await people.staff_on_duty()
    await staff.page.context.set_offline(True)
    await expect(visitor.place).to_be_visible(timeout=60_000)
    await staff.page.context.set_offline(False)
    back = staff.waiting.first.get_by_role("button", name="Take back")
    await expect(back).to_be_enabled(timeout=60_000)
    await expect(colleague.page.get_by_role("button", name="Take back")).to_have_count(0)
    await expect(staff.page.get_by_role("button", name="Take back")).to_have_count(1)
    await back.click()
    await visitor.meets(staff)
    await visitor.writes("you are back")
    await expect(staff.messages()).to_have_text(["you are back"])


async def test_handing_over_goes_by_keyboard_alone(people: People) -> None:
    visitor, staff = await people.in_a_talk()
    colleague = await people.colleague_of(staff)
    await staff.talk().get_by_role("button", name="Hand over").focus()
    await staff.page.keyboard.press("Enter")
    await expect(staff.talk().get_by_role("button", name=colleague.name, exact=True)).to_be_focused()
    await staff.page.keyboard.press("Enter")
    take = colleague.page.get_by_role("button", name="Take over")
    await expect(take).to_be_visible()
    for _ in range(40):
        if await take.evaluate("(button) => button === document.activeElement"):
            break
        await colleague.page.keyboard.press("Tab")
    await colleague.page.keyboard.press("Enter")
    yes = visitor.button("Yes, that is all right")
    await expect(yes).to_be_visible()
    await visitor.box.focus()
    for _ in range(6):
        await visitor.page.keyboard.press("Shift+Tab")
        if await yes.evaluate("(button) => button === document.activeElement"):
            break
    await visitor.page.keyboard.press("Enter")
    await visitor.meets(colleague)
