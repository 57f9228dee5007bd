"""Left messages, both sides in a real browser: left while nobody is there, answered, read elsewhere, erased."""

import asyncio
import contextlib
import re
import sqlite3
import time
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import pytest_asyncio
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from playwright.async_api import Browser, Locator, Page, Request, Route, expect

from safety.devices import public_bytes, sign_device
from safety.organisation import read_signing_key
from safety.text64 import read64, write64
from tests.browser.people import People, Visitor
from tests.running import running

pytestmark = pytest.mark.asyncio(loop_scope="session")

MENU = "Leave a message, or come back with a code"
WORDS = "Can you answer me on Monday? My room is never quiet."
ANSWER = "Yes. On Monday at nine, at this same place."


class Left:
    """The page of left messages of one staff member."""

    def __init__(self, page: Page) -> None:
        self.page = page

    async def opens(self) -> None:
        await self.page.get_by_role("link", name="Left messages").click()
        await expect(self.page.get_by_role("heading", name="Left messages")).to_be_visible()

    async def has_a_key(self) -> None:
        """Where no colleague can hand the desk's key over it is made anew: by hand, or by the page itself when the key
        was retired, as it is when a device that had it gives way to this one."""
        anew = self.page.get_by_role("button", name="Make a new desk key")
        await expect(self.page.locator("#empty, li.box, #state button").locator("visible=true").first).to_be_visible()
        if await anew.is_visible():
            await anew.click()
        await expect(self.page.locator("#state")).to_be_hidden()

    async def looks_again(self) -> None:
        await self.page.reload()

    def box(self, words: str) -> Locator:
        return self.page.locator("li.box").filter(has_text=words)

    async def unfolds(self, words: str) -> Locator:
        box = self.box(words)
        await box.get_by_role("button", name="Read and answer").click()
        await expect(box.get_by_text(words)).to_be_visible()
        return box

    async def answers(self, box: Locator, words: str) -> None:
        await box.get_by_role("textbox", name="Your answer").fill(words)
        await box.get_by_role("button", name="Send the answer").click()


@pytest_asyncio.fixture(loop_scope="session")
async def desk(people: People) -> AsyncIterator[Left]:
    """A signed device that holds the desk's key, whatever tests before it left; nobody is on duty."""
    staff = await people.staff()
    left = Left(staff.page)
    await left.opens()
    await left.has_a_key()
    yield left


async def gets_a_code(visitor: Visitor, days: str = "7 days") -> str:
    """From the first page to the box of a new code; its words."""
    await visitor.opens_the_page()
    await opens_codes(visitor)
    await visitor.page.get_by_label("How long may it lie here?").select_option(days)
    await visitor.presses("Give me a code to come back with")
    await expect(visitor.page.locator(".nine li")).to_have_count(9)
    words = await visitor.page.locator(".nine li").all_inner_texts()
    await visitor.presses("I have them, go on")
    return " ".join(words)


async def opens_codes(visitor: Visitor) -> None:
    """The key is offered within seconds of its making: open again until it is."""
    give = visitor.button("Give me a code to come back with")
    for _ in range(60):
        await visitor.presses(MENU)
        await expect(visitor.button("I have a code")).to_be_visible()
        if await give.is_visible():
            return
        await visitor.presses("Close")  # what stands there now must not be taken for what comes next
        await expect(visitor.page.locator("#codes")).to_have_count(0)
        await visitor.page.wait_for_timeout(500)
    raise AssertionError("no desk key was offered")


async def leaves(visitor: Visitor, words: str) -> None:
    await visitor.page.get_by_role("textbox", name="Your message to Demo desk").fill(words)
    await visitor.presses("Leave it, sealed")


async def comes_back(visitor: Visitor, code: str) -> None:
    await visitor.opens_the_page()
    await visitor.presses(MENU)
    await visitor.presses("I have a code")
    await visitor.page.get_by_role("textbox", name="Your nine words").fill(code)
    await visitor.presses("Open")


