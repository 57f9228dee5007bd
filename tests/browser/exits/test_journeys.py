"""Leaving in Chromium, Firefox and WebKit: at once, from every view, with and without a network, and never back."""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
from playwright.async_api import expect

from tests.browser.exits.conftest import Street
from tests.browser.exits.guest import Guest, eventually
from tests.browser.exits.tabs import Program, hold, press
from tests.browser.people import People, Staff
from tests.browser.views import left_messages

pytestmark = pytest.mark.asyncio(loop_scope="session")

SECRET = "he reads my phone every evening"

# Presses the exit in the page and says what is there before the browser can paint again: milliseconds that it took,
# what the body holds, what it shows, the title, and what is left that could colour an empty page.
PRESS_AND_LOOK = """document.title = "something that staff wrote";
const before = performance.now();
document.getElementById("exit").click();
const took = performance.now() - before, body = document.body;
return [took, body.childNodes.length, body.innerText, document.title, document.styleSheets.length];"""

AT_ONCE = 1_000  # milliseconds: what waits for a network takes longer, what waits for a busy machine seldom so long

# What a browser could keep for us, and does not.
KEPT = """return [document.cookie, localStorage.length, sessionStorage.length, window.name,
  document.querySelectorAll("link[rel=manifest]").length, Boolean(navigator.serviceWorker?.controller)];"""

# Kept by the page, told by the test: whatever became of the title, the history and the address.
WATCH = """window.seen = { titles: [document.title], moves: 0 };
for (const name of ["pushState", "replaceState"]) {
  const own = history[name];
  history[name] = (...all) => { seen.moves += 1; return own.apply(history, all); };
}
addEventListener("hashchange", () => { seen.moves += 1; });
new MutationObserver(() => {
  if (seen.titles.at(-1) !== document.title) seen.titles.push(document.title);
}).observe(document, { subtree: true, childList: true, characterData: true });
return history.length;"""


FILL_LETTER = """document.getElementById("codes-words").value = arguments[0];"""

# Where the exit's middle and corners are covered or out of sight, and whether it is too small to hit.
COVERED = """const exit = document.querySelector("a.exit"), { left, right, top, bottom } = exit.getBoundingClientRect();
if (right - left < 44 || bottom - top < 44) return "too small";
const x = [left + 12, (left + right) / 2, right - 12], y = [top + 8, (top + bottom) / 2, bottom - 8];
const found = x.flatMap((across) => y.map((down) => document.elementFromPoint(across, down)));
return found.filter((each) => !each || !exit.contains(each)).map((each) => each ? each.outerHTML : "outside").join();"""
# The smallest phone, and what a keyboard leaves of it.
SIZES = ((320, 568), (320, 300))


async def _first(guest: Guest, _: People) -> None:
    await guest.sees("What we keep")


async def _reading(guest: Guest, _: People) -> None:
    await guest.starts()
    await guest.presses("Forced marriage")
    await guest.sees("Written from the sources")


async def _asked(guest: Guest, _: People) -> None:
    """Before words go out that may tell who somebody is; the unsent words are in the box."""
    await guest.starts()
    await eventually(lambda: guest.tab.run("return 'later' in document.body.dataset"), "the guard did not come")
    await guest.writes("my number is 070-174 06 05")
    await guest.sees("Remove it")


async def _waiting(guest: Guest, desk: People) -> None:
    await desk.staff_on_duty()
    await guest.comes_to_wait()


async def _talk(guest: Guest, desk: People) -> Staff:
    staff = await desk.staff_on_duty()
    await guest.comes_to_wait()
    await staff.takes()
    await guest.sees(f"{staff.name} reads this")
    await guest.writes(SECRET)
    await expect(staff.messages()).to_have_text([SECRET])
    return staff


async def _muted(guest: Guest, desk: People) -> None:
    staff = await _talk(guest, desk)
    await desk.mute(staff)
    await guest.sees("has paused the talk")


async def _compared(guest: Guest, desk: People) -> None:
    await _talk(guest, desk)
    await guest.presses("Compare two words")


