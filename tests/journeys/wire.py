"""An open live socket as a page sees it: frames are taken by what they are, none is lost on the way."""

import asyncio
import json
from collections.abc import Mapping
from typing import Any, Self

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Origin

PATIENCE = 20.0  # seconds for what takes a fraction of one; the machine is shared

Frame = dict[str, Any]


class Wire:
    """`frames` holds everything that came, in order."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._unread: list[Frame] = []
        self.frames: list[Frame] = []

    @classmethod
    async def open(
        cls, address: str, headers: Mapping[str, str], source: str = "127.0.0.1", path: str = "live"
    ) -> Self:
        """Connect as a page of that address does. Raises websockets' InvalidStatus when it is refused."""
        own = {name: value for name, value in headers.items() if name.lower() not in {"origin", "user-agent"}}
        agent = next((value for name, value in headers.items() if name.lower() == "user-agent"), None)
        socket = await connect(
            f"{address.replace('http', 'ws', 1)}live",
            origin=Origin(headers.get("Origin", address.rstrip("/"))),
            additional_headers=own,
            user_agent_header=agent,
            compression=None,
            proxy=None,
            max_queue=None,  # a page reads all that comes, also while the test looks elsewhere
            local_addr=(source, 0),
        )
        return cls(socket)

    async def send(self, kind: str, **fields: object) -> None:
        await self.send_raw(json.dumps({"type": kind, **fields}))

    async def send_raw(self, frame: str | bytes) -> None:
        await self._socket.send(frame)

    async def expect(self, kind: str, **fields: object) -> Frame:
        """The first frame not taken yet that is of this kind and has these fields; others stay for later."""
        async with asyncio.timeout(PATIENCE):
            while True:
                for frame in self._unread:
                    if frame["type"] == kind and fields.items() <= frame.items():
                        self._unread.remove(frame)
                        return frame
                await self._receive()

    async def closed(self) -> int:
        """The close code, after everything that came before it."""
        async with asyncio.timeout(PATIENCE):
            try:
                while True:
                    await self._receive()
            except ConnectionClosed:
                return self._socket.close_code or 0

    async def quiet(self, seconds: float) -> None:
        """Take what comes for so long."""
        try:
            async with asyncio.timeout(seconds):
                while True:
                    await self._receive()
        except TimeoutError:
            return

    def seen(self, kind: str) -> list[Frame]:
        """All frames of this kind that have come."""
        return [frame for frame in self.frames if frame["type"] == kind]

    async def close(self, code: int = 1000) -> None:
        await self._socket.close(code)

    def cut(self) -> None:
        """The network is gone: no farewell, no close frame."""
        self._socket.transport.abort()

    async def _receive(self) -> None:
        frame = json.loads(await self._socket.recv())
        self.frames.append(frame)
        self._unread.append(frame)