async def test_a_message_is_left_answered_and_read_on_another_device(people: People, desk: Left) -> None:
    visitor = await people.visitor()
    code = await gets_a_code(visitor)
    await leaves(visitor, WORDS)
    await expect(visitor.sees("Your message lies here now, sealed.")).to_be_visible()
    await expect(visitor.sees(re.compile(r"Everything here is erased after .+ 20\d\d"))).to_be_visible()
    await visitor.leaves()

    await desk.looks_again()
    box = await desk.unfolds(WORDS)
    await expect(box).to_contain_text("Waits for an answer")
    await desk.answers(box, ANSWER)
    await expect(box).to_contain_text("Answered")

    elsewhere = await people.visitor(locale="sv-SE")
    await elsewhere.opens_the_page()
    await elsewhere.presses("Lämna ett meddelande, eller kom tillbaka med en kod")
    await elsewhere.presses("Jag har en kod")
    typed = "\n".join(f"{place}. {word.upper()}" for place, word in enumerate(code.split(), 1))
    await elsewhere.page.get_by_role("textbox", name="Dina nio ord").fill(typed)
    await elsewhere.presses("Öppna")
    await expect(elsewhere.page.locator("#codes .words")).to_have_text([WORDS, ANSWER])

    await elsewhere.page.get_by_role("textbox", name="Ditt meddelande till Demojouren").fill("Tack, jag kommer")
    await elsewhere.presses("Lämna det, förseglat")
    await expect(elsewhere.page.locator("#codes .words")).to_have_text([WORDS, ANSWER, "Tack, jag kommer"])
    await desk.looks_again()
    await expect(desk.box("Tack, jag kommer").locator(".bubble")).to_have_text([WORDS, ANSWER, "Tack, jag kommer"])


async def test_nothing_is_kept_and_nothing_shown_without_asking(people: People, desk: Left) -> None:
    visitor = await people.visitor()
    asked: list[str] = []
    visitor.page.on("request", lambda request: asked.append(urlsplit(request.url).path))
    await visitor.opens_the_page()
    await visitor.page.wait_for_load_state("networkidle")
    assert "/post" not in asked
    before = len(asked)
    await visitor.presses(MENU)
    await expect(visitor.sees("This is the one thing that we keep, and only when you ask for a code.")).to_be_visible()
    await expect(visitor.sees("Nobody reads this right away.")).to_be_visible()
    assert all(path == "/post" or path.startswith("/static/") for path in asked[before:])
    await visitor.presses("Close")
    await expect(visitor.page.locator("#codes")).to_have_count(0)


async def test_the_advice_says_where_the_words_must_not_be_kept(people: People, desk: Left) -> None:
    visitor = await people.visitor()
    await visitor.opens_the_page()
    await opens_codes(visitor)
    await visitor.presses("Give me a code to come back with")
    await expect(visitor.sees("Do not keep them in the phone’s notes, pictures or messages")).to_be_visible()
    await expect(visitor.sees("They are shown only now.")).to_be_visible()
    await expect(visitor.page.locator(".nine li")).to_have_count(9)
    first = await visitor.page.locator(".nine li").all_inner_texts()
    await visitor.presses("Close")
    await opens_codes(visitor)
    await visitor.presses("Give me a code to come back with")
    await expect(visitor.page.locator(".nine li")).to_have_count(9)
    assert await visitor.page.locator(".nine li").all_inner_texts() != first


async def test_a_visitor_erases_everything(people: People, desk: Left) -> None:
    visitor = await people.visitor()
    code = await gets_a_code(visitor, "1 day")
    await leaves(visitor, "words to be erased")
    await expect(visitor.sees("Your message lies here now, sealed.")).to_be_visible()
    await desk.looks_again()
    await expect(desk.box("words to be erased")).to_have_count(1)
    await visitor.presses("Erase everything here")
    await visitor.presses("No, keep it")
    await visitor.presses("Erase everything here")
    await visitor.presses("Yes, erase it")
    await expect(visitor.sees("Everything is erased. The nine words open nothing any more.")).to_be_visible()
    await desk.looks_again()
    await expect(desk.page.locator("#empty, li.box").locator("visible=true").first).to_be_visible()
    await expect(desk.box("words to be erased")).to_have_count(0)
    again = await people.visitor()
    await comes_back(again, code)
    await expect(again.sees("Nothing opens with these words.")).to_be_visible()


async def test_wrong_words_are_told_apart(people: People, desk: Left) -> None:
    visitor = await people.visitor()
    await comes_back(visitor, "moose bear")
    await expect(visitor.sees("There should be nine words. You wrote 2.")).to_be_visible()
    typed = visitor.page.get_by_role("textbox", name="Your nine words")
    await typed.fill("badger " * 8 + "badgr")
    await visitor.presses("Open")
    await expect(visitor.sees("We do not know word number 9.")).to_be_visible()
    await typed.fill("badger " * 9)
    await visitor.presses("Open")
    await expect(visitor.sees("Nothing opens with these words.")).to_be_visible()


