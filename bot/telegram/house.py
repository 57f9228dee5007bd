"""What all chats of one process share: its collaborators, and what an edition of the content says."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any

from bot.neighbours import Neighbours
from bot.prospects import Prospects
from bot.reception import Reception
from bot.telegram.codes import Codes
from bot.telegram.line import Line
from bot.telegram.memory import Memory
from bot.telegram.settings import TelegramSettings
from bot.words import Words
from dialogues.values import Content
from handover.ports import VisitorEnd
from safety.guard import Guard

_DAY = 86_400  # seconds


@dataclass(frozen=True, slots=True)
class Said:
    """What belongs to one edition."""

    content: Content
    words: Words
    reception: Reception
    prospects: Prospects
    neighbours: Neighbours
    codes: Codes
    leaving: frozenset[str]  # typed words that mean leaving


@dataclass(slots=True)
class House:
    """`now` gives seconds since the epoch, `clock` seconds that only ever grow. `said` is replaced by an edition."""

    settings: TelegramSettings
    end: VisitorEnd
    line: Line
    memory: Memory
    guard: Guard
    said: Said
    now: Callable[[], float]
    clock: Callable[[], float]
    _chores: set["asyncio.Task[None]"] = field(default_factory=set)

    def hour(self) -> int:
        """Whole hours since the epoch."""
        return int(self.now()) // 3600

    def today(self) -> int:
        """Whole days since the epoch."""
        return int(self.now()) // _DAY

    def do(self, chore: Coroutine[Any, Any, None]) -> None:
        """Have it done beside everything else; nobody waits for it."""
        task = asyncio.create_task(chore)
        self._chores.add(task)
        task.add_done_callback(self._chores.discard)
