"""In a frame on another site: who may hold it, and that leaving takes the whole window along."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
from playwright.async_api import expect

from tests.browser.exits.conftest import Street
from tests.browser.exits.guest import Guest, eventually
from tests.browser.exits.tabs import Program, Tab, press
from tests.browser.people import People

pytestmark = pytest.mark.asyncio(loop_scope="session")

# The one of the documents, one without a sandbox that listens to nothing, and a sandbox that lets nothing out.
HOSTS = ("documented", "bare", "shut")


@asynccontextmanager
async def _framed(program: Program, street: Street, host: str, *, scripts: bool = True) -> AsyncIterator[Tab]:
    """A tab on a page that holds ours, after another page."""
    async with program.tab(scripts=scripts) as tab:
        await tab.go(street.before)
        await tab.go(f"{street.hosts.address}{host}")
        yield tab


async def _guest(tab: Tab, street: Street) -> Guest:
    """Whoever is in the frame."""
    await eventually(lambda: _stands(tab, street), "nothing came into the frame")
    guest = Guest(await tab.frame(), street.home.address)
    await guest.sees("What we keep")
    return guest


async def _stands(tab: Tab, street: Street) -> bool:
    return await (await tab.frame()).address() == street.home.address


@pytest.mark.parametrize("host", HOSTS)
async def test_the_exit_in_a_frame_takes_the_whole_window_along(program: Program, street: Street, host: str) -> None:
    async with _framed(program, street, host) as tab:
        guest = await _guest(tab, street)
        length = await tab.run("return history.length")
        await guest.starts()
        assert await tab.run("return history.length") == length
        await guest.leaves()
        await Guest(tab, guest.home).is_at(street.away.address)
        await tab.back()
        await Guest(tab, guest.home).is_at(street.before)


async def test_shift_in_a_frame_leaves_too(program: Program, street: Street) -> None:
    async with _framed(program, street, "documented") as tab:
        guest = await _guest(tab, street)
        await guest.tab.click(".name")
        await guest.tab.strike(press("ShiftLeft", "ShiftRight", "ShiftLeft"))
        await Guest(tab, guest.home).is_at(street.away.address)


async def test_a_frame_is_empty_at_once_where_there_is_no_network(program: Program, street: Street) -> None:
    async with _framed(program, street, "documented") as tab:
        guest = await _guest(tab, street)
        await street.home.cut()
        street.away.say_nothing()
        await guest.leaves()
        # The page around was emptied as well, so that the frame is gone with it.
        await eventually(lambda: tab.run("return document.body.childNodes.length === 0"), "something is left")
        assert await tab.run("return document.body.innerText") == ""


async def test_a_page_around_that_back_brings_again_goes_away(program: Program, street: Street) -> None:
    async with _framed(program, street, "documented") as tab:
        await _guest(tab, street)
        await tab.run(
            """const way = Object.assign(document.createElement("button"), { id: "way", textContent: "away" });
            const address = arguments[0];
            way.addEventListener("click", () => { location.href = address; });
            way.style = "position: fixed; inset: 0 auto auto 0; z-index: 9";
            document.body.append(way);""",
            f"{street.away.address}typed",
        )
        await tab.click("#way")
        outside = Guest(tab, street.home.address)
        await outside.is_at(f"{street.away.address}typed")
        await tab.back()
        await outside.is_at(street.away.address)


async def test_without_scripts_the_link_opens_in_the_whole_window(program: Program, street: Street) -> None:
    async with _framed(program, street, "bare", scripts=False) as tab:
        guest = await _guest(tab, street)
        await guest.leaves()
        await Guest(tab, guest.home).is_at(street.away.address)


async def test_a_sandbox_that_runs_nothing_of_ours_still_has_the_link(program: Program, street: Street) -> None:
    async with _framed(program, street, "scriptless") as tab:
        guest = await _guest(tab, street)
        await guest.leaves()
        await Guest(tab, guest.home).is_at(street.away.address)


async def test_a_site_that_is_not_named_is_refused(program: Program, street: Street) -> None:
    stranger = street.hosts.address.replace("localhost", "127.0.0.1")
    async with program.tab() as tab:
        await tab.go(f"{stranger}bare")
        assert await tab.run("return document.querySelectorAll('iframe').length") == 1
        await eventually(lambda: _asked(street), "the frame was never asked for")
        frame = await tab.frame()
        shown = "return document.body ? document.body.innerText : ''"
        assert "What we keep" not in str(await frame.run(shown))
        assert await frame.run("return document.querySelectorAll('#exit').length") == 0


async def test_a_talk_in_a_frame_is_a_talk(program: Program, street: Street, desk: People) -> None:
    staff = await desk.staff_on_duty()
    async with _framed(program, street, "documented") as tab:
        guest = await _guest(tab, street)
        await guest.comes_to_wait()
        await staff.takes()
        await guest.sees(f"{staff.name} reads this")
        await guest.writes("from a frame")
        await expect(staff.messages()).to_have_text(["from a frame"])
        await guest.leaves()
        await expect(staff.sees(re.compile("left. What was said has been erased."))).to_be_visible()


async def test_the_console_is_never_framed_and_the_page_only_by_those_who_are_named(street: Street) -> None:
    async with httpx.AsyncClient() as client:
        ours = (await client.get(street.home.address)).headers["content-security-policy"]
        assert f"frame-ancestors {street.hosts.address.rstrip('/')};" in f"{ours};"
        for path in ("sign-in", "nothing", "healthz"):
            theirs = (await client.get(f"{street.house.staff}{path}")).headers["content-security-policy"]
            assert "frame-ancestors 'none';" in f"{theirs};"


async def _asked(street: Street) -> bool:
    return "GET /" in street.home.asked