async def test_two_staff_cannot_answer_past_each_other(people: People, desk: Left) -> None:
    colleague = Left((await people.staff()).page)
    await colleague.opens()
    # The colleague's device is handed the desk's key by the first one's open page.
    await desk.looks_again()
    await expect(colleague.page.locator("#state")).to_be_hidden(timeout=60_000)
    visitor = await people.visitor()
    await gets_a_code(visitor)
    await leaves(visitor, "who of you answers?")
    await expect(visitor.sees("Your message lies here now, sealed.")).to_be_visible()
    await colleague.looks_again()
    await desk.looks_again()
    await expect(colleague.box("who of you answers?")).to_have_count(1, timeout=60_000)
    mine, theirs = await desk.unfolds("who of you answers?"), await colleague.unfolds("who of you answers?")
    await theirs.get_by_role("textbox", name="Your answer").fill("also I")
    # What the colleague's page shows is as old as its last look; it may not look again before it answers.
    await colleague.page.route("**/messages/list", lambda route: route.abort())
    await desk.answers(mine, "I do")
    await expect(mine).to_contain_text("Answered")
    await theirs.get_by_role("button", name="Send the answer").click()
    await expect(theirs).to_contain_text("a colleague answered before you")
    await expect(theirs.get_by_role("textbox", name="Your answer")).to_have_value("also I")
    await colleague.page.unroute("**/messages/list")
    await expect(theirs.locator(".bubble")).to_have_text(["who of you answers?", "I do"], timeout=25_000)


async def test_a_letter_goes_to_the_key_of_now_however_long_the_page_was_open(people: People, desk: Left) -> None:
    visitor = await people.visitor()
    await gets_a_code(visitor)
    await desk.page.goto("about:blank")
    other = Left((await people.staff()).page)
    await other.opens()
    await other.has_a_key()  # a new one: nobody's page hands the old one over
    await leaves(visitor, "begun before the key was changed")
    await expect(visitor.sees("Your message lies here now, sealed.")).to_be_visible()
    await other.looks_again()
    await expect(other.box("begun before the key was changed")).to_have_count(1)


async def test_a_look_for_an_answer_takes_nothing_from_what_is_being_written(people: People, desk: Left) -> None:
    visitor = await people.visitor()
    await gets_a_code(visitor)
    await leaves(visitor, "the first one")
    await expect(visitor.sees("Your message lies here now, sealed.")).to_be_visible()
    written = visitor.page.get_by_role("textbox", name="Your message to Demo desk")
    await visitor.page.route("**/post", _slowly)
    await visitor.presses("Look for an answer")
    await written.fill("the second one, not finis")
    await expect(visitor.sees("There is no answer yet.")).to_be_visible()
    await expect(written).to_have_value("the second one, not finis")
    await visitor.page.route("**/post", lambda route: route.abort())
    await visitor.presses("Look for an answer")
    await expect(visitor.sees(re.compile("^We lost contact.*112"))).to_be_visible()
    await expect(visitor.page.locator("#codes .words")).to_have_text(["the first one"])
    await visitor.presses("Leave it, sealed")
    await expect(visitor.page.get_by_role("alert").filter(has_text="We lost contact")).to_be_visible()
    await expect(written).to_have_value("the second one, not finis")


async def _slowly(route: Route) -> None:
    await asyncio.sleep(1)
    await route.continue_()


TELLING = "what is a dowry? my number is 070-174 06 05"
CLEANED = "what is a dowry? my number is …"
PAUSE = 700  # milliseconds: longer than a second tap still belongs to the first


