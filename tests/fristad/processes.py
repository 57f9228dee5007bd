"""What the tests ask the kernel about processes, and a wait with an end."""

import time
from collections.abc import Callable
from pathlib import Path

LIMIT = 60.0  # seconds; what is waited for takes one or two, the machine is shared


def eventually(holds: Callable[[], object], limit: float = LIMIT) -> None:
    """Return as soon as `holds()` is true; fail when it is not within the limit."""
    deadline = time.monotonic() + limit
    while not holds():
        assert time.monotonic() < deadline, "it did not come true in time"
        time.sleep(0.05)


def children(pid: int) -> dict[str, int]:
    """The process ids below `pid`, by what they are: engine, bot, console."""
    found = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return {kind: int(child) for child in found if (kind := _kind(int(child)))}


def alive(pid: int) -> bool:
    """Whether it runs; one that only waits to be collected does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def environment(pid: int) -> dict[str, str]:
    pairs = Path(f"/proc/{pid}/environ").read_bytes().decode().split("\0")
    return dict(pair.split("=", 1) for pair in pairs if "=" in pair)


def command_line(pid: int) -> list[str]:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().decode().split("\0")
    except OSError:
        return []


def core_limit(pid: int) -> str:
    """The largest core dump in bytes that it may leave, or raise the limit to. "1" forbids those through a pipe too."""
    limits = Path(f"/proc/{pid}/limits").read_text().splitlines()
    soft, hard = next(line for line in limits if "core file" in line).split()[4:6]
    return soft if soft == hard else f"{soft} of {hard}"


def _kind(pid: int) -> str | None:
    words = command_line(pid)
    if "fristad" in words:
        return words[words.index("fristad") + 1]
    return "engine" if words and any("valkey" in word or "redis" in word for word in words) else None
