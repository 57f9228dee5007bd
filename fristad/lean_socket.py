"""The server's protocol for WebSockets: what uvicorn offers took most of what a message cost in these processes."""

import asyncio
import logging
from collections import deque
from http import HTTPStatus
from typing import Any
from urllib.parse import unquote

from uvicorn.config import Config
from uvicorn.protocols.utils import ClientDisconnected, get_local_addr, get_remote_addr, is_ssl
from uvicorn.server import ServerState

from fristad.ws_frames import Broken, FrameReader, Opcode, read_close, write_close, write_frame
from fristad.ws_handshake import Asked, Unfit, acceptance, read_request, refusal
from fristad.ws_outbox import Outbox
from safety.direct import DIRECT

_MOST_WAITING = 16  # messages that the app has not taken; then nothing more is read from the network
_FAREWELL = 10.0  # seconds for the other end to answer a close frame
_LOST = 1006  # what the app is told of a connection that ended without a close frame
_RESTART = 1012
_DEAD = 1011

_logger = logging.getLogger("uvicorn.error")


class LeanSocket(asyncio.Protocol):
    """ASGI's websocket for one connection that uvicorn hands over after an upgrade. Without extensions; the limits and
    pings are those of uvicorn's configuration. A ping goes only where nothing else has come for as long."""

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
        self._messages: deque[dict[str, Any]] = deque()
        self._waiting: asyncio.Future[None] | None = None  # the app, for a message
        self._outbox: Outbox = None  # type: ignore[assignment]  # the same
        self._writable = asyncio.Event()
        self._writable.set()
        self._paused = False
        self._last = 0.0  # when something came, in the loop's seconds
        self._pinged = False
        self._timer: asyncio.TimerHandle | None = None

    # --- What the event loop and uvicorn call ---

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A connection was handed over; its request comes as the first data."""
        self._transport = transport  # type: ignore[assignment]  # asyncio types it wider than what it gives
        self._outbox = Outbox(self._transport)
        self._state.connections.add(self)  # type: ignore[arg-type]  # uvicorn names its own protocols

    def connection_lost(self, _error: Exception | None) -> None:
        """The connection is gone, whoever ended it."""
        self._state.connections.discard(self)
        self._gone = True
        self._stop_timer()
        self._writable.set()  # a sender who waits learns that nobody is there
        self._tell_app({"type": "websocket.disconnect", "code": _LOST})

    def eof_received(self) -> None:
        """Nothing more comes: the transport closes itself."""

    def pause_writing(self) -> None:
        """The other end does not read what we send."""
        self._writable.clear()

    def resume_writing(self) -> None:
        """It reads again."""
        self._writable.set()

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
        self._last = self._loop.time()
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
            if self._writable.is_set() and not self._closing:  # who does not read needs no answers
                self._outbox.put(write_frame(Opcode.PONG, payload))
        elif opcode is Opcode.CLOSE:
            self._end(read_close(payload))

    def _end(self, code: int) -> None:
        """The other end closes, or has broken the protocol: told to the app, answered, and over."""
        self._tell_app({"type": "websocket.disconnect", "code": code})
        self._say_farewell(code)
        self._transport.close()

    def _say_farewell(self, code: int, reason: str = "") -> None:
        if not self._closing and not self._transport.is_closing():
            self._outbox.put(write_close(code, reason))
            self._outbox.flush()  # whoever closes the connection next would lose what waits
        self._closing = True

    def _tell_app(self, message: dict[str, Any]) -> None:
        if self._closing and message["type"] == "websocket.receive":
            return  # the app is past it
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
        task = self._loop.create_task(self._run(self._scope(self._asked)))
        self._state.tasks.add(task)
        task.add_done_callback(self._state.tasks.discard)

    def _scope(self, asked: Asked) -> dict[str, Any]:
        path, _, query = asked.target.partition(b"?")
        root = self._config.root_path
        listed = b",".join(asked.values(b"sec-websocket-protocol")).decode("latin-1")
        return {
            "type": "websocket",
            "asgi": {"version": self._config.asgi_version, "spec_version": "2.4"},
            "http_version": "1.1",
            "scheme": "wss" if is_ssl(self._transport) else "ws",
            "server": get_local_addr(self._transport),
            "client": get_remote_addr(self._transport),
            "root_path": root,
            "path": root + unquote(path.decode("ascii")),
            "raw_path": root.encode("ascii") + path,
            "query_string": query,
            "headers": asked.headers,
            "subprotocols": [each.strip() for each in listed.split(",") if each.strip()],
            "state": self._app_state.copy(),
            "extensions": {"websocket.http.response": {}, DIRECT: {"write": self._write_text}},
        }

    async def _run(self, scope: dict[str, Any]) -> None:
        try:
            await self._config.loaded_app(scope, self._receive, self._send)
        except ClientDisconnected:
            pass
        except Exception:  # whatever it was: the log's policy tells its class and no word of it
            _logger.exception("Exception in ASGI application\n")
        if not self._accepted and not self._closing:
            self._refuse(refusal(HTTPStatus.INTERNAL_SERVER_ERROR))
        elif self._timer is None or not self._closing:  # else the other end has its time to answer our close frame
            self._outbox.flush()
            self._transport.close()

    def _refuse(self, answer: bytes) -> None:
        self._closing = True
        if not self._transport.is_closing():
            self._transport.write(answer)
            self._transport.close()

    # --- What the app calls ---

    async def _receive(self) -> dict[str, Any]:
        while not self._messages:
            self._waiting = self._loop.create_future()
            await self._waiting
        message = self._messages.popleft()
        if self._paused and not self._messages and not self._gone:
            self._paused = False
            self._transport.resume_reading()
        return message

    async def _send(self, message: dict[str, Any]) -> None:
        if not self._writable.is_set():
            await self._writable.wait()
        if self._gone:
            raise ClientDisconnected
        if not self._accepted:
            self._send_first(message)
        else:
            self._send_next(message)

    def _write_text(self, text: str) -> bool:
        """As `safety.direct` says."""
        if not self._accepted or self._closing or self._gone or not self._writable.is_set():
            return False
        self._outbox.put(write_frame(Opcode.TEXT, text.encode()))
        return True

    def _send_next(self, message: dict[str, Any]) -> None:
        if self._closing:
            if self._transport.is_closing():
                raise ClientDisconnected
            raise RuntimeError("nothing can be sent after a close frame")
        if message["type"] == "websocket.send":
            text = message.get("text")
            kind, payload = (Opcode.BYTES, message["bytes"]) if text is None else (Opcode.TEXT, text.encode())
            self._outbox.put(write_frame(kind, payload))
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
            self._last = self._loop.time()
            self._set_timer()
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

    def _close(self, code: int, reason: str) -> None:
        self._tell_app({"type": "websocket.disconnect", "code": code, "reason": reason})
        self._say_farewell(code, reason)
        if self._paused:
            self._paused = False
            self._transport.resume_reading()
        self._stop_timer()
        self._timer = self._loop.call_later(_FAREWELL, self._transport.close)

    # --- Whether anybody is there ---

    def _set_timer(self) -> None:
        if self._config.ws_ping_interval:
            self._timer = self._loop.call_at(self._last + self._config.ws_ping_interval, self._look)

    def _look(self) -> None:
        """Whoever has said nothing for as long is asked; whoever does not answer that is gone."""
        self._timer = None
        if self._closing or self._gone:
            return
        if self._pinged:
            self._tell_app({"type": "websocket.disconnect", "code": _DEAD})
            self._say_farewell(_DEAD)
            self._transport.abort()
        elif self._loop.time() - self._last < (self._config.ws_ping_interval or 0):
            self._set_timer()
        else:
            self._pinged = True
            self._outbox.put(write_frame(Opcode.PING, b""))
            if self._config.ws_ping_timeout:
                self._timer = self._loop.call_later(self._config.ws_ping_timeout, self._look)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
