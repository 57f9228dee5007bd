"""WebSockets by hand: frames that no library would send."""

import asyncio
import os
import struct
from base64 import b64encode
from typing import Self
from urllib.parse import urlsplit

TEXT, BINARY, CLOSE, PING = 1, 2, 8, 9
PATIENCE = 60.0


class RawSocket:
    """A handshake made by hand, and whatever bytes are wanted after it."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    @classmethod
    async def open(cls, address: str, *headers: str) -> Self:
        url = urlsplit(address)
        reader, writer = await asyncio.open_connection(url.hostname, url.port)
        lines = [
            "GET /live HTTP/1.1",
            f"Host: {url.netloc}",
            f"Origin: {address.rstrip('/')}",
            "Upgrade: websocket",
            "Connection: Upgrade",
            "Sec-WebSocket-Version: 13",
            f"Sec-WebSocket-Key: {b64encode(os.urandom(16)).decode()}",
            *headers,
        ]
        writer.write("\r\n".join([*lines, "", ""]).encode())
        head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), PATIENCE)
        assert head.startswith(b"HTTP/1.1 101"), head
        return cls(reader, writer)

    async def send(self, data: bytes) -> None:
        try:
            self._writer.write(data)
            await self._writer.drain()
        except ConnectionError:
            return  # the other side has closed: `ending` tells how

    async def ending(self) -> tuple[int, bytes]:
        """The close code (0: none came) and everything that was received."""
        got = b""
        try:
            while not _close_code(got) and (chunk := await asyncio.wait_for(self._reader.read(65536), PATIENCE)):
                got += chunk
        except ConnectionError:
            pass
        finally:
            self._writer.close()
        return _close_code(got), got

    def cut(self) -> None:
        self._writer.transport.abort()


def frame(payload: bytes, opcode: int = TEXT, *, final: bool = True, masked: bool = True, reserved: int = 0) -> bytes:
    """One frame of the protocol, or nearly."""
    first = (0x80 if final else 0) | reserved << 4 | opcode
    mask_bit = 0x80 if masked else 0
    if len(payload) < 126:
        head = struct.pack("!BB", first, mask_bit | len(payload))
    elif len(payload) < 65536:
        head = struct.pack("!BBH", first, mask_bit | 126, len(payload))
    else:
        head = struct.pack("!BBQ", first, mask_bit | 127, len(payload))
    return head + (bytes(4) if masked else b"") + payload  # a mask of zeros changes nothing


def _close_code(got: bytes) -> int:
    while len(got) >= 2:
        opcode, length, start = got[0] & 15, got[1] & 127, 2
        if length == 126:
            length, start = struct.unpack("!H", got[2:4])[0], 4
        if opcode == CLOSE:
            return int(struct.unpack("!H", got[start : start + 2])[0]) if length >= 2 else 1005
        got = got[start + length :]
    return 0