async def _ended(guest: Guest, desk: People) -> None:
    await _talk(guest, desk)
    await guest.presses("End talk", "Yes, end it")
    await guest.sees("You ended the talk.")


async def _left(guest: Guest, desk: People) -> None:
    """A message that is left with a code, and a second one that is begun."""
    await left_messages(desk)
    give = "Give me a code to come back with"
    for _ in range(60):  # the desk's key is offered within seconds
        await guest.presses("Leave a message, or come back with a code")
        await guest.sees("I have a code")
        if await guest.tab.run("return document.body.innerText.includes(arguments[0])", give):
            break
        await guest.presses("Close")
        await asyncio.sleep(0.5)
    await guest.presses(give, "I have them, go on")
    await guest.sees("Nothing lies here yet.")
    await guest.tab.run(FILL_LETTER, SECRET)
    await guest.presses("Leave it, sealed")
    await guest.sees("Your message lies here now, sealed.")
    await guest.tab.run(FILL_LETTER, SECRET)


async def _lost(guest: Guest, _: People) -> None:
    await guest.sees("There is nothing at this address.")


async def _notice(guest: Guest, _: People) -> None:
    """A page of ours that is only read."""
    await guest.tab.run("document.querySelector('.notices a').click()")
    await guest.sees("How your privacy is protected")


VIEWS: dict[str, Callable[[Guest, People], Awaitable[object]]] = {
    "first": _first,
    "reading": _reading,
    "asked": _asked,
    "waiting": _waiting,
    "talk": _talk,
    "muted": _muted,
    "safety words": _compared,
    "ended": _ended,
    "left message": _left,
    "error": _lost,
    "notice": _notice,
}


@asynccontextmanager
async def _guest(program: Program, street: Street, *, scripts: bool = True, path: str = "") -> AsyncIterator[Guest]:
    """Somebody who looked at another page before ours."""
    async with program.tab(scripts=scripts) as tab:
        guest = Guest(tab, street.home.address)
        await tab.go(street.before)
        await guest.opens_the_page(path)
        yield guest


@pytest.mark.parametrize("view", VIEWS)
async def test_the_exit_is_free_in_every_view_and_back_never_leads_to_us(
    program: Program, street: Street, desk: People, view: str
) -> None:
    async with _guest(program, street, path="nothing" if view == "error" else "") as guest:
        await VIEWS[view](guest, desk)
        for size in SIZES:
            await guest.tab.resize(*size)
            assert await guest.tab.run(COVERED) == ""
        street.home.forget()
        await guest.leaves()
        await guest.is_at(street.away.address)
        await guest.tab.back()
        await guest.is_at(street.before)
        # No page of ours lay on the way out or on the way back.
        assert not {"GET /", "POST /"} & {*street.home.asked}
        assert street.away.asked[0] == "GET /"


async def test_without_a_network_the_page_is_empty_at_once(program: Program, street: Street, desk: People) -> None:
    async with _guest(program, street) as guest:
        staff = await _talk(guest, desk)
        await street.home.cut()
        await street.away.cut()
        await _presses_and_looks(guest)
        await eventually(lambda: _is_gone(guest, street), "still on our page", told=guest.tab.address)
        await guest.tab.back()
        await guest.is_at(street.before)
        await street.mend()
        await _end_for_want_of_a_visitor(staff)


async def test_the_page_stays_empty_where_the_other_site_does_not_come(
    program: Program, street: Street, desk: People
) -> None:
    async with _guest(program, street) as guest:
        staff = await _talk(guest, desk)
        street.away.say_nothing()
        await _presses_and_looks(guest)
        await expect(staff.sees(re.compile("left. What was said has been erased."))).to_be_visible()
        await _shows_nothing(guest)
        await guest.tab.back()
        await guest.is_at(street.before)


async def test_a_message_on_its_way_holds_nobody_back_and_is_erased(
    program: Program, street: Street, desk: People
) -> None:
    async with _guest(program, street) as guest:
        staff = await _talk(guest, desk)
        street.home.hold()
        await guest.writes("he is at the door")
        await guest.leaves()
        await guest.is_at(street.away.address)
        await street.mend()
        await expect(staff.sees(re.compile("left. What was said has been erased."))).to_be_visible()
        await expect(staff.sees("he is at the door")).to_have_count(0)
        await guest.tab.back()
        await guest.is_at(street.before)


