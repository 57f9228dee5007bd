"""A talk that is not in these hands any more: the page is told why, also where that is found out first."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from console.held import Held, Parting
from console.views import handle_of
from dialogues.values import Content
from handover.events import Heard, TalkEvent, WasReturned
from handover.staff_redis import RedisStaffEnd
from handover.values import DeskId, Gone, Keys, NotYours, StaffId, TalkId, TalkRef
from tests.console.conftest import started
from tests.console.desks import serving
from tests.engines import Engine

REF = TalkRef(DeskId("demo"), TalkId("a-talk"))


class Returning(RedisStaffEnd):
    """Gives a talk back just before its keys are looked at, once `returns`: another page of the same person did."""

    returns = False

    async def keys(self, ref: TalkRef, staff: StaffId) -> Keys | NotYours | Gone:
        if self.returns:
            await self.release(ref, staff)
        return await super().keys(ref, staff)


async def test_what_is_found_out_first_does_not_take_the_reason_s_place(
    engine: Engine, content: Content, tmp_path: Path
) -> None:
    """The key of the visitor's page and the return of the talk come one right behind the other."""
    end = Returning(engine.staff)
    await end.open()
    async with (
        started(tmp_path, engine.staff, content, staff_end=end) as console,
        serving(console, engine) as live,
        live.page(await live.token("kim")) as page,
    ):
        await page.goes_on_duty()
        ref = await live.visitor_joins()
        await page.see_waiting(ref)
        await page.send("take", talk=handle_of(ref))
        await page.see("talk", talk=handle_of(ref))
        end.returns = True
        await live.visitor_gives_the_key(ref)
        assert (await page.see("left"))["code"] == "returned"
    await end.close()


@pytest.mark.parametrize("parting", Parting)
async def test_whoever_parts_is_shown_nothing_but_why(parting: Parting) -> None:
    held = Held("a-handle", REF, parting=parting)
    assert await held.next_of(_events(Heard(3), Heard(4), WasReturned())) == WasReturned()
    assert await held.next_of(_events(Heard(3), last=False)) is None


async def _events(*events: TalkEvent, last: bool = True) -> AsyncIterator[TalkEvent]:
    for event in events:
        yield event
    if not last:
        await asyncio.Event().wait()
