"""A whole Fristad as a person starts it: `fristad serve --demo`, on free ports, in a directory of its own."""

import os
import re
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from tests.sealed import Organisation

ROOT = Path(__file__).parents[1]
READY = {
    "visitors": re.compile(r"^Visitors: (\S+)$", re.MULTILINE),
    "staff": re.compile(r"^Staff: (\S+)$", re.MULTILINE),
    "demo_staff": re.compile(r"^Demo staff: (\S+)$", re.MULTILINE),
    "demo_coordinator": re.compile(r"^Demo coordinator: (\S+)$", re.MULTILINE),
}
# One house serves many tests a minute, and only those about the toll mean to pay it.
UNHURRIED = {"FRISTAD_JOINS_PER_MINUTE": "100000"}
FIRST_PORT, LAST_PORT, PARTS = 21_000, 32_767, 8  # above our media ports, below those that Linux gives
START_LIMIT = 180  # seconds; a start takes a few, the machine is shared


@dataclass(frozen=True)
class House:
    process: subprocess.Popen[bytes]
    visitors: str
    staff: str
    demo_staff: str
    demo_coordinator: str
    data: Path
    output: Path  # standard output and standard error of all processes


@dataclass(frozen=True)
class Sides:
    """The two apps started one by one on an engine of the test's own."""

    bot: subprocess.Popen[bytes]
    console: subprocess.Popen[bytes]
    visitors: str
    staff: str
    demo_staff: str
    demo_coordinator: str
    data: Path
    output: Path
    bot_settings: Mapping[str, str]  # for another visitor app beside it


def free_port() -> int:
    """One that is free now, and still is when it is taken: whoever asks the kernel for any gets one above these, each
    process of a test run has a part of them, and none is given again soon."""
    for port in islice(_PORTS, LAST_PORT - FIRST_PORT):
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise AssertionError("no port is free")


def _ports() -> Iterator[int]:
    """This process's part, again and again, from a random place: others may be testing on this machine."""
    number = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % PARTS
    size = (LAST_PORT - FIRST_PORT) // PARTS
    at = secrets.randbelow(size)
    while True:
        at = (at + 1) % size
        yield FIRST_PORT + number * size + at


_PORTS = _ports()


