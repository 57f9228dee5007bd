"""The server's WebSockets with a real client of another make: what an app is told, and how a socket begins and ends."""

import asyncio
import socket
import weakref
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
import uvicorn
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.typing import Origin, Subprotocol

from fristad.bounded_http import BoundedHttp
from fristad.lean_socket import LeanSocket
from safety.logs import log_config

PATIENCE = 10.0  # seconds; the machine is shared
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]


class Kept:
    """Something that hangs on what an app was called with."""


@dataclass
class App:
    """Does what the path says; `told` is all that it was told."""

    told: list[dict[str, Any]] = field(default_factory=list)
    scopes: list[dict[str, Any]] = field(default_factory=list)
    free: asyncio.Event = field(default_factory=asyncio.Event)
    extensions: dict[str, Any] = field(default_factory=dict)
    kept: Callable[[], Kept | None] = Kept

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        self.scopes.append(scope)
        self.extensions = scope["extensions"]
        assert await receive() == {"type": "websocket.connect"}
        await getattr(self, scope["path"].strip("/"))(receive, send)

    async def echo(self, receive: Receive, send: Send) -> None:
        chosen = "b" if "b" in self.scopes[-1]["subprotocols"] else None
        await send({"type": "websocket.accept", "subprotocol": chosen, "headers": [(b"x-own", b"1")]})
        while (message := await self._next(receive))["type"] == "websocket.receive":
            if message.get("text") == "bye":
                await send({"type": "websocket.close", "code": 4000, "reason": "as asked"})
            else:
                await send({**message, "type": "websocket.send"})

    async def deaf(self, receive: Receive, send: Send) -> None:
        await send({"type": "websocket.accept"})
        await self.free.wait()
        while (await self._next(receive))["type"] == "websocket.receive":
            pass

    async def flood(self, receive: Receive, send: Send) -> None:
        await send({"type": "websocket.accept"})
        for _ in range(1000):
            await send({"type": "websocket.send", "text": "x" * 60_000})
            self.told.append({"type": "sent"})

    async def denies(self, _receive: Receive, send: Send) -> None:
        await send({"type": "websocket.http.response.start", "status": 403, "headers": [(b"x-own", b"1")]})
        await send({"type": "websocket.http.response.body", "body": b"not ", "more_body": True})
        await send({"type": "websocket.http.response.body", "body": b"here"})

    async def refuses(self, _receive: Receive, send: Send) -> None:
        await send({"type": "websocket.close", "code": 1000})

    async def fails(self, _receive: Receive, _send: Send) -> None:
        raise KeyError("secret")

    async def leaves(self, _receive: Receive, send: Send) -> None:
        await send({"type": "websocket.accept"})

    async def hands_on(self, _receive: Receive, send: Send) -> None:
        await send({"type": "websocket.accept"})
        self.kept = weakref.ref(self.scopes.pop()["state"].setdefault("kept", Kept()))

        async def carry(receive: Receive, send: Send) -> None:
            while (message := await self._next(receive))["type"] == "websocket.receive":
                if message["text"] == "fail":
                    raise KeyError("secret")
                self.told.append({"type": "kept", "still": self.kept() is not None})
                await send({**message, "type": "websocket.send"})

        self.extensions["carry"](carry)

    async def _next(self, receive: Receive) -> dict[str, Any]:
        message = await receive()
        self.told.append(message)
        return message


@dataclass
class Served:
    app: App
    server: uvicorn.Server
    port: int

    def dial(self, path: str, **named: Any) -> connect:
        return connect(f"ws://127.0.0.1:{self.port}/{path}", proxy=None, compression=None, **named)

    async def told(self, kind: str) -> dict[str, Any]:
        """What the app was told of this kind, when it was."""
        async with asyncio.timeout(PATIENCE):
            while not (found := [each for each in self.app.told if each["type"] == kind]):  # noqa: ASYNC110  # a test's app
                await asyncio.sleep(0.01)
        return found[-1]


@pytest.fixture
async def served() -> AsyncIterator[Served]:
    app = App()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        config = uvicorn.Config(
            app,
            http=BoundedHttp,
            ws=LeanSocket,
            ws_max_size=1000,
            ws_ping_interval=0.3,
            ws_ping_timeout=0.3,
            log_config=log_config(),
            access_log=False,
            lifespan="off",
        )
        server = uvicorn.Server(config)
        task = asyncio.create_task(server.serve(sockets=[listener]))
        yield Served(app, server, listener.getsockname()[1])
        app.free.set()
        server.should_exit = True
        await task


async def closed(line: ClientConnection) -> int:
    async with asyncio.timeout(PATIENCE):
        try:
            while True:
                await line.recv()
        except ConnectionClosed:
            return line.close_code or 0


async def test_a_socket_that_opens_while_the_server_goes_is_not_told_that_it_is_closed(served: Served) -> None:
    """What goes says so with every answer, and a socket over a connection that a proxy had open is none of these."""
    served.server.server_state.default_headers = [(b"connection", b"close"), (b"x-server", b"1")]
    async with served.dial("echo") as line:
        assert line.response is not None
        assert line.response.headers.get_all("connection") == ["Upgrade"]
        assert line.response.headers["x-server"] == "1"
        await line.send("words")
        assert await line.recv() == "words"


async def test_words_and_bytes_go_both_ways(served: Served) -> None:
    async with served.dial(
        "echo?q=1", subprotocols=[Subprotocol("a"), Subprotocol("b")], origin=Origin("http://x")
    ) as line:
        for message in ("å", b"\0\1", "", "x" * 1000):
            await line.send(message)
            assert await line.recv() == message
        await line.send(["in ", "three ", "parts"])
        assert await line.recv() == "in three parts"
        assert line.subprotocol == "b"
        assert line.response is not None
        assert line.response.headers["x-own"] == "1"
    (scope,) = served.app.scopes
    assert (scope["path"], scope["query_string"], scope["subprotocols"]) == ("/echo", b"q=1", ["a", "b"])
    assert (b"origin", b"http://x") in scope["headers"]


