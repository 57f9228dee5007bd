"""A crowd in the waiting room of one visitor process: `python -m bench.waiting`.

Real sockets to a real process, each of a visitor who waits; memory is what that process grew by. At each size of the
crowd some are claimed: once by the staff's end of the product directly (what the engine's claim costs), and once by an
open desk over its socket, from Take to the whole talk on the page (what a person waits for, and what the console's
process does for it, the reading of the list again among it). Bars are those of issue 9: 30 kB a visitor,
p99 under 20 ms, ten thousand cost at most 1.3 of what a hundred do.

    --sizes 100,1000,10000  --claims 100  --takes 30
    --unseen    those who wait have no socket: what engine and console do alone, without the visitor process
"""

import argparse
import asyncio
import json
import math
import resource
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import uvloop

from handover.staff_redis import RedisStaffEnd
from handover.values import Claimed, Limits, StaffId, TalkRef
from handover.visitor_redis import RedisVisitorEnd
from tests.load.figures import Bar, Figure, median, percentile, table
from tests.load.fristad_ends import Desk, Frame
from tests.load.fristad_house import DESK, MOST, House, accounts, opened, running, wait_in_line
from tests.load.gauges import exactly, machine, measuring_core, memory
from tests.load.sockets import Socket

AT_ONCE = 20  # who open their sockets at the same time
WARM = 20  # visitors before the first look at the memory
SETTLE = 10.0  # seconds: everybody has been looked at twice
PATIENCE = 60.0


@dataclass(slots=True)
class Size:
    """What was measured with so many waiting. Times in seconds."""

    waiting: int
    memory: float = math.nan  # kB for each
    idle: float = math.nan  # of a core, by the visitor's process
    idle_engine: float = math.nan
    claims: list[float] = field(default_factory=list)
    engine: float = math.nan  # of the processor, by the engine for each claim
    takes: list[float] = field(default_factory=list)
    console: float = math.nan  # of the processor, by the console for each take
    lost: int = 0  # sockets that were closed, beyond those of who was sent home


class Crowd:
    """Those who wait, each with a socket."""

    def __init__(self, house: House, visitors: RedisVisitorEnd, *, unseen: bool = False) -> None:
        self.sockets: list[Socket] = []
        self.seen = 0
        self.closed: Counter[int] = Counter()  # by code
        self._house = house
        self._visitors = visitors
        self._unseen = unseen

    async def grow(self, size: int) -> None:
        """Until so many wait, each told its place."""
        while self.seen < size:
            some = range(min(AT_ONCE, size - self.seen))
            before = self.seen
            if self._unseen:
                await asyncio.gather(*(wait_in_line(self._visitors) for _ in some))
                self.seen += len(some)
                continue
            self.sockets += await asyncio.gather(*(self._arrive() for _ in some))
            async with asyncio.timeout(PATIENCE):
                while self.seen < before + len(some):  # noqa: ASYNC110  # frames count themselves
                    await asyncio.sleep(0.002)

    async def _arrive(self) -> Socket:
        talk = self._house.token(await wait_in_line(self._visitors))
        origin = self._house.sides.visitors.rstrip("/")
        told = False

        def read(text: str) -> None:
            nonlocal told
            if not told and text.startswith('{"type":"waiting"'):
                told = True
                self.seen += 1

        socket = Socket(read, lambda: self.closed.update([socket.code]))
        await socket.connect(f"{origin.replace('http', 'ws', 1)}/live", {"Origin": origin})
        socket.send(json.dumps({"type": "open", "v": 1, "talk": talk, "down": 0}))
        return socket


def main() -> None:
    asked = _arguments()
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    sizes = [int(size) for size in asked.sizes.split(",")]
    wanted = max(sizes) + 1000
    assert hard == resource.RLIM_INFINITY or hard >= wanted, f"needs {wanted} open files, and {hard} are allowed"
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    print(machine())
    with tempfile.TemporaryDirectory(prefix="load-") as folder, running(Path(folder)) as house, measuring_core():
        found = uvloop.run(measure(house, sizes, asked.claims, asked.takes, unseen=asked.unseen))
    print(machine())
    print(table(figures(found)))


async def measure(house: House, sizes: list[int], claims: int, takes: int, *, unseen: bool) -> list[Size]:
    """Each size in turn, the smallest first."""
    found = []
    patient = Limits(waiting_silence=3600, lease=3600)  # nobody looks at those who have no socket
    visitors, staff = RedisVisitorEnd(house.engine.visitor, patient), RedisStaffEnd(house.engine.staff, patient)
    async with opened(visitors), opened(staff):
        crowd = Crowd(house, visitors, unseen=unseen)
        await crowd.grow(WARM)
        bot, engine = house.sides.bot.pid, house.engine.process.pid
        before, gone = memory(bot), 0
        for waiting in sizes:
            await crowd.grow(waiting + gone)
            size = Size(waiting)
            found.append(size)
            await asyncio.sleep(SETTLE)
            size.memory = (memory(bot) - before) / (waiting - WARM)
            begun = exactly(bot), exactly(engine)
            await asyncio.sleep(SETTLE)
            size.idle = (exactly(bot) - begun[0]) / SETTLE
            size.idle_engine = (exactly(engine) - begun[1]) / SETTLE
            await claim(staff, size, claims, engine)
            await crowd.grow(crowd.seen + claims)
            await take(house, size, takes)
            await crowd.grow(crowd.seen + takes)
            await asyncio.sleep(SETTLE / 2)  # whoever was sent home is told so
            gone += claims + takes
            size.lost = 0 if unseen else crowd.closed.total() - gone
            print(f"sockets closed so far, by code: {dict(crowd.closed)}; {gone} were sent home", flush=True)
            told = f"{size.memory:.1f} kB each, claim p99 {_ms(size.claims):.1f} ms, take p99 {_ms(size.takes):.1f} ms"
            print(f"{waiting} waiting: {told}", flush=True)
    return found


