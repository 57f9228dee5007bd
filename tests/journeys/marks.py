"""Marks that a visitor carries through the whole house, and the search for them in everything that was written."""

import os
import random
import secrets
import tempfile
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from safety.codes import draw, write_code
from tests.running import ROOT

LARGEST = 64 * 1024 * 1024  # bytes of a file that are searched
_NOT_OURS = {".git", ".venv"}
# Where a process may leave things besides its own folders: dumps, shared memory, temporary files.
_COMMON = ("/var/tmp", "/dev/shm", "/var/crash", "/var/lib/systemd/coredump", "/var/log")


def _token() -> str:
    return f"kanarie{secrets.token_hex(8)}"


def _address() -> str:
    """An address of this machine that nobody else uses: all of 127.0.0.0/8 is the loopback."""
    return ".".join(["127", *(str(random.randint(20, 250)) for _ in range(3))])


def _foreign_address() -> str:
    return f"2001:db8:{secrets.token_hex(2)}:{secrets.token_hex(2)}::{secrets.token_hex(2)}"


def _code() -> str:
    """Nine words that open a box of left messages."""
    return " ".join(write_code(draw(secrets.token_bytes), "en"))


@dataclass(frozen=True)
class Marks:
    """Random, so that a hit anywhere is ours."""

    address: str = field(default_factory=_address)
    forwarded: str = field(default_factory=_foreign_address)
    agent: str = field(default_factory=_token)
    cookie: str = field(default_factory=_token)
    referer: str = field(default_factory=_token)
    query: str = field(default_factory=_token)
    path: str = field(default_factory=_token)
    to_bot: str = field(default_factory=_token)
    to_person: str = field(default_factory=_token)
    from_person: str = field(default_factory=_token)
    note: str = field(default_factory=_token)  # of a staff member to herself
    aside: str = field(default_factory=_token)  # between two staff members
    garbage: str = field(default_factory=_token)
    code: str = field(default_factory=_code)

    @property
    def headers(self) -> dict[str, str]:
        """What a marked browser, behind a marked proxy, sends."""
        return {
            "User-Agent": f"Mozilla/5.0 ({self.agent})",
            "X-Forwarded-For": f"{self.forwarded}, 10.0.0.1",
            "Forwarded": f'for="[{self.forwarded}]"',
            "X-Real-IP": self.forwarded,
            "Cookie": f"session={self.cookie}",
            "Referer": f"https://{self.referer}.example/path",
            "Accept-Language": "en",
        }

    def phrases(self, mark: str) -> list[str]:
        """What somebody might write: plain, with a name and a number, in UTF-16 behind base64, and in base64."""
        words = f"Jag heter {mark}, ring 070-1740605 så fort ni kan."
        return [words, b64encode(words.encode("utf-16-le")).decode(), b64encode(words.encode()).decode()]

    def all(self) -> dict[str, str]:
        return {name: str(getattr(self, name)) for name in self.__dataclass_fields__}


def renderings(mark: str) -> dict[str, bytes]:
    """The bytes that a mark may have become."""
    plain, wide = mark.encode(), mark.encode("utf-16-le")
    found = {
        "utf-8": plain,
        "utf-16-le": wide,
        "utf-16-be": mark.encode("utf-16-be"),
        "percent": quote(mark, safe="").encode(),
        "hex": plain.hex().encode(),
        "upper": mark.upper().encode(),
    }
    for offset in range(3):
        found[f"base64 {offset}"] = _inner_base64(plain, offset)
        found[f"base64 of utf-16 {offset}"] = _inner_base64(wide, offset)
    return found


def _inner_base64(data: bytes, offset: int) -> bytes:
    """The characters of base64 that depend on `data` alone when `offset` bytes stand before it."""
    coded = b64encode(b"\0" * offset + data)
    assert coded.translate(bytes.maketrans(b"+/", b"-_")) == urlsafe_b64encode(b"\0" * offset + data)
    return coded[(offset * 8 + 5) // 6 : (offset + len(data)) * 8 // 6]


@dataclass(frozen=True)
class Hit:
    where: str
    mark: str
    rendering: str


class Scanner:
    """Looks for marks in whatever is handed to it."""

    def __init__(self, marks: dict[str, str], sealed: dict[str, list[bytes]] | None = None) -> None:
        self._wanted = [(name, kind, coded) for name, mark in marks.items() for kind, coded in renderings(mark).items()]
        self._wanted += [(name, "sealed", body) for name, bodies in (sealed or {}).items() for body in bodies]
        self.looked_at = 0

    def in_bytes(self, data: bytes, where: str) -> list[Hit]:
        self.looked_at += 1
        return [Hit(where, name, kind) for name, kind, coded in self._wanted if coded in data]

    def in_folder(self, folder: Path) -> list[Hit]:
        """Every file below, and every name."""
        return self._in_files(_files(folder))

    def in_machine(self, since: float, *more: Path) -> list[Hit]:
        """Files changed since then in the checkout, where processes may leave things, and in these folders too."""
        folders = [ROOT, Path(tempfile.gettempdir()), *map(Path, _COMMON), *more]
        return self._in_files(path for folder in folders for path in _files(folder) if _changed(path, since))

    def in_process(self, pid: int) -> list[Hit]:
        """What a living process shows and holds open: command line, environment, files, deleted ones too."""
        hits = []
        for name in ("cmdline", "environ"):
            hits += self.in_bytes(Path(f"/proc/{pid}/{name}").read_bytes(), f"{name} of {pid}")
        for link in Path(f"/proc/{pid}/fd").iterdir():
            with suppress(OSError):
                if link.is_file() and link.stat().st_size <= LARGEST:
                    hits += self.in_bytes(link.read_bytes(), f"{link.readlink()} of {pid}")
        return hits

    def _in_files(self, paths: Iterable[Path]) -> list[Hit]:
        hits = []
        for path in paths:
            with suppress(OSError):  # gone meanwhile, or somebody else's
                if path.stat().st_size <= LARGEST:
                    hits += self.in_bytes(os.fsencode(path) + b"\0" + path.read_bytes(), str(path))
        return hits


def core_pattern() -> str:
    """Where this machine's kernel puts core dumps, as it was told."""
    return Path("/proc/sys/kernel/core_pattern").read_text().strip()


def core_folder(working: Path) -> Path:
    """The folder of core dumps of a process that works in `working`."""
    pattern = core_pattern()
    return Path(pattern).parent if pattern.startswith("/") else working


def _files(folder: Path) -> Iterator[Path]:
    for base, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if name not in _NOT_OURS and not _is_proc(Path(base, name))]
        yield from (path for name in names if (path := Path(base, name)).is_file() and not path.is_symlink())


def _is_proc(folder: Path) -> bool:
    """Whether the kernel's files are mounted there, as in a system that is being made: reading `kmsg` never ends."""
    return os.path.ismount(folder) and os.path.lexists(folder / "self")


def _changed(path: Path, since: float) -> bool:
    try:
        return path.stat().st_mtime >= since
    except OSError:
        return False