async def test_an_answer_on_its_way_holds_nobody_back(program: Program, street: Street) -> None:
    async with _guest(program, street) as guest:
        await guest.starts()
        street.home.hold()
        await guest.writes(SECRET)
        await guest.leaves()
        await guest.is_at(street.away.address)
        await street.mend()
        await guest.tab.back()
        await guest.is_at(street.before)


async def test_leaving_works_before_the_rest_of_the_page_has_come(program: Program, street: Street) -> None:
    for way in (Guest.leaves, _shifts):
        async with program.tab() as tab:
            guest = Guest(tab, street.home.address)
            await tab.go(street.before)
            street.home.withhold(".js")
            await tab.run("setTimeout(() => { location.href = arguments[0]; }, 0, arguments[0]);", guest.home)
            await guest.sees("What we keep")
            # The words are there before the style is, and a finger would be where the link no longer lies.
            styled = "return getComputedStyle(document.querySelector('.bar')).position === 'sticky'"
            await eventually(lambda: tab.run(styled), "the style did not come")  # noqa: B023
            await way(guest)
            await guest.is_at(street.away.address)
            await street.mend()
            await tab.back()
            await guest.is_at(street.before)


async def test_a_button_pressed_too_early_waits_and_leaves_no_entry(program: Program, street: Street) -> None:
    async with program.tab() as tab:
        guest = Guest(tab, street.home.address)
        await tab.go(street.before)
        length = await tab.run("return history.length")
        street.home.withhold(".js")
        await tab.run("setTimeout((address) => { location.href = address; }, 0, arguments[0]);", guest.home)
        await guest.presses("Start")
        await asyncio.sleep(0.3)
        assert "POST /" not in street.home.asked
        await street.home.plug()
        await guest.presses("Yes, that is fine")
        assert "POST /" not in street.home.asked
        assert await tab.run("return history.length") == length + 1


async def test_back_after_a_plain_link_asks_us_anew_and_shows_nothing(program: Program, street: Street) -> None:
    """What `no-store` and the guard are for: somebody typed another address, or followed a link of the browser's."""
    async with _guest(program, street) as guest:
        await guest.starts()
        await guest.writes(SECRET)
        await _goes_the_plain_way(guest, f"{street.away.address}typed")
        street.home.forget()
        street.away.say_nothing()
        await guest.tab.back()
        await eventually(lambda: _was_asked(street, "GET /"), "the page came out of the browser's memory")
        await guest.is_at(guest.home)
        await _shows_nothing(guest)
        await street.mend()
        await guest.opens_the_page()
        await _goes_the_plain_way(guest, f"{street.away.address}typed")
        await guest.tab.back()
        await guest.is_at(street.away.address)
        await guest.tab.back()
        await guest.is_at(street.before)


async def test_shift_three_times_leaves_with_either_key(program: Program, street: Street) -> None:
    async with _guest(program, street) as guest:
        await guest.starts()
        status = "return document.getElementById('status').textContent"
        await guest.tab.strike(press("ShiftLeft"))
        assert await guest.tab.run(status) == "Shift. Press two more times to leave."
        await guest.tab.strike(press("ShiftRight"))
        assert await guest.tab.run(status) == "Shift. Press once more to leave."
        await guest.tab.strike(press("ShiftLeft"))
        await guest.is_at(street.away.address)
        await guest.tab.back()
        await guest.is_at(street.before)


