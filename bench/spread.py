"""Whether two visitor processes carry nearly twice what one does: `python -m bench.spread`.

On a machine with few cores two busy processes, their engine and whoever loads them cannot be told apart by the clock.
So what a second process adds is told by what it costs: the same talks, and the same turns, once by one visitor process
and once shared by two, and the processor's time of the visitor processes and the engine for each. Twice (cost with one
by cost with two) is what two can carry, each on a core of its own; the engine's part is listed: it does not double.
Bar of issue 9: 1.7. A second console needs PostgreSQL, which this bench does not start.

    --pairs 50  --seconds 8  --rounds 2
"""

import argparse
import asyncio
import re
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

import uvloop

from bench.turns import button_turn, first_page, hammer
from tests.load.figures import Bar, Figure, median, table
from tests.load.fristad_house import House, another_visitor_process, running
from tests.load.gauges import exactly, machine, measuring_core
from tests.load.pairs import keep_timetable

WARM = 1.0  # seconds
_STATE = re.compile(r'name="state" value="([^"]+)"')


def main() -> None:
    reader = argparse.ArgumentParser(prog="bench.spread")
    reader.add_argument("--pairs", type=int, default=50)
    reader.add_argument("--seconds", type=float, default=8.0)
    reader.add_argument("--rounds", type=int, default=2)
    asked = reader.parse_args()
    print(machine())
    costs: dict[str, list[float]] = {}
    with measuring_core():
        for _ in range(asked.rounds):
            for processes in (1, 2):
                with tempfile.TemporaryDirectory(prefix="load-") as name, running(Path(name)) as house:
                    pids = [house.sides.bot.pid]
                    if processes == 1:
                        found = uvloop.run(measure(house, pids, asked.pairs, asked.seconds))
                    else:
                        with another_visitor_process(house, Path(name)) as pid:
                            found = uvloop.run(measure(house, [*pids, pid], asked.pairs, asked.seconds))
                for what, cost in found.items():
                    costs.setdefault(f"{what}, {processes}", []).append(cost)
    print(table(figures(costs)))


async def measure(house: House, pids: list[int], count: int, seconds: float) -> dict[str, float]:
    """Seconds of the processor for each message and each turn."""

    def gauge() -> float:
        return sum(map(exactly, pids))

    engine = house.engine.process.pid
    pairs = await house.crowd(count)
    await asyncio.sleep(2)
    before = exactly(engine)
    words = await keep_timetable(pairs, 2.0 * count, seconds, gauge)
    relayed = exactly(engine) - before
    addresses = [urlsplit(address).netloc for address in (house.sides.visitors, *house.others)]
    found = _STATE.search((await first_page(addresses[0])).decode())
    assert found is not None  # of a page of ours
    for netloc in addresses:  # a process that has answered nothing yet would pay for its first answers
        await hammer(netloc, lambda netloc=netloc: button_turn(netloc, found[1]), WARM)  # type: ignore[misc]
    before, turns = gauge(), 0
    for netloc in addresses:  # in turn: on one core they would only get in each other's way
        took = await hammer(netloc, lambda netloc=netloc: button_turn(netloc, found[1]), seconds / 2)  # type: ignore[misc]
        turns += len(took)
    return {
        "message": words.used / words.delivered,
        "message, engine": relayed / words.delivered,
        "turn": (gauge() - before) / turns,
    }


def figures(costs: dict[str, list[float]]) -> list[Figure]:
    """What two cost beside what one does, and what follows from it."""
    lines = []
    for what in ("message", "turn"):
        one, two = median(costs[f"{what}, 1"]), median(costs[f"{what}, 2"])
        lines.append(Figure(f"CPU for a {what}, by two processes beside one", two * 1000, "ms", one * 1000))
        bar = Bar(1.7, least=True, of="value")
        lines.append(Figure(f"what two carry, in {what}s of one", 2 * one / two, "", bar=bar))
    one, two = median(costs["message, engine, 1"]), median(costs["message, engine, 2"])
    lines.append(Figure("engine's CPU for a message, with two beside one", two * 1000, "ms", one * 1000))
    return lines


if __name__ == "__main__":
    main()
