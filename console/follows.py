"""The tasks in which a desk follows its talks: they end with the desk, and it with the first of them that fails."""

import asyncio
from collections.abc import Coroutine

from handover.ports import HandoverError


class DeskEnds(HandoverError):
    """One of the desk's tasks has failed: nothing begins any more, and its page connects again."""


def follow(group: asyncio.TaskGroup, work: Coroutine[None, None, None]) -> asyncio.Task[None]:
    """Do the work in a task of the group. DeskEnds when the group ends."""
    try:
        return group.create_task(work)
    except RuntimeError:  # the group's word for it
        work.close()
        raise DeskEnds("the desk ends") from None
