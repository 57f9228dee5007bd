"""One supervised process, with small programs in the apps' place."""

import asyncio
import os
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from fristad.children import Child, ChildFailed, Plan
from fristad.refusal import GaveUp
from tests.fristad.processes import alive


def written(mark: Path) -> bool:
    return mark.exists() and bool(mark.read_text())


def plan(program: str, mark: Path) -> Plan:
    """A Python program that is ready when it has written to `mark`."""

    async def is_ready() -> bool:
        return written(mark)

    command = (sys.executable, "-c", f"import os, signal, sys, time; mark = {str(mark)!r}; {program}")
    return Plan("little program", command, {"PATH": os.environ["PATH"]}, is_ready)


async def test_one_that_ends_while_starting_fails_with_its_status(tmp_path: Path) -> None:
    child = Child(plan("sys.exit(7)", tmp_path / "mark"), print)
    with pytest.raises(ChildFailed) as failed:
        await child.start()
    assert failed.value.status == 7
    await child.end()


async def test_one_that_keeps_dying_is_given_up_after_the_fifth_death(tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    told: list[str] = []
    child = Child(plan("open(mark, 'a').write('x'); time.sleep(0.2); sys.exit(1)", mark), told.append)
    await child.start()
    with pytest.raises(GaveUp, match="little program stopped 5 times within a minute"):
        await child.keep()
    await child.end()
    assert mark.read_text() == "xxxxx"
    assert told == ["The little program stopped and is being started again."] * 4


async def test_one_that_does_not_end_is_killed_with_all_it_started(tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    program = "signal.signal(15, signal.SIG_IGN); p = os.fork(); p and open(mark, 'w').write(str(p)); time.sleep(60)"
    child = Child(replace(plan(program, mark), patience=0.3), print)
    await child.start()
    grandchild = int(mark.read_text())
    assert alive(grandchild)
    await child.end()
    await asyncio.sleep(0.2)
    assert not alive(grandchild)


async def test_ending_what_never_started_is_no_mistake(tmp_path: Path) -> None:
    await Child(plan("", tmp_path / "mark"), print).end()
