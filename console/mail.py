"""The way of left letters between engine and tables, while the console runs: taken in, offered, put back."""

import asyncio
from collections.abc import Iterable
from contextlib import AbstractAsyncContextManager

from console.desk_keys import DeskKeys
from console.letters import Letters
from console.upkeep import repeating
from handover.ports import StaffEnd
from handover.post import TAKEN
from handover.values import DeskId
from safety.sealing import Direction

TAKE_EVERY = 1.0  # seconds: a visitor's page waits a few for the word that a letter is kept
OFFER_EVERY = 3.0  # seconds in which a revoked device's desk key is taken back
OFFERED = 60  # seconds that a key can be written to after the last word of the console
RESTORE_EVERY = 20.0  # seconds after which an engine that lost everything has all boxes again
_AT_ONCE = 200  # boxes asked about in one go


class Mail:
    """The chores. Each failure is logged once and tried again at the next turn."""

    def __init__(self, end: StaffEnd, desks: Iterable[DeskId], letters: Letters, keys: DeskKeys) -> None:
        self._end = end
        self._desks = frozenset(desks)  # those with something to do; at first perhaps any
        self._letters = letters
        self._keys = keys
        self._taking = asyncio.Lock()  # two chores take in, and each entry shall be read once

    def running(self) -> AbstractAsyncContextManager[None]:
        """The chores run while the body does."""
        return repeating((self.take_in, TAKE_EVERY), (self.offer, OFFER_EVERY), (self.restore, RESTORE_EVERY))

    async def take_in(self) -> None:
        """Bring what visitors left or erased into the tables, then settle it in the engine: told only when it is so."""
        async with self._taking:
            for desk in self._desks:
                await self._take_in(desk)

    async def offer(self) -> None:
        """Tell the visitor's side which keys can be written to. Nothing comes to a desk that never had one."""
        lines = await self._keys.offered()
        self._desks = await self._letters.desks() | lines.keys()
        for desk, line in lines.items():
            await self._end.offer(desk, line, OFFERED)

    async def restore(self) -> None:
        """Put back whatever the engine does not have of the boxes."""
        await self.take_in()  # an erasure that waits must not meet its box again
        for desk in self._desks:
            left = await self._letters.left(desk)
            for first in range(0, len(left), _AT_ONCE):
                some = left[first : first + _AT_ONCE]
                holdings = await self._end.holdings(desk, [each.name for each in some])
                for each, held in zip(some, holdings, strict=True):
                    if held != (each.box.kept, sum(letter.way is Direction.DOWN for letter in each.box.letters)):
                        await self._end.place(desk, each.name, each.box)

    async def _take_in(self, desk: DeskId) -> None:
        while posted := await self._end.posted(desk):
            for each in posted:
                kept = await self._letters.take_in(desk, each)
                await self._end.settle(desk, each, kept=kept)
            if len(posted) < TAKEN:
                break
