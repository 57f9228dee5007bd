"""Two consoles on one engine and one database: what passes from one that goes to the other, and what does not."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from sqlalchemy import select

from console.tables import Spent
from console.views import handle_of
from dialogues.values import Content
from handover.values import Load
from safety.draining import RESTARTING
from safety.format import FORMAT
from tests.console.conftest import DESK, Console, started
from tests.console.desks import Live, serving
from tests.engines import Engine
from tests.sealed import StaffPage


@pytest_asyncio.fixture
async def live(console: Console, engine: Engine) -> AsyncIterator[Live]:
    async with serving(console, engine) as live:
        yield live


@pytest_asyncio.fixture
async def other(live: Live, tmp_path: Path, engine: Engine, content: Content) -> AsyncIterator[Live]:
    """The console that takes over: the same folder, so the same tables and keys."""
    async with started(tmp_path, engine.staff, content) as console, serving(console, engine) as other:
        other.pages = live.pages
        yield other


async def test_duty_and_talk_go_on_in_the_other_console(live: Live, other: Live) -> None:
    token, device = await live.token("kim"), StaffPage()
    ref = await live.visitor_joins()
    async with live.page(token, device) as page:
        await page.goes_on_duty()
        await page.takes(ref)
        live.console.house.draining.begin()
        assert await page.closed() == RESTARTING
    assert await live.console.house.staff_end.load(DESK) == Load(waiting=0, on_duty=1, available=1)
    async with other.page(token, StaffPage(device.private)) as page:
        assert (await page.see("hello"))["duty"] == "on"
        assert (await page.see("talk"))["talk"] == handle_of(ref)
        await page.is_given_the_key(ref)
        await page.says(ref, 1, "still here")
        await page.see("sent", seq=1)
    assert await other.visitor_reads(ref) == ["still here"]


@pytest.mark.parametrize("duty", ["paused", "break"])
async def test_who_was_not_available_is_not_available_there(live: Live, other: Live, duty: str) -> None:
    token, device = await live.token("kim"), StaffPage()
    async with live.page(token, device) as page:
        await page.goes_on_duty()
        await page.send("duty", to=duty)
        await page.see("duty", duty=duty)
        live.console.house.draining.begin()
        assert await page.closed() == RESTARTING
    async with other.page(token, StaffPage(device.private)) as page:
        assert (await page.see("hello"))["duty"] == duty
        assert (await other.console.house.staff_end.load(DESK)).available == 0


async def test_who_breathed_breathes_there(live: Live, other: Live) -> None:
    token, device = await live.token("kim"), StaffPage()
    ref = await live.visitor_joins()
    async with live.page(token, device) as page:
        await page.goes_on_duty()
        await page.send("habits", capacity=3, breath=5)
        await page.see("duty", breath=5)
        await page.takes(ref)
        await page.send("end", talk=handle_of(ref))
        await page.see("duty", left=300)
        live.console.house.draining.begin()
        assert await page.closed() == RESTARTING
    async with other.page(token, StaffPage(device.private)) as page:
        hello = await page.see("hello")
        assert hello["duty"] == "on"
        assert hello["left"] > 200
        assert (await other.console.house.staff_end.load(DESK)).available == 0


async def test_who_went_off_duty_is_off_duty_there(live: Live, other: Live) -> None:
    token, device = await live.token("kim"), StaffPage()
    async with live.page(token, device) as page:
        await page.goes_on_duty()
        await page.send("duty", to="off")
        await page.see("duty", duty="off")
        live.console.house.draining.begin()
        assert await page.closed() == RESTARTING
    async with other.page(token, StaffPage(device.private)) as page:
        assert (await page.see("hello"))["duty"] == "off"


async def test_a_wrap_up_is_taken_by_either_console_and_once(live: Live, other: Live) -> None:
    token, device = await live.token("kim"), StaffPage()
    ref = await live.visitor_joins()
    async with live.page(token, device) as page:
        await page.goes_on_duty()
        await page.takes(ref)
        await page.send("end", talk=handle_of(ref))
        ticket = (await page.see("ended"))["ticket"]
    wrapped = {"talk": handle_of(ref), "choices": ["violence.threats"]}
    async with other.page(token, StaffPage(device.private)) as page:
        await page.send("wrapup", **wrapped)
        await page.see("refused", code="no_wrapup")  # without its ticket: this console knows of no such talk
        await page.send("wrapup", **wrapped, ticket=ticket)
        await page.see("wrapped", saved=True)
        await page.send("wrapup", **wrapped, ticket=ticket)
        await page.see("refused", code="no_wrapup")
    async with live.page(token, StaffPage(device.private)) as page:
        await page.send("wrapup", **wrapped, ticket=ticket)
        await page.see("refused", code="no_wrapup")
    assert (await other.tally()).get("wrapup.violence.threats") == 1
    async with live.console.sessions() as session:
        kept = list(await session.scalars(select(Spent.until)))
    assert kept
    assert all(until % 3600 == 0 for until in kept)  # of when a talk was wrapped up, the hour alone


async def test_nobody_elses_ticket_counts(live: Live) -> None:
    ref = await live.visitor_joins()
    async with live.page(await live.token("kim")) as page:
        await page.goes_on_duty()
        await page.takes(ref)
        await page.send("end", talk=handle_of(ref))
        ticket = (await page.see("ended"))["ticket"]
    async with live.page(await live.token("lee")) as page:
        for talk, shown in ((handle_of(ref), ticket), ("C" * 22, ticket), (handle_of(ref), "not a ticket")):
            await page.send("wrapup", talk=talk, choices=[], ticket=shown)
            await page.see("refused", code="no_wrapup")
        await page.send("wrapup", talk=handle_of(ref), choices=[], ticket="x" * 513)
        await page.see("refused", code="frame")


async def test_what_a_page_had_sent_before_it_was_told_is_still_done(live: Live) -> None:
    ref = await live.visitor_joins()
    async with live.page(await live.token("kim")) as page:
        await page.goes_on_duty()
        await page.takes(ref)
        live.console.house.draining.begin()
        await page.says(ref, 1, "on its way")
        assert await page.closed() == RESTARTING
    async with asyncio.timeout(10):
        while await live.visitor_reads(ref) != ["on its way"]:  # noqa: ASYNC110  # nothing tells of it
            await asyncio.sleep(0.05)


async def test_a_page_of_a_far_version_loads_itself_again(live: Live) -> None:
    token = await live.token("kim")
    for version, code in ((FORMAT + 2, 4426), (0, 4426), (FORMAT + 1, None)):
        async with live.socket(token) as page:
            await page.send_frame({**page.device.device(), "v": version})
            if code:
                assert await page.closed() == code
            else:
                await page.see("device")
