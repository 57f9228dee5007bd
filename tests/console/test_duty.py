"""Duty at an open desk: as many talks as one takes, quiet between two visitors, breaks, and who else is there."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from console.habits import Habit
from console.views import handle_of
from dialogues.values import Content
from handover.values import EndReason, WithStaff
from tests.console.conftest import DESK, Clock, started
from tests.console.desks import PATIENCE, Live, serving
from tests.engines import Engine
from tests.sealed import StaffPage


@pytest_asyncio.fixture
async def steady() -> Clock:
    return Clock(1_000.0)


@pytest_asyncio.fixture
async def live(tmp_path: Path, engine: Engine, content: Content, steady: Clock) -> AsyncIterator[Live]:
    clocks = {"steady": steady}
    async with (
        started(tmp_path, engine.staff, content, clocks=clocks) as console,
        serving(console, engine) as live,
    ):
        yield live


async def available(live: Live) -> int:
    return (await live.visitor.opening(DESK)).available


async def becomes_available(live: Live, wanted: int) -> None:
    """What follows from an end comes a moment after it."""
    async with asyncio.timeout(PATIENCE):
        while await available(live) != wanted:  # noqa: ASYNC110  # the engine tells only staff
            await asyncio.sleep(0.02)


async def test_who_has_as_many_talks_as_they_take_is_busy_until_one_ends(live: Live) -> None:
    first, second = await live.visitor_joins(), await live.visitor_joins()
    async with live.page(await live.token("kim")) as page:
        await page.goes_on_duty()
        await page.send("habits", capacity=1, breath=0)
        assert (await page.see("duty"))["capacity"] == 1
        await page.takes(first)
        assert await available(live) == 0
        await page.send("take", talk=handle_of(second))
        await page.see("refused", code="full")
        await live.visitor.end(first, EndReason.VISITOR)
        assert await available(live) == 1
        await page.see("ended")
        await page.takes(second)
        await page.send("habits", capacity=2, breath=0)
        await page.see("duty", capacity=2)
        assert await available(live) == 1


async def test_what_one_chose_is_there_at_the_next_sign_in(live: Live) -> None:
    kim = await live.console.add("kim")
    for capacity in (3, 5):
        async with live.page(await live.console.house.signins.start(kim, "en")) as page:
            hello = await page.see("hello")
            assert (hello["capacity"], hello["most"], hello["breaths"]) == (capacity, 5, [0, 2, 5, 10])
            await page.send("habits", capacity=5, breath=2)
            await page.see("duty", capacity=5, breath=2)
    assert await live.console.house.habits.of(kim) == Habit(5, 2)


@pytest.mark.parametrize(
    ("chosen", "usual", "most", "takes"), [(None, 3, 5, 3), (5, 3, 5, 5), (5, 3, 2, 2), (None, 3, 1, 1), (4, 1, 9, 4)]
)
def test_nobody_takes_more_than_the_desk_lets_them(chosen: int | None, usual: int, most: int, takes: int) -> None:
    assert Habit(chosen).takes(usual, most) == takes


async def test_after_a_talk_nobody_new_is_sent_for_as_long_as_one_likes(live: Live, steady: Clock) -> None:
    ref = await live.visitor_joins()
    async with live.page(await live.token("kim")) as page:
        await page.goes_on_duty()
        await page.send("habits", capacity=3, breath=2)
        await page.see("duty", breath=2)
        await page.takes(ref)
        await live.visitor.end(ref, EndReason.VISITOR)
        assert (await page.see("duty"))["left"] == 120
        assert await available(live) == 0
        steady.now += 119
        await page.send("habits", capacity=3, breath=5)
        assert (await page.see("duty", breath=5))["left"] == 1
        assert await available(live) == 0
        await page.send("ready")
        assert (await page.see("duty"))["left"] == 0
        assert await available(live) == 1


async def test_who_breathes_may_take_somebody_all_the_same(live: Live) -> None:
    first, second = await live.visitor_joins(), await live.visitor_joins()
    async with live.page(await live.token("kim")) as page:
        await page.goes_on_duty()
        await page.send("habits", capacity=3, breath=10)
        await page.see("duty", breath=10)
        await page.takes(first)
        await page.send("end", talk=handle_of(first))
        await page.see("duty", left=600)
        await page.takes(second)
        assert isinstance(await live.visitor.attend(second), WithStaff)
        assert await available(live) == 0


async def test_a_reload_goes_on_breathing_and_a_sign_in_does_not(live: Live, steady: Clock) -> None:
    ref, kim, device = await live.visitor_joins(), await live.console.add("kim"), StaffPage()
    token = await live.console.house.signins.start(kim, "en")
    async with live.page(token, device) as page:
        await page.goes_on_duty()
        await page.send("habits", capacity=3, breath=5)
        await page.see("duty", breath=5)
        await page.takes(ref)
        await page.send("end", talk=handle_of(ref))
        await page.see("duty", left=300)
    steady.now += 2
    async with live.page(token, StaffPage(device.private)) as page:
        hello = await page.see("hello")
        assert (hello["duty"], hello["left"]) == ("on", 298)
        assert await available(live) == 0
    async with asyncio.timeout(PATIENCE):
        while live.console.house.presences.is_open(kim):  # noqa: ASYNC110  # the server closes a moment later
            await asyncio.sleep(0.02)
    steady.now += 60
    await live.console.house.staff_end.shorten_lease(DESK, kim, 0)  # the engine's clock is not the test's
    async with live.page(token, StaffPage(device.private)) as page:
        hello = await page.see("hello")
        assert (hello["duty"], hello["left"]) == ("off", 0)


async def test_breathing_ends_by_itself(live: Live, steady: Clock) -> None:
    ref = await live.visitor_joins()
    async with live.page(await live.token("kim")) as page:
        await page.goes_on_duty()
        await page.send("habits", capacity=3, breath=2)
        await page.see("duty", breath=2)
        await page.takes(ref)
        await page.send("end", talk=handle_of(ref))
        await page.see("duty", left=120)
        steady.now += 120
        await page.see("duty", left=0)
        await becomes_available(live, 1)


async def test_a_break_keeps_the_talks_and_colleagues_see_it(live: Live) -> None:
    ref = await live.visitor_joins()
    async with live.page(await live.token("kim")) as kim, live.page(await live.token("noor")) as noor:
        await kim.goes_on_duty()
        await noor.goes_on_duty()
        await kim.takes(ref)
        await kim.send("duty", to="break")
        await kim.see("duty", duty="break")
        assert await available(live) == 1
        at_break = [{"name": "Kim", "at": "break", "you": False}, {"name": "Noor", "at": "on", "you": True}]
        while (await noor.see("crew"))["crew"] != at_break:
            pass
        await live.visitor_says(ref, 1, "still there?")
        assert kim.device.hear(await kim.see("said")) == "still there?"
        assert isinstance(await live.visitor.attend(ref), WithStaff)
        await kim.send("duty", to="off", sure=True)
        while [each["name"] for each in (await noor.see("crew"))["crew"]] != ["Noor"]:
            pass


async def test_a_colleague_whose_connection_is_lost_is_not_shown_for_long(
    tmp_path: Path, engine: Engine, content: Content
) -> None:
    async with started(tmp_path, engine.staff, content, lease_seconds=6) as console, serving(console, engine) as live:
        noor = await console.add("noor")
        async with live.page(await live.token("kim")) as page:
            await page.goes_on_duty()
            await console.house.staff_end.go_on_duty(DESK, noor, "Noor", paused=False)
            while len((await page.see("crew"))["crew"]) != 2:
                pass
            assert [each["name"] for each in (await page.see("crew"))["crew"]] == ["Kim"]
            await page.see("room", available=1)
