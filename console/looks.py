"""What open sockets have to know again and again: one look into the database for all of them, and never one each."""

import asyncio
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from typing import Generic, Protocol, TypeVar

from console.storage import Storage
from console.tables import finish

FRESH = 1.0  # seconds that a look holds, unless this console has written anything since: another process may have, too


Found = TypeVar("Found")
Known = TypeVar("Known", covariant=True)


class Findable(Protocol[Known]):
    """Where sign-ins are found (console.signins), or devices (console.devices)."""

    async def find_all(self, tokens: Collection[str]) -> Mapping[str, Known]:
        """Those of the tokens that are valid."""


class Looks(Generic[Found]):
    """What open sockets have, sign-ins for one, as it is now. What this console took away is gone with the next frame;
    what another process of it did, a second after that was written, at most."""

    def __init__(
        self, findable: Findable[Found], changes: Callable[[], int], storage: Storage, steady: Callable[[], float]
    ) -> None:
        """`changes` counts what this process has written to the database; `storage` bounds waiting for it; `steady` in
        seconds."""
        self._findable = findable
        self._changes = changes
        self._storage = storage
        self._steady = steady
        self._open: Counter[str] = Counter()
        self._found: Mapping[str, Found] = {}
        self._asked: frozenset[str] = frozenset()  # the tokens of that look
        self._at = 0.0  # when that was
        self._seen = 0  # what `changes` was then
        self._number = 0  # which look that was
        self._begun = 0  # looks
        self._looking: asyncio.Task[None] | None = None

    @contextmanager
    def at(self, token: str) -> Iterator[None]:
        """While the body runs, this token is looked for with the others."""
        self._open[token] += 1
        try:
            yield
        finally:
            self._open[token] -= 1
            if not self._open[token]:
                del self._open[token]

    def known(self, token: str) -> Found | None:
        """The same as `find` gives, when nothing has to be looked for."""
        return self._found.get(token) if self._holds(token, self._begun) else None

    async def find(self, token: str) -> Found | None:
        """What this token stands for, when it is valid; it is not renewed. SQLAlchemyError when nobody can say, within
        the time of `Storage.ask`."""
        begun = self._begun
        if not self._holds(token, begun):
            await self._storage.ask(self._look_until_it_holds(token, begun))
        return self._found.get(token)

    async def _look_until_it_holds(self, token: str, begun: int) -> None:
        with self.at(token):  # its socket may close meanwhile, and then no look would ever be one for it
            while not self._holds(token, begun):
                # One that is over and not yet told so is none to wait for: waiting for it gives nobody else a turn.
                if self._looking is None or self._looking.done():
                    self._looking = asyncio.create_task(finish(self._look()))
                    self._looking.add_done_callback(self._looked)
                await asyncio.shield(self._looking)

    def _holds(self, token: str, begun: int) -> bool:
        """A look is the truth when it began after the call, or not long before and nothing was written meanwhile."""
        if token not in self._asked:
            return False
        if self._number > begun:
            return True
        return self._seen == self._changes() and self._steady() - self._at < FRESH

    async def _look(self) -> None:
        self._begun += 1
        number, at, seen, asked = self._begun, self._steady(), self._changes(), frozenset(self._open)
        self._found = await self._findable.find_all(asked)
        self._number, self._at, self._seen, self._asked = number, at, seen, asked

    def _looked(self, task: asyncio.Task[None]) -> None:
        if self._looking is task:
            self._looking = None
        if not task.cancelled():
            task.exception()  # told to whoever waited, if anybody still does
