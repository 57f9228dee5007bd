"""A message of which nobody knows whether it arrived is marked on the desk, also after a reload."""

from collections.abc import AsyncIterator

import pytest_asyncio

from console.views import handle_of
from handover.mending import Known
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


async def test_whoever_has_the_talk_is_told_the_last_number_though_its_words_are_forgotten(
    live: Live, engine: Engine
) -> None:
    """The visitor's process has them, so their numbers stay used: a page that counted from its list would never fit."""
    token, known = await live.token("kim"), Known()
    async with live.page(token) as page:
        await page.goes_on_duty()
        ref = await live.visitor_joins()
        await page.takes(ref)
        await live.visitor.attend(ref, known)
        before = held(engine)
        for seq in (1, 2):
            await page.says(ref, seq, "hello")
            await page.see("sent", seq=seq)
        known.down = 2
        forget_since(engine, before)
        await live.visitor.attend(ref, known)
    async with live.page(token) as page:
        talk = await page.see("talk")
        assert (talk["said"], talk["last"]) == ([], 2)
        await page.is_given_the_key(ref)
        await page.says(ref, 1, "one")
        order = await page.see("order")
        assert (order["said"], order["last"]) == ([], 2)


async def test_nothing_overtakes_a_message_whose_number_did_not_fit(live: Live) -> None:
    """A page sends several without waiting: one behind a refused one may have the number that would fit."""
    token = await live.token("kim")
    async with live.page(token) as page:
        await page.goes_on_duty()
        ref = await live.visitor_joins()
        await page.takes(ref)
        first = page.device.say(handle_of(ref), 0, "first", "own-first-0")
        second = page.device.say(handle_of(ref), 0, "second", "own-second-0")
        for frame, seq in ((first, 2), (second, 1), (first, 1), (second, 2)):
            await page.send_frame({**frame, "seq": seq})
        assert (await page.see("sent", seq=1))["id"] == "own-first-0"
        assert (await page.see("sent", seq=2))["id"] == "own-second-0"
    assert await live.visitor_reads(ref) == ["first", "second"]
