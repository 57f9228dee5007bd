"""The server that goes in two steps, as a real one."""

import asyncio
import signal
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
import pytest_asyncio
import uvicorn
from fastapi import FastAPI

from fristad.draining import DrainingServer, draining_of
from safety.draining import Draining
from safety.logs import log_config

LIMIT = 20  # seconds for what takes two; the machine is shared


@dataclass
class Running:
    server: DrainingServer
    draining: Draining
    port: int
    task: "asyncio.Task[None]"

    async def connects(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        return await asyncio.open_connection("127.0.0.1", self.port)

    def is_told_to_end(self) -> None:
        self.server.handle_exit(signal.SIGTERM, None)


@pytest_asyncio.fixture
async def running() -> AsyncIterator[Running]:
    app, draining = FastAPI(), Draining()

    @app.get("/")
    async def answer() -> str:
        return "here"

    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(app, ws="none", log_config=log_config(), access_log=False, timeout_graceful_shutdown=3)
    server = DrainingServer(config, draining, 60)
    port = listener.getsockname()[1]
    task = asyncio.create_task(server._serve(sockets=[listener]))
    running = Running(server, draining, port, task)
    reader, writer = await running.connects()  # the listener keeps it until the server takes it
    await _ask(reader, writer)
    writer.close()
    yield running
    running.is_told_to_end()
    running.is_told_to_end()
    async with asyncio.timeout(LIMIT):
        await task


async def test_open_connections_are_answered_once_more_and_new_ones_refused(running: Running) -> None:
    reader, writer = await running.connects()
    assert b"connection: close" not in await _ask(reader, writer)
    with running.draining.holding():
        running.is_told_to_end()
        async with asyncio.timeout(LIMIT):
            await running.draining.turn(lambda: 0.0)
        answer = await _ask(reader, writer)
        assert answer.startswith(b"HTTP/1.1 200")
        assert b"connection: close" in answer
        with pytest.raises(OSError):
            await running.connects()
        await asyncio.sleep(1.5)
        assert not running.task.done()  # a page is still here
    async with asyncio.timeout(LIMIT):
        await running.task
    writer.close()


async def test_a_second_signal_ends_the_waiting(running: Running) -> None:
    with running.draining.holding():
        running.is_told_to_end()
        async with asyncio.timeout(LIMIT):
            await running.draining.turn(lambda: 0.0)
        running.is_told_to_end()
        async with asyncio.timeout(LIMIT):
            await running.task


def test_an_app_says_itself_what_drains_it() -> None:
    app, own = FastAPI(), Draining()
    assert draining_of(app) is not own
    app.state.draining = own
    assert draining_of(app) is own


async def _ask(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
    writer.write(b"GET / HTTP/1.1\r\nHost: here\r\n\r\n")
    async with asyncio.timeout(LIMIT):
        head = await reader.readuntil(b"\r\n\r\n")
        await reader.readexactly(len(b'"here"'))
    return head