@contextmanager
def running(folder: Path, *, outer: Mapping[str, str] | None = None, **settings: str) -> Iterator[House]:
    """A started demonstration; ended by SIGTERM. Settings are given without the prefix: SILENCE_SECONDS="4".

    `outer` are ordinary variables (TMPDIR, HOME) to run it with; its working directory is `folder`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    output = folder / "output.log"
    own = {
        **(outer or {}),
        **UNHURRIED,
        "FRISTAD_DATA": str(folder / "var"),
        "FRISTAD_VISITOR_PORT": str(free_port()),
        "FRISTAD_STAFF_PORT": str(free_port()),
        **{f"FRISTAD_{name}": value for name, value in settings.items()},
    }
    with output.open("wb") as sink:
        process = start(["-m", "fristad", "serve", "--demo"], own, folder, sink)
    try:
        found = _wait_until_ready(process, output)
        yield House(process, **found, data=folder / "var", output=output)
    finally:
        end(process)


@contextmanager
def running_apart(
    folder: Path,
    visitor_url: str,
    staff_url: str,
    alone: tuple[Mapping[str, str], Mapping[str, str]] = ({}, {}),
    /,
    **settings: str,
) -> Iterator[Sides]:
    """`fristad bot` and `fristad console` on an engine that is there already, as a demonstration. `alone` are whole
    variables of the one and of the other."""
    folder.mkdir(parents=True, exist_ok=True)
    output = folder / "output.log"
    visitor_port, staff_port = free_port(), free_port()
    staff_token, coordinator_token = secrets.token_urlsafe(24), secrets.token_urlsafe(24)
    organisation = Organisation()
    shared = {
        "FRISTAD_DEMO": "true",
        "FRISTAD_ORGANISATION_KEY": organisation.text,
        **UNHURRIED,
        **{f"FRISTAD_{name}": value for name, value in settings.items()},
    }
    bot = {
        "FRISTAD_REDIS_URL": visitor_url,
        "FRISTAD_VISITOR_PORT": str(visitor_port),
        "FRISTAD_STATE_KEY": urlsafe_b64encode(secrets.token_bytes(32)).decode(),
        **alone[0],
    }
    console = {
        "FRISTAD_REDIS_URL": staff_url,
        "FRISTAD_STAFF_PORT": str(staff_port),
        "FRISTAD_DATA": str(folder / "var"),
        "FRISTAD_DEMO_STAFF_TOKEN": staff_token,
        "FRISTAD_DEMO_COORDINATOR_TOKEN": coordinator_token,
        "FRISTAD_ORGANISATION_SIGNING_KEY": organisation.pem,
        **alone[1],
    }
    visitors, staff = f"http://127.0.0.1:{visitor_port}/", f"http://localhost:{staff_port}/"
    with ExitStack() as stack:
        sink = stack.enter_context(output.open("wb"))
        own_bot = start(["-m", "fristad", "bot"], shared | bot, folder, sink)
        stack.callback(end, own_bot)
        own_console = start(["-m", "fristad", "console"], shared | console, folder, sink)
        stack.callback(end, own_console)
        wait_until_healthy(own_bot, visitors, output)
        wait_until_healthy(own_console, staff, output)
        yield Sides(
            own_bot,
            own_console,
            visitors=visitors,
            staff=staff,
            demo_staff=f"{staff}demo/{staff_token}",
            demo_coordinator=f"{staff}demo/{coordinator_token}",
            data=folder / "var",
            output=output,
            bot_settings=shared | bot,
        )


@contextmanager
def another_desk(sides: Sides, folder: Path, desk: str, port: int, **settings: str) -> Iterator[str]:
    """Another visitor app beside these sides, for another desk, on this port; its address."""
    folder.mkdir(parents=True, exist_ok=True)
    output, address = folder / "output.log", f"http://127.0.0.1:{port}/"
    own = {
        **sides.bot_settings,
        "FRISTAD_DESK": desk,
        "FRISTAD_VISITOR_PORT": str(port),
        "FRISTAD_STATE_KEY": urlsafe_b64encode(secrets.token_bytes(32)).decode(),
        **{f"FRISTAD_{name}": value for name, value in settings.items()},
    }
    with output.open("wb") as sink:
        process = start(["-m", "fristad", "bot"], own, folder, sink)
    try:
        wait_until_healthy(process, address, output)
        yield address
    finally:
        end(process)


def start(arguments: list[str], own: Mapping[str, str], folder: Path, sink: BinaryIO) -> subprocess.Popen[bytes]:
    """Python with these arguments, in `folder`, with none of the outer environment's settings but `own`."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith("FRISTAD_")}
    return subprocess.Popen(
        [sys.executable, *arguments],
        env={**environment, "PYTHONPATH": str(ROOT), **own},
        cwd=folder,
        stdout=sink,
        stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL,
    )


def end(process: subprocess.Popen[bytes]) -> None:
    """Ask it to end and wait until it has."""
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
    process.wait(timeout=90)


def _wait_until_ready(process: subprocess.Popen[bytes], output: Path) -> dict[str, str]:
    found: dict[str, str] = {}

    def ready() -> bool:
        text = output.read_text(encoding="utf-8")
        found.update({name: match[1] for name, pattern in READY.items() if (match := pattern.search(text))})
        return len(found) == len(READY)

    _wait(process, ready, output)
    return found


def wait_until_healthy(process: subprocess.Popen[bytes], address: str, output: Path) -> None:
    """Return when it answers; AssertionError with its output when it does not."""

    def healthy() -> bool:
        try:
            with urllib.request.urlopen(f"{address}healthz", timeout=5) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    _wait(process, healthy, output)


def _wait(process: subprocess.Popen[bytes], holds: Callable[[], bool], output: Path) -> None:
    limit = time.monotonic() + START_LIMIT
    while not holds():
        if time.monotonic() > limit or process.poll() is not None:
            raise AssertionError(f"not ready:\n{output.read_text(encoding='utf-8')}")
        time.sleep(0.05)
