"""That the other one writes: seen on both sides for some seconds, without a word of it, and read out by nothing."""

import json
import re

import pytest
from playwright.async_api import Locator, expect

from tests.browser.people import PHONE, People, Staff, Visitor

pytestmark = pytest.mark.asyncio(loop_scope="session")

EVERY = 8_000  # milliseconds after which another sign goes: 3.3 s, if the one before was not late at the server
LAPSE = 6_000  # milliseconds
SLOW = 20_000  # milliseconds until a machine with much to do has shown something


def at_the_visitor(visitor: Visitor) -> Locator:
    return visitor.page.locator("#writing")


def at_the_desk(staff: Staff) -> Locator:
    return staff.talk().locator(".writing")


async def test_both_see_that_the_other_writes_until_it_is_sent_or_has_lapsed(people: People) -> None:
    visitor, staff = await people.in_a_talk()
    await visitor.can_be_asked()
    pseudonym = await staff.talk().locator("h3").inner_text()
    await visitor.box.press_sequentially("hello")
    await expect(at_the_desk(staff)).to_have_text(f"{pseudonym} is writing", timeout=SLOW)
    await visitor.presses("Send")
    await expect(staff.messages()).to_have_text(["hello"])
    await expect(at_the_desk(staff)).to_be_hidden()
    await staff.talk().get_by_role("textbox").press_sequentially("hi")
    await expect(at_the_visitor(visitor)).to_have_text(f"{staff.name} is writing", timeout=SLOW)
    await expect(at_the_visitor(visitor)).to_be_hidden(timeout=LAPSE + SLOW)  # by itself: nothing more was written
    await staff.talk().get_by_role("button", name="Send", exact=True).click()
    await expect(visitor.messages).to_have_text(["hello", "hi"])
    await expect(at_the_visitor(visitor)).to_be_hidden()


async def test_the_sign_goes_seldom_holds_no_word_and_is_as_long_as_a_message(people: People) -> None:
    visitor = await people.visitor()
    frames: list[str] = []
    visitor.page.on("websocket", lambda socket: socket.on("framesent", lambda frame: frames.append(str(frame))))
    staff = await people.staff_on_duty()
    await visitor.comes_to_wait()
    await visitor.box.fill("to nobody yet")  # a draft to the bot tells nobody anything
    await visitor.box.fill("")
    await staff.takes()
    await visitor.meets(staff)
    await visitor.can_be_asked()
    await visitor.box.fill("   ")
    signs = [frame for frame in frames if '"writing"' in frame]
    assert signs == []
    await visitor.box.press_sequentially("a secret word", delay=40)
    await expect(at_the_desk(staff)).to_be_visible(timeout=SLOW)
    await visitor.presses("Send")
    await expect(staff.messages()).to_have_count(1)
    signs = [frame for frame in frames if '"writing"' in frame]
    assert 1 <= len(signs) <= 3, "one in three seconds"
    assert all(set(json.loads(frame)) == {"type", "pad"} and set(json.loads(frame)["pad"]) == {"0"} for frame in signs)
    (said,) = [frame for frame in frames if '"say"' in frame]
    assert {len(frame) for frame in signs} == {len(said)}


async def test_no_screen_reader_is_told_and_nothing_moves(people: People) -> None:
    visitor, staff = await people.in_a_talk()
    await visitor.can_be_asked()
    parts = (visitor.page.locator("#dock"), staff.talk().locator(".compose"))
    live = "each => each.closest('[aria-live], [role=log], [role=status], [role=alert]') === null"
    boxes = (staff.talk().get_by_role("textbox"), visitor.box)
    for line, part, box in zip((at_the_visitor(visitor), at_the_desk(staff)), parts, boxes, strict=True):
        await box.press_sequentially("hi")
        await expect(line).to_be_visible(timeout=SLOW)
        assert await line.evaluate(live)
        # In one go, so that nothing else can come between: there with the line, and without it.
        place = "(part, line) => { const at = () => JSON.stringify(part.getBoundingClientRect()); const there = at();"
        place += " line.hidden = true; const gone = at(); line.hidden = false; return there === gone; }"
        assert await part.evaluate(place, await line.element_handle())


async def test_what_is_said_last_is_not_covered_on_a_phone(people: People) -> None:
    visitor, staff = await people.in_a_talk(viewport=PHONE, locale="en-GB")
    await visitor.can_be_asked()
    for at in range(12):
        await staff.writes(f"message {at} of several words, which take more than one line on a small screen")
    await expect(visitor.messages).to_have_count(12)
    await staff.page.wait_for_timeout(EVERY)
    await staff.talk().get_by_role("textbox").press_sequentially("hi")
    await expect(at_the_visitor(visitor)).to_be_visible(timeout=SLOW)
    words = await visitor.messages.last.bounding_box()
    line = await at_the_visitor(visitor).bounding_box()
    assert words is not None
    assert line is not None
    assert words["y"] + words["height"] <= line["y"] + 1
    assert re.fullmatch(r".+ is writing", await at_the_visitor(visitor).inner_text())
