"""The sign that somebody writes, on the desk's live path: one in three seconds, about talks in hand, and never kept."""

import asyncio
from collections.abc import AsyncIterator

import pytest_asyncio

from console.views import handle_of
from handover.events import IsWriting
from tests.console.conftest import Console
from tests.console.desks import Live, serving
from tests.engines import Engine


@pytest_asyncio.fixture
async def live(console: Console, engine: Engine) -> AsyncIterator[Live]:
    async with serving(console, engine) as live:
        yield live


async def test_a_desk_tells_and_is_told(live: Live) -> None:
    async with live.page(await live.token("kim")) as page:
        await page.goes_on_duty()
        ref = await live.visitor_joins()
        await page.takes(ref)
        await live.visitor.writing(ref)
        assert await page.see("writing") == {"type": "writing", "talk": handle_of(ref)}
        async with live.visitor.follow(ref) as events:
            for _ in range(5):
                await page.send("writing", talk=handle_of(ref))
            await page.says(ref, 1, "hello")
            seen = []
            async with asyncio.timeout(10):
                async for event in events:
                    seen.append(event)
                    if len(seen) == 2:
                        break
        assert seen[0] == IsWriting()
        assert seen[1] != IsWriting()  # the other four were too many


async def test_a_talk_that_is_not_in_hand_is_told_nothing(live: Live) -> None:
    async with live.page(await live.token("kim")) as page, live.page(await live.token("noor")) as other:
        await page.goes_on_duty()
        ref = await live.visitor_joins()
        await page.takes(ref)
        async with live.visitor.follow(ref) as events:
            await other.send("writing", talk=handle_of(ref))
            await other.send("hand", talk=handle_of(ref))
            await other.see("refused")  # by then the first was dealt with
            await page.send("writing", talk=handle_of(ref))
            async with asyncio.timeout(10):
                assert await anext(events) == IsWriting()
            await page.says(ref, 1, "hello")
            async with asyncio.timeout(10):
                assert await anext(events) != IsWriting()
