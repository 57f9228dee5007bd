"""A kept connection that asks by HTTP/1.1 and costs its generator little."""

import asyncio
import re
from typing import Self

_LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)


class Connection:
    """One at a time: the next is asked when the last was answered."""

    def __init__(self, netloc: str) -> None:
        host, _, port = netloc.rpartition(":")
        self._at = host, int(port)
        self._reader: asyncio.StreamReader
        self._writer: asyncio.StreamWriter

    async def __aenter__(self) -> Self:
        self._reader, self._writer = await asyncio.open_connection(*self._at)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._writer.close()
        await self._writer.wait_closed()

    async def ask(self, request: bytes) -> tuple[int, bytes]:
        """Status and body. AssertionError for an answer without a length; IncompleteReadError when there is none."""
        self._writer.write(request)
        head = await self._reader.readuntil(b"\r\n\r\n")
        found = _LENGTH.search(head)
        assert found is not None, "an answer without a length"
        return int(head.split(b" ", 2)[1]), await self._reader.readexactly(int(found[1]))
