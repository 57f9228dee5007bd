"""The telephones of who is on duty: told by the console over a socket on this machine, and gone with it.

The console connects to `lines.sock` in the phone's folder and says one JSON object per line:

    {"do": "open", "line": ID, "secret": TEXT}      a softphone in a browser, which signs in with that secret
    {"do": "open", "line": ID, "number": "+46..."}  a telephone of their own
    {"do": "close", "line": ID}                     off duty; a call that goes on is not cut by it
    {"do": "hold", "line": ID, "on": true}          the caller hears music for a moment

and hears `{"line": ID, "is": NEWS}`. The kernel decides who may connect (the file's mode), and what was opened over a
connection is closed with it. Numbers and secrets are in this process's memory and, for softphones, the engine's; the
engine of the talks holds line ids alone. Nothing here is about one kind of telephone engine.
"""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, Protocol

from bot.phone.call import Event, Held

SOCKET = "lines.sock"
LONGEST = 512  # bytes of one message
MOST = 256  # lines open at once: as many staff as one engine of talks has processes for
_MODE = 0o660  # the console runs as another user of the same group
_ID = re.compile(r"line\.[A-Za-z0-9_-]{22}")
_SECRET = re.compile(r"[A-Za-z0-9_-]{22,64}")
_NUMBER = re.compile(r"\+[1-9][0-9]{6,14}")  # E.164


class News(StrEnum):
    """What the console hears of a line."""

    OPEN = "open"  # it can be rung
    REFUSED = "refused"  # it cannot
    RINGING = "ringing"
    CONNECTED = "connected"
    HELD = "held"
    FAILED = "failed"  # rung in vain, or lost in mid-call
    OVER = "over"  # the call ended on purpose


@dataclass(slots=True)
class Shift:
    """One person's telephone for as long as they are on duty; either `secret` or `number` is set."""

    line: str
    secret: str = field(default="", repr=False)
    number: str = field(default="", repr=False)
    tell: Callable[[News], None] = field(default=lambda _: None, repr=False)
    wish: Callable[[Event], None] = field(default=lambda _: None, repr=False)  # to the call that it is in


class Accounts(Protocol):
    """Where softphones sign in."""

    async def make(self, shift: Shift) -> bool:
        """Let this softphone sign in; False when that cannot be now."""

    async def remove(self, shift: Shift) -> None:
        """Let it sign in no more. A call that goes on goes on."""


class NoAccounts:
    """Until there is an engine."""

    async def make(self, shift: Shift) -> bool:
        return not shift.secret

    async def remove(self, shift: Shift) -> None: ...


class Shifts:
    """All lines that are open."""

    def __init__(self) -> None:
        self._shifts: dict[str, Shift] = {}
        self._accounts: Accounts = NoAccounts()

    def find(self, line: str) -> Shift | None:
        """The line of this id, while it is open."""
        return self._shifts.get(line)

    def any_open(self) -> bool:
        """Whether somebody on duty has chosen a telephone."""
        return bool(self._shifts)

    @asynccontextmanager
    async def at(self, accounts: Accounts) -> AsyncIterator[None]:
        """Softphones sign in there while the body runs, those that were open before, too."""
        self._accounts = accounts
        for shift in list(self._shifts.values()):
            await self._make(shift)
        try:
            yield
        finally:
            self._accounts = NoAccounts()

    async def serve(self, path: Path) -> None:
        """Listen at `path` until cancelled. One process does (it holds the lease): what lies there is a dead one's."""
        await asyncio.to_thread(path.unlink, missing_ok=True)
        server = await asyncio.start_unix_server(self._meet, path, limit=LONGEST)
        await asyncio.to_thread(path.chmod, _MODE)
        async with server:
            await server.serve_forever()

    async def _meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        own: set[str] = set()

        def tell(line: str, news: News) -> None:
            if not writer.is_closing():
                writer.write(json.dumps({"line": line, "is": news}).encode() + b"\n")

        try:
            while text := await reader.readline():
                await self._do(_read(text), own, tell)
        except (ValueError, OSError):
            pass  # longer than a message, not one, or the console is gone
        finally:
            for line in own:
                await self._close(line)
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()

    async def _do(self, message: dict[str, Any], own: set[str], tell: Callable[[str, News], None]) -> None:
        line = str(message.get("line"))
        match message.get("do"):
            case "open":
                if not _ID.fullmatch(line) or (line in self._shifts and line not in own) or len(self._shifts) >= MOST:
                    tell(line[:LONGEST], News.REFUSED)
                    return
                own.add(line)
                await self._open(read_telephone(line, message, lambda news: tell(line, news)))
            case "close" if line in own:
                own.discard(line)
                await self._close(line)
            case "hold" if line in own:
                self._shifts[line].wish(Held(message.get("on") is True))

    async def _open(self, shift: Shift) -> None:
        if before := self._shifts.get(shift.line):
            shift.wish = before.wish
        self._shifts[shift.line] = shift
        await self._make(shift)

    async def _make(self, shift: Shift) -> None:
        shift.tell(News.OPEN if await self._accounts.make(shift) else News.REFUSED)

    async def _close(self, line: str) -> None:
        shift = self._shifts.pop(line, None)
        if shift is not None:
            await self._accounts.remove(shift)


def _read(text: bytes) -> dict[str, Any]:
    message = json.loads(text)
    if not isinstance(message, dict):
        raise ValueError("not a message")
    return message


def read_telephone(line: str, message: Mapping[str, Any], tell: Callable[[News], None] = lambda _: None) -> Shift:
    """The line that a message opens, with the one of `secret` and `number` that is there. ValueError when it is not of
    its form."""
    secret, number = message.get("secret"), message.get("number")
    if isinstance(secret, str) and number is None and _SECRET.fullmatch(secret):
        return Shift(line, secret=secret, tell=tell)
    if isinstance(number, str) and secret is None and _NUMBER.fullmatch(number):
        return Shift(line, number=number, tell=tell)
    raise ValueError("neither a softphone nor a telephone")
