"""The engine's control, ARI: one WebSocket that carries its events, and our requests with their answers.

Asterisk takes REST requests over that same socket (since 22.5), so that nothing overtakes anything and there is one
connection to lose. What is read of an event is a closed set of fields: no name, number or header is ever looked at.

AriError                      the engine cannot be used at the moment
├── Unreachable               no connection, or it was lost before the answer
└── Refused                   the engine answered, and not with success; `status` is its HTTP status
"""

import asyncio
import base64
import itertools
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import quote

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import InvalidHandshake, WebSocketException

from bot.phone.ari_events import AriEvent, read_event

TIMEOUT = 5.0  # seconds for an answer; they take milliseconds, on this machine
_LARGEST = 4 * 1024 * 1024  # bytes of a frame: the list of all channels is the largest
_BEHIND = 4096  # events that may wait; beyond it the engine is made to wait


class AriError(Exception):
    """The engine cannot be used at the moment."""


class Unreachable(AriError):
    """No connection, or it was lost before the answer."""


class Refused(AriError):
    """The engine answered, and not with success."""

    def __init__(self, status: int) -> None:
        super().__init__(f"the engine answered {status}")
        self.status = status


class Ari:
    """One connection to a running engine. Made by `open_ari`."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._numbers = itertools.count(1)
        self._asked: dict[str, asyncio.Future[Mapping[str, Any]]] = {}
        self._events: asyncio.Queue[AriEvent | None] = asyncio.Queue(_BEHIND)  # None: the connection is lost

    async def ask(self, method: str, path: str, **query: str) -> Any:
        """The answer to a REST request, parsed; None when it has no body. `path` without a leading slash, its parts
        quoted by the caller (`part`). Unreachable or Refused when there is none."""
        listed = [{"name": name, "value": value} for name, value in query.items()]
        return await self._request({"method": method, "uri": path, "query_strings": listed})

    async def put(self, path: str, fields: dict[str, str]) -> Any:
        """The same for an object of the engine's configuration: made or replaced, of these fields."""
        listed = [{"attribute": name, "value": value} for name, value in fields.items()]
        body = {"content_type": "application/json", "message_body": json.dumps({"fields": listed})}
        return await self._request({"method": "PUT", "uri": path, **body})

    async def _request(self, asked: Mapping[str, Any]) -> Any:
        number = str(next(self._numbers))
        future: asyncio.Future[Mapping[str, Any]] = asyncio.get_running_loop().create_future()
        self._asked[number] = future
        request = {"type": "RESTRequest", "request_id": number, **asked}
        try:
            async with asyncio.timeout(TIMEOUT):
                await self._socket.send(json.dumps(request))
                answer = await future
        except (TimeoutError, WebSocketException, OSError):
            raise Unreachable("the engine gave no answer") from None
        finally:
            del self._asked[number]
        status = answer.get("status_code")
        if not isinstance(status, int) or not 200 <= status < 300:
            raise Refused(status if isinstance(status, int) else 0)
        body = answer.get("message_body")
        return json.loads(body) if body else None

    async def events(self) -> AsyncIterator[AriEvent]:
        """Events as they come, until the connection is lost."""
        while (event := await self._events.get()) is not None:
            yield event

    async def read(self) -> None:
        """Sort what comes in, until the connection is lost; then nobody is left waiting."""
        try:
            async for frame in self._socket:
                await self._take(frame)
        except WebSocketException:
            pass
        finally:
            for future in self._asked.values():
                if not future.done():
                    future.set_exception(Unreachable("the engine gave no answer"))
            while self._events.full():
                self._events.get_nowait()
            self._events.put_nowait(None)

    async def _take(self, frame: str | bytes) -> None:
        try:
            message = json.loads(frame)
        except ValueError:
            return
        if not isinstance(message, dict):
            return
        if message.get("type") == "RESTResponse":
            future = self._asked.get(str(message.get("request_id")))
            if future is not None and not future.done():
                future.set_result(message)
            return
        event = read_event(message)
        if event is not None:
            await self._events.put(event)


@asynccontextmanager
async def open_ari(port: int, user: str, password: str, app: str) -> AsyncIterator[Ari]:
    """A connection to the engine on this machine, subscribed as `app` while the body runs. Unreachable when it is not
    there or does not take the password. Whoever was subscribed as the same app before hears no more."""
    # Pitfall 11 was another client's helper for this header: with ours there is none to outlive.
    token = base64.b64encode(f"{user}:{password}".encode()).decode()
    address = f"ws://127.0.0.1:{port}/ari/events?app={quote(app)}"
    try:
        socket = await connect(
            address,
            additional_headers={"Authorization": f"Basic {token}"},  # and not in the address
            open_timeout=TIMEOUT,
            max_size=_LARGEST,
            compression=None,
            proxy=None,  # the environment may name one, which has no business here
        )
    except (OSError, TimeoutError, InvalidHandshake, WebSocketException):
        raise Unreachable("there is no engine, or it does not take our password") from None
    ari = Ari(socket)
    reader = asyncio.create_task(ari.read())
    try:
        yield ari
    finally:
        reader.cancel()
        await asyncio.gather(reader, return_exceptions=True)
        await socket.close()


def part(text: str) -> str:
    """One part of a path, quoted."""
    return quote(text, safe="")
