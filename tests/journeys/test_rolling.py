"""Every process is exchanged in the middle of a talk: no word is lost, doubled or out of order, and nobody is told."""

import asyncio
import random
import signal
import subprocess
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from websockets.exceptions import ConnectionClosed

from safety.draining import RESTARTING
from tests.journeys.ends import PlainVisitorClient, StaffClient, VisitorClient
from tests.journeys.wire import PATIENCE, Frame, Wire
from tests.rolling import GONE, Rolling, rolling

# A process whose page does not come elsewhere looks for it 6.5 seconds long, when it has the time.
LONG_ENOUGH_TO_LOOK = 5.5
ANEW, TRIES = 3.0, 20  # seconds without an acknowledgement, and how often that may be
PACE = 0.25  # seconds between two messages of one side


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rolling]:
    """Three of each: two are exchanged under the first talk, and those that follow begin their own."""
    with rolling(tmp_path_factory.mktemp("rolling"), 3) as whole:
        yield whole


class Moving:
    """Whatever happens to its socket, it connects again as the page does; only an announced change may happen."""

    wire: Wire | None
    told: list[Frame]  # everything that came over earlier sockets
    moves: int
    here: asyncio.Event  # connected, and told where it stands

    async def reconnects(self) -> None:
        raise NotImplementedError

    async def keeps_open(self) -> None:
        """Until cancelled."""
        while True:
            wire = self.wire
            assert wire is not None
            while not wire.has_ended:  # noqa: ASYNC110  # nothing to wait for: a page looks at nothing else either
                await asyncio.sleep(0.02)
            assert await wire.closed() == RESTARTING
            self.told += wire.frames
            self.here.clear()
            await asyncio.sleep(random.uniform(0.1, 0.4))
            await self.reconnects()
            self.moves += 1
            self.here.set()

    async def until_it_is_said(self, say: Callable[[], Awaitable[None]]) -> None:
        """The page sends again what was not acknowledged."""
        while True:
            await self.here.wait()
            wire = self.wire
            with suppress(ConnectionClosed):
                await say()
                return
            while self.wire is wire:  # noqa: ASYNC110
                await asyncio.sleep(0.02)

    def all_told(self) -> list[Frame]:
        assert self.wire is not None
        return [*self.told, *self.wire.frames]


class MovingVisitor(Moving, VisitorClient):
    def __init__(self, house: Rolling) -> None:
        super().__init__(house)
        self.told, self.moves, self.here = [], 0, asyncio.Event()
        self.here.set()
        self.sealed_in: dict[int, int] = {}  # number of a message -> the epoch that it was sealed in

    async def reconnects(self) -> None:
        self.down = max(self.opened, default=0)
        await self.connects()
        await self.live.expect("taken")

    async def says_number(self, seq: int) -> None:
        await self.until_it_is_said(lambda: self._says_under_the_key_of_now(seq, f"up {seq}"))

    async def _says_under_the_key_of_now(self, seq: int, words: str) -> None:
        """The server passes over what is sealed under a key of before: told of the new one, the page seals it anew,
        unless it had arrived."""
        for _ in range(TRIES):
            epoch = self.sealed_in.setdefault(seq, self.sealing.epoch)
            with suppress(TimeoutError):
                async with asyncio.timeout(ANEW):
                    await self.says(seq, words)
                return
            if self.live.seen("taken")[-1]["up"] >= seq:
                return
            if self.sealing.epoch > epoch:
                del self.sealed[seq, words], self.sealed_in[seq]
        raise AssertionError(f"{words} never arrived")

    def heard(self) -> list[str]:
        return [self.opened[seq] for seq in sorted(self.opened)]


class MovingStaff(Moving, StaffClient):
    def __init__(self, house: Rolling, talk: str = "") -> None:
        super().__init__(house)
        self.told, self.moves, self.here, self.talk = [], 0, asyncio.Event(), talk
        self.here.set()

    async def reconnects(self) -> None:
        epoch = self.page.talks[self.talk].now
        await self._connects()
        hello = await self.live.expect("hello")
        assert hello["duty"] == "on"
        restored = await self.live.expect("talk")
        assert (restored["talk"], restored["away"]) == (self.talk, False)
        # This page forgot how far it had counted, which a real one does not: it writes under the next epoch alone.
        while self.page.talks[self.talk].now <= epoch or not self.page.has_key(self.talk):
            await self.live.more()

    async def says_number(self, seq: int) -> None:
        await self.until_it_is_said(lambda: self.says(self.talk, seq, f"down {seq}"))

    def heard(self) -> list[str]:
        return [self.opened[key] for key in sorted(self.opened)]


