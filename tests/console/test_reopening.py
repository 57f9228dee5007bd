"""A desk that is opened again: what its page does meanwhile, and what this process remembers of its talks."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from console.views import handle_of
from dialogues.values import Content
from handover.staff_redis import RedisStaffEnd
from handover.values import Gone, Message, NotYours, StaffId, TalkRef
from tests.console.conftest import Console, started
from tests.console.desks import Live, serving
from tests.engines import Engine
from tests.forgetting import forget_since, held


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


@pytest_asyncio.fixture
async def live(console: Console, engine: Engine) -> AsyncIterator[Live]:
    async with serving(console, engine) as live:
        yield live


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


async def test_what_was_accepted_before_a_connection_was_lost_and_is_forgotten_is_unsure(
    live: Live, engine: Engine
) -> None:
    """A failover costs the desk its connection as well as the engine its last moments."""
    token = await live.token("kim")
    async with live.page(token) as page:
        await page.goes_on_duty()
        ref = await live.visitor_joins()
        await page.takes(ref)
        before = held(engine)
        await page.says(ref, 1, "hello")
        await page.see("sent", seq=1)
        device = page.device
    forget_since(engine, before)
    async with live.page(token, device) as page:
        talk = await page.see("talk", talk=handle_of(ref))
        assert (talk["last"], talk["unsure"]) == (1, [1])
        await page.is_given_the_key(ref)
        await page.says(ref, 2, "are you there")  # the number after what this page knows to have arrived
        await page.see("sent", seq=2)
