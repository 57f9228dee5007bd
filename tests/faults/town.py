"""Two visitor processes, two consoles and one engine in a network namespace, each to be hit on its own.

Every process reaches the engine at a loopback address of its own (127.0.1.x), and every page comes from one of its own
(127.0.3.x visitors, 127.0.4.x staff), so that one direction between any two can be cut. The engine speaks TCP inside
the namespace, which nothing outside reaches.
"""

import asyncio
import os
import secrets
import signal
import subprocess
import time
from base64 import urlsafe_b64encode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import redis

from console.accounts import create_account
from console.database import Database
from console.permissions import Role
from console.signing import Way
from console.signins import SignIns
from handover.acl import acl_users, engine_directives
from handover.values import DeskId, StaffId
from tests.engines import binary
from tests.running import ROOT, UNHURRIED, start, wait_until_healthy
from tests.sealed import Organisation

ENGINE_PORT, VISITOR_PORT, STAFF_PORT = 6390, 8100, 8200
# Short, so that a run sees many lapses: the pages' own times stay as they are.
LEASE, SILENCE, WAITING_SILENCE = 6, 25, 40
DESK = DeskId("demo")
ADMIN = "127.0.1.9"  # where the run itself reaches the engine: never cut


@dataclass
class Process:
    """One that can be started, ended without notice, stopped and woken."""

    name: str
    arguments: list[str]
    settings: Mapping[str, str]
    folder: Path
    address: str = ""  # of its pages
    engine: str = ""  # where it reaches the engine
    port: int = 0
    running: subprocess.Popen[bytes] | None = None

    @property
    def output(self) -> Path:
        return self.folder / f"{self.name}.log"

    @property
    def clock(self) -> Path:
        """The file with the seconds that its wall clock is off."""
        return self.folder / f"{self.name}.clock"

    def start(self) -> None:
        own = {**self.settings, "FAULTS_CLOCK": str(self.clock)}
        with self.output.open("ab") as sink:
            self.running = start(self.arguments, own, self.folder, sink)

    def kill(self) -> None:
        """As when the machine's memory is full: no farewell."""
        self.signal(signal.SIGKILL)
        if self.running is not None:
            self.running.wait(10)

    def signal(self, number: int) -> None:
        if self.running is not None and self.running.poll() is None:
            os.kill(self.running.pid, number)

    def set_clock(self, seconds: float) -> None:
        self.clock.write_text(f"{seconds:+.0f}")

    def wait(self) -> None:
        """Until it answers."""
        if self.running is not None:
            wait_until_healthy(self.running, self.address, self.output)


@dataclass
class EngineProcess(Process):
    """The engine, with the product's users and directives, and one for the run."""

    lines: list[str] = field(default_factory=list)
    admin: str = ""

    def start(self) -> None:
        libraries = list(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))
        assert libraries, "libfaketime is missing: install Debian's package faketime"
        clock = {
            "LD_PRELOAD": str(libraries[0]),
            "FAKETIME_TIMESTAMP_FILE": str(self.clock),
            "FAKETIME_CACHE_DURATION": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }
        with self.output.open("ab") as sink:
            self.running = subprocess.Popen(
                [binary("valkey"), "-"],
                env={**os.environ, **clock},
                cwd=self.folder,
                stdin=subprocess.PIPE,
                stdout=sink,
                stderr=sink,
            )
        assert self.running.stdin is not None
        self.running.stdin.write("\n".join(self.lines).encode())
        self.running.stdin.close()

    def wait(self) -> None:
        until = time.monotonic() + 10
        while True:
            try:
                with self.client() as client:
                    client.ping()
                return
            except redis.ConnectionError:
                assert time.monotonic() < until, f"the engine did not start: {self.output.read_text()}"
                time.sleep(0.02)

    def client(self) -> redis.Redis:
        return redis.Redis(ADMIN, ENGINE_PORT, username="admin", password=self.admin, protocol=2, socket_timeout=10)


