"""A desk's list on its pages: read once for all of them, few times in a storm; the first rows, and those behind."""

import asyncio
import signal
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest_asyncio

from console.accounts import Member
from console.desk_further import Further
from console.permissions import Role
from console.rooms import PAUSE, Reading
from console.views import SHOWN_ROWS, handle_of
from console.visible_frames import More
from handover.staff_redis import RedisStaffEnd
from handover.values import Claimed, Danger, DeskId, Limits, StaffId, TalkRef, WaitingVisitor
from tests.console.conftest import DESK, Console
from tests.console.desks import PATIENCE, Live, Page, serving
from tests.engines import Engine
from tests.sealed import Frame

PAGES = 8
OTHER = DeskId("barnahus-dalarna")
EVERYBODY = {"facts": {}, "danger": False}


@pytest_asyncio.fixture
async def live(console: Console, engine: Engine) -> AsyncIterator[Live]:
    async with serving(console, engine) as live:
        yield live


async def joined(live: Live, count: int, language: str = "sv", desk: DeskId = DESK) -> list[TalkRef]:
    return [await live.visitor_joins(desk, language=language) for _ in range(count)]


async def listed(page: Page, total: int, rows: int) -> Frame:
    """The list, once it counts so many and shows so many."""
    async with asyncio.timeout(PATIENCE):
        while len((frame := await page.see("room", total=total))["rows"]) != rows:
            pass
    return frame


def readings(engine: Engine) -> int:
    """How often the desk was read since the figures were reset: each time asks once for who was lost (front.lua), for
    the crew and for whom visitors may ask; nothing else here reads a whole hash."""
    with engine.client() as admin:
        calls = admin.info("commandstats").get("cmdstat_hgetall", {"calls": 0})["calls"]
    assert calls % 3 == 0
    return int(calls) // 3


async def test_one_change_is_read_once_for_all_pages(live: Live, engine: Engine) -> None:
    async with AsyncExitStack() as stack:
        pages = [await stack.enter_async_context(live.page(await live.token(f"kim-{at}"))) for at in range(PAGES)]
        for page in pages:
            await page.see("room")
        (first,) = await joined(live, 1)
        for page in pages:
            await page.see_waiting(first)
        with engine.client() as admin:
            admin.config_resetstat()
        begun = time.monotonic()
        (second,) = await joined(live, 1)
        for page in pages:
            await page.see_waiting(second)
        ticks = (time.monotonic() - begun) / (live.console.house.limits.lease / 3)
        assert readings(engine) <= 3 + ticks  # one of before may have been under way, and a tick may fall in between


async def test_a_storm_of_changes_is_few_readings_and_all_of_it_is_seen(live: Live, engine: Engine) -> None:
    async with AsyncExitStack() as stack:
        pages = [await stack.enter_async_context(live.page(await live.token(f"kim-{at}"))) for at in range(PAGES)]
        for page in pages:
            await page.see("room")
        with engine.client() as admin:
            admin.config_resetstat()
        begun = time.monotonic()
        await joined(live, SHOWN_ROWS + 50)
        for page in pages:
            await listed(page, SHOWN_ROWS + 50, SHOWN_ROWS)
        took = time.monotonic() - begun
        assert readings(engine) <= took / PAUSE + 2


async def test_nothing_is_read_for_nobody(live: Live) -> None:
    rooms = live.console.house.rooms
    async with live.page(await live.token("kim")) as page:
        await page.see("room")
        assert rooms.open == {DESK}
    async with asyncio.timeout(PATIENCE):
        while rooms.open:  # noqa: ASYNC110  # a socket that closes tells nobody here
            await asyncio.sleep(0.02)
    async with live.page(await live.token("noor")) as page:
        await page.see("room")


async def test_when_the_engine_is_lost_every_page_is_sent_to_try_again(live: Live, engine: Engine) -> None:
    async with live.page(await live.token("kim")) as one, live.page(await live.token("noor")) as other:
        for page in (one, other):
            await page.see("room")
        engine.process.send_signal(signal.SIGSTOP)
        try:
            assert [await page.closed() for page in (one, other)] == [1013, 1013]
        finally:
            engine.process.send_signal(signal.SIGCONT)
    async with live.page(await live.token("ali")) as page:
        await page.see("room")


async def test_the_page_says_how_many_wait_behind_and_is_shown_them_when_it_asks(live: Live) -> None:
    refs = await joined(live, 2 * SHOWN_ROWS + 3)
    async with live.page(await live.token("kim")) as page:
        first = await listed(page, len(refs), SHOWN_ROWS)
        assert first["more"] is None
        assert not any("further" in row for row in first["rows"])
        await page.send("visible", visible=True, more=EVERYBODY)
        second = await listed(page, len(refs), 2 * SHOWN_ROWS)
        assert second["more"] == {"found": SHOWN_ROWS, "done": False}
        assert [row["talk"] for row in second["rows"]] == [handle_of(ref) for ref in refs[: 2 * SHOWN_ROWS]]
        assert [row.get("further", False) for row in second["rows"]] == [False] * SHOWN_ROWS + [True] * SHOWN_ROWS
        await page.send("visible", visible=True, more=EVERYBODY)
        third = await listed(page, len(refs), len(refs))
        assert third["more"] == {"found": 3, "done": True}
        await page.goes_on_duty()
        await page.send("take", talk=handle_of(refs[-1]))
        assert (await page.see("talk"))["talk"] == handle_of(refs[-1])
        await listed(page, len(refs) - 1, len(refs) - 1)


