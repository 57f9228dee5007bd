"""A day's visits in minutes, and what the processes weigh: `python -m bench.soak --minutes 20`.

Whole visits, one after the other and a few side by side, by real sockets: the first page, the bot, the waiting room,
somebody who takes the talk, sealed words both ways, the end. Resident memory of each process is read every few seconds;
after the first quarter, in which caches fill, it is to stay flat: the last quarter at most 5 % above the second.
"""

import argparse
import asyncio
import json
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import httpx
import uvloop

from tests.load.figures import Bar, Figure, median, table
from tests.load.fristad_ends import Desk, Frame, VisitorEnd
from tests.load.fristad_house import House, accounts, running, visiting
from tests.load.gauges import machine, measuring_core, memory
from tests.load.pairs import saturate

SIDE_BY_SIDE = 6
STAFF = 3
PACE = 2.0  # seconds from one of them to the next: a person's desk may send 20 frames a second
ROUNDS = 3  # messages each way in a talk
EVERY = 5.0  # seconds between two looks at the memory
FLAT = 1.05


class Colleague(Desk):
    """Takes whoever comes, and lets go of talks that have ended."""

    def read(self, text: str) -> None:
        frame = json.loads(text)
        if frame["type"] != "ended":
            super().read(text)
            return
        end = self.ends.pop(frame["talk"], None)
        if end is not None:
            end.close()
            self.ready = {binding: each for binding, each in self.ready.items() if each is not end}
        self.take()


def main() -> None:
    reader = argparse.ArgumentParser(prog="bench.soak")
    reader.add_argument("--minutes", type=float, default=20.0)
    asked = reader.parse_args()
    print(machine())
    with tempfile.TemporaryDirectory(prefix="load-") as folder, running(Path(folder)) as house, measuring_core():
        begun = time.monotonic()
        try:
            lines = uvloop.run(measure(house, asked.minutes * 60))
        except BaseException:
            print(f"broken off after {time.monotonic() - begun:.0f} s; what no page should have seen: {house.faults}")
            raise
    print(machine())
    print(table(lines))


async def measure(house: House, seconds: float) -> list[Figure]:
    """Visits until then, and the memory meanwhile."""
    for _, cookie in await accounts(house.sides.data, STAFF):
        desk = Colleague(house.choose, house.faults)
        desk.most = 5
        await house.open(desk, cookie)
        house.desks.append(desk)
    processes = {
        "visitor process": house.sides.bot.pid,
        "console process": house.sides.console.pid,
        "engine": house.engine.process.pid,
    }
    weights: dict[str, list[int]] = {name: [] for name in processes}
    until = time.monotonic() + seconds
    visits = [0, 0]  # whole ones, and those that something came between
    async with visiting(house.sides.visitors) as (client, organisation), asyncio.TaskGroup() as going:
        for _ in range(SIDE_BY_SIDE):
            going.create_task(_visit_on(house, client, organisation, visits, lambda: time.monotonic() < until))
        while time.monotonic() < until:
            for name, pid in processes.items():
                weights[name].append(memory(pid))
            await asyncio.sleep(EVERY)
    return figures(weights, visits, len(house.faults))


async def _visit_on(
    house: House, client: httpx.AsyncClient, organisation: bytes, visits: list[int], goes_on: Callable[[], bool]
) -> None:
    while goes_on():
        due = time.monotonic() + PACE
        faults: list[Frame] = []
        visitor = VisitorEnd(organisation, faults)
        await house.join(client, visitor)
        pair = await house.meet(visitor)
        count = await saturate([pair], ROUNDS, 0, 1, lambda: 0.0)
        whole = not faults and not count.lost and not count.wrong
        visits[0 if whole else 1] += 1
        visitor.close()
        visitor.socket.send('{"type":"end"}')
        async with asyncio.timeout(30):
            while visitor.socket.open:  # noqa: ASYNC110  # the server closes it
                await asyncio.sleep(0.01)
        await asyncio.sleep(due - time.monotonic())


def figures(weights: dict[str, list[int]], visits: list[int], faults: int) -> list[Figure]:
    """The last quarter beside the second."""
    lines = []
    for name, weight in weights.items():
        quarter = max(1, len(weight) // 4)
        before, after = median(weight[quarter : 2 * quarter]), median(weight[-quarter:])
        lines.append(Figure(f"{name}: memory in the last quarter", after / 1000, "MB", before / 1000, Bar(FLAT)))
    lines.append(Figure("whole visits", float(visits[0]), ""))
    lines.append(Figure("visits that something came between", float(visits[1] + faults), "", bar=Bar(0, of="value")))
    return lines


if __name__ == "__main__":
    main()
