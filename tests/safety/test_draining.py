"""A process that goes: what waits for what."""

import asyncio
import time
from contextlib import ExitStack

from safety.draining import Draining


async def test_whoever_waits_goes_on_when_it_has_begun() -> None:
    draining = Draining()
    waiting = asyncio.create_task(draining.turn(lambda: 0.0))
    await asyncio.sleep(0.01)
    assert not waiting.done()
    assert not draining.begun
    draining.begin()
    await asyncio.wait_for(waiting, 5)
    assert draining.begun


async def test_many_pages_do_not_go_in_one_moment() -> None:
    draining = Draining()
    with ExitStack() as pages:
        for _ in range(1_000):
            pages.enter_context(draining.holding())
        draining.begin()
        begun = time.monotonic()
        await draining.turn(lambda: 0.3)
        assert time.monotonic() - begun >= 0.25


async def test_it_is_empty_when_the_last_page_has_gone() -> None:
    draining = Draining()
    assert await draining.emptied(5)
    with draining.holding():
        with draining.holding():
            assert draining.held == 2
        assert not await draining.emptied(0.01)
        waiting = asyncio.create_task(draining.emptied(30))
        await asyncio.sleep(0.01)
    assert await asyncio.wait_for(waiting, 5)


async def test_whoever_is_hurried_waits_no_longer() -> None:
    draining = Draining()
    with draining.holding():
        waiting = asyncio.create_task(draining.emptied(30))
        pausing = asyncio.create_task(draining.pause(30))
        await asyncio.sleep(0.01)
        draining.hurry()
        assert not await asyncio.wait_for(waiting, 5)
        await asyncio.wait_for(pausing, 5)


async def test_pages_that_nobody_waits_for_are_called_once_when_it_goes() -> None:
    draining, gone = Draining(), list[str]()

    def first() -> None:
        gone.append("first")

    def second() -> None:
        gone.append("second")

    draining.hold(first)
    draining.hold(second)
    draining.release(second)
    assert (draining.held, gone) == (1, [])
    draining.begin()
    assert gone == ["first"]
    draining.hold(second)
    assert (draining.held, gone) == (2, ["first", "second"]), "who comes late is told at once"
    assert not await draining.emptied(0.01)
    draining.release(first)
    draining.release(second)
    assert await draining.emptied(5)
