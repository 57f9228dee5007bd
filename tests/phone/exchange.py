"""A whole phone line: the telephone engine, the engine of the talks, and `fristad phone` between them."""

import asyncio
import functools
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from dialogues.hours import SWEDEN
from dialogues.loader import load_content
from dialogues.prompts import Catalogue, Prompt, catalogue
from tests import engines
from tests.engines import Engine
from tests.phone.tones import record_prompts, tone
from tests.running import ROOT, free_port

READY = "Phone: taking calls"
START = 60.0  # seconds; it takes two, and the machine is shared
MUSIC_TONE = 1900.0  # Hz
# What the tests listen for, in Hz; the rest of the prompts is silence.
DESK, MENU, TOPIC, BYE, GO = 700.0, 500.0, 600.0, 900.0, 800.0
PLACE, SECOND, CHAT, COMING, RETURNED = 1000.0, 1100.0, 1200.0, 1300.0, 1400.0
MOVING, PRESS = 1350.0, 650.0
LISTENED, ALONE = 2100.0, 2300.0  # to, and no more
NOBODY, CALL_112, FIRST, FAULT = 1500.0, 1600.0, 1700.0, 560.0
TONES: Mapping[Prompt, tuple[float, float]] = {
    Prompt("sv", name): (hertz, seconds)
    for name, hertz, seconds in (
        ("hello.desk", DESK, 0.6),
        ("menu.danger", MENU, 6.0),
        ("topic.my-rights.1", TOPIC, 6.0),
        ("bye.neutral", BYE, 0.6),
        ("person.go", GO, 0.6),
        ("waiting.place", PLACE, 0.6),
        ("number.2", SECOND, 0.6),
        ("waiting.chat", CHAT, 0.6),
        ("taken.coming", COMING, 0.6),
        ("taken.returned", RETURNED, 0.6),
        ("taken.moving", MOVING, 0.6),
        ("staff.press", PRESS, 0.6),
        ("listening.begins", LISTENED, 0.6),
        ("listening.over", ALONE, 0.6),
        ("closed.nobody", NOBODY, 0.6),
        ("danger.call", CALL_112, 0.6),
        ("waiting.first", FIRST, 0.6),
        ("fault.sorry", FAULT, 0.6),
    )
}


@dataclass
class Exchange:
    """A running line. `line` can be ended and started again; `sip` is the port that callers call."""

    folder: Path
    sip: int
    talks: Engine
    environment: Mapping[str, str]
    program: Sequence[str]  # the telephone engine's, as `start` is given it
    engine: subprocess.Popen[bytes] | None = None
    line: subprocess.Popen[bytes] | None = None

    @property
    def output(self) -> Path:
        """All that our process has written."""
        return self.folder / "line.log"

    def start_line(self) -> None:
        """`fristad phone`, until it takes calls."""
        told = self.ready
        self.line = self.begin_line()
        self.await_line(told)

    @property
    def ready(self) -> int:
        """How often a process has said that it takes calls."""
        return self.output.read_text().count(READY) if self.output.exists() else 0

    def begin_line(self) -> subprocess.Popen[bytes]:
        """`fristad phone`, just begun."""
        with self.output.open("ab") as sink:
            command = [sys.executable, "-m", "fristad", "phone"]
            return subprocess.Popen(command, env=self.environment, stdout=sink, stderr=sink)

    def await_line(self, told: int) -> None:
        """Until one more than `told` has said that it takes calls."""
        assert self.line is not None
        limit = time.monotonic() + START
        while self.ready == told:
            assert self.line.poll() is None, self.output.read_text()
            assert time.monotonic() < limit, "the line did not become ready"
            time.sleep(0.05)

    def end_line(self, how: signal.Signals = signal.SIGTERM) -> None:
        """End it, and wait until it has."""
        if self.line is not None and self.line.poll() is None:
            self.line.send_signal(how)
            self.line.wait(20)

    def start_engine(self, how: signal.Signals | None = None) -> None:
        """Start the telephone engine as `start` does; one that runs is ended before by a signal."""
        if how is not None:
            self.end_engine(how)
        outer = {name: value for name, value in self.environment.items() if not name.startswith("FRISTAD_")}
        self.engine = subprocess.Popen([str(self.folder / "phone" / "start"), *self.program], env=outer)

    def end_engine(self, how: signal.Signals = signal.SIGTERM) -> None:
        """End it, and kill it when it does not."""
        if self.engine is not None:
            self.engine.send_signal(how)
            end(self.engine)

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        """Another command of `fristad` with the line's settings."""
        return subprocess.run(
            [sys.executable, "-m", "fristad", *command],
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=START,
        )


