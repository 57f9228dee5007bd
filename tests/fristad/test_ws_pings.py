"""Who is given up and who is not, with a real server of a process of its own and clients that take their time."""

import asyncio
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator

import pytest
from picows import WSFrame, WSListener, WSMsgType, WSTransport, ws_connect

from tests.running import ROOT

INTERVAL = 0.4  # seconds between pings, and for an answer
SLOW = 0.2  # seconds that an answer takes: at any moment the server waits for half of them
MANY = 30
PATIENCE = 60.0


class Client(WSListener):
    """Answers pings late, or never."""

    def __init__(self, slow: float | None) -> None:
        self.pings = 0
        self.open = True
        self.heard: list[str] = []
        self._slow = slow
        self.transport: WSTransport

    async def connect(self, port: int) -> "Client":
        await ws_connect(lambda: self, f"ws://127.0.0.1:{port}/", enable_auto_pong=False)
        return self

    def on_ws_connected(self, transport: WSTransport) -> None:
        self.transport = transport

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        if frame.msg_type == WSMsgType.PING:
            self.pings += 1
            if self._slow is not None:
                asyncio.get_running_loop().call_later(self._slow, transport.send_pong)
        elif frame.msg_type == WSMsgType.TEXT:
            self.heard.append(frame.get_payload_as_utf8_text())

    def on_ws_disconnected(self, _transport: WSTransport) -> None:
        self.open = False


@pytest.fixture
async def clients() -> AsyncIterator[list[Client]]:
    """Those that connected, closed afterwards."""
    connected: list[Client] = []
    yield connected
    for client in connected:
        client.transport.disconnect(graceful=False)
    await until(lambda: not any(client.open for client in connected))


@pytest.fixture
def server() -> Iterator[tuple[subprocess.Popen[str], int]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.fristad.echoing", str(INTERVAL)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    yield process, int(process.stdout.readline())
    process.send_signal(signal.SIGCONT)
    process.terminate()
    process.wait(timeout=PATIENCE)
    process.stdout.close()


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not holds():  # noqa: ASYNC110  # frames count themselves
            await asyncio.sleep(0.01)


async def test_a_server_that_was_stopped_gives_nobody_up_who_has_answered(
    server: tuple[subprocess.Popen[str], int], clients: list[Client]
) -> None:
    """Their answers lie in its sockets as it wakes up, and the time for them is long over."""
    process, port = server
    for _ in range(MANY):  # one after the other, so that some are always being asked
        clients.append(await Client(SLOW).connect(port))
        await asyncio.sleep(INTERVAL / MANY)
    await until(lambda: all(client.pings for client in clients))
    for _ in range(3):
        process.send_signal(signal.SIGSTOP)
        await asyncio.sleep(4 * INTERVAL)
        before = [client.pings for client in clients]
        process.send_signal(signal.SIGCONT)
        # Whoever is asked again twice has been judged.
        await until(lambda: all(not c.open or c.pings >= b + 2 for c, b in zip(clients, before, strict=True)))  # noqa: B023
        assert [client.open for client in clients] == [True] * MANY
    for client in clients:
        client.transport.send(WSMsgType.TEXT, b"still here")
    await until(lambda: all(client.heard == ["still here"] for client in clients))


async def test_who_does_not_answer_is_given_up_also_by_a_server_that_was_stopped(
    server: tuple[subprocess.Popen[str], int], clients: list[Client]
) -> None:
    process, port = server
    clients += await asyncio.gather(Client(None).connect(port), Client(0.0).connect(port))
    mute, live = clients
    await until(lambda: mute.pings == 1)
    process.send_signal(signal.SIGSTOP)
    await asyncio.sleep(4 * INTERVAL)
    process.send_signal(signal.SIGCONT)
    await until(lambda: not mute.open)
    assert mute.pings == 1
    before = live.pings
    await until(lambda: live.pings > before + 2)
    assert live.open
