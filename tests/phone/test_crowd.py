"""Sixty callers at once: all are answered within a second, all stand in line, none is lost, none is left behind."""

import asyncio
import os
import time
from collections.abc import Callable
from pathlib import Path

from handover.staff_redis import RedisStaffEnd
from tests.contract.ends import DESK, on_duty
from tests.phone.callers import sipp
from tests.phone.exchange import Exchange, telephone
from tests.phone.scenarios import key, pause, scenario

CALLERS = 60
CORE = 1.0  # of one: sixty callers must leave room for what else a small machine does
_TICKS = os.sysconf("SC_CLK_TCK")


def worked(pid: int) -> float:
    """Seconds of processor time that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


async def test_sixty_callers_are_all_in_line_at_once(
    running: Exchange, staff: RedisStaffEnd, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    assert running.engine and running.line
    told = len(running.output.read_text())
    async with telephone(running):
        await on_duty(staff)
        before, began = (worked(running.engine.pid), worked(running.line.pid)), time.monotonic()
        steps = scenario(key("1"), key("0"), key("0"), pause(20_000))
        calling = asyncio.create_task(
            asyncio.to_thread(sipp, tmp_path / "crowd", running.sip, steps, calls=CALLERS, at_once=CALLERS)
        )
        most = 0
        while not calling.done():
            await on_duty(staff)
            most = max(most, len(await staff.waiting(DESK)))
            await asyncio.sleep(0.25)
        await calling
        seconds = time.monotonic() - began
        used = [
            after - first
            for after, first in zip((worked(running.engine.pid), worked(running.line.pid)), before, strict=True)
        ]
        assert most == CALLERS
        for _ in range(300):
            if not await staff.waiting(DESK):
                break
            await asyncio.sleep(0.1)
        assert await staff.waiting(DESK) == []
    for name, value in zip(("engine", "line"), used, strict=True):
        record_property(f"{name} used of a core", f"{value / seconds:.0%}")
    assert sum(used) / seconds < CORE
    assert "class=" not in running.output.read_text()[told:]