@dataclass
class Town:
    """All of it. Made by `town`."""

    folder: Path
    engine: EngineProcess
    bots: list[Process]
    consoles: list[Process]
    database: str

    @property
    def everything(self) -> list[Process]:
        return [self.engine, *self.bots, *self.consoles]

    async def hire(self, names: list[str]) -> list["Hired"]:
        """Accounts for these people, each signed in."""
        database = Database(self.database)
        found = []
        for name in names:
            staff = await create_account(
                database.sessions,
                sign_in_name=f"fault-{name.lower()}",
                shown_name=name,
                role=Role.STAFF,
                password=None,
                desk=DESK,
            )
            found.append(Hired(name, staff, await self._sign_in(database, staff)))
        await database.close()
        return found

    async def sign_in(self, staff: StaffId) -> str:
        """A new sign-in, as of a console whose clock may be off."""
        database = Database(self.database)
        try:
            return await self._sign_in(database, staff)
        finally:
            await database.close()

    async def _sign_in(self, database: Database, staff: StaffId) -> str:
        ahead = max(float(each.clock.read_text()) for each in self.consoles)
        return await SignIns(database.sessions, lambda: time.time() + ahead).start(staff, "en", Way.DEMONSTRATION)


@dataclass(frozen=True)
class Hired:
    name: str
    staff: StaffId
    cookie: str


@contextmanager
def town(folder: Path) -> Iterator[Town]:
    """Started, and ended afterwards whatever state it is in. Must run in a network namespace of its own."""
    organisation, made = Organisation(), _engine(folder)
    shared = {
        "FRISTAD_DEMO": "true",
        "FRISTAD_ORGANISATION_KEY": organisation.text,
        "FRISTAD_SILENCE_SECONDS": str(SILENCE),
        "FRISTAD_WAITING_SILENCE_SECONDS": str(WAITING_SILENCE),
        "FRISTAD_LEASE_SECONDS": str(LEASE),
        "PYTHONPATH": f"{Path(__file__).parent / 'hook'}:{ROOT}",
        **UNHURRIED,
    }
    database = f"sqlite+aiosqlite:///{folder / 'console.sqlite3'}"
    bot = {"FRISTAD_STATE_KEY": _key()}
    console = {
        "FRISTAD_DATABASE_URL": database,
        "FRISTAD_CONSOLE_KEY": _key(),
        "FRISTAD_PUSH_KEY": _key(),
        "FRISTAD_ORGANISATION_SIGNING_KEY": organisation.pem,
        "FRISTAD_COUNT_KEYS": str(folder / "counts"),
        "FRISTAD_CAPACITY": "4",
    }
    engine, visitor, staff = made
    bots = [_process("bot", n, folder, shared | bot, ("visitor", visitor)) for n in (1, 2)]
    consoles = [_process("console", n, folder, shared | console, ("staff", staff)) for n in (1, 2)]
    whole = Town(folder, engine, bots, consoles, database)
    try:
        for process in whole.everything:
            process.set_clock(0)
        for process in whole.everything:
            process.start()
            process.wait()  # one after the other: the first console makes the tables
        yield whole
    finally:
        for process in reversed(whole.everything):
            process.signal(signal.SIGCONT)
            process.kill()


def _process(kind: str, number: int, folder: Path, shared: Mapping[str, str], user: tuple[str, str]) -> Process:
    side, base = ("VISITOR", VISITOR_PORT) if kind == "bot" else ("STAFF", STAFF_PORT)
    engine = f"127.0.1.{number if kind == 'bot' else number + 2}"
    own = {
        "FRISTAD_REDIS_URL": f"redis://{user[0]}:{user[1]}@{engine}:{ENGINE_PORT}",
        f"FRISTAD_{side}_HOST": "127.0.0.1",
        f"FRISTAD_{side}_PORT": str(base + number),
        "FRISTAD_DATA": str(folder / f"{kind}-{number}"),
    }
    address = f"http://127.0.0.1:{base + number}/"
    name = f"{'visitor process' if kind == 'bot' else 'console'} {number}"
    arguments = ["-m", "fristad", kind]
    return Process(name, arguments, {**shared, **own}, folder, address, engine, base + number)


def _engine(folder: Path) -> tuple[EngineProcess, str, str]:
    visitor, staff, admin = (secrets.token_urlsafe(16) for _ in range(3))
    addresses = " ".join(["127.0.1.1", "127.0.1.2", "127.0.1.3", "127.0.1.4", ADMIN])
    place = folder / "engine"
    place.mkdir()
    lines = [
        f"port {ENGINE_PORT}",
        f"bind {addresses}",
        f"dir {place}",
        *engine_directives(),
        *acl_users(visitor, staff),
        f"user admin on >{admin} ~* &* +@all",
    ]
    return EngineProcess("engine", [], {}, folder, lines=lines, admin=admin), visitor, staff


def _key() -> str:
    return urlsafe_b64encode(secrets.token_bytes(32)).decode()


async def until_healthy(process: Process) -> None:
    """As `wait`, beside everything else."""
    await asyncio.to_thread(process.wait)
