"""The console's end of the lines: opens telephones of staff at the process that takes calls, and hears of their calls.

Both run on one machine and meet at a socket that only their group may open; the other end says what is spoken there.
The console holds no key of the telephone engine: it cannot call out, list calls, or join one. What it opens is closed
by that process when this one is gone.
"""

import asyncio
import json
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from console.relays import Relays

SOCKET = "lines.sock"
_AGAIN = 1.0  # seconds until that process is looked for again
_LONGEST = 512  # bytes of a message


class By(StrEnum):
    """What staff answer calls with."""

    OFF = "off"
    BROWSER = "browser"
    OWN = "own"  # a telephone of their own


@dataclass(frozen=True, slots=True)
class OwnLine:
    """One person's line, in this process's memory for as long as they are on duty."""

    by: By
    id: str
    secret: str = field(default="", repr=False)  # of a softphone
    number: str = field(default="", repr=False)  # of an own telephone, as E.164

    @classmethod
    def draw(cls, by: By, number: str) -> "OwnLine":
        """A new one."""
        id = f"line.{secrets.token_urlsafe(16)}"
        return cls(by, id, number=number) if by is By.OWN else cls(by, id, secret=secrets.token_urlsafe(24))


def line_at(line: str | None, device: str) -> str | None:
    """What the engine of talks is told of who answers a call: the line that is rung, and behind a space, for lines
    between colleagues, the device that their page is on. None without a line."""
    return line and f"{line} {device}".rstrip()


def device_of(told: str) -> str:
    """The device in it, or in what a chat is told, which is no more than a device."""
    return told.rpartition(" ")[2]


News = Callable[[str], None]


class Lines:
    """All lines of this console. `folder` is the phone's; None: this console answers no calls. `softphone` is the
    script that a browser needs to answer one; None: it was not made (console.softphone). `relays` help it to reach
    the engine."""

    def __init__(self, folder: Path | None, softphone: bytes | None = None, relays: Relays | None = None) -> None:
        self._path = folder and folder / SOCKET
        self.softphone = softphone
        self.relays = relays
        self._open: dict[str, tuple[OwnLine, News]] = {}
        self._writer: asyncio.StreamWriter | None = None
        self._signed_in: set[str] = set()
        self.known: dict[str, str] = {}  # what was told last of those that can be rung, or signed in at

    @property
    def possible(self) -> bool:
        """Whether staff of this console can answer calls at all."""
        return self._path is not None

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Be connected while the body runs; a process that takes calls may come and go meanwhile."""
        task = asyncio.create_task(self._keep_connected())
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    def open(self, line: OwnLine, tell: News) -> None:
        """Open a line; `tell` hears what becomes of it, also of one that is open already. Without anybody to open it
        at, `lost` is told, and it is opened once there is."""
        known = line.id in self._open
        self._open[line.id] = line, tell
        if self._writer is None:
            tell("lost")
        elif not known:
            self._say_open(line)

    def close(self, line: OwnLine) -> None:
        """No call comes there any more."""
        self._signed_in.discard(line.id)
        self.known.pop(line.id, None)
        if self._open.pop(line.id, None):
            self._say(do="close", line=line.id)

    def hold(self, line: OwnLine, *, on: bool) -> None:
        """Let the caller hear music, or the person again."""
        self._say(do="hold", line=line.id, on=on)

    def meet(self, line: OwnLine, *, here: bool) -> None:
        """A softphone has signed in, or its signalling is gone."""
        (self._signed_in.add if here else self._signed_in.discard)(line.id)
        if line.id in self.known:
            self._tell(line.id, "open")

    async def _keep_connected(self) -> None:
        while self._path is not None:
            try:
                reader, self._writer = await asyncio.open_unix_connection(self._path, limit=_LONGEST)
                await self._serve(reader)
            except (OSError, ValueError):
                pass  # it is not there (any more)
            finally:
                self._lose()
            await asyncio.sleep(_AGAIN)

    def _lose(self) -> None:
        if self._writer is not None:
            self._writer.close()
            self._writer = None
            for line in list(self._open):
                self._tell(line, "lost")

    async def _serve(self, reader: asyncio.StreamReader) -> None:
        for line, _ in list(self._open.values()):
            self._say_open(line)
        while text := await reader.readline():
            message = json.loads(text)
            if isinstance(message, dict):
                self._tell(str(message.get("line")), str(message.get("is")))

    def _tell(self, line: str, news: str) -> None:
        if news == "open" and line in self._signed_in:
            news = "here"  # also with another process that takes calls: the engine has kept it
        if news in {"open", "here"}:
            self.known[line] = news
        elif news in {"refused", "lost"}:
            self.known.pop(line, None)
        if line in self._open:
            self._open[line][1](news)

    def _say_open(self, line: OwnLine) -> None:
        which = {"number": line.number} if line.by is By.OWN else {"secret": line.secret}
        self._say(do="open", line=line.id, **which)

    def _say(self, **message: Any) -> None:
        if self._writer is not None and not self._writer.is_closing():
            self._writer.write(json.dumps(message).encode() + b"\n")
