"""What the bot's turns cost beside the same server answering a constant: `python -m bench.turns`.

The visitor process on one core, under 16 connections that each ask again as soon as they are answered. A turn is a
real one: state and choice or words in, the answer and the next state out. The constant is a route in the same process,
beside that of the turns (tests/load/constant.py), which reads the same request and answers the same 0.8 kB each time.
Alternately, so that both meet the same machine. Turns per second of the processor, not of the clock, so that a busy
machine changes little. Bar of issue 9: 0.5 of the constant.

    --rounds 5  --seconds 4
"""

import argparse
import asyncio
import json
import re
import secrets
import tempfile
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import uvloop

from tests import engines
from tests.load.figures import Bar, Figure, median, percentile, table
from tests.load.gauges import machine, measuring_core, processor, serving_core
from tests.load.http import Connection
from tests.running import end, free_port, start, wait_until_healthy
from tests.sealed import Organisation

CONNECTIONS = 16
CONSTANT = "the constant"
_STATE = re.compile(r'name="state" value="([^"]+)"')


def main() -> None:
    reader = argparse.ArgumentParser(prog="bench.turns")
    reader.add_argument("--rounds", type=int, default=5)
    reader.add_argument("--seconds", type=float, default=4.0)
    asked = reader.parse_args()
    print(machine())
    with tempfile.TemporaryDirectory(prefix="load-") as name, engines.running("valkey") as engine:
        folder, port = Path(name), free_port()
        address = f"http://127.0.0.1:{port}/"
        own = {
            "FRISTAD_DEMO": "true",
            "FRISTAD_REDIS_URL": engine.visitor,
            "FRISTAD_VISITOR_PORT": str(port),
            "FRISTAD_ORGANISATION_KEY": Organisation().text,
            "FRISTAD_STATE_KEY": urlsafe_b64encode(secrets.token_bytes(32)).decode(),
        }
        with (folder / "output").open("wb") as sink, serving_core():
            process = start(["-m", "tests.load.constant", str(port)], own, folder, sink)
        try:
            wait_until_healthy(process, address, folder / "output")
            with measuring_core():
                lines = uvloop.run(measure(address, process.pid, asked.rounds, asked.seconds))
        finally:
            end(process)
    print(table(lines))


async def measure(address: str, pid: int, rounds: int, seconds: float) -> list[Figure]:
    """Each kind of request in turn, and again."""
    netloc = urlsplit(address).netloc
    page = await first_page(netloc)
    found = _STATE.search(page.decode())
    assert found is not None  # of a page of ours
    kinds = {
        CONSTANT: _post(netloc, {"state": found[1], "input": {"choice": "person"}}, "/constant"),
        "turn: a button": button_turn(netloc, found[1]),
        "turn: free text": _post(netloc, {"state": found[1], "input": {"text": "Min bror kontrollerar min mobil"}}),
        "the first page": _get(netloc, "/"),
    }
    costs: dict[str, list[float]] = {kind: [] for kind in kinds}
    waits: dict[str, list[float]] = {kind: [] for kind in kinds}
    for _ in range(rounds):
        for kind, asked in kinds.items():
            before = processor([pid])
            took = await hammer(netloc, lambda asked=asked: asked, seconds)  # type: ignore[misc]
            costs[kind].append(len(took) / (processor([pid]) - before))
            waits[kind] += took
    constant = median(costs[CONSTANT])
    lines = []
    for kind, cost in costs.items():
        bar = Bar(0.5, least=True) if kind.startswith("turn") else None
        lines.append(Figure(f"{kind}: for each second of a core", median(cost), "", constant, bar))
        lines.append(Figure(f"{kind}: p99", percentile(waits[kind], 0.99) * 1000, "ms"))
    return lines


async def hammer(netloc: str, ask: Callable[[], bytes], seconds: float) -> list[float]:
    """How long each of the answers took. AssertionError at one that is not 200."""
    until = time.perf_counter() + seconds
    took: list[float] = []

    async def one() -> None:
        async with Connection(netloc) as connection:
            while (begun := time.perf_counter()) < until:
                status, _ = await connection.ask(ask())
                assert status == 200, f"answered with {status}"
                took.append(time.perf_counter() - begun)

    await asyncio.gather(*(one() for _ in range(CONNECTIONS)))
    return took


async def first_page(netloc: str) -> bytes:
    """The page that a browser is given first."""
    async with Connection(netloc) as connection:
        return (await connection.ask(_get(netloc, "/")))[1]


def button_turn(netloc: str, state: str) -> bytes:
    """The request of a turn: the button that asks for a person."""
    return _post(netloc, {"state": state, "input": {"choice": "person"}})


def _get(netloc: str, path: str) -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: {netloc}\r\nAccept-Language: sv\r\n\r\n".encode()


def _post(netloc: str, asked: object, path: str = "/turn") -> bytes:
    body = json.dumps(asked).encode()
    head = f"POST {path} HTTP/1.1\r\nHost: {netloc}\r\nContent-Type: application/json\r\n"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


if __name__ == "__main__":
    main()
