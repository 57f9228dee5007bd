"""A whole Fristad as a person starts it: `fristad serve --demo`, on free ports, in a directory of its own."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

READY = {
    "visitors": re.compile(r"^Visitors: (\S+)$", re.MULTILINE),
    "staff": re.compile(r"^Staff: (\S+)$", re.MULTILINE),
    "demo_staff": re.compile(r"^Demo staff: (\S+)$", re.MULTILINE),
    "demo_coordinator": re.compile(r"^Demo coordinator: (\S+)$", re.MULTILINE),
}
START_LIMIT = 60  # seconds; a start takes a few, the machine is shared


@dataclass(frozen=True)
class House:
    process: subprocess.Popen[bytes]
    visitors: str
    staff: str
    demo_staff: str
    demo_coordinator: str
    data: Path
    output: Path  # standard output and standard error of all processes


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(folder: Path, **settings: str) -> Iterator[House]:
    """A started demonstration; ended by SIGTERM. Settings are given without the prefix: SILENCE_SECONDS="4"."""
    folder.mkdir(parents=True, exist_ok=True)
    output = folder / "output.log"
    environment = {key: value for key, value in os.environ.items() if not key.startswith("FRISTAD_")}
    environment |= {
        "FRISTAD_DATA": str(folder / "var"),
        "FRISTAD_VISITOR_PORT": str(free_port()),
        "FRISTAD_STAFF_PORT": str(free_port()),
        **{f"FRISTAD_{name}": value for name, value in settings.items()},
    }
    with output.open("wb") as sink:
        process = subprocess.Popen(
            [sys.executable, "-m", "fristad", "serve", "--demo"],
            env=environment,
            stdout=sink,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
        )
    try:
        found = _wait_until_ready(process, output)
        yield House(process, **found, data=folder / "var", output=output)
    finally:
        _end(process)


def _wait_until_ready(process: subprocess.Popen[bytes], output: Path) -> dict[str, str]:
    limit = time.monotonic() + START_LIMIT
    while time.monotonic() < limit and process.poll() is None:
        text = output.read_text(encoding="utf-8")
        found = {name: match[1] for name, pattern in READY.items() if (match := pattern.search(text))}
        if len(found) == len(READY):
            return found
        time.sleep(0.05)
    raise AssertionError(f"not ready:\n{output.read_text(encoding='utf-8')}")


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
    process.wait(timeout=20)
