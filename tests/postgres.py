"""A real PostgreSQL for the tests: a cluster of their own in a temporary folder, on a unix socket, ended with them."""

import os
import pwd
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

START = 60.0  # seconds; it takes one or two, the machine is shared
_DEBIAN = Path("/usr/lib/postgresql")
_SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",  # what a crash of the machine leaves is not what is tested; after one of the server all is there
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "200",
    "shared_buffers": "32MB",
    "lc_messages": "C",
}


@dataclass
class Postgres:
    """A running cluster. `program` calls one of its programs as its user."""

    folder: Path
    process: "subprocess.Popen[bytes]"

    def url(self, database: str) -> str:
        """A database's address for FRISTAD_DATABASE_URL."""
        return f"postgresql+asyncpg://fristad@/{database}?host={self.folder}"

    def make(self, template: str = "template1") -> str:
        """A new database; its name."""
        name = f"d{secrets.token_hex(6)}"
        self.say(f"CREATE DATABASE {name} TEMPLATE {template}")
        return name

    def drop(self, database: str) -> None:
        """End whoever is there, and delete it."""
        self.say(f"DROP DATABASE IF EXISTS {database} WITH (FORCE)")

    def say(self, command: str, database: str = "postgres") -> str:
        """What psql writes, as the cluster's first user."""
        return self.program("psql", "-qAtX", "-v", "ON_ERROR_STOP=1", "-d", database, "-c", command)

    def program(self, name: str, *arguments: str) -> str:
        """What a program of PostgreSQL writes, connected here."""
        command = [*_as_nobody_special(), _binary(name), "-h", str(self.folder), "-U", "fristad", *arguments]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, cwd=self.folder)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def kill(self) -> None:
        """End its first process as a crash does; the others notice and end, too."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(20)

    def pause(self) -> None:
        """Let it stand still, as a machine does that swaps or is moved: connections stay, and nobody answers."""
        for pid in self._all():
            os.kill(pid, signal.SIGSTOP)

    def resume(self) -> None:
        """Let it go on."""
        for pid in self._all():
            os.kill(pid, signal.SIGCONT)

    def _all(self) -> list[int]:
        """Its processes, the first one first: so that no more are born meanwhile."""
        found = [self.process.pid]
        for stat in Path("/proc").glob("[0-9]*/stat"):
            try:
                parent = stat.read_text().rpartition(")")[2].split()[1]
            except OSError:  # it has ended
                continue
            if int(parent) == self.process.pid:
                found.append(int(stat.parent.name))
        return found

    def restart(self) -> None:
        """Start it again where it was, as soon as the last process of before is gone."""
        for _ in range(50):
            self.process = _start(self.folder)
            try:
                return _await_answer(self)
            except AssertionError:
                if self.process.poll() is None:
                    raise
                time.sleep(0.2)
        raise AssertionError((self.folder / "output").read_text())


@contextmanager
def running_postgres() -> Iterator[Postgres]:
    """A new cluster without a password, for whoever may enter its folder; ended and erased afterwards. A missing
    PostgreSQL fails: nothing skips."""
    folder = Path(tempfile.mkdtemp(prefix="postgres-"))  # not pytest's: a socket's path has at most 107 bytes
    try:
        if os.geteuid() == 0 and _as_nobody_special()[:1] != ["unshare"]:
            shutil.chown(folder, _user().pw_uid, _user().pw_gid)
        initdb = [_binary("initdb"), "-D", str(folder / "data"), "-U", "fristad", "-A", "trust", "--no-sync"]
        made = subprocess.run(
            [*_as_nobody_special(), *initdb, "--encoding=UTF8", "--locale=C.UTF-8", "--no-instructions"],
            capture_output=True,
            text=True,
            timeout=120,
            cwd=folder,
        )
        assert made.returncode == 0, made.stderr
        postgres = Postgres(folder, _start(folder))
        try:
            _await_answer(postgres)
            yield postgres
        finally:
            if postgres.process.poll() is None:
                postgres.process.send_signal(signal.SIGINT)  # ends connections that are left
                postgres.process.wait(60)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _start(folder: Path) -> "subprocess.Popen[bytes]":
    options = [part for name, value in _SETTINGS.items() for part in ("-c", f"{name}={value}")]
    command = [*_as_nobody_special(), _binary("postgres"), "-D", str(folder / "data"), "-k", str(folder), *options]
    with (folder / "output").open("ab") as sink:
        return subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=sink, stderr=sink, cwd=folder, start_new_session=True
        )


def _await_answer(postgres: Postgres) -> None:
    limit = time.monotonic() + START
    while True:
        try:
            postgres.say("SELECT 1")
            return
        except AssertionError as error:
            if postgres.process.poll() is not None or time.monotonic() > limit:
                raise AssertionError(f"{error}\n{(postgres.folder / 'output').read_text()}") from None
            time.sleep(0.05)


def _binary(name: str) -> str:
    """The newest one of Debian's, else the one on the PATH."""
    versions = sorted(_DEBIAN.glob(f"*/bin/{name}"), key=lambda each: float(each.parts[-3]))
    found = str(versions[-1]) if versions else shutil.which(name)
    assert found is not None, f"{name} is missing: install Debian's package postgresql"
    return found


def _as_nobody_special() -> list[str]:
    """What a command begins with so that it does not run as root, which the server refuses."""
    if os.geteuid() != 0:
        return []
    if Path("/proc/self/uid_map").read_text().split()[2] == "1":  # root of a namespace with nobody else in it
        return ["unshare", "--user", "--map-user=1000", "--map-group=1000"]
    return ["setpriv", f"--reuid={_user().pw_uid}", f"--regid={_user().pw_gid}", "--clear-groups"]


def _user() -> pwd.struct_passwd:
    try:
        return pwd.getpwnam("postgres")
    except KeyError:
        return pwd.getpwnam("nobody")
