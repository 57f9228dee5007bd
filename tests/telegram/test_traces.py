"""Promise 1 in Telegram: a marked account with a marked name and marked words leaves none of it anywhere (make canary).

A visitor reads, talks with a person, goes on through a process that was killed and an engine that froze, and leaves.
"""

import asyncio
import os
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import redis

from tests.bot.conftest import Colleague, frozen, until
from tests.engines import Engine
from tests.fristad.processes import core_limit
from tests.journeys.marks import Hit, Scanner, core_folder
from tests.journeys.test_canary import LOG_LINE
from tests.running import end, start
from tests.telegram.chats import Account
from tests.telegram.conftest import meets
from tests.telegram.people import Phone
from tests.telegram.refusals import BROKEN
from tests.telegram.server import Fault, Server
from tests.telegram.test_command import GIVEN

LIMIT = 90.0  # seconds for a start; the machine is shared


def _token() -> str:
    return f"kanarie{secrets.token_hex(8)}"


@pytest.fixture
def folder() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="canary-"))
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def marked(server: Server) -> Phone:
    # Nobody's number elsewhere on this machine: twelve digits that were drawn for this run.
    account = Account(7 * 10**11 + secrets.randbelow(10**11), _token(), _token(), _token(), "sv")
    return Phone(server, account)


def _marks(phone: Phone, words: dict[str, str]) -> dict[str, str]:
    who = phone.account
    return words | {"id": str(who.id), "first": who.first_name, "last": who.last_name, "user": who.username}


@contextmanager
def _process(folder: Path, engine: Engine, server: Server) -> Iterator[subprocess.Popen[bytes]]:
    own = {**GIVEN, "FRISTAD_REDIS_URL": engine.visitor, "FRISTAD_TELEGRAM_API": server.address}
    with (folder / "output.log").open("ab") as sink:
        process = start(
            ["-m", "fristad", "telegram"], {**own, "TMPDIR": str(folder), "HOME": str(folder)}, folder, sink
        )
    try:
        yield process
    finally:
        end(process)


async def _answering(folder: Path, times: int) -> None:
    limit = time.monotonic() + LIMIT
    while (folder / "output.log").read_text().count("Telegram: answering") < times:
        assert time.monotonic() < limit, (folder / "output.log").read_text()
        await asyncio.sleep(0.1)


async def test_a_marked_account_leaves_no_mark(
    folder: Path, engine: Engine, server: Server, marked: Phone, kim: Colleague
) -> None:
    words = {name: _token() for name in ("to_bot", "to_person", "from_person", "caption", "garbage")}
    scanner, since = Scanner(_marks(marked, words)), time.time() - 1

    def look(process: subprocess.Popen[bytes]) -> None:
        assert scanner.in_folder(folder) == []
        assert scanner.in_process(process.pid) == []
        with engine.client() as admin:
            assert _dump(admin, scanner) == []

    with _process(folder, engine, server) as process:
        await _answering(folder, 1)
        unreadable = {"id": 1, "type": "private", "title": words["garbage"]}
        server.push("message", {"chat": unreadable, "text": words["garbage"]})
        await meets(marked, kim)
        marked.types(f"Jag heter {words['to_person']}")
        await marked.sees("a name or a place")
        marked.presses("Send anyway")
        await until(lambda: _heard(kim, words["to_person"]))
        await kim.says(f"Hej {words['from_person']}")
        await marked.sees(words["from_person"])
        look(process)
        marked.sends({"photo": [{"file_id": words["caption"]}], "caption": words["caption"]})
        await marked.sees("cannot be received here")
        marked.types(f"/{words['garbage']}")
        marked.presses_data(words["garbage"])
        process.send_signal(signal.SIGABRT)
        process.wait(20)
        assert core_limit(os.getpid())  # the helper reads limits at all
    with _process(folder, engine, server) as process:
        await _answering(folder, 2)
        assert core_limit(process.pid) in {"0", "1"}
        await kim.comes()
        marked.types(words["to_person"])
        await until(lambda: _heard(kim, words["to_person"], 2))
        with frozen(engine):
            marked.types(words["to_bot"])
            await asyncio.sleep(3)
        look(process)
        server.faults += [Fault("deleteMessages", BROKEN), Fault("sendMessage", status=502)]
        marked.types("/leave")
        await marked.until(lambda: len(marked.messages()) == 1, marked.read)
        await until(lambda: _nothing_is_left(engine))
        look(process)
    assert scanner.in_machine(since, core_folder(folder)) == []
    for line in (folder / "output.log").read_text().splitlines():
        assert line == "Telegram: answering" or LOG_LINE.fullmatch(line), line


async def test_the_scan_would_find_what_is_planted(folder: Path, engine: Engine, marked: Phone) -> None:
    scanner = Scanner(_marks(marked, {}))
    with engine.client() as admin:
        admin.set("planted", f"chat {marked.id}")
        assert {hit.mark for hit in _dump(admin, scanner)} == {"id"}
    (folder / "log").write_text(f"update from {marked.account.username}")
    assert {hit.mark for hit in scanner.in_folder(folder)} == {"user"}


async def _heard(kim: Colleague, word: str, times: int = 1) -> bool:
    return sum(word in said for said in await kim.has_heard()) >= times


async def _nothing_is_left(engine: Engine) -> bool:
    with engine.client() as admin:
        return not [key for key in admin.keys("*") if key.startswith((b"chat", b"talk:", b"up:", b"down:"))]


def _dump(admin: redis.Redis, scanner: Scanner) -> list[Hit]:
    """What the scanner finds in the file that the engine writes when it is told to."""
    admin.config_set("rdbcompression", "no")
    admin.save()
    written = Path(str(admin.config_get("dir")["dir"])) / "dump.rdb"
    try:
        return scanner.in_bytes(written.read_bytes(), "the dump")
    finally:
        written.unlink()
