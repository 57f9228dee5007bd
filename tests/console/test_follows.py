"""A desk one of whose tasks has failed: what comes meanwhile does not begin, and is not taken for a fault of ours."""

import asyncio

import pytest

from console.follows import DeskEnds, follow
from console.live import _code
from handover.ports import EngineUnavailable


async def _fail() -> None:
    raise EngineUnavailable("gone")


async def test_nothing_begins_in_a_desk_that_ends() -> None:
    begun: list[str] = []

    async def work(name: str) -> None:
        begun.append(name)

    async def come_late() -> None:
        try:
            await asyncio.Event().wait()
        finally:  # one of its tasks has failed, and this one is being ended
            with pytest.raises(DeskEnds):
                await follow(group, work("late"))

    with pytest.raises(ExceptionGroup) as caught:
        async with asyncio.TaskGroup() as group:
            await follow(group, work("in time"))
            both = follow(group, come_late()), follow(group, _fail())
    assert begun == ["in time"]
    assert all(task.done() for task in both)
    assert caught.value.subgroup(EngineUnavailable) is not None
    assert len(caught.value.exceptions) == 1  # what came late is none of them


def test_a_page_whose_desk_ends_connects_again() -> None:
    assert _code(DeskEnds("the desk ends")) == 1013
