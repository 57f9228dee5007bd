"""An open live socket as a page sees it: frames are taken by what they are, none is lost on the way."""

import asyncio
import json
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from typing import Any, Self

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Origin

PATIENCE = 60.0  # seconds for what takes a fraction of one; the machine is shared

Frame = dict[str, Any]
Reading = Callable[[Frame], Iterable[Frame]]


class Wire:
    """`frames` holds everything that came, in order. Like a page it reads all the time, also while the test looks
    elsewhere: `reads` is handed each frame, and what it gives is sent back."""

    def __init__(self, socket: ClientConnection, reads: Reading) -> None:
        self._socket = socket
        self._unread: list[Frame] = []
        self._came = asyncio.Event()
        self.frames: list[Frame] = []
        self._pump = asyncio.create_task(self._read(reads))

    @classmethod
    async def open(
        cls,
        address: str,
        headers: Mapping[str, str],
        source: str = "127.0.0.1",
        path: str = "live",
        reads: Reading = lambda _: (),
    ) -> Self:
        """Connect as a page of that address does. Raises websockets' InvalidStatus when it is refused."""
        own = {name: value for name, value in headers.items() if name.lower() not in {"origin", "user-agent"}}
        agent = next((value for name, value in headers.items() if name.lower() == "user-agent"), None)
        socket = await connect(
            f"{address.replace('http', 'ws', 1)}{path}",
            origin=Origin(headers.get("Origin", address.rstrip("/"))),
            additional_headers=own,
            user_agent_header=agent,
            compression=None,
            proxy=None,
            max_queue=None,
            local_addr=(source, 0),
            open_timeout=PATIENCE,  # an app that was killed is there again in a few seconds
        )
        return cls(socket, reads)

    async def send(self, kind: str, **fields: object) -> None:
        await self.send_raw(json.dumps({"type": kind, **fields}))

    async def send_raw(self, frame: str | bytes) -> None:
        await self._socket.send(frame)

    async def expect(self, kind: str, **fields: object) -> Frame:
        """The first frame not taken yet that is of this kind and has these fields; others stay for later."""
        async with asyncio.timeout(PATIENCE):
            while True:
                self._came.clear()
                for frame in self._unread:
                    if frame["type"] == kind and fields.items() <= frame.items():
                        self._unread.remove(frame)
                        return frame
                await self.more()

    async def more(self) -> None:
        """Return when something has come that was not there before. ConnectionClosed when nothing can come."""
        if self._pump.done():
            self._pump.result()
            raise ConnectionClosed(None, None)
        await self._came.wait()
        self._came.clear()

    async def closed(self) -> int:
        """The close code, after everything that came before it."""
        async with asyncio.timeout(PATIENCE):
            await asyncio.shield(self._pump)
        return self._socket.close_code or 0

    @property
    def has_ended(self) -> bool:
        """Whether nothing more can come."""
        return self._pump.done()

    async def quiet(self, seconds: float) -> None:
        """Take what comes for so long."""
        await asyncio.sleep(seconds)

    def seen(self, kind: str) -> list[Frame]:
        """All frames of this kind that have come."""
        return [frame for frame in self.frames if frame["type"] == kind]

    async def close(self, code: int = 1000) -> None:
        await self._socket.close(code)
        with suppress(ConnectionClosed):
            await self._pump

    def cut(self) -> None:
        """The network is gone: no farewell, no close frame."""
        self._socket.transport.abort()

    async def _read(self, reads: Reading) -> None:
        try:
            while True:
                frame = json.loads(await self._socket.recv())
                for answer in reads(frame):
                    await self._socket.send(json.dumps(answer))
                self.frames.append(frame)
                self._unread.append(frame)
                self._came.set()
        except ConnectionClosed:
            return
        finally:
            self._came.set()
