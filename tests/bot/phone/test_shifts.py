"""The socket over which the console opens lines: what it takes, and that nothing outlives the connection."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bot.phone.call import Event, Held
from bot.phone.shifts import LONGEST, News, Shift, Shifts

LINE = "line." + "a" * 22
SECRET = "s" * 32
Pipe = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Engine:
    """Notes what softphones may sign in."""

    def __init__(self) -> None:
        self.there: set[str] = set()

    async def make(self, shift: Shift) -> bool:
        self.there.add(shift.line)
        return True

    async def remove(self, shift: Shift) -> None:
        self.there.discard(shift.line)


@pytest.fixture
def shifts() -> Shifts:
    return Shifts()


@pytest.fixture
async def path(shifts: Shifts, tmp_path: Path) -> AsyncIterator[Path]:
    path = tmp_path / "lines.sock"
    serving = asyncio.create_task(shifts.serve(path))
    await until(path.exists)
    yield path
    serving.cancel()
    await asyncio.gather(serving, return_exceptions=True)
    await until(lambda: asyncio.all_tasks() == {asyncio.current_task()})  # every connection is closed at both ends


async def until(holds: Any) -> None:
    for _ in range(500):
        if holds():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it never came")


def says(pipe: Pipe, **message: object) -> None:
    pipe[1].write(json.dumps(message).encode() + b"\n")


async def hears(pipe: Pipe) -> object:
    return json.loads(await asyncio.wait_for(pipe[0].readline(), 5))["is"]


async def test_a_line_is_open_as_long_as_the_connection(shifts: Shifts, path: Path) -> None:
    engine = Engine()
    async with shifts.at(engine):
        pipe = await asyncio.open_unix_connection(path)
        says(pipe, do="open", line=LINE, secret=SECRET)
        assert await hears(pipe) == News.OPEN
        assert engine.there == {LINE}
        shift = shifts.find(LINE)
        assert shift is not None
        assert SECRET not in repr(shift)
        wished: list[Event] = []
        shift.wish = wished.append
        says(pipe, do="hold", line=LINE, on=True)
        await until(lambda: wished == [Held(True)])
        pipe[1].close()
        await until(lambda: not engine.there)
    assert shifts.find(LINE) is None


async def test_without_an_engine_a_softphone_is_refused_and_open_once_there_is_one(shifts: Shifts, path: Path) -> None:
    pipe = await asyncio.open_unix_connection(path)
    says(pipe, do="open", line=LINE, secret=SECRET)
    assert await hears(pipe) == News.REFUSED
    async with shifts.at(Engine()):
        assert await hears(pipe) == News.OPEN
    pipe[1].close()


async def test_nobody_opens_or_closes_the_line_of_another_connection(shifts: Shifts, path: Path) -> None:
    async with shifts.at(Engine()):
        first, second = await asyncio.open_unix_connection(path), await asyncio.open_unix_connection(path)
        says(first, do="open", line=LINE, number="+46701740600")
        assert await hears(first) == News.OPEN
        says(second, do="close", line=LINE)
        says(second, do="open", line=LINE, number="+46701740601")
        assert await hears(second) == News.REFUSED
        shift = shifts.find(LINE)
        assert shift and shift.number == "+46701740600"
        for _, writer in (first, second):
            writer.close()


@pytest.mark.parametrize(
    "text",
    [
        b"nothing\n",
        b"[]\n",
        b"\xff\n",
        b"x" * (2 * LONGEST) + b"\n",
        json.dumps({"do": "open", "line": LINE}).encode() + b"\n",
        json.dumps({"do": "open", "line": LINE, "number": "112"}).encode() + b"\n",
        json.dumps({"do": "open", "line": LINE, "number": "+46701740600", "secret": SECRET}).encode() + b"\n",
        json.dumps({"do": "open", "line": LINE, "number": "+46701740600@evil"}).encode() + b"\n",
    ],
)
async def test_what_is_no_message_ends_the_connection(shifts: Shifts, path: Path, text: bytes) -> None:
    reader, writer = await asyncio.open_unix_connection(path)
    writer.write(text)
    assert await asyncio.wait_for(reader.read(), 5) == b""
    assert shifts.find(LINE) is None
    writer.close()
