"""Several visitor apps and consoles over one engine, behind one address for each side; each can be exchanged."""

import secrets
import signal
import subprocess
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from tests import engines
from tests.running import UNHURRIED, end, free_port, start, wait_until_healthy
from tests.sealed import Organisation
from tests.switch import Switch, switching

GONE = 30  # seconds in which a process that was asked to end has ended


@dataclass
class Kind:
    """One side: its command, its settings, its switch, and its processes, the one that is asked first in front."""

    command: str
    port_setting: str
    settings: Mapping[str, str]
    switch: Switch
    processes: list[tuple[subprocess.Popen[bytes], int]] = field(default_factory=list)


@dataclass
class Rolling:
    """The running whole, with the addresses of a house."""

    folder: Path
    sink: BinaryIO
    stack: ExitStack
    bots: Kind
    consoles: Kind
    token: str
    coordinator: str

    @property
    def visitors(self) -> str:
        return f"http://127.0.0.1:{self.bots.switch.port}/"

    @property
    def staff(self) -> str:
        return f"http://localhost:{self.consoles.switch.port}/"

    @property
    def demo_staff(self) -> str:
        return f"{self.staff}demo/{self.token}"

    @property
    def demo_coordinator(self) -> str:
        return f"{self.staff}demo/{self.coordinator}"

    @property
    def output(self) -> str:
        """What all processes wrote."""
        return (self.folder / "output.log").read_text(encoding="utf-8")

    def begins(self, *kinds: Kind) -> None:
        """One more process of each of these, which is asked last."""
        for begun in [self._start(kind) for kind in kinds]:
            begun()

    def _start(self, kind: Kind) -> Callable[[], None]:
        port = free_port()
        own = {**kind.settings, kind.port_setting: str(port)}
        process = start(["-m", "fristad", kind.command], own, self.folder, self.sink)
        self.stack.callback(end, process)
        host = "127.0.0.1" if kind is self.bots else "localhost"

        def wait() -> None:
            wait_until_healthy(process, f"http://{host}:{port}/", self.folder / "output.log")
            kind.processes.append((process, port))
            kind.switch.ports.append(port)

        return wait

    def asks_to_end(self, kind: Kind) -> subprocess.Popen[bytes]:
        """SIGTERM to the one that has all the pages. The switch is told nothing: it finds the port closed."""
        process, _ = kind.processes.pop(0)
        process.send_signal(signal.SIGTERM)
        return process

    def forgets_dead_ports(self, kind: Kind) -> None:
        """What a proxy's health checks do."""
        kind.switch.ports[:] = [port for _, port in kind.processes]


@contextmanager
def rolling(folder: Path, each: int, **settings: str) -> Iterator[Rolling]:
    """So many of each, as a demonstration, on an engine of their own. Settings without the prefix."""
    folder.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        engine = stack.enter_context(engines.running("valkey"))
        visitors, staff = stack.enter_context(switching()), stack.enter_context(switching())
        sink = stack.enter_context((folder / "output.log").open("wb"))
        token, coordinator = secrets.token_urlsafe(24), secrets.token_urlsafe(24)
        organisation = Organisation()
        shared = {
            "FRISTAD_DEMO": "true",
            "FRISTAD_ORGANISATION_KEY": organisation.text,
            **UNHURRIED,
            **{f"FRISTAD_{name}": value for name, value in settings.items()},
        }
        bot = {
            "FRISTAD_REDIS_URL": engine.visitor,
            "FRISTAD_STATE_KEY": urlsafe_b64encode(secrets.token_bytes(32)).decode(),
        }
        console = {
            "FRISTAD_REDIS_URL": engine.staff,
            "FRISTAD_DATA": str(folder / "var"),
            "FRISTAD_STAFF_URL": f"http://localhost:{staff.port}",
            "FRISTAD_DEMO_STAFF_TOKEN": token,
            "FRISTAD_DEMO_COORDINATOR_TOKEN": coordinator,
            "FRISTAD_ORGANISATION_SIGNING_KEY": organisation.pem,
        }
        whole = Rolling(
            folder,
            sink,
            stack,
            Kind("bot", "FRISTAD_VISITOR_PORT", shared | bot, visitors),
            Kind("console", "FRISTAD_STAFF_PORT", shared | console, staff),
            token,
            coordinator,
        )
        for _ in range(each):  # the first console makes the tables, and a busy machine starts two at once in time
            whole.begins(whole.bots, whole.consoles)
        yield whole