async def test_a_socket_goes_on_without_what_the_app_was_called_through(served: Served) -> None:
    async with served.dial("hands_on") as line:
        for words in ("a", "b"):
            await line.send(words)
            assert await line.recv() == words
        assert (await served.told("kept"))["still"] is False
        await line.close(4001)
    assert (await served.told("websocket.disconnect"))["code"] == 4001


async def test_what_fails_after_it_went_on_leaves_no_socket(served: Served, caplog: pytest.LogCaptureFixture) -> None:
    async with served.dial("hands_on") as line:
        await line.send("fail")
        assert await closed(line) == 1006
    assert "Exception in ASGI application" in caplog.text


async def test_who_leaves_is_told_with_the_code(served: Served) -> None:
    line = await served.dial("echo")
    await line.close(4001)
    assert (await served.told("websocket.disconnect"))["code"] == 4001


async def test_who_is_cut_off_is_told(served: Served) -> None:
    line = await served.dial("echo")
    line.transport.abort()
    assert (await served.told("websocket.disconnect"))["code"] == 1006


async def test_the_app_closes_with_its_code(served: Served) -> None:
    async with served.dial("echo") as line:
        await line.send("bye")
        assert await closed(line) == 4000
        assert line.close_reason == "as asked"


async def test_the_app_that_is_done_leaves_no_socket(served: Served) -> None:
    async with served.dial("leaves") as line:
        assert await closed(line) == 1006


@pytest.mark.parametrize(("path", "status"), [("denies", 403), ("refuses", 403), ("fails", 500)])
async def test_a_socket_is_refused_before_it_began(served: Served, path: str, status: int) -> None:
    with pytest.raises(InvalidStatus) as refused:
        await served.dial(path)
    assert refused.value.response.status_code == status
    if path == "denies":
        assert refused.value.response.body == b"not here"
        assert refused.value.response.headers["x-own"] == "1"


async def test_what_is_too_long_closes_the_socket(served: Served) -> None:
    async with served.dial("echo") as line:
        await line.send("x" * 1001)
        assert await closed(line) == 1009
    assert (await served.told("websocket.disconnect"))["code"] == 1009


async def test_what_is_no_text_closes_the_socket(served: Served) -> None:
    async with served.dial("echo") as line:
        line.transport.write(b"\x81\x81\0\0\0\0\xff")
        assert await closed(line) == 1007


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ("sec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==", 426),
        ("sec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\nsec-websocket-version: 8", 426),
        ("sec-websocket-version: 13", 400),
        ("sec-websocket-key: AAAA\r\nsec-websocket-version: 13", 400),
        ("sec-websocket-key: ????\r\nsec-websocket-version: 13", 400),
    ],
)
async def test_a_handshake_that_is_none_is_refused(served: Served, fields: str, status: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", served.port)
    writer.write(
        f"GET /echo HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\n{fields}\r\n\r\n".encode()
    )
    answer = await asyncio.wait_for(reader.read(), PATIENCE)
    assert answer.startswith(f"HTTP/1.1 {status} ".encode())
    assert served.app.scopes == []
    writer.close()


async def test_who_answers_no_ping_is_gone_and_who_does_stays(served: Served) -> None:
    quiet = await served.dial("echo")
    mute = await served.dial("echo")
    mute.transport.pause_reading()
    assert (await served.told("websocket.disconnect"))["code"] == 1011
    await asyncio.sleep(1)
    await quiet.send("still here")
    assert await quiet.recv() == "still here"
    await quiet.close()
    mute.transport.abort()


async def test_who_is_left_unread_is_not_given_up(served: Served) -> None:
    """The answers to our pings are among what the app has not taken."""
    async with served.dial("deaf", ping_interval=None) as line:
        for _ in range(40):  # more than wait for the app
            await line.send("x" * 900)
        await asyncio.sleep(1.5)  # twice as long as anybody has to answer
        assert not any(each["type"] == "websocket.disconnect" for each in served.app.told)
        served.app.free.set()
        async with asyncio.timeout(PATIENCE):
            while len(served.app.told) < 40:  # noqa: ASYNC110  # a test's app
                await asyncio.sleep(0.01)
    assert (await served.told("websocket.disconnect"))["code"] == 1000


async def test_more_than_the_app_takes_is_left_to_the_network(served: Served) -> None:
    async with served.dial("deaf", ping_interval=None) as line:
        count = 20_000
        async with asyncio.timeout(PATIENCE):
            for _ in range(16):
                await line.send("x" * 900)
        sending = asyncio.create_task(send_many(line, count))
        await asyncio.sleep(0.5)
        assert not sending.done()  # nobody keeps them
        served.app.free.set()
        async with asyncio.timeout(6 * PATIENCE):
            await sending
    await served.told("websocket.disconnect")
    assert sum(each["type"] == "websocket.receive" for each in served.app.told) == count + 16


async def send_many(line: ClientConnection, count: int) -> None:
    for _ in range(count):
        await line.send("x" * 900)


async def test_who_does_not_read_stops_the_app(served: Served) -> None:
    line = await served.dial("flood", ping_interval=None)
    line.transport.pause_reading()
    await asyncio.sleep(0.4)
    assert len(served.app.told) < 900  # of 60 MB most is still with the app
    line.transport.abort()


async def test_a_server_that_stops_tells_its_sockets(served: Served) -> None:
    async with served.dial("echo") as line:
        served.server.should_exit = True
        assert await closed(line) == 1012