async def test_before_a_letter_goes_the_page_asks_about_what_tells_who_somebody_is(people: People, desk: Left) -> None:
    visitor, left = await writing(people)
    box, question = visitor.page.get_by_role("textbox", name="Your message to Demo desk"), visitor.page.locator("#heed")
    await leaves(visitor, TELLING)
    await expect(question).to_contain_text("Something in your message may show who you are: a phone number.")
    await expect(question).to_contain_text("Demo desk does not need to know it")
    await expect(question).to_contain_text("112")
    await expect(visitor.button("Remove it")).to_be_focused()
    for name in ("Remove it", "Send anyway", "Go on editing"):
        await expect(visitor.button(name)).to_be_in_viewport()
    assert left == []
    await visitor.page.wait_for_timeout(PAUSE)
    await visitor.presses("Go on editing")
    await expect(question).to_have_count(0)
    await expect(box).to_have_value(TELLING)
    await visitor.presses("Leave it, sealed")
    await visitor.page.wait_for_timeout(PAUSE)
    await visitor.presses("Remove it")
    await expect(box).to_have_value(CLEANED)
    await expect(visitor.page.locator("#heed-hint")).to_contain_text("leave it when you like")
    assert left == []
    await visitor.presses("Leave it, sealed")
    await expect(visitor.page.locator("#codes .words")).to_have_text([CLEANED])


async def test_a_letter_can_go_as_it_is_and_one_of_danger_is_not_asked_about(people: People, desk: Left) -> None:
    visitor, _ = await writing(people)
    await leaves(visitor, TELLING)
    await visitor.page.wait_for_timeout(PAUSE)
    await visitor.presses("Send anyway")
    await expect(visitor.page.locator("#codes .words")).to_have_text([TELLING])
    danger = "he has a knife and is hitting me now, I live on Storgatan 12"
    await leaves(visitor, danger)
    await expect(visitor.page.locator("#codes .words")).to_have_text([TELLING, danger])
    slow = visitor.page.locator("#codes .slow")
    await expect(slow).to_have_text("Nobody reads this right away. In danger, call 112.")


async def test_a_letter_goes_though_the_guard_cannot_be_loaded(people: People, desk: Left) -> None:
    visitor = await people.visitor()
    await visitor.opens_the_page()
    later = await visitor.page.evaluate("JSON.parse(document.getElementById('words').textContent).later")
    await visitor.page.route(f"**{later}*", lambda route: route.abort())
    await gets_a_code(visitor)
    await leaves(visitor, TELLING)
    await expect(visitor.page.locator("#codes .words")).to_have_text([TELLING])


async def writing(people: People) -> tuple[Visitor, list[str]]:
    """At the box of a new code, with the guard loaded; and what is left with the server from then on."""
    visitor = await people.visitor()
    await gets_a_code(visitor)
    await expect(visitor.page.locator("#codes-words[data-later]")).to_be_visible()
    left: list[str] = []

    def note(request: Request) -> None:
        if '"leave"' in (request.post_data or ""):
            left.append(request.url)

    visitor.page.on("request", note)
    return visitor, left


async def test_done_is_marked_and_a_coordinator_sees_how_many(people: People, desk: Left) -> None:
    visitor = await people.visitor()
    await gets_a_code(visitor)
    await leaves(visitor, "something to be done")
    await expect(visitor.sees("Your message lies here now, sealed.")).to_be_visible()
    coordinator = await people.coordinator()
    await expect(coordinator.locator("[data-left]")).to_have_text(re.compile("Some|Many"))
    await expect(coordinator.get_by_role("link", name="Left messages")).to_have_count(0)
    await desk.looks_again()
    box = await desk.unfolds("something to be done")
    await box.get_by_role("button", name="Mark as done").click()
    await expect(box).to_contain_text("Not done after all")


async def test_a_device_that_nobody_hands_the_key_says_so_and_makes_another(people: People, desk: Left) -> None:
    visitor = await people.visitor()
    code = await gets_a_code(visitor)
    await leaves(visitor, "sealed to the old key")
    await expect(visitor.sees("Your message lies here now, sealed.")).to_be_visible()
    await desk.page.goto("about:blank")
    alone = Left((await people.staff()).page)
    await alone.opens()
    await expect(alone.page.get_by_text("This device has not got the desk's key yet.")).to_be_visible()
    await expect(alone.page.get_by_text("sealed with a key that this device does not have").first).to_be_attached()
    await alone.page.get_by_role("button", name="Make a new desk key").click()
    await expect(alone.page.locator("#state")).to_be_hidden()
    again = await people.visitor()
    await comes_back(again, code)
    await expect(again.page.locator("#codes .words")).to_have_text(["sealed to the old key"])
    await leaves(again, "sealed to the new key")
    await expect(again.page.locator("#codes .words")).to_have_text(["sealed to the old key", "sealed to the new key"])
    await alone.looks_again()
    await expect(alone.box("sealed to the new key")).to_have_count(1)