async def test_what_is_asked_for_is_found_however_far_behind_and_nobody_in_danger_is_left_out(live: Live) -> None:
    await joined(live, 3 * SHOWN_ROWS)
    (arabic,) = await joined(live, 1, "ar")
    await joined(live, SHOWN_ROWS)
    (other,) = await joined(live, 1, "ar")
    total = 4 * SHOWN_ROWS + 2
    async with live.page(await live.token("kim")) as page:
        await listed(page, total, SHOWN_ROWS)
        name = live.console.house.content.languages["ar"].name
        await page.send("visible", visible=True, more={"facts": {"language": name}, "danger": False})
        found = await listed(page, total, SHOWN_ROWS + 2)
        assert [row["talk"] for row in found["rows"][SHOWN_ROWS:]] == [handle_of(arabic), handle_of(other)]
        await page.send("visible", visible=True, more={"facts": {"topic": "x"}, "danger": False})
        while not (told := await page.see("room"))["more"]:
            pass
        assert told["more"] == {"found": 0, "done": True}
        (urgent,) = [await live.visitor_joins(danger=Danger.URGENT)]
        while (await page.see("room"))["rows"][0]["talk"] != handle_of(urgent):
            pass


async def test_whom_others_in_danger_put_out_of_sight_is_shown_when_it_is_asked_for(live: Live) -> None:
    refs = await joined(live, SHOWN_ROWS + 1)
    urgent = [await live.visitor_joins(danger=Danger.URGENT) for _ in range(3)]
    total = len(refs) + len(urgent)
    async with live.page(await live.token("kim")) as page:
        first = await listed(page, total, SHOWN_ROWS)
        assert [row["talk"] for row in first["rows"][:3]] == [handle_of(ref) for ref in urgent]
        await page.send("visible", visible=True, more=EVERYBODY)
        second = await listed(page, total, total)
        assert second["more"] == {"found": 4, "done": True}
        assert [row["talk"] for row in second["rows"][3:]] == [handle_of(ref) for ref in refs]


async def test_all_who_wait_at_several_desks_are_shown_when_it_is_asked_for(live: Live) -> None:
    kim, chief = await live.token("kim"), Member(StaffId("chief"), "Chief", Role.ADMINISTRATOR, DESK)
    assert await live.console.house.postings.add(chief, "kim", OTHER)
    here, there = await joined(live, SHOWN_ROWS - 5), await joined(live, SHOWN_ROWS - 5, desk=OTHER)
    total = len(here) + len(there)
    async with live.page(kim) as page:
        assert len((await page.see("room", total=total))["rows"]) < total
        await page.send("visible", visible=True, more=EVERYBODY)
        shown = await listed(page, total, total)
        assert {row["talk"] for row in shown["rows"]} == {handle_of(ref) for ref in (*here, *there)}


async def test_who_is_found_while_the_list_is_read_stays_found(live: Live, engine: Engine) -> None:
    refs = await joined(live, 4)
    reading, released = asyncio.Event(), asyncio.Event()

    class Late(RedisStaffEnd):
        async def rows(self, refs: list[TalkRef]) -> list[WaitingVisitor]:
            found = await super().rows(refs)
            reading.set()
            await released.wait()
            return found

    end = Late(engine.staff)
    await end.open()
    further = Further(end, lambda _: {})
    front = await end.front(DESK, 2)
    shut = Reading(DESK, front, await end.load(DESK), None, [], [], [])
    assert (await further.ask(More(), [shut], refs[:2]))["found"] == 2
    (later,) = await joined(live, 1)
    drawing = asyncio.create_task(further.rows(front.rows))
    await reading.wait()
    assert (await further.ask(More(), [shut], refs[:2]))["found"] == 1
    released.set()
    assert [row.ref for row in await drawing] == refs[2:]
    assert [row.ref for row in await further.rows(front.rows)] == [*refs[2:], later]
    await end.close()


async def test_whose_person_was_lost_is_first_for_that_one_however_far_behind(live: Live, engine: Engine) -> None:
    refs = await joined(live, SHOWN_ROWS + 5)
    kim, noor = await live.token("kim"), await live.token("noor")
    found = await live.console.house.signins.find(kim)
    assert found is not None
    async with live.page(noor) as other:
        await listed(other, len(refs), SHOWN_ROWS)
        end = RedisStaffEnd(engine.staff, Limits(lease=1))
        await end.open()
        await end.go_on_duty(DESK, found.member.id, "Kim", paused=False)
        assert isinstance(await end.claim(refs[-1], found.member.id, "Kim"), Claimed)
        async with asyncio.timeout(PATIENCE):
            while not (await end.front(DESK, 1)).back:  # noqa: ASYNC110  # the console's own sweep brings them back
                await asyncio.sleep(0.05)
        await end.close()
        async with live.page(kim) as page, live.console.house.rooms.watching([DESK], lambda: None) as (room,):
            rows = (await page.see("room", total=len(refs)))["rows"]
            read = room.newer_than(0)
            assert read and [row.ref for row in read.front.rows] == refs[:SHOWN_ROWS]  # what others are shown
            assert (rows[0]["talk"], rows[0]["back"]) == (handle_of(refs[-1]), True)
            assert [row["talk"] for row in rows[1:]] == [handle_of(ref) for ref in refs[: SHOWN_ROWS - 1]]
        again = await listed(other, len(refs), SHOWN_ROWS)
        assert not any(row["back"] for row in again["rows"])
