"""What the kernel tells about processes of ours that run on this machine: core dumps, environments, command lines."""

import re
import socket
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from urllib.parse import urlsplit

from fristad.doctor.findings import Finding, Weight
from fristad.doctor.leaks import check_environment

PROC = Path("/proc")
KINDS = ("serve", "bot", "console", "rasa-actions", "telegram", "phone")
_PASSWORD = re.compile(r"://[^/@\s]*:[^/@\s]+@")
_AGAIN = "Start it anew with this version, not from a debugger or a profiler."


@dataclass(frozen=True)
class Running:
    """One process: its number, and what `fristad` command it is, or `engine`."""

    pid: int
    kind: str

    @property
    def shown(self) -> str:
        """What the reader calls it."""
        return f"The running {self.kind} (process {self.pid})"


def running(proc: Path = PROC) -> list[Running]:
    """Our processes on this machine, by their command lines."""
    return [Running(pid, kind) for pid, words in _command_lines(proc) if (kind := _kind(words))]


def engine_behind(url: str) -> list[Running]:
    """The engine at the other end of a unix socket; none for another address, or when nobody is there."""
    parts = urlsplit(url)
    if parts.scheme != "unix":
        return []
    with socket.socket(socket.AF_UNIX) as end:
        try:
            end.connect(parts.path)
            peer = end.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
        except (OSError, AttributeError):
            return []
    return [Running(struct.unpack("3i", peer)[0], "engine")]


def check_processes(found: list[Running], proc: Path = PROC) -> list[Finding]:
    """Findings about these processes; what is closed to this user is said once."""
    told, closed = [], False
    for each in found:
        told += _check_core(each, proc)
        told += _check_command_line(each, proc)
        environment = _environment(each.pid, proc)
        closed |= environment is None
        if environment is not None and each.kind != "serve":
            told += check_environment(environment, each.kind, f"{each.shown}'s environment")
    if closed:
        what = "The environments of running processes are closed to this user, as they should be."
        told.append(Finding(Weight.ELSEWHERE, what, "Start the doctor as root to have them looked at."))
    return told


def _check_core(each: Running, proc: Path) -> list[Finding]:
    try:
        limits = (proc / str(each.pid) / "limits").read_text()
        piped = (proc / "sys/kernel/core_pattern").read_text().startswith(("|", "@"))
    except OSError:
        return []
    line = next((line for line in limits.splitlines() if line.startswith("Max core file size")), "")
    soft = line.removeprefix("Max core file size").split()[:1]
    if soft == ["1"] or (soft == ["0"] and not piped):
        return []
    what = f"{each.shown} would leave its memory behind when it crashes."
    if each.kind == "engine":
        return [Finding(Weight.WORDS, what, "Start it with a limit of one byte (systemd: LimitCORE=1).")]
    return [Finding(Weight.WORDS, what, _AGAIN)]


def _check_command_line(each: Running, proc: Path) -> list[Finding]:
    words = dict(_command_lines(proc)).get(each.pid, [])
    if not _PASSWORD.search(" ".join(words)):
        return []
    what = f"{each.shown} has a password on its command line, where every user of the machine reads it."
    return [Finding(Weight.DOORS, what, "Give it in the environment, and make a new one.")]


def _environment(pid: int, proc: Path) -> dict[str, str] | None:
    try:
        raw = (proc / str(pid) / "environ").read_bytes()
    except PermissionError:
        return None
    except OSError:
        return {}
    pairs = raw.decode("utf-8", "replace").split("\0")
    return dict(pair.split("=", 1) for pair in pairs if "=" in pair)


def _command_lines(proc: Path) -> Iterator[tuple[int, list[str]]]:
    for folder in proc.iterdir():
        if folder.name.isdigit():
            try:
                yield int(folder.name), (folder / "cmdline").read_bytes().decode("utf-8", "replace").split("\0")
            except OSError:
                continue


def _kind(words: list[str]) -> str | None:
    """Of `python -m fristad bot` and of `.../bin/fristad bot`."""
    for before, after in pairwise(words):
        if (before == "fristad" or before.endswith("/fristad")) and after in KINDS:
            return after
    return None
