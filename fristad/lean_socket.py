"""The server's protocol for WebSockets: what uvicorn offers took most of what a message cost in these processes."""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Any

from uvicorn.config import Config
from uvicorn.protocols.utils import ClientDisconnected, get_local_addr, get_remote_addr, is_ssl
from uvicorn.server import ServerState

from fristad.ws_frames import Broken, FrameReader, Opcode, read_close, write_close, write_frame
from fristad.ws_handshake import Asked, Unfit, acceptance, read_request, refusal
from fristad.ws_pings import BEATS, pings_of

_MOST_WAITING = 16  # messages that the app has not taken; then nothing more is read from the network
_FAREWELL = 10.0  # seconds for the other end to answer a close frame
_LOST = 1006  # what the app is told of a connection that ended without a close frame
_RESTART = 1012
_DEAD = 1011
_BEGUN = Asked(b"", [], b"")  # stands for a request that nobody needs any more: headers are kilobytes

Carry = Callable[[Callable[[], Awaitable[Any]], Callable[[Any], Awaitable[None]]], Awaitable[None]]

_logger = logging.getLogger("uvicorn.error")


class LeanSocket(asyncio.Protocol):
    """ASGI's websocket for one connection that uvicorn hands over after an upgrade. Without extensions; the limits and
    pings are those of uvicorn's configuration. A ping goes only where nothing else has come for as long.

    `scope["extensions"]["carry"]` takes a callable of `receive` and `send`, with which the socket goes on when the app
    has returned: a socket that is open for an hour holds nothing then of what the app was called through."""

    # Thousands wait at a time: what most never need is made when it is needed.
    __slots__ = (
        "_accepted", "_app_state", "_asked", "_carry", "_closing", "_config", "_farewell", "_gone",
        "_heard", "_loop", "_messages", "_paused", "_pinged", "_pings", "_reader", "_refused", "_state", "_transport",
        "_waiting", "_writable",
    )  # fmt: skip

    def __init__(self, config: Config, server_state: ServerState, app_state: dict[str, Any]) -> None:
        self._config = config
        self._state = server_state
        self._app_state = app_state
        self._loop = asyncio.get_running_loop()
        self._reader = FrameReader(config.ws_max_size)
        self._transport: asyncio.Transport = None  # type: ignore[assignment]  # until the connection is made
        self._asked: Asked | None = None
        self._accepted = False
        self._refused: tuple[int, list[tuple[bytes, bytes]], bytes] | None = None  # a refusal that is being written
        self._closing = False  # we have sent a close frame, or a refusal
        self._gone = False
        self._messages: deque[dict[str, Any]] | None = None  # that the app has not taken
        self._waiting: asyncio.Future[None] | None = None  # the app, for a message
        self._carry: Carry | None = None
        self._writable: asyncio.Event | None = None  # while the other end does not read what we send
        self._paused = False
        self._pings = pings_of(config)
        self._heard = 0  # the beat at which something came
        self._pinged = False
        self._farewell: asyncio.TimerHandle | None = None

    # --- What the event loop and uvicorn call ---

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A connection was handed over; its request comes as the first data."""
        self._transport = transport  # type: ignore[assignment]  # asyncio types it wider than what it gives
        self._state.connections.add(self)  # type: ignore[arg-type]  # uvicorn names its own protocols

    def connection_lost(self, _error: Exception | None) -> None:
        """The connection is gone, whoever ended it."""
        self._state.connections.discard(self)
        self._gone = True
        if self._farewell is not None:
            self._farewell.cancel()
        self.resume_writing()  # a sender who waits learns that nobody is there
        self._tell_app({"type": "websocket.disconnect", "code": _LOST})

    def pause_writing(self) -> None:
        """The other end does not read what we send."""
        if self._writable is None:
            self._writable = asyncio.Event()

    def resume_writing(self) -> None:
        """It reads again."""
        if self._writable is not None:
            self._writable.set()
            self._writable = None

    def shutdown(self) -> None:
        """The server stops."""
        if self._accepted and not self._closing:
            self._tell_app({"type": "websocket.disconnect", "code": _RESTART})
            self._say_farewell(_RESTART)
        elif not self._accepted and not self._closing:
            self._refuse(refusal(HTTPStatus.INTERNAL_SERVER_ERROR))
        self._transport.close()

    def data_received(self, data: bytes) -> None:
        """The request, and then frames."""
        if self._asked is None:
            self._begin(data)
            return
        if self._pings is not None:
            self._heard = self._pings.beat
            self._pinged = False
        try:
            for opcode, payload in self._reader.feed(data):
                self._take(opcode, payload)
        except Broken as broken:
            self._end(broken.code)

    # --- Frames ---

    def _take(self, opcode: Opcode, payload: bytes) -> None:
        if opcode is Opcode.TEXT:
            try:
                text = payload.decode()
            except UnicodeDecodeError:
                raise Broken(1007) from None
            self._tell_app({"type": "websocket.receive", "text": text})
        elif opcode is Opcode.BYTES:
            self._tell_app({"type": "websocket.receive", "bytes": payload})
        elif opcode is Opcode.PING:
            if self._writable is None and not self._closing:  # who does not read needs no answers
                self._transport.write(write_frame(Opcode.PONG, payload))
        elif opcode is Opcode.CLOSE:
            self._end(read_close(payload))

    def _end(self, code: int) -> None:
        """The other end closes, or has broken the protocol: told to the app, answered, and over."""
        self._tell_app({"type": "websocket.disconnect", "code": code})
        self._say_farewell(code)
        self._transport.close()

    def _say_farewell(self, code: int, reason: str = "") -> None:
        if not self._closing and not self._transport.is_closing():
            self._transport.write(write_close(code, reason))
        self._closing = True

    def _tell_app(self, message: dict[str, Any]) -> None:
        if self._closing and message["type"] == "websocket.receive":
            return  # the app is past it
        if self._messages is None:
            self._messages = deque()
        self._messages.append(message)
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(None)
        if len(self._messages) >= _MOST_WAITING and not self._paused and not self._gone and not self._closing:
            self._paused = True
            self._transport.pause_reading()

    # --- The beginning ---

    def _begin(self, head: bytes) -> None:
        try:
            self._asked = read_request(head)
        except Unfit as unfit:
            self._refuse(unfit.answer)
            return
        self._tell_app({"type": "websocket.connect"})
        task = self._loop.create_task(self._run(self._asked))
        self._state.tasks.add(task)
        task.add_done_callback(self._state.tasks.discard)

    def _scope(self, asked: Asked) -> dict[str, Any]:
        return {
            **asked.scope(self._config.root_path),
            "asgi": {"version": self._config.asgi_version, "spec_version": "2.4"},
            "scheme": "wss" if is_ssl(self._transport) else "ws",
            "server": get_local_addr(self._transport),
            "client": get_remote_addr(self._transport),
            "state": self._app_state.copy(),
            "extensions": {"websocket.http.response": {}, "carry": self._go_on_with},
        }

    def _go_on_with(self, carry: Carry) -> None:
        self._carry = carry

    async def _run(self, asked: Asked) -> None:
        try:
            await self._config.loaded_app(self._scope(asked), self._receive, self._send)
            del asked
            if (carry := self._carry) is not None:
                self._carry = None
                await carry(self._receive, self._send)
        except ClientDisconnected:
            pass
        except Exception:  # whatever it was: the log's policy tells its class and no word of it
            _logger.exception("Exception in ASGI application\n")
        if not self._accepted and not self._closing:
            self._refuse(refusal(HTTPStatus.INTERNAL_SERVER_ERROR))
        elif self._farewell is None or not self._closing:  # else the other end has its time to answer our close frame
            self._transport.close()

    def _refuse(self, answer: bytes) -> None:
        self._closing = True
        if not self._transport.is_closing():
            self._transport.write(answer)
            self._transport.close()

    # --- What the app calls ---

    async def _receive(self) -> dict[str, Any]:
        while self._messages is None:
            self._waiting = self._loop.create_future()
            await self._waiting
        message = self._messages.popleft()
        if not self._messages:
            self._messages = None
            if self._paused and not self._gone:
                self._paused = False
                self._transport.resume_reading()
        return message

    async def _send(self, message: dict[str, Any]) -> None:
        while self._writable is not None:
            await self._writable.wait()
        if self._gone:
            raise ClientDisconnected
        if not self._accepted:
            self._send_first(message)
        else:
            self._send_next(message)

    def _send_next(self, message: dict[str, Any]) -> None:
        if self._closing:
            if self._transport.is_closing():
                raise ClientDisconnected
            raise RuntimeError("nothing can be sent after a close frame")
        if message["type"] == "websocket.send":
            text = message.get("text")
            if text is not None:
                self._transport.write(write_frame(Opcode.TEXT, text.encode()))
            else:
                self._transport.write(write_frame(Opcode.BYTES, message["bytes"]))
        elif message["type"] == "websocket.close":
            self._close(message.get("code", 1000), message.get("reason") or "")
        else:
            raise RuntimeError("only frames can be sent over an open socket")

    def _send_first(self, message: dict[str, Any]) -> None:
        kind, headers = message["type"], list(message.get("headers", []))
        if self._closing or self._asked is None:
            raise RuntimeError("this socket was refused")
        if kind == "websocket.accept":
            if protocol := message.get("subprotocol"):
                headers.append((b"sec-websocket-protocol", protocol.encode()))
            self._accepted = True
            self._transport.write(acceptance(self._asked, [*self._state.default_headers, *headers]))
            self._open()
        elif kind == "websocket.close":
            self._tell_app({"type": "websocket.disconnect", "code": _LOST})
            self._refuse(refusal(HTTPStatus.FORBIDDEN, self._state.default_headers))
        elif kind == "websocket.http.response.start":
            self._refused = (message["status"], [*self._state.default_headers, *headers], b"")
        elif kind == "websocket.http.response.body" and self._refused is not None:
            status, fields, body = self._refused
            self._refused = (status, fields, body + message.get("body", b""))
            if not message.get("more_body", False):
                self._tell_app({"type": "websocket.disconnect", "code": _LOST})
                self._refuse(refusal(*self._refused))
        else:
            raise RuntimeError("a socket is accepted or refused first")

    def _open(self) -> None:
        self._asked = _BEGUN
        if self._pings is not None:
            self._heard = self._pings.beat
            self._pings.watch(self)

    def _close(self, code: int, reason: str) -> None:
        self._tell_app({"type": "websocket.disconnect", "code": code, "reason": reason})
        self._say_farewell(code, reason)
        if self._paused:
            self._paused = False
            self._transport.resume_reading()
        self._farewell = self._loop.call_later(_FAREWELL, self._transport.close)

    # --- Whether anybody is there ---

    def look(self, beat: int, patience: int) -> int:
        """Whoever has said nothing for an interval is asked; whoever does not answer that is gone. As
        `fristad.ws_pings.Watched` has it."""
        if self._closing or self._gone:
            return 0
        if self._pinged and not self._paused:  # else its answer may be among what we leave unread
            self._tell_app({"type": "websocket.disconnect", "code": _DEAD})
            self._say_farewell(_DEAD)
            self._transport.abort()
            return 0
        if beat - self._heard < BEATS:
            return self._heard + BEATS
        self._pinged = True
        self._transport.write(write_frame(Opcode.PING, b""))
        return beat + patience if patience else 0