async def test_every_process_is_exchanged_under_a_talk(whole: Rolling) -> None:
    staff, visitor = MovingStaff(whole), MovingVisitor(whole)
    await staff.comes_to_work()
    await visitor.opens_the_page()
    await visitor.waits()
    staff.talk = (await staff.takes_whoever_waits())["talk"]
    await visitor.live.expect("taken")
    keeping = [asyncio.create_task(person.keeps_open()) for person in (visitor, staff)]
    exchanging = asyncio.create_task(_exchange_all(whole))
    count = 0
    while not exchanging.done():
        count += 1
        await asyncio.gather(visitor.says_number(count), staff.says_number(count), asyncio.sleep(PACE))
    await exchanging
    await _until(lambda: len(visitor.opened) == len(staff.opened) == count)
    for task in keeping:
        assert not task.done(), task.exception()
        task.cancel()
    assert visitor.heard() == [f"down {number + 1}" for number in range(count)]
    assert staff.heard() == [f"up {number + 1}" for number in range(count)]
    assert count > 10
    assert (visitor.moves, staff.moves) == (2, 2)
    _were_told_nothing(visitor, staff)
    await visitor.ends_the_talk()
    await staff.live.expect("ended", talk=staff.talk, reason="visitor")
    await _goes(visitor)
    await staff.goes_home()


async def test_a_page_without_scripts_is_answered_throughout(whole: Rolling) -> None:
    visitor = PlainVisitorClient(whole)
    await visitor.opens_the_page()
    await asyncio.to_thread(whole.begins, whole.bots)
    ending = asyncio.create_task(_gone(whole.asks_to_end(whole.bots)))
    answered = 0
    while not ending.done() or answered < 5:
        assert (await visitor.opens_the_page()).choices
        answered += 1
    await ending
    whole.forgets_dead_ports(whole.bots)
    await visitor.goes_home()


async def test_a_page_that_does_not_come_again_is_told_of(whole: Rolling) -> None:
    staff, visitor = StaffClient(whole), VisitorClient(whole)
    await staff.comes_to_work()
    await visitor.opens_the_page()
    await visitor.waits()
    talk = (await staff.takes_whoever_waits())["talk"]
    await visitor.live.expect("taken")
    await asyncio.to_thread(whole.begins, whole.bots)
    ending = whole.asks_to_end(whole.bots)
    assert await visitor.live.closed() == RESTARTING
    await staff.live.expect("away", talk=talk, away=True)
    await _gone(ending)
    whole.forgets_dead_ports(whole.bots)
    await visitor.connects()
    await staff.live.expect("away", talk=talk, away=False)
    await visitor.goes_home()
    await staff.goes_home()


async def test_a_second_signal_ends_the_waiting(whole: Rolling) -> None:
    staff, visitor = StaffClient(whole), VisitorClient(whole)
    await staff.comes_to_work()
    await visitor.opens_the_page()
    await visitor.waits()
    begun, ending = time.monotonic(), whole.asks_to_end(whole.bots)
    assert await visitor.live.closed() == RESTARTING
    ending.send_signal(signal.SIGTERM)
    await _gone(ending)
    assert time.monotonic() - begun < LONG_ENOUGH_TO_LOOK
    await _goes(visitor)
    await staff.goes_home()


async def test_a_process_ends_though_a_page_does_not_come_elsewhere(tmp_path: Path) -> None:
    with rolling(tmp_path, 1, DRAIN_SECONDS="1") as whole:
        staff, visitor = StaffClient(whole), VisitorClient(whole)
        await staff.comes_to_work()
        await visitor.opens_the_page()
        await visitor.waits()
        begun = time.monotonic()
        await _gone(whole.asks_to_end(whole.bots))
        assert time.monotonic() - begun < LONG_ENOUGH_TO_LOOK
        await _goes(visitor)
        await staff.goes_home()


async def _exchange_all(whole: Rolling) -> None:
    """One after the other; each time the one that has the pages goes."""
    for kind in (whole.bots, whole.consoles, whole.bots, whole.consoles):
        await asyncio.sleep(1)
        await _gone(whole.asks_to_end(kind))
        whole.forgets_dead_ports(kind)


async def _gone(process: subprocess.Popen[bytes]) -> None:
    await asyncio.to_thread(process.wait, GONE)
    assert process.returncode in {0, -signal.SIGTERM}


async def _goes(visitor: VisitorClient) -> None:
    """Without a word to the server, which may be gone."""
    await visitor.live.close()
    await visitor.http.aclose()


async def _until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not holds():  # noqa: ASYNC110  # the pages have no event for it
            await asyncio.sleep(0.05)


def _were_told_nothing(visitor: MovingVisitor, staff: MovingStaff) -> None:
    kinds = [frame["type"] for frame in visitor.all_told()]
    assert not {"returned", "trouble", "ended"} & set(kinds)
    assert "waiting" not in kinds[kinds.index("taken") :]
    for frame in staff.all_told():
        assert frame["type"] not in {"left", "ended", "order", "refused"}, frame
        assert not frame.get("away"), frame
