"""The floor: picows and hiredis on a bare event loop, one process for each side, publish/subscribe between.

`python -m tests.load.floor SIDE PORT ENGINE`, as `tests.load.bare`. Written for speed alone: commands of one turn of
the loop leave in one write, and nothing is awaited. Nothing that keeps a promise can be cheaper."""

import asyncio
import sys
from typing import Any
from urllib.parse import urlsplit

import hiredis
import uvloop
from picows import WSFrame, WSListener, WSMsgType, WSTransport, WSUpgradeRequest, ws_create_server

OTHER = {"up": "down", "down": "up"}


class Wire(asyncio.Protocol):
    """One connection to the engine: `tell` hears what is published."""

    def __init__(self, hello: bytes) -> None:
        self._hello = hello
        self._reader = hiredis.Reader()
        self._parts: list[bytes] = []
        self._transport: Any = None
        self.open: dict[bytes, WSTransport] = {}

    def connection_made(self, transport: Any) -> None:
        self._transport = transport
        transport.write(self._hello)

    def data_received(self, data: bytes) -> None:
        self._reader.feed(data)
        while (reply := self._reader.gets()) is not False:
            if isinstance(reply, list) and reply[0] == b"message" and (socket := self.open.get(reply[1])):
                socket.send(WSMsgType.TEXT, reply[2])

    def write(self, *command: bytes) -> None:
        """Goes out with all else of this turn of the loop."""
        if not self._parts:
            asyncio.get_running_loop().call_soon(self._flush)
        self._parts.append(hiredis.pack_command(command))  # type: ignore[arg-type]  # its types know no bytes

    def _flush(self) -> None:
        self._transport.write(b"".join(self._parts))
        self._parts.clear()


class Page(WSListener):
    """One open socket."""

    def __init__(self, side: str, name: str, says: Wire, hears: Wire) -> None:
        self._own, self._others = f"{side}:{name}".encode(), f"{OTHER[side]}:{name}".encode()
        self._says = says
        self._hears = hears

    def on_ws_connected(self, transport: WSTransport) -> None:
        self._hears.open[self._others] = transport
        self._hears.write(b"SUBSCRIBE", self._others)

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        if frame.msg_type == WSMsgType.TEXT:
            self._says.write(b"PUBLISH", self._own, frame.get_payload_as_bytes())

    def on_ws_disconnected(self, transport: WSTransport) -> None:
        self._hears.open.pop(self._others, None)


async def serve(side: str, port: int, engine: str) -> None:
    """Until it is ended."""
    parts = urlsplit(engine)
    hello = hiredis.pack_command(("AUTH", parts.username, parts.password))  # type: ignore[arg-type]  # as above
    loop = asyncio.get_running_loop()
    _, says = await loop.create_unix_connection(lambda: Wire(hello), parts.path)
    _, hears = await loop.create_unix_connection(lambda: Wire(hello), parts.path)

    def page(request: WSUpgradeRequest) -> Page:
        return Page(side, request.path.decode().lstrip("/"), says, hears)

    server = await ws_create_server(page, "127.0.0.1", port, read_buffer_init_size=2048)
    await server.serve_forever()


def main() -> None:
    side, port, engine = sys.argv[1:]
    uvloop.run(serve(side, int(port), engine))


if __name__ == "__main__":
    main()
