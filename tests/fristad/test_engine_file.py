"""What `fristad redis-acl` prints, included by the configuration of a real engine: it keeps nothing."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import redis

from fristad.engine import private_folder
from handover.staff_redis import RedisStaffEnd
from handover.values import Accepted, Briefing, Channel, Claimed, DeskId, Joined, MessageId, Pseudonym, StaffId
from handover.visitor_redis import RedisVisitorEnd
from tests.engines import START, binary

DESK, KIM = DeskId("demo"), StaffId("kim")
PASSWORDS = {side: f"a-long-enough-password-{side}" for side in ("visitor", "staff", "admin")}
WORDS = b"the words of a visitor"


def _printed() -> str:
    root = str(Path(__file__).parents[2])
    given = f"{PASSWORDS['visitor']}\n{PASSWORDS['staff']}\n"
    command = [sys.executable, "-m", "fristad", "redis-acl"]
    environment = {"PATH": "/usr/bin:/bin", "PYTHONPATH": root}
    run = subprocess.run(command, input=given, env=environment, capture_output=True, text=True, check=True, timeout=60)
    return run.stdout


@contextmanager
def _engine(name: str, folder: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """An engine as a distribution would set it up, with saving, and our file included last."""
    (folder / "fristad.conf").write_text(_printed())
    lines = [
        "port 0",
        f"unixsocket {folder}/s",
        f"dir {folder}",
        "save 3600 1 1 1",
        "appendonly yes",
        f"user admin on >{PASSWORDS['admin']} ~* &* +@all",
        f"include {folder}/fristad.conf",
    ]
    (folder / "engine.conf").write_text("\n".join([*lines, ""]))
    process = subprocess.Popen([binary(name), str(folder / "engine.conf")], stdout=subprocess.DEVNULL)
    try:
        _await_answer(process, folder)
        yield process
    finally:
        process.terminate()
        process.wait(10)


def _admin(folder: Path) -> redis.Redis:
    return redis.Redis.from_url(_url("admin", folder), protocol=2, driver_info=None, decode_responses=True)


def _url(side: str, folder: Path) -> str:
    return f"unix://{side}:{PASSWORDS[side]}@{folder}/s"


def _await_answer(process: "subprocess.Popen[bytes]", folder: Path) -> None:
    deadline = time.monotonic() + START
    while True:
        try:
            with _admin(folder) as admin:
                admin.ping()
            return
        except redis.ConnectionError:
            assert process.poll() is None, "the engine refused its configuration"
            assert time.monotonic() < deadline, "the engine did not answer"
            time.sleep(0.02)


async def _talk(folder: Path) -> None:
    visitor, staff = RedisVisitorEnd(_url("visitor", folder)), RedisStaffEnd(_url("staff", folder))
    await visitor.open()
    await staff.open()
    await staff.go_on_duty(DESK, KIM, "Kim", paused=False)
    joined = await visitor.join(DESK, Briefing("sv", Channel.WEB), Pseudonym(1, 1))
    assert isinstance(joined, Joined)
    assert isinstance(await staff.claim(joined.ref, KIM, "Kim"), Claimed)
    assert await visitor.say(joined.ref, 1, MessageId("message-1"), WORDS) == Accepted(1)
    await visitor.close()
    await staff.close()


@pytest.mark.parametrize("name", ["valkey", "redis-7.0"])
async def test_an_engine_that_includes_it_serves_both_sides_and_leaves_nothing_on_the_disk(name: str) -> None:
    with private_folder() as folder:
        with _engine(name, folder):
            with _admin(folder) as admin:
                assert admin.config_get("save", "appendonly") == {"save": "", "appendonly": "no"}
                assert admin.config_get("slowlog-max-len") == {"slowlog-max-len": "0"}
            await _talk(folder)
        left = {each.relative_to(folder).as_posix(): each for each in folder.rglob("*") if each.is_file()}
        assert left.keys() == {"engine.conf", "fristad.conf"}
        assert not any(WORDS in each.read_bytes() for each in left.values())


@pytest.mark.parametrize("name", ["valkey", "redis-7.0"])
def test_without_it_the_same_engine_would_keep_the_words(name: str) -> None:
    """What the test above looks for can be found: the rest of that configuration saves at its end."""
    with private_folder() as folder:
        lines = f"port 0\nunixsocket {folder}/s\ndir {folder}\nuser admin on >{PASSWORDS['admin']} ~* &* +@all\n"
        (folder / "engine.conf").write_text(lines + "save 3600 1\n")
        process = subprocess.Popen([binary(name), str(folder / "engine.conf")], stdout=subprocess.DEVNULL)
        try:
            _await_answer(process, folder)
            with _admin(folder) as admin:
                admin.set("a", WORDS)
        finally:
            process.terminate()
            process.wait(10)
        assert WORDS in (folder / "dump.rdb").read_bytes()