async def claim(staff: RedisStaffEnd, size: Size, count: int, engine: int) -> None:
    """By the staff's end, one after the other; whoever was claimed is sent home. What the engine does at rest in the
    same time, the looks of those who wait, is not the claim's."""
    refs = [row.ref for row in await staff.waiting(DESK)][:count]
    for at in range(0, len(refs), MOST):
        await staff.go_on_duty(DESK, StaffId(f"claimer-{at // MOST}"), "Kim", paused=False, capacity=MOST)
    used, started = exactly(engine), time.perf_counter()
    for at, ref in enumerate(refs):
        begun = time.perf_counter()
        outcome = await staff.claim(ref, StaffId(f"claimer-{at // MOST}"), "Kim")
        size.claims.append(time.perf_counter() - begun)
        assert isinstance(outcome, Claimed), outcome
    at_rest = size.idle_engine * (time.perf_counter() - started)
    size.engine = (exactly(engine) - used - at_rest) / len(refs)
    for at, ref in enumerate(refs):
        await _send_home(staff, ref, StaffId(f"claimer-{at // MOST}"))


async def take(house: House, size: Size, count: int) -> None:
    """By an open desk, whose list shows whoever waits longest; whoever was taken is sent home."""
    faults: list[Frame] = []
    ((_, cookie),) = await accounts(house.sides.data, 1, size.waiting)
    desk = Taker(faults)
    await house.open(desk, cookie)
    async with asyncio.timeout(PATIENCE):
        while not desk.rows:  # noqa: ASYNC110  # frames come by themselves
            await asyncio.sleep(0.01)
    begun = exactly(house.sides.console.pid)
    for _ in range(count):
        size.takes.append(await desk.takes_next())
        await asyncio.sleep(0.2)  # nobody presses faster, and the list is read again
    size.console = (exactly(house.sides.console.pid) - begun) / count
    desk.leave()


class Taker(Desk):
    """A desk that takes when it is told to, and times it."""

    def __init__(self, faults: list[Frame]) -> None:
        super().__init__(lambda _: None, faults)
        self._taken: asyncio.Future[str] | None = None
        self._known: set[str] = set()

    def read(self, text: str) -> None:
        frame = json.loads(text)
        if frame["type"] == "talk" and self._taken is not None and not self._taken.done():
            self._taken.set_result(frame["talk"])
        super().read(text)

    async def takes_next(self) -> float:
        """Seconds from Take until the whole talk is here. It is ended then."""
        async with asyncio.timeout(PATIENCE):
            while not (fresh := [row for row in self.rows if row not in self._known]):  # noqa: ASYNC110  # as above
                await asyncio.sleep(0.005)
            talk = fresh[0]
            self._known.add(talk)
            self._taken = asyncio.get_running_loop().create_future()
            begun = time.perf_counter()
            self.tell({"type": "take", "talk": talk})
            await self._taken
        took = time.perf_counter() - begun
        self.tell({"type": "end", "talk": talk})
        return took

    def leave(self) -> None:
        """Off duty, and the socket is gone."""
        self.tell({"type": "duty", "to": "off", "sure": True})
        self.socket.close()


async def _send_home(staff: RedisStaffEnd, ref: TalkRef, who: StaffId) -> None:
    await staff.end(ref, who)


def figures(found: list[Size]) -> list[Figure]:
    """Beside the smallest crowd."""
    least = found[0]
    lines = []
    for size in found:
        name = f"{size.waiting:,} waiting"
        most = size is found[-1]
        flat = Bar(1.3) if most and size is not least else None
        quick = Bar(20, of="value") if most else None
        lines += [
            Figure(f"{name}: memory each", size.memory, "kB", bar=Bar(30, of="value") if most else None),
            Figure(f"{name}: visitor process at rest", size.idle * 100, "% of a core"),
            Figure(f"{name}: engine at rest", size.idle_engine * 100, "% of a core"),
            Figure(f"{name}: claim at the engine, p99", _ms(size.claims), "ms", bar=quick),
            Figure(f"{name}: claim at the engine", median(size.claims) * 1000, "ms", median(least.claims) * 1000),
            Figure(f"{name}: engine's CPU for a claim", size.engine * 1e6, "us", least.engine * 1e6, flat),
            Figure(f"{name}: Take at the desk, p99", _ms(size.takes), "ms", bar=quick),
            Figure(f"{name}: console's CPU for a Take", size.console * 1000, "ms", least.console * 1000, flat),
            Figure(f"{name}: sockets closed by the server", float(size.lost), "", bar=Bar(0, of="value")),
        ]
    return lines


def _ms(took: list[float]) -> float:
    return percentile(took, 0.99) * 1000


def _arguments() -> argparse.Namespace:
    reader = argparse.ArgumentParser(prog="bench.waiting")
    reader.add_argument("--sizes", default="100,1000,10000")
    reader.add_argument("--claims", type=int, default=100)
    reader.add_argument("--takes", type=int, default=30)
    reader.add_argument("--unseen", action="store_true")
    return reader.parse_args()


if __name__ == "__main__":
    main()
