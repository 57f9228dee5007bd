"""A desk that is opened again: what its page does meanwhile."""

import asyncio
from pathlib import Path

import pytest

from console.views import handle_of
from dialogues.values import Content
from handover.staff_redis import RedisStaffEnd
from handover.values import Gone, Message, NotYours, StaffId, TalkRef
from tests.console.conftest import started
from tests.console.desks import serving
from tests.engines import Engine


class Slow(RedisStaffEnd):
    """Reads what was said in the talk `late` only when it may."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.late: TalkRef | None = None
        self.may = asyncio.Event()

    async def said(self, ref: TalkRef, staff: StaffId, after: int) -> list[Message] | NotYours | Gone:
        if ref == self.late:
            await self.may.wait()
        return await super().said(ref, staff, after)


@pytest.mark.parametrize("deed", ["release", "end"])
async def test_a_talk_that_leaves_before_it_was_shown_holds_up_no_desk(
    engine: Engine, content: Content, tmp_path: Path, deed: str
) -> None:
    """The page has it on the screen from before, with its buttons, also where its device may not read."""
    end = Slow(engine.staff)
    await end.open()
    async with started(tmp_path, engine.staff, content, staff_end=end) as console, serving(console, engine) as live:
        token = await live.token("kim")
        async with live.page(token) as page:
            await page.goes_on_duty()
            ref = await live.visitor_joins()
            await page.takes(ref)
        end.late = ref
        async with live.socket(token) as page:
            await page.see("talks", talks=[handle_of(ref)])
            await page.send(deed, talk=handle_of(ref))
            await page.see("left" if deed == "release" else "ended", talk=handle_of(ref))
            end.may.set()
            await page.see("room")
    await end.close()
