"""A process in Telegram tells how it is at a port of its own: ready while its engine answers."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from safety.vitals import VITALS
from tests.engines import running as running_engine
from tests.fristad.processes import eventually
from tests.running import free_port, start
from tests.telegram.server import Server
from tests.telegram.test_command import GIVEN
from tests.watched import ask, figure

_LIMIT = 180.0  # seconds; importing aiogram takes some, the machine is shared


@asynccontextmanager
async def _process(folder: Path, own: Mapping[str, str]) -> AsyncIterator[None]:
    """`fristad telegram`, while this process goes on being Telegram's server."""
    with (folder / "output").open("wb") as sink:
        process = start(["-m", "fristad", "telegram"], dict(own), folder, sink)
    try:
        yield
    finally:
        process.terminate()
        await asyncio.to_thread(process.wait, _LIMIT)


async def _answers(port: int, path: str, wanted: tuple[int, str]) -> None:
    await asyncio.to_thread(eventually, lambda: ask(port, path) == wanted, _LIMIT)


async def test_it_is_ready_while_its_engine_answers(tmp_path: Path, server: Server) -> None:
    port = free_port()
    with running_engine("valkey") as engine:
        own = {**GIVEN, "FRISTAD_REDIS_URL": engine.visitor, "FRISTAD_TELEGRAM_API": server.address}
        own |= {"FRISTAD_METRICS_PORT": str(port)}
        async with _process(tmp_path, own):
            await _answers(port, "/readyz", (200, "ok"))
            figures = (await asyncio.to_thread(ask, port, "/metrics"))[1]
            told = {line.partition("{")[0] for line in figures.splitlines() if not line.startswith("#")}
            assert told == {vital.name for vital in VITALS} - {"fristad_connections_ratio"}  # it serves none
            assert await asyncio.to_thread(_is_well, tmp_path, own)
            engine.process.terminate()
            engine.process.wait(timeout=60)
            await _answers(port, "/readyz", (503, ""))
            assert await asyncio.to_thread(ask, port, "/healthz") == (200, "ok")
            assert await asyncio.to_thread(figure, port, "fristad_part_ready", "telegram", "engine") == "0"
            assert not await asyncio.to_thread(_is_well, tmp_path, own)


def _is_well(folder: Path, own: Mapping[str, str]) -> bool:
    command = [sys.executable, "-m", "fristad", "health", "--ready"]
    return subprocess.run(command, env=dict(own), cwd=folder, timeout=_LIMIT).returncode == 0