async def test_a_thousand_words_with_capitals_do_not_leave(program: Program, street: Street) -> None:
    async with _guest(program, street) as guest:
        await guest.starts()
        await guest.tab.run("document.getElementById('text').focus()")
        for number in range(10):
            shift = ("ShiftLeft", "ShiftRight")[number % 2]
            big = [hold(shift, *press(letter)) for letter in "HELP"]
            words = [*big[0], *press("i", " "), *[stroke for each in big for stroke in each], *press(" ")]
            await guest.tab.strike(words * 50)
        written = await guest.tab.run("return document.getElementById('text').value")
        assert written.split() == ["Hi", "HELP"] * 500
        # Shift for other things: another keyboard layout, a longer selection, a shortcut.
        for _ in range(3):
            await guest.tab.strike([*hold("AltLeft", *press("ShiftLeft")), *hold("ShiftLeft", *press("AltLeft"))])
            await guest.tab.strike(hold("ControlLeft", *press("ShiftRight")))
            await guest.tab.strike([("down", "ShiftLeft")])
            await guest.tab.click("#text")
            await guest.tab.strike([("up", "ShiftLeft")])
        await guest.tab.strike(press(*["Escape"] * 3, "ShiftLeft", "ShiftLeft", "Escape", "ShiftLeft", "ShiftLeft"))
        await guest.tab.strike(press("Escape"))
        assert await guest.tab.address() == guest.home
        await guest.sees("Forced marriage")


async def test_a_whole_conversation_leaves_history_title_and_storage_alone(
    program: Program, street: Street, desk: People
) -> None:
    async with _guest(program, street) as guest:
        length = await guest.tab.run(WATCH)
        await guest.presses("Practise leaving", "Back to the page", "Svenska")
        await guest.sees("Läs om dina rättigheter")
        await guest.presses("English")
        await guest.sees("Read about your rights")
        await _reading(guest, desk)
        await guest.writes("can I choose who I am with")
        await guest.sees("can I choose who I am with")
        staff = await _talk(guest, desk)
        await staff.writes("Hello")
        await guest.sees("Hello")
        await guest.presses("End talk", "Yes, end it")
        await guest.sees("You ended the talk.")
        assert await guest.tab.run("return [history.length, seen.moves, seen.titles]") == [length, 0, ["Läxhjälp"]]
        assert await guest.tab.address() == guest.home
        assert await guest.tab.run(KEPT) == ["", 0, 0, "", 0, False]


async def test_leaving_is_a_plain_link_where_scripts_do_not_run(program: Program, street: Street) -> None:
    async with _guest(program, street, scripts=False) as guest:
        await guest.presses("Practise leaving")
        await guest.sees("This was only practice")
        await guest.presses("Back to the page")
        assert {request for request in street.home.asked if not request.startswith("GET")} == set()
        await guest.leaves()
        await guest.is_at(street.away.address)
    async with _guest(program, street, scripts=False) as guest:
        await guest.starts()
        await guest.leaves()
        await guest.is_at(street.away.address)


async def _shifts(guest: Guest) -> None:
    await guest.tab.strike(press("ShiftLeft", "ShiftRight", "ShiftLeft"))


async def _presses_and_looks(guest: Guest) -> None:
    took, nodes, text, title, sheets = await guest.tab.run(PRESS_AND_LOOK)
    assert took < AT_ONCE
    assert (nodes, text, title, sheets) == (0, "", "Läxhjälp", 0)


async def _goes_the_plain_way(guest: Guest, address: str) -> None:
    """As by a link that is not the exit: the page stays in the history behind it."""
    await guest.tab.run(
        """const way = Object.assign(document.createElement("button"), { type: "button", id: "way" });
        const address = arguments[0];
        way.addEventListener("click", () => { location.href = address; });
        document.querySelector(".bar").append(way);""",
        address,
    )
    await guest.tab.click("#way")
    await guest.is_at(address)


async def _shows_nothing(guest: Guest) -> None:
    shown = """const display = getComputedStyle(document.documentElement).display;
    return display === "none" ? "" : document.body.innerText;"""
    assert await guest.tab.run(shown) == ""


async def _is_gone(guest: Guest, street: Street) -> bool:
    """Where the other page should be, or where Chromium and WebKit put their own words in its place."""
    return await guest.tab.address() in {street.away.address, "chrome-error://chromewebdata/", "about:blank"}


async def _was_asked(street: Street, request: str) -> bool:
    return request in street.home.asked


async def _end_for_want_of_a_visitor(staff: Staff) -> None:
    """Nobody could tell the server: it would take the silence limit to erase this talk."""
    await staff.ends()
