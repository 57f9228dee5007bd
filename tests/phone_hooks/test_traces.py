"""A caller's number is nowhere: searched for in logs, stores and the process's whole memory, once a search has shown
that it would be found."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from handover.staff_redis import RedisStaffEnd
from tests.contract.ends import DESK, on_duty
from tests.phone.scenarios import NAME, NUMBER
from tests.phone.test_traces import found_in, memory_of
from tests.phone_hooks.lines import Line, line, open_lines
from tests.phone_hooks.provider import KINDS, PUBLIC, SECRET, Caller
from tests.phone_hooks.test_calls import in_line

CALLS = 4
FORGOTTEN = 40.0  # seconds after the end


@pytest.fixture(params=sorted(KINDS))
def own(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Line]:
    """A line of its own: nobody else's call is in its memory."""
    with line(request.param, tmp_path) as built:
        yield built


async def held(own: Line, tmp_path: Path) -> set[bytes]:
    """What the search finds while a callback is on its way: its body has come, but not its end."""
    body = f"callid=c1&CallSid=CA1&from=%2B{NUMBER}&name={NAME}".encode()
    _, writer = await asyncio.open_connection("127.0.0.1", int(own.base.rpartition(":")[2]))
    head = (
        f"POST /{SECRET}/start HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n"
        f"Content-Length: {len(body) + 1}\r\n\r\n"
    )
    writer.write(head.encode() + body)
    await writer.drain()
    await asyncio.sleep(0.5)
    try:
        return found_in(await asyncio.to_thread(memory_of, own.process.pid, tmp_path / "during"))
    finally:
        writer.close()
        await writer.wait_closed()


async def test_a_number_is_nowhere_forty_seconds_after_the_call(own: Line, tmp_path: Path) -> None:
    staff = RedisStaffEnd(own.talks.staff)
    await staff.open()
    telephones = await open_lines(own)
    callers: list[Caller] = [KINDS[own.kind](own.base) for _ in range(CALLS)]
    try:
        await on_duty(staff)
        assert found_in(f"{NUMBER} {NAME}".encode()) <= await held(own, tmp_path), "the search would find nothing"
        for each in callers:
            await in_line(each)
            await each.listens()
            refused = await each.post(f"{PUBLIC}/{SECRET}x/start", each.fields())
            assert refused.status_code == 404
            assert (await each.post(f"{PUBLIC}/{SECRET}/start", {"more": NUMBER * 2000})).status_code == 413
        rows = await staff.waiting(DESK)
        assert len(rows) == CALLS and not found_in(repr(rows).encode())
        for each in callers:
            await each.hangs_up()
    finally:
        for each in callers:
            await each.close()
        telephones.close()
        await staff.close()
    await asyncio.sleep(FORGOTTEN)
    for pid in (own.process.pid, own.talks.process.pid):
        assert found_in(await asyncio.to_thread(memory_of, pid, tmp_path / "after")) == set()
    assert not found_in(own.output.encode())
    with own.talks.client() as admin:
        left = [(key, admin.dump(key)) for key in admin.scan_iter()]
    assert found_in(repr(left).encode()) == set()
    files = [path for path in own.folder.rglob("*") if path.is_file() and path.suffix != ".wav"]
    assert files
    assert {path: found for path in files if (found := found_in(path.read_bytes()))} == {}
