"""After a talk, the exit and the closing of the browser: none of the words and no token anywhere in its profile.

The same browser keeps what was typed into an ordinary text box of another page at the same time: the search finds that.
"""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.browser.conftest import ARGUMENTS
from tests.browser.exits.cable import Cable, cable
from tests.browser.exits.chromium import kept_chromium
from tests.browser.exits.conftest import Street
from tests.browser.exits.firefox import firefox
from tests.browser.exits.guest import Guest
from tests.browser.exits.hosts import documented
from tests.browser.exits.kept_webkit import kept_webkit
from tests.browser.exits.profiles import find, unpack_lz4
from tests.browser.exits.tabs import Program, press
from tests.browser.people import People

pytestmark = pytest.mark.asyncio(loop_scope="session")

# No word of these is in any text of ours or of a browser.
SAID = {
    "to the bot": "zorvlemon asks about quintabble",
    "to the person": "zorvlemon fears brackwuzzle",
    "by the person": "plimforth answers gladdenvox",
    "a draft": "zqxjkvwmpzqfh",
    "in a frame": "zorvlemon hides strovvendal",
}
CARELESS = {"typed elsewhere": "kwyjzbplvxmqt", "stored elsewhere": "hjvqwzkmxplrt"}
PAUSE = 8  # seconds; both browsers write what is open now within three

# Where a browser may name our host, and where the history is that it shows: nowhere else, and no words there.
NAMING = {
    "chromium": "|".join(
        [
            r"Default/(History|Preferences|Top Sites|Favicons|Shortcuts|Visited Links|DIPS)(-journal|-wal)?",
            r"Default/(Sessions|Session Storage|Network|Cache/Cache_Data|Code Cache/js)/[^/]+",
            r"segmentation_platform/ukm_db(-wal)?|Local State",
        ]
    ),
    "firefox": r"(places|favicons|permissions)\.sqlite(-wal)?|sessionstore.*|prefs\.js|cache2/entries/[^/]+",
    "webkit": r"cache/.*",
}
LISTED = {"chromium": {"Default/History"}, "firefox": {"places.sqlite"}}
# WebKit's small browser writes down no open pages, and so no drafts either.
KEPT_OF_OTHERS = {"chromium": set(CARELESS), "firefox": set(CARELESS), "webkit": {"stored elsewhere"}}


def _browser(name: str, chromium: Path, profile: Path) -> AbstractAsyncContextManager[Program]:
    match name:
        case "chromium":
            return kept_chromium(chromium, ARGUMENTS, profile)
        case "firefox":
            return firefox(profile)
        case _:
            return kept_webkit(profile)


@pytest.mark.parametrize("name", NAMING)
async def test_no_word_and_no_token_of_a_talk_is_in_the_profile_of_the_browser(
    name: str, street: Street, desk: People, chromium: Path, tmp_path: Path
) -> None:
    profile = tmp_path / "profile"
    async with _browser(name, chromium, profile) as program, _careless(program, street):
        tokens = await _talks_and_leaves(program, street, desk)
        framed = await _reads_in_a_frame(program, street) if name in LISTED else "nowhere"
    assert len(tokens) > 5
    found = find(profile, CARELESS)
    assert {what for what, files in found.items() if files} == KEPT_OF_OTHERS[name], "not what it should find"
    kept = find(profile, SAID | tokens)
    assert {what: files for what, files in kept.items() if files} == {}
    named = find(profile, {"host": _host(street.home), "framed": framed})
    assert named["host"] >= LISTED.get(name, set()), "not even the history names us"
    assert named["host"], "nothing names us: was this the profile?"
    assert {file for file in named["host"] if not re.fullmatch(NAMING[name], file)} == set()
    # In a frame of another page the history names that page.
    assert named["framed"] & LISTED.get(name, set()) == set()
    assert {file for file in named["framed"] if not re.fullmatch(NAMING[name], file)} == set()


async def test_the_unpacker_reads_what_is_packed() -> None:
    # A literal, a copy that overlaps itself, and lengths that go on: "abc" * 100 and an end of its own.
    assert unpack_lz4(b"\x3fabc\x03\x00\xff\x17\x50-end!") == b"abc" * 100 + b"-end!"


@asynccontextmanager
async def _careless(program: Program, street: Street) -> AsyncIterator[None]:
    """Another page is open, in which somebody types and which stores something."""
    async with program.tab() as tab:
        await tab.go(f"{street.hosts.address}careless")
        await tab.run("sessionStorage.kept = localStorage.kept = arguments[0]", CARELESS["stored elsewhere"])
        await tab.click("textarea")
        await tab.strike(press(*CARELESS["typed elsewhere"]))
        yield
        await tab.run("document.body.replaceChildren(); location.replace(arguments[0])", street.away.address)
        await Guest(tab, "").is_at(street.away.address)


async def _talks_and_leaves(program: Program, street: Street, desk: People) -> dict[str, str]:
    """A whole visit; the tokens that the page had."""
    staff = await desk.staff_on_duty()
    street.home.forget()
    async with program.tab() as tab:
        guest = Guest(tab, street.home.address)
        await guest.opens_the_page()
        first = await tab.run("return document.forms[0].elements.state.value")
        await guest.starts()
        await guest.writes(SAID["to the bot"])
        await guest.sees(SAID["to the bot"])
        await guest.comes_to_wait()
        await staff.takes()
        await guest.sees(f"{staff.name} reads this")
        await guest.writes(SAID["to the person"])
        await expect(staff.messages()).to_have_text([SAID["to the person"]])
        await staff.writes(SAID["by the person"])
        await guest.sees(SAID["by the person"])
        await tab.click("#text")
        await tab.strike(press(*SAID["a draft"]))
        assert await tab.run("return document.getElementById('text').value") == SAID["a draft"]
        await asyncio.sleep(PAUSE)
        await _leaves(guest, street)
        tokens = re.findall(rb'"(?:state|talk)": ?"([^"]{40,})"', bytes(street.home.carried))
    return {f"token {number}": token for number, token in enumerate([first, *(token.decode() for token in tokens)])}


async def _reads_in_a_frame(program: Program, street: Street) -> str:
    """A visit in the frame of another site, under an address of its own: that address."""
    async with cable(street.house.visitors) as home, program.tab() as tab:
        street.hosts.pages["framed"] = documented(home.address.rstrip("/"))
        await tab.go(f"{street.hosts.address}framed")
        guest = Guest(await tab.frame(), home.address)
        await guest.starts()
        await guest.writes(SAID["in a frame"])
        await guest.sees(SAID["in a frame"])
        await asyncio.sleep(PAUSE)
        await guest.leaves()
        await Guest(tab, home.address).is_at(street.away.address)
        return _host(home)


def _host(home: Cable) -> str:
    return home.address.removeprefix("http://").rstrip("/")


async def _leaves(guest: Guest, street: Street) -> None:
    await guest.leaves()
    await guest.is_at(street.away.address)
    await asyncio.sleep(1)
