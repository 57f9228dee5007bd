"""A message of which nobody knows whether it arrived is marked on the desk, also after a reload."""

from collections.abc import AsyncIterator

import pytest_asyncio

from console.views import handle_of
from handover.values import Done
from tests.console.conftest import Console
from tests.console.desks import Live, serving
from tests.engines import Engine
from tests.forgetting import forget_since, held


@pytest_asyncio.fixture
async def live(console: Console, engine: Engine) -> AsyncIterator[Live]:
    async with serving(console, engine) as live:
        yield live


async def test_a_desk_is_told_and_told_again(live: Live) -> None:
    token = await live.token("kim")
    async with live.page(token) as page:
        await page.goes_on_duty()
        ref = await live.visitor_joins()
        await page.takes(ref)
        await page.says(ref, 1, "hello")
        await page.see("sent")
        assert await live.visitor.be_unsure(ref, 1) == Done()
        assert await page.see("unsure") == {"type": "unsure", "talk": handle_of(ref), "seq": 1}
    async with live.page(token) as page:
        assert (await page.see("talk"))["unsure"] == [1]


async def test_what_the_engine_accepted_and_forgot_is_unsure_and_the_desk_writes_on(live: Live, engine: Engine) -> None:
    token = await live.token("kim")
    async with live.page(token) as page:
        await page.goes_on_duty()
        ref = await live.visitor_joins()
        await page.takes(ref)
        before = held(engine)
        await page.says(ref, 1, "hello")
        await page.see("sent", seq=1)
        forget_since(engine, before)
        assert (await page.see("talk", unsure=[1]))["said"] == []
        await page.is_given_the_key(ref)  # what counted in the last one may be used up
        await page.says(ref, 2, "are you there")
        await page.see("sent", seq=2)