async def test_who_finds_nobody_on_duty_is_offered_it(people: People, desk: Left) -> None:
    visitor = await people.visitor()
    await visitor.opens_the_page()
    await opens_codes(visitor)
    await visitor.presses("Close")
    await visitor.opens_the_briefing()
    await visitor.presses("Talk to a person")
    await visitor.presses("Leave a message instead")
    await expect(visitor.button("Give me a code to come back with")).to_be_visible()


async def test_leaving_takes_it_away_at_once(people: People, desk: Left) -> None:
    visitor = await people.visitor()
    await gets_a_code(visitor)
    await visitor.page.get_by_role("textbox", name="Your message to Demo desk").fill("half written")
    await visitor.leaves()
    await expect(visitor.page).not_to_have_url(visitor.house.visitors)
    await visitor.page.go_back()
    await expect(visitor.sees("half written")).to_have_count(0)
    await expect(visitor.page.locator("#codes")).to_have_count(0)


async def test_without_javascript_the_page_says_why_it_cannot(people: People) -> None:
    visitor = await people.visitor(java_script_enabled=False)
    await visitor.opens_the_page()
    await expect(visitor.page.locator("noscript p", has_text="Leaving a message needs JavaScript.")).to_be_visible()
    await expect(visitor.button(MENU)).to_be_hidden()


async def test_an_operator_can_leave_it_out(browser: Browser, tmp_path: Path, elsewhere: str) -> None:
    """FRISTAD_CODES=false: a page that never speaks of it, and is whole all the same."""
    with running(tmp_path, EXIT_URL=elsewhere, CODES="false") as house:
        people = People(browser, house)
        broken: list[str] = []
        left = Left((await people.staff()).page)
        await left.opens()
        await left.has_a_key()
        visitor = await people.visitor()
        visitor.page.on("pageerror", lambda error: broken.append(str(error)))
        await visitor.opens_the_page()
        await visitor.page.keyboard.press("Tab")  # what the script shows when it is done
        await expect(visitor.page.locator("#skip")).to_be_visible()
        await visitor.opens_the_briefing()
        await visitor.presses("Talk to a person")
        await expect(visitor.page.get_by_text("Nobody is here right now")).to_be_visible()
        assert MENU not in await visitor.page.inner_text("body")
        await expect(visitor.page.get_by_role("button", name="Leave a message")).to_have_count(0)
        assert broken == []
        await people.go_home()


async def test_the_key_reaches_more_devices_than_one_request_carries(people: People, desk: Left) -> None:
    signing = read_signing_key(await asyncio.to_thread((people.house.data / "organisation.pem").read_bytes))
    drawn = [write64(public_bytes(generate_private_key(SECP256R1()).public_key())) for _ in range(90)]
    lines = [sign_device(signing, read64(key), int(time.time()) // 86_400 + 80) for key in drawn]
    with contextlib.closing(sqlite3.connect(people.house.data / "console.sqlite3", timeout=20)) as tables, tables:
        (whose,) = tables.execute("SELECT staff_id FROM device WHERE state = 'signed' LIMIT 1").fetchone()
        rows = [
            (whose, key, "signed", line, int(line.split(".")[1]), 0) for key, line in zip(drawn, lines, strict=True)
        ]
        put = "INSERT INTO device (staff_id, key, state, line, until, requested) VALUES (?, ?, ?, ?, ?, ?)"
        tables.executemany(put, rows)
    try:
        await desk.looks_again()
        for _ in range(300):
            if await asyncio.to_thread(_copies, people, drawn) == len(drawn):
                break
            await asyncio.sleep(0.2)
        else:
            pytest.fail("not all devices were handed the key")
    finally:  # whoever holds a copy and is gone retires the key: the next test makes another
        with contextlib.closing(sqlite3.connect(people.house.data / "console.sqlite3", timeout=20)) as tables, tables:
            tables.executemany("DELETE FROM device WHERE key = ?", [(key,) for key in drawn])


def _copies(people: People, devices: list[str]) -> int:
    with contextlib.closing(sqlite3.connect(people.house.data / "console.sqlite3", timeout=20)) as tables:
        have = {device for (device,) in tables.execute("SELECT device FROM desk_key_copy")}
    return len(have & set(devices))
