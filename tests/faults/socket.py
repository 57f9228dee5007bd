"""A page's socket through any number of losses: opened again with the pauses that the pages make."""

import asyncio
import json
from collections.abc import Mapping
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidMessage
from websockets.typing import Origin

Frame = dict[str, Any]
NO_ANSWER = 20.0  # seconds until an attempt to connect is given up
FAILURES = (OSError, InvalidHandshake, InvalidMessage, ConnectionClosed, TimeoutError, EOFError)


async def dial(address: str, source: str, headers: Mapping[str, str] | None = None) -> ClientConnection:
    """An open socket to that process. One of FAILURES when there is none."""
    return await connect(
        f"{address.replace('http', 'ws', 1)}live",
        origin=Origin(address.rstrip("/")),
        additional_headers=dict(headers or {}),
        compression=None,
        proxy=None,
        max_queue=None,
        ping_interval=None,  # browsers do not ask by themselves
        close_timeout=0.5,
        local_addr=(source, 0),
        open_timeout=NO_ANSWER,
    )


class Line:
    """What a page holds: a socket, or none. What is sent without one is lost, as in a browser."""

    def __init__(self) -> None:
        self.socket: ClientConnection | None = None
        self._out: asyncio.Queue[str] = asyncio.Queue()
        self._writer: asyncio.Task[None] | None = None

    def hold(self, socket: ClientConnection) -> None:
        """This is the socket now."""
        self.socket, self._out = socket, asyncio.Queue()
        self._writer = asyncio.create_task(self._write(socket, self._out))

    def send(self, frame: Frame) -> bool:
        """Whether it was handed to a socket."""
        if self.socket is None:
            return False
        self._out.put_nowait(json.dumps(frame))
        return True

    async def drop(self) -> None:
        """The socket is given up, without waiting for the other end."""
        socket, self.socket = self.socket, None
        if self._writer is not None:
            self._writer.cancel()
            await asyncio.gather(self._writer, return_exceptions=True)
        if socket is not None:
            socket.transport.abort()

    async def _write(self, socket: ClientConnection, out: asyncio.Queue[str]) -> None:
        try:
            while True:
                await socket.send(await out.get())
        except ConnectionClosed:
            return
