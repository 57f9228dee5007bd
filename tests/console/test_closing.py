"""A desk that closes: the switch on the live path and on the coordinator's page, its hours, and guiding on."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
import pytest_asyncio

from console.frame_fields import BadFrame
from console.frames import parse_frame
from console.room_frames import Guide, ShutDesk
from console.views import handle_of
from dialogues.hours import SWEDEN, read_hours
from dialogues.values import Content
from handover.outlook import GuidedOn, Shut
from handover.values import Waiting
from tests.console.conftest import DESK, Clock, Console, started
from tests.console.desks import Live, serving
from tests.engines import Engine

BEFORE = datetime(2026, 11, 24, 20, 40, tzinfo=SWEDEN)  # a Tuesday


@pytest_asyncio.fixture
async def live(console: Console, engine: Engine) -> AsyncIterator[Live]:
    async with serving(console, engine) as live:
        yield live


@pytest.mark.parametrize("reason", ["", *Shut])
def test_the_frame_names_a_closed_reason_or_opens(reason: str) -> None:
    frame = parse_frame(f'{{"type": "shut", "reason": "{reason}"}}')
    assert frame == ShutDesk(Shut(reason) if reason else None)


@pytest.mark.parametrize(
    "text",
    [
        '{"type": "shut"}',
        '{"type": "shut", "reason": "because"}',
        '{"type": "shut", "reason": null}',
        '{"type": "guide"}',
        '{"type": "guide", "talk": "short"}',
    ],
)
def test_anything_else_is_no_frame(text: str) -> None:
    with pytest.raises(BadFrame):
        parse_frame(text)


def test_a_talk_is_guided_on_by_its_handle() -> None:
    assert parse_frame(f'{{"type": "guide", "talk": "{"A" * 22}"}}') == Guide("A" * 22)


async def test_one_press_shuts_the_desk_and_another_opens_it_and_every_desk_page_sees_it(live: Live) -> None:
    kim, sam = await live.token("kim"), await live.token("sam")
    async with live.page(kim) as page, live.page(sam) as other:
        await page.see("room", shut="", closed=False)
        await page.send("shut", reason="disturbance")
        for each in (page, other):
            await each.see("room", shut="disturbance", closed=True)
        assert (await live.visitor.outlook(DESK)).shut is Shut.DISTURBANCE
        await other.send("shut", reason="")
        for each in (page, other):
            await each.see("room", shut="", closed=False)


async def test_while_it_is_shut_who_waits_can_be_taken_or_guided_on(live: Live) -> None:
    taken, guided = await live.visitor_joins(), await live.visitor_joins()
    async with live.page(await live.token("kim")) as page:
        await page.goes_on_duty()
        await page.see_waiting(guided)
        await page.send("shut", reason="tonight")
        await page.see("room", closed=True, total=2)
        await page.takes(taken)
        await page.send("guide", talk=handle_of(guided))
        await page.see("room", total=0)
        assert await live.visitor.attend(guided) == GuidedOn(Shut.TONIGHT)
        assert handle_of(guided) not in [frame.get("talk") for frame in page.seen], "guiding on opens nothing"
    tally = await live.tally()
    assert (tally["talk.guided"], tally["talk.taken"]) == (1, 1)


async def test_nobody_is_sent_away_from_an_open_desk(live: Live) -> None:
    ref = await live.visitor_joins()
    async with live.page(await live.token("kim")) as page:
        await page.see_waiting(ref)
        await page.send("guide", talk=handle_of(ref))
        await page.see("refused", code="open", talk=handle_of(ref))
    assert isinstance(await live.visitor.attend(ref), Waiting)


async def test_only_a_row_that_this_page_was_shown_is_guided_on_and_not_one_that_was_taken(live: Live) -> None:
    ref = await live.visitor_joins()
    async with live.page(await live.token("kim")) as page, live.page(await live.token("sam")) as other:
        await other.goes_on_duty()
        await page.see_waiting(ref)
        await page.send("shut", reason="hours")
        await page.see("room", closed=True)
        await page.send("guide", talk="B" * 22)
        await page.see("refused", code="gone", talk="B" * 22)
        await other.takes(ref)
        await page.send("guide", talk=handle_of(ref))
        await page.see("refused", code="taken", talk=handle_of(ref))


async def test_by_its_hours_a_desk_is_closing_for_a_quarter_of_an_hour_and_then_closed(
    tmp_path: Path, engine: Engine, content: Content
) -> None:
    clock = Clock(BEFORE.timestamp())
    desks = {**content.desks, DESK: replace(content.desks[DESK], hours=read_hours(["mon-fri 17:00-21:00"]))}
    until = replace(content, desks=desks)
    clocks = {"clock": clock}
    async with (
        started(tmp_path, engine.staff, until, clocks=clocks) as console,
        serving(console, engine) as live,
    ):
        ref = await live.visitor_joins()
        async with live.page(await live.token("kim")) as page:
            await page.see("room", stage="open", closed=False)
            clock.now += 6 * 60
            await page.see("room", stage="closing", closed=False)
            await page.send("guide", talk=handle_of(ref))
            await page.see("refused", code="open")
            clock.now += 15 * 60
            await page.see("room", stage="closed", closed=True)
            await page.send("guide", talk=handle_of(ref))
            await page.see("room", total=0)
            assert await live.visitor.attend(ref) == GuidedOn(None)


async def test_a_coordinator_shuts_and_opens_the_own_desk_by_a_form(console: Console) -> None:
    end = console.house.staff_end
    async with console.signed_in("cleo", "coordinator") as cleo:
        page = (await cleo.get("/statistics")).text
        assert page.count('type="radio" name="reason"') == len(Shut)
        assert "Staff on duty can still take them." in page
        assert "You can still" not in page, "a coordinator takes nobody"
        answer = await cleo.post("/statistics/shut", reason="tonight")
        assert (answer.status_code, answer.headers["location"]) == (303, "/statistics")
        assert await end.why_shut(DESK) is Shut.TONIGHT
        assert "closed for tonight" in (await cleo.get("/statistics")).text
        assert (await cleo.post("/statistics/shut", reason="because")).status_code == 400
        assert await end.why_shut(DESK) is Shut.TONIGHT
        await cleo.post("/statistics/shut", reason="")
        assert await end.why_shut(DESK) is None
