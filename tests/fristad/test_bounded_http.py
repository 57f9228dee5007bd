"""The limits on a request's head, on a real server."""

import asyncio
import socket
from collections.abc import AsyncIterator

import pytest
import uvicorn
from fastapi import FastAPI

from fristad.bounded_http import BoundedHttp
from safety.logs import log_config

Address = tuple[str, int]


class Hasty(BoundedHttp):
    """The same, for tests that wait."""

    head_within = 0.5
    body_within = 0.5


@pytest.fixture
async def server() -> AsyncIterator[Address]:
    app = FastAPI()

    @app.post("/")
    async def count(body: list[int]) -> int:
        return len(body)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        config = uvicorn.Config(app, http=Hasty, ws="none", log_config=log_config(), access_log=False)
        running = uvicorn.Server(config)
        task = asyncio.create_task(running.serve(sockets=[listener]))
        await ask(listener.getsockname(), post(b"[]"))  # the listener keeps it until the server takes it
        yield listener.getsockname()
        running.should_exit = True
        await task


async def ask(address: Address, request: bytes) -> bytes:
    reader, writer = await asyncio.open_connection(*address)
    try:
        writer.write(request)
        return await asyncio.wait_for(reader.read(), 10)
    except ConnectionError:
        return b""
    finally:
        writer.close()


def post(body: bytes, extra: bytes = b"", *, close: bool = True) -> bytes:
    ending = b"connection: close\r\n" if close else b""
    head = b"POST / HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: %d\r\n" % len(body)
    return head + ending + extra + b"\r\n" + body


async def test_an_ordinary_request_passes(server: Address) -> None:
    assert (await ask(server, post(b"[1, 2]"))).startswith(b"HTTP/1.1 200")


async def test_a_large_body_is_not_taken_for_a_head(server: Address) -> None:
    body = b"[" + b"1," * 50_000 + b"1]"
    both = post(body, close=False) + post(body)
    assert (await ask(server, both)).count(b"HTTP/1.1 200") == 2


@pytest.mark.parametrize("piece", [b"x-a: b\r\n", b"y"])
async def test_a_head_without_end_is_refused(server: Address, piece: bytes) -> None:
    answer = await ask(server, b"POST / HTTP/1.1\r\nhost: x\r\nx: " + piece * (100_000 // len(piece)))
    assert answer == b"" or answer.startswith(b"HTTP/1.1 400")
    assert (await ask(server, post(b"[]"))).startswith(b"HTTP/1.1 200")


async def test_a_large_head_is_refused_though_it_comes_in_one_piece(server: Address) -> None:
    answer = await ask(server, post(b"[]", b"x-a: b\r\n" * 9000))
    assert answer.startswith(b"HTTP/1.1 400")
    assert answer.count(b"HTTP/1.1") == 1


@pytest.mark.parametrize("part", [b"POST / HT", b"POST / HTTP/1.1\r\nhost: x\r\n", post(b"[1, 2]")[:-3]])
async def test_a_request_that_is_never_finished_loses_its_connection(server: Address, part: bytes) -> None:
    assert await ask(server, part) == b""


async def test_a_request_that_takes_its_time_between_two_is_not_cut(server: Address) -> None:
    reader, writer = await asyncio.open_connection(*server)
    for _ in range(3):
        writer.write(post(b"[]", close=False))
        assert (await reader.readuntil(b"\r\n\r\n0")).startswith(b"HTTP/1.1 200")
        await asyncio.sleep(Hasty.head_within + 0.2)
    writer.close()
    await writer.wait_closed()
