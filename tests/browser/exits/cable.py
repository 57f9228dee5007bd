"""A network cable of our own between a browser and a server: it can be cut, and it tells what went through."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from urllib.parse import urlsplit

_ASKED = re.compile(rb"^(GET|HEAD|POST) (\S+) HTTP/1\.1\r$", re.MULTILINE)


class Cable:
    """Carries bytes to `target` ("http://host:port/"); `address` is its own end. Made by `cable`.

    Cut, it behaves like a network that is switched off: connections break, and new ones are refused at once. Held, it
    behaves like one bar of reception: connections stay and nothing moves.
    """

    def __init__(self, target: str) -> None:
        parts = urlsplit(target)
        self._host, self._port = str(parts.hostname), int(parts.port or 80)
        self._server: asyncio.Server | None = None
        self._own_port = 0
        self._carriers: set[asyncio.Task[None]] = set()
        self._moving = asyncio.Event()
        self._through = asyncio.Event()
        self._withheld = b""
        self._mute = False
        self.carried = bytearray()  # what came from the server since the last `forget`
        self.asked: list[str] = []  # method and path of every request since the last `forget`

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self._own_port}/"

    def forget(self) -> None:
        self.asked.clear()
        self.carried.clear()

    def hold(self) -> None:
        self._moving.clear()

    def withhold(self, suffix: str) -> None:
        """Requests whose path ends like this wait for `plug`."""
        self._through.clear()
        self._withheld = f"{suffix} HTTP/1.1".encode()

    async def plug(self) -> None:
        """Carry everything; also again after a cut, under the same address."""
        self._withheld = b""
        self._mute = False
        self._moving.set()
        self._through.set()
        if self._server is None:
            self._server = await asyncio.start_server(self._carry, "127.0.0.1", self._own_port)
            self._own_port = self._server.sockets[0].getsockname()[1]

    def say_nothing(self) -> None:
        """Answer requests with "no content": a browser then stays where it is."""
        self._mute = True

    async def cut(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None
        await self._break()

    async def _break(self) -> None:
        carriers = list(self._carriers)
        for carrier in carriers:
            carrier.cancel()
        await asyncio.gather(*carriers, return_exceptions=True)

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._carriers.add(task)
        writers = [writer]
        try:
            there, onward = await asyncio.open_connection(self._host, self._port)
            writers.append(onward)
            ways = [
                asyncio.ensure_future(self._pump(*way)) for way in ((reader, onward, writer), (there, writer, None))
            ]
            try:
                await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for way in ways:
                    way.cancel()
                await asyncio.gather(*ways, return_exceptions=True)
        except (OSError, asyncio.CancelledError):
            pass  # broken, as cables break
        finally:
            self._carriers.discard(task)
            for each in writers:
                each.transport.abort()

    async def _pump(
        self, source: asyncio.StreamReader, sink: asyncio.StreamWriter, back: asyncio.StreamWriter | None
    ) -> None:
        """`back` leads to who asks, where this is the way of the questions."""
        with suppress(OSError):
            while data := await source.read(65_536):
                await self._moving.wait()
                if back:
                    self.asked += [b" ".join(found).decode() for found in _ASKED.findall(data)]
                    if self._mute:
                        back.write(b"HTTP/1.1 204 No Content\r\n\r\n")
                        continue
                    if self._withheld and self._withheld in data:
                        await self._through.wait()
                else:
                    self.carried += data
                sink.write(data)
                await sink.drain()


@asynccontextmanager
async def cable(target: str) -> AsyncIterator[Cable]:
    """A cable that carries, until the end of the block."""
    own = Cable(target)
    await own.plug()
    try:
        yield own
    finally:
        await own.cut()
