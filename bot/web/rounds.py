"""The looks at all talks of this process, in turn: many in one call of the engine, and no task for any of them."""

import asyncio
import logging
import random
from collections.abc import Mapping, Sequence
from typing import Protocol

from handover.ports import HandoverError, VisitorEnd
from handover.values import Standing, TalkRef
from safety import logs

ATTEND = 4.0  # seconds between two looks; well within a lease, so a lost staff member is noticed soon
SLOTS = 8  # in a round, so that not all are looked at in one moment
BATCH = 50  # talks of one call: the engine answers nobody else for a third of a millisecond

_logger = logging.getLogger("bot")


class Looked(Protocol):
    """A talk that is looked at."""

    ref: TalkRef

    def still(self) -> int | None:
        """A number that changes when the page is told something; None while that is so."""

    def met(self, standing: Standing, still: int) -> None:
        """Where the talk stands by a look that began at that number."""

    def look_soon(self) -> None:
        """Look by itself."""


class Rounds:
    """Looks at each talk every `every` seconds, from when it was added. A talk that is being told something, or whose
    call failed, looks by itself: there it is told whatever there is to tell."""

    def __init__(self, end: VisitorEnd, every: float = ATTEND) -> None:
        self._end = end
        self._pause = every / SLOTS
        self._slots: tuple[dict[Looked, None], ...] = tuple({} for _ in range(SLOTS))
        self._task: asyncio.Task[None] | None = None

    def add(self, talk: Looked) -> None:
        """Look at it from now on."""
        min(self._slots, key=len)[talk] = None
        if self._task is None:
            self._task = asyncio.create_task(self._run())

    def remove(self, talk: Looked) -> None:
        """Look at it no more."""
        for slot in self._slots:
            slot.pop(talk, None)
        if self._task is not None and not any(self._slots):
            self._task.cancel()
            self._task = None

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        due = loop.time() + self._pause * random.random()  # noqa: S311  # spreads load, guards nothing
        while True:
            for slot in self._slots:
                await asyncio.sleep(due - loop.time())
                due = max(due, loop.time() - self._pause) + self._pause
                await self._look(slot)

    async def _look(self, slot: Mapping[Looked, None]) -> None:
        talks = list(slot)
        for at in range(0, len(talks), BATCH):
            try:
                # Who was removed meanwhile is told to be away by now: a look would say that they are back.
                await self._look_at([talk for talk in talks[at : at + BATCH] if talk in slot])
            except Exception as error:  # noqa: BLE001  # whatever it was: what one talk breaks, no other suffers from
                if not isinstance(error, HandoverError):
                    logs.log_failure(_logger, logs.error_id(), error)
                for talk in talks[at:]:
                    if talk in slot:
                        talk.look_soon()
                return

    async def _look_at(self, talks: Sequence[Looked]) -> None:
        asked: list[tuple[Looked, int]] = []
        for talk in talks:
            still = talk.still()
            if still is None:
                talk.look_soon()
            else:
                asked.append((talk, still))
        standings = await self._end.attend_all([talk.ref for talk, _ in asked])
        for (talk, still), standing in zip(asked, standings, strict=True):
            talk.met(standing, still)
