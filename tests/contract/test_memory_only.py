"""NI-4: the engine keeps words in its memory alone. Ended in whatever way and started again, it knows nothing."""

import secrets
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import redis

from fristad.engine import Engine, private_folder
from handover.acl import engine_file
from handover.staff_redis import RedisStaffEnd
from handover.values import Accepted, Briefing, Channel, Claimed, DeskId, Joined, MessageId, Pseudonym, StaffId
from handover.visitor_redis import RedisVisitorEnd
from tests.engines import START, binary

SetUp = Callable[[Engine], bytes]

DESK, KIM = DeskId("demo"), StaffId("kim")
WORDS = b"words that nobody may find again"
ADMIN = secrets.token_urlsafe(16)
KEEPING = b"save 3600 1\nappendonly yes\n"  # the control: what a distribution might have


def private(engine: Engine) -> bytes:
    """As `fristad serve` sets its engine up."""
    return engine.configuration()


def printed(engine: Engine) -> bytes:
    """As an engine of one's own that includes what `fristad redis-acl` prints, after saving was switched on."""
    place = f'port 0\nunixsocket "{engine.socket}"\ndir "{engine.folder}"\n'.encode()
    return place + KEEPING + engine_file(engine.visitor_password, engine.staff_password).encode()


@contextmanager
def running(engine: Engine, configuration: bytes) -> Iterator["subprocess.Popen[bytes]"]:
    lines = configuration + f"\nuser admin on >{ADMIN} ~* &* +@all\n".encode()
    process = subprocess.Popen(engine.command(), stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
    try:
        assert process.stdin is not None
        process.stdin.write(lines)
        process.stdin.close()
        _await_answer(process, engine)
        yield process
    finally:
        process.kill()
        process.wait(10)


def admin(engine: Engine) -> redis.Redis:
    return redis.Redis.from_url(f"unix://admin:{ADMIN}@{engine.socket}", protocol=2, decode_responses=True)


def _await_answer(process: "subprocess.Popen[bytes]", engine: Engine) -> None:
    deadline = time.monotonic() + START
    while True:
        try:
            with admin(engine) as client:
                client.ping()
            return
        except redis.ConnectionError:
            assert process.poll() is None, "the engine refused its configuration"
            assert time.monotonic() < deadline, "the engine did not answer"
            time.sleep(0.02)


async def talk(engine: Engine) -> None:
    """A visitor's words on their way to staff, as the product relays them."""
    visitor, staff = RedisVisitorEnd(engine.visitor_url), RedisStaffEnd(engine.staff_url)
    await visitor.open()
    await staff.open()
    await staff.go_on_duty(DESK, KIM, "Kim", paused=False)
    joined = await visitor.join(DESK, Briefing("sv", Channel.WEB), Pseudonym(1, 1))
    assert isinstance(joined, Joined)
    assert isinstance(await staff.claim(joined.ref, KIM, "Kim"), Claimed)
    assert await visitor.say(joined.ref, 1, MessageId("message-1"), WORDS) == Accepted(1)
    await visitor.close()
    await staff.close()


def end(process: "subprocess.Popen[bytes]", engine: Engine, how: str) -> None:
    """A clean shutdown saves where saving is on; a signal does the same; a kill is a crash."""
    if how == "shutdown":
        with admin(engine) as client:
            client.shutdown()
    else:
        process.send_signal(signal.Signals[how])
    process.wait(10)


def left(folder: Path) -> list[str]:
    return sorted(each.relative_to(folder).as_posix() for each in folder.rglob("*") if not each.is_socket())


@pytest.mark.parametrize("how", ["shutdown", "SIGTERM", "SIGKILL"])
@pytest.mark.parametrize("set_up", [private, printed])
@pytest.mark.parametrize("name", ["valkey", "redis-7.0"])
async def test_an_engine_that_was_started_again_knows_nothing(name: str, set_up: SetUp, how: str) -> None:
    with private_folder() as folder:
        engine = Engine(Path(binary(name)), folder)
        with running(engine, set_up(engine)) as process:
            await talk(engine)
            with admin(engine) as client:
                assert client.dbsize() > 3
                assert client.config_get("save", "appendonly") == {"save": "", "appendonly": "no"}
                assert client.execute_command("SLOWLOG", "LEN") == 0
            end(process, engine, how)
        assert left(folder) == []
        with running(engine, set_up(engine)), admin(engine) as client:
            assert client.dbsize() == 0
            assert client.config_get("save", "appendonly") == {"save": "", "appendonly": "no"}
        assert left(folder) == []


@pytest.mark.parametrize("name", ["valkey", "redis-7.0"])
async def test_the_same_engine_with_saving_on_would_still_know_it(name: str) -> None:
    """What the test above looks for can be found: keys after a restart, files, and the words in them."""
    with private_folder() as folder:
        engine = Engine(Path(binary(name)), folder)
        keeping = private(engine) + b"save 3600 1\n"  # a log of commands would be read instead of it
        with running(engine, keeping) as process:
            await talk(engine)
            end(process, engine, "shutdown")
        assert "dump.rdb" in left(folder)
        assert any(WORDS in path.read_bytes() for path in folder.rglob("*") if path.is_file())
        with running(engine, keeping), admin(engine) as client:
            assert client.dbsize() > 3
