"""One look into the database for all open sockets: what it tells is never older than what this console has written."""

import asyncio
import time
from collections.abc import Collection
from pathlib import Path

from sqlalchemy.exc import TimeoutError as PoolTimeout

from console.looks import FRESH, Looks
from console.signins import SignedIn
from console.storage import ASKED, Trouble
from dialogues.values import Content
from tests.console.conftest import ON_BOTH, Clock, Console, started
from tests.engines import Engine


class Counted:
    """The sign-ins of a real console, with a count of the looks."""

    def __init__(self, console: Console) -> None:
        self._signins = console.house.signins
        self.looks = 0

    async def find_all(self, tokens: Collection[str]) -> dict[str, SignedIn]:
        self.looks += 1
        return await self._signins.find_all(tokens)


async def start(console: Console, name: str) -> str:
    return await console.house.signins.start(await console.add(name), "en")


async def test_many_frames_of_many_sockets_cost_one_look(console: Console) -> None:
    tokens = [await start(console, name) for name in ("kim", "noor", "alex")]
    counted = Counted(console)
    looks = Looks(counted, lambda: 0, console.house.storage, Clock(0.0))
    with looks.at(tokens[0]), looks.at(tokens[1]), looks.at(tokens[2]):
        for _ in range(20):
            found = await asyncio.gather(*(looks.find(token) for token in tokens))
            assert [each.token if each else None for each in found] == tokens
    assert counted.looks == 1


async def test_what_this_console_wrote_is_known_with_the_next_frame(console: Console) -> None:
    kim, noor = await start(console, "kim"), await start(console, "noor")
    looks = console.house.looks
    with looks.at(kim), looks.at(noor):
        assert await looks.find(kim) and await looks.find(noor)
        await console.house.signins.stop(kim)
        assert await looks.find(kim) is None
        assert await looks.find(noor) is not None


async def test_what_another_process_wrote_is_known_a_second_later(console: Console) -> None:
    kim = await start(console, "kim")
    clock = Clock(0.0)
    looks = Looks(console.house.signins, lambda: 0, console.house.storage, clock)  # as if nothing had been written here
    with looks.at(kim):
        assert await looks.find(kim) is not None
        await console.house.signins.stop(kim)
        clock.now += FRESH
        assert await looks.find(kim) is None


@ON_BOTH
async def test_what_another_console_took_away_is_known_within_a_second(
    store: str, console: Console, tmp_path: Path, engine: Engine, content: Content
) -> None:
    kim, noor = await start(console, "kim"), await start(console, "noor")
    looks = console.house.looks
    async with started(tmp_path, engine.staff, content) as other:
        with looks.at(kim), looks.at(noor):
            found = await looks.find(kim)
            assert found
            await other.house.signins.stop_all(found.member.id)
            written = time.monotonic()
            while await looks.find(kim) is not None:
                asked = time.monotonic()
                await asyncio.sleep(0.02)
                assert asked - written < FRESH, f"{store} was not asked again"
            assert await looks.find(noor) is not None


async def test_nobody_waits_longer_than_for_one_frame_when_the_database_stands_still(console: Console) -> None:
    storage = console.house.storage
    token, released = await start(console, "kim"), asyncio.Event()

    class Standing:
        looks = 0

        async def find_all(self, tokens: Collection[str]) -> dict[str, SignedIn]:
            self.looks += 1
            await released.wait()
            return await console.house.signins.find_all(tokens)

    standing = Standing()
    looks = Looks(standing, lambda: 0, storage, Clock(0.0))
    with looks.at(token):
        begun = time.monotonic()
        for outcome in await asyncio.gather(*(looks.find(token) for _ in range(5)), return_exceptions=True):
            assert isinstance(outcome, PoolTimeout)
        assert time.monotonic() - begun >= ASKED
        assert (standing.looks, storage.trouble) == (1, Trouble.AWAY)
        released.set()
        assert await looks.find(token) is not None


async def test_a_socket_that_opens_during_a_look_is_looked_for(console: Console) -> None:
    kim, noor = await start(console, "kim"), await start(console, "noor")
    looks = console.house.looks
    with looks.at(kim):
        first = asyncio.create_task(looks.find(kim))
        await asyncio.sleep(0)
        with looks.at(noor):
            assert await looks.find(noor) is not None
        assert await first is not None


async def test_whoever_gives_up_leaves_the_look_to_the_others(console: Console) -> None:
    kim = await start(console, "kim")
    looks = console.house.looks
    with looks.at(kim):
        tasks = [asyncio.create_task(looks.find(kim)) for _ in range(5)]
        await asyncio.sleep(0)
        tasks[0].cancel()
        await asyncio.wait(tasks)
        assert all(task.result() for task in tasks[1:])


async def test_a_look_that_is_just_over_is_not_waited_for(console: Console) -> None:
    kim = await start(console, "kim")
    counted, asked = Counted(console), 0

    def changes() -> int:
        nonlocal asked
        asked += 1
        assert asked < 10_000, "whoever waits for what is over gives nobody else a turn"
        return asked  # something is written all the time, so that each look holds for one turn alone

    looks = Looks(counted, changes, console.house.storage, Clock(0.0))
    finding: list[asyncio.Task[SignedIn | None]] = []
    with looks.at(kim):
        while counted.looks < 5:  # one who asks in each turn of the loop, so also in the one in which a look ends
            assert len(finding) < 10_000, "nobody looks any more"
            finding.append(asyncio.create_task(looks.find(kim)))
            await asyncio.sleep(0)
        assert all(await asyncio.gather(*finding))


async def test_nobody_looks_on_for_a_socket_that_closed_meanwhile(console: Console) -> None:
    storage = console.house.storage
    kim, noor = await start(console, "kim"), await start(console, "noor")
    released = asyncio.Event()

    class Late(Counted):
        async def find_all(self, tokens: Collection[str]) -> dict[str, SignedIn]:
            if self.looks >= 10:
                raise AssertionError("one look after the other")
            found = await super().find_all(tokens)
            await released.wait()
            return found

    late, tasks = Late(console), len(asyncio.all_tasks())
    looks = Looks(late, lambda: 0, storage, Clock(0.0))
    with looks.at(noor):
        first = asyncio.create_task(looks.find(noor))
        while not late.looks:  # noqa: ASYNC110  # until it is in the middle of it
            await asyncio.sleep(0)
        with looks.at(kim):  # it opens during a look, and is gone before the next one
            outcome = (await asyncio.gather(looks.find(kim), return_exceptions=True))[0]
            assert isinstance(outcome, PoolTimeout)
        await asyncio.gather(first, return_exceptions=True)
        released.set()
        while len(asyncio.all_tasks()) > tasks:  # noqa: ASYNC110  # until nobody does anything any more
            await asyncio.sleep(0)
        assert late.looks == 2
