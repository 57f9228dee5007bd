"""A whole line at a provider: the engine of the talks, and `fristad phone --provider` as a process."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from dialogues.sounds import file_of
from dialogues.waves import write_wave
from tests import engines
from tests.engines import Engine
from tests.phone.exchange import prompts
from tests.phone_hooks.provider import CENTRE, PUBLIC, SECRET, TOKEN
from tests.running import ROOT, free_port

START = 60.0  # seconds; it takes four, and the machine is shared
STAFF = {"anna": "+46701740610", "bo": "+46701740620"}
LINES = {name: f"line.{name:a<22}" for name in (*STAFF, "carla")}  # carla has a softphone
MOST = 4  # calls at once
OWN = {
    "46elks": {"PHONE_PROVIDER_ADDRESSES": "127.0.0.1 2001:db8::/64"},
    "twilio": {"PHONE_ACCOUNT": f"AC{'0' * 32}", "PHONE_TOKEN": TOKEN},
}


@dataclass
class Line:
    """A running one. `base` is where the provider reaches it in the tests."""

    kind: str
    base: str
    folder: Path
    talks: Engine
    process: subprocess.Popen[bytes]

    @property
    def output(self) -> str:
        """All that the process has written."""
        return (self.folder / "line.log").read_text()


def spell_prompts(folder: Path) -> None:
    """Recordings whose samples are their own names: what was played can be read."""
    for prompt in prompts():
        path = file_of(folder, prompt)
        path.parent.mkdir(parents=True, exist_ok=True)
        said = f"<{prompt.language}/{prompt.name}>"
        path.write_bytes(write_wave(said.replace(">", " >" if len(said) % 2 else ">").encode()))


def environment(kind: str, folder: Path, talks: Engine, port: int, **settings: str) -> dict[str, str]:
    """Of the process, with everything that it needs."""
    own = {
        "DEMO": "true",
        "REDIS_URL": talks.visitor,
        "PHONE_SOUNDS": str(folder / "sounds"),
        "PHONE_RECORDINGS": str(folder / "recordings"),
        "PHONE_PORT": str(port),
        "PHONE_URL": PUBLIC,
        "PHONE_SECRET": SECRET,
        "PHONE_NUMBER": CENTRE,
        "PHONE_FOLDER": str(folder / "phone"),
        "PHONE_CALLS": str(MOST),
        **OWN[kind],
        **settings,
    }
    outer = {name: value for name, value in os.environ.items() if not name.startswith("FRISTAD_")}
    return {**outer, "PYTHONPATH": str(ROOT), **{f"FRISTAD_{name}": value for name, value in own.items()}}


@contextmanager
def line(kind: str, folder: Path, **settings: str) -> Iterator[Line]:
    """A line of that provider's, ended afterwards."""
    spell_prompts(folder / "recordings")
    port = free_port()
    with engines.running("valkey") as talks, (folder / "line.log").open("ab") as sink:
        process = subprocess.Popen(
            [sys.executable, "-m", "fristad", "phone", "--provider", kind],
            env=environment(kind, folder, talks, port, **settings),
            stdout=sink,
            stderr=sink,
        )
        built = Line(kind, f"http://127.0.0.1:{port}", folder, talks, process)
        try:
            _await(built)
            yield built
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(10)


async def open_lines(built: Line) -> asyncio.StreamWriter:
    """Staff's telephones, and a softphone, which no provider can ring; they are there until this is closed."""
    _, writer = await asyncio.open_unix_connection(built.folder / "phone" / "lines.sock")
    for name, number in STAFF.items():
        writer.write(json.dumps({"do": "open", "line": LINES[name], "number": number}).encode() + b"\n")
    writer.write(json.dumps({"do": "open", "line": LINES["carla"], "secret": "s" * 24}).encode() + b"\n")
    await writer.drain()
    return writer


def _await(built: Line) -> None:
    limit = time.monotonic() + START
    while True:
        assert built.process.poll() is None, built.output
        try:
            assert httpx.get(f"{built.base}/f/none.wav", timeout=START).status_code == 404
            return
        except httpx.TransportError:
            assert time.monotonic() < limit, "the line did not become ready"
            time.sleep(0.1)