@functools.cache
def prompts() -> Catalogue:
    """What callers of the demonstration's desk can come to hear."""
    content = load_content(now=datetime.now(SWEDEN), demo=True)
    return catalogue(content, content.desks["demo"], 10)


@contextmanager
def exchange(
    folder: Path, tones: Mapping[Prompt, tuple[float, float]], *, started: bool = True, **settings: str
) -> Iterator[Exchange]:
    """A line whose prompts are these tones (Hz, seconds), on free ports; ended afterwards."""
    record_prompts(folder / "recordings", prompts(), tones)
    with ExitStack() as stack:
        talks = stack.enter_context(engines.running("valkey"))
        root = telephone_engine()
        libraries = next(root.glob("usr/lib/*/asterisk")).parent
        sip = free_port()
        own = {
            "DEMO": "true",
            "REDIS_URL": talks.visitor,
            "PHONE_FOLDER": str(folder / "phone"),
            "PHONE_SOUNDS": str(folder / "sounds"),
            "PHONE_RECORDINGS": str(folder / "recordings"),
            "PHONE_MODULES": str(libraries / "asterisk" / "modules"),
            "PHONE_DATA": str(root / "usr" / "share" / "asterisk"),
            "PHONE_CONTROL_PORT": str(free_port()),
            "PHONE_SIP_HOST": "127.0.0.1",
            "PHONE_SIP_PORT": str(sip),
            "PHONE_TRUNK": "127.0.0.1",
            "PHONE_TRANSPORT": "udp",
            "PHONE_TRUNK_ADDRESSES": "127.0.0.1",
            "PHONE_ENCRYPTED": "false",
            **settings,
        }
        outer = {name: value for name, value in os.environ.items() if not name.startswith("FRISTAD_")}
        environment = {**outer, "PYTHONPATH": str(ROOT), **{f"FRISTAD_{name}": value for name, value in own.items()}}
        music = folder / "sounds" / "music"
        music.mkdir(parents=True)
        (music / "hold.wav").write_bytes(tone(MUSIC_TONE, 4.0))
        loader = next(libraries.glob("ld-linux-*.so.*"))
        program = [str(loader), "--library-path", str(libraries), str(root / "usr" / "sbin" / "asterisk")]
        built = Exchange(folder, sip, talks, environment, program)
        rendered = built.run("phone", "render", str(folder / "phone"))
        assert rendered.returncode == 0, rendered.stderr
        built.start_engine()
        stack.callback(built.end_engine)
        stack.callback(built.end_line)
        if started:
            built.start_line()
        yield built


@asynccontextmanager
async def telephone(own: Exchange) -> AsyncIterator[None]:
    """Somebody on duty has a telephone while the body runs, as far as the line knows: without one nobody is put in
    line. It is their own, and never rung here."""
    reader, writer = await asyncio.open_unix_connection(own.folder / "phone" / "lines.sock")
    writer.write(json.dumps({"do": "open", "line": "line." + "t" * 22, "number": "+46701740699"}).encode() + b"\n")
    assert b"open" in await asyncio.wait_for(reader.readline(), START)
    try:
        yield
    finally:
        writer.close()


def telephone_engine() -> Path:
    """Its folder; a missing one fails."""
    found = subprocess.run([str(ROOT / "scripts" / "phone-engine")], capture_output=True, text=True, timeout=600)
    assert found.returncode == 0, found.stderr
    return Path(found.stdout.strip())


def end(process: subprocess.Popen[bytes]) -> None:
    """Ask it to end, and kill it when it does not."""
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(10)
