"""Telegram among the processes of `fristad serve`, which starts it when there is a token."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.fristad.processes import alive, children, environment
from tests.fristad.test_supervisor import KINDS, answers, refused
from tests.running import House, free_port, running
from tests.telegram.people import Phone
from tests.telegram.server import TOKEN, Server, serving

SECRETS = {"FRISTAD_TELEGRAM_TOKEN", "FRISTAD_TELEGRAM_KEY"}
OTHERS = {"FRISTAD_STATE_KEY", "FRISTAD_DEMO_STAFF_TOKEN", "FRISTAD_ORGANISATION_SIGNING_KEY", "FRISTAD_DATABASE_URL"}
START = 60.0  # seconds; importing aiogram takes some, the machine is shared


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    async with serving() as server:
        yield server


@asynccontextmanager
async def living(folder: Path, api: str) -> AsyncIterator[House]:
    """A house with Telegram, while this process goes on being Telegram's server."""
    house = running(folder, TELEGRAM_TOKEN=TOKEN, TELEGRAM_API=api)
    here = await asyncio.to_thread(house.__enter__)
    try:
        yield here
    finally:
        await asyncio.to_thread(house.__exit__, None, None, None)


async def _is_there(house: House) -> None:
    for _ in range(600):
        if "telegram" in children(house.process.pid):
            return
        await asyncio.sleep(0.1)
    raise AssertionError("it was not started")


async def test_it_answers_and_is_started_again_when_it_dies(tmp_path: Path, server: Server) -> None:
    async with living(tmp_path, server.address) as house:
        await _is_there(house)
        before = children(house.process.pid)
        first = Phone(server)
        first.types("/start")
        await first.until(lambda: "Telegram: started" in house.output.read_text(), patience=START)
        assert set(before) == KINDS | {"telegram"}
        await first.until(lambda: house.visitors in first.read(), first.read, patience=START)
        os.kill(before["telegram"], signal.SIGKILL)
        await first.until(lambda: children(house.process.pid).get("telegram") not in {None, before["telegram"]})
        second = Phone(server)
        second.types("/start")
        await second.until(lambda: "Telegram knows" in second.read(), second.read, patience=START)
        after = children(house.process.pid)
        assert {kind: pid for kind, pid in after.items() if kind != "telegram"} == {
            kind: pid for kind, pid in before.items() if kind != "telegram"
        }
    assert not any(alive(pid) for pid in after.values())


async def test_it_has_its_own_secrets_and_nobody_else_has_them(tmp_path: Path, server: Server) -> None:
    async with living(tmp_path, server.address) as house:
        await _is_there(house)
        for kind, pid in children(house.process.pid).items():
            found = set(environment(pid))
            assert found & SECRETS == (SECRETS if kind == "telegram" else set())
            if kind == "telegram":
                assert not found & OTHERS


async def test_a_telegram_that_does_not_answer_keeps_nobody_from_the_page(tmp_path: Path) -> None:
    async with living(tmp_path, f"http://127.0.0.1:{free_port()}") as house:
        assert answers(house.visitors)
        assert answers(house.staff)
        await _is_there(house)


def test_a_token_that_is_none_is_refused_before_anything_starts(tmp_path: Path) -> None:
    told = refused(tmp_path, "--demo", TELEGRAM_TOKEN="secret-of-ours")
    assert "FRISTAD_TELEGRAM_TOKEN" in told
    assert "secret-of-ours" not in told


def test_no_other_process_loads_its_library(tmp_path: Path) -> None:
    with running(tmp_path) as house:
        for pid in (house.process.pid, *children(house.process.pid).values()):
            assert "aiohttp" not in Path(f"/proc/{pid}/maps").read_text()
    program = "import sys, fristad.supervisor; print([name for name in sys.modules if name.startswith('aio')])"
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
    assert "aiogram" not in run.stdout
    assert "aiohttp" not in run.stdout
