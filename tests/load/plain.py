"""Pairs at our own reference servers, `bare` and `floor`: a message is its 200 bytes of text and nothing else."""

import contextlib
import secrets
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests import engines
from tests.load.gauges import serving_core
from tests.load.pairs import WORDS, Pair
from tests.load.sockets import Socket
from tests.running import end, free_port, start

_START = 30.0  # seconds


class PlainEnd:
    """One socket at one side."""

    def __init__(self) -> None:
        self.came: Callable[[str], None] = lambda _: None
        self._ready: list[str] = []
        self._said = 0
        self._socket = Socket(lambda words: self.came(words))

    async def connect(self, url: str) -> None:
        """Open the socket."""
        await self._socket.connect(url)

    def prepare(self, count: int) -> list[str]:
        made = [secrets.token_hex(WORDS // 2) for _ in range(count)]
        self._ready += made
        return made

    def say(self) -> None:
        self._socket.send(self._ready[self._said])
        self._said += 1

    def close(self) -> None:
        """The socket is gone."""
        self._socket.close()


class PlainServer:
    """A running one."""

    def __init__(self, name: str, ports: tuple[int, int], pids: list[int]) -> None:
        self.name = name
        self.pids = pids
        self._ports = ports
        self._pairs: list[Pair] = []

    async def pairs(self, count: int) -> list[Pair]:
        """So many pairs, those of before among them."""
        while len(self._pairs) < count:
            ends = PlainEnd(), PlainEnd()
            for port, each in zip(self._ports, ends, strict=True):
                await each.connect(f"ws://127.0.0.1:{port}/{len(self._pairs)}")
            self._pairs.append(Pair(*ends))
        return self._pairs[:count]


@contextmanager
def serving(name: str, folder: Path) -> Iterator[PlainServer]:
    """`bare` or `floor`, on an engine of its own; ended afterwards."""
    ports = free_port(), free_port()
    with ExitStack() as stack:
        sink = stack.enter_context((folder / f"{name}.log").open("wb"))
        with serving_core():
            engine = stack.enter_context(engines.running("valkey"))
            pids = [engine.process.pid]
            for side, port in zip(("up", "down"), ports, strict=True):
                process = start(["-m", f"tests.load.{name}", side, str(port), engine.admin], {}, folder, sink)
                stack.callback(end, process)
                pids.append(process.pid)
        for port in ports:
            wait_for(port)
        yield PlainServer(name, ports, pids)


def wait_for(port: int) -> None:
    """Return when something listens there; AssertionError when nothing does in time."""
    limit = time.monotonic() + _START
    while True:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        assert time.monotonic() < limit, f"nothing listens on port {port}"
        time.sleep(0.05)
