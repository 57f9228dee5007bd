"""A process that goes while another one takes over: it takes no more, and its pages are told to connect elsewhere."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager

# "Service restart" (registered by IANA for RFC 6455): what a page is closed with, by us and by the server below us. The
# page connects again at once and says nothing of it.
RESTARTING = 1012
LINGER = 3.0  # seconds in which what a page had sent before it was told is still taken
_A_SECOND = 1_000  # pages; each asks its new process for a socket and where its talk stands
_LONGEST = 8.0  # seconds, well within what the process is given


class Draining:
    """Asked by whoever tells readiness, waited for by open sockets; begun by the server at the first SIGTERM."""

    def __init__(self) -> None:
        self._begun = asyncio.Event()
        self._hurried = asyncio.Event()
        self._empty = asyncio.Event()
        self._empty.set()
        self._held = 0
        self._pages: dict[Callable[[], None], None] = {}

    @property
    def begun(self) -> bool:
        """Whether this process goes: nothing new is to be sent here."""
        return self._begun.is_set()

    @property
    def held(self) -> int:
        """How many pages are still to go elsewhere."""
        return self._held

    def begin(self) -> None:
        """From now on; there is no way back."""
        self._begun.set()
        for go in list(self._pages):
            go()

    def hurry(self) -> None:
        """The time is over: whatever still waits for a page to go waits no longer."""
        self._hurried.set()

    @contextmanager
    def holding(self) -> Iterator[None]:
        """While the body runs there is a page that the process stays for."""
        self._arrive()
        try:
            yield
        finally:
            self._depart()

    def hold(self, go: Callable[[], None]) -> None:
        """There is a page that the process stays for until `release`; `go` is called when the process goes, at once if
        it does already. For thousands of pages none of which waits for that."""
        self._arrive()
        self._pages[go] = None
        if self.begun:
            go()

    def release(self, go: Callable[[], None]) -> None:
        """The page has gone."""
        del self._pages[go]
        self._depart()

    def _arrive(self) -> None:
        self._held += 1
        self._empty.clear()

    def _depart(self) -> None:
        self._held -= 1
        if not self._held:
            self._empty.set()

    async def turn(self, random: Callable[[], float]) -> None:
        """Until it has begun and a page's turn has come: many at once would all ask the other process in one moment.
        `random` gives numbers from 0 to 1."""
        await self._begun.wait()
        await self.pause(random() * min(_LONGEST, self._held / _A_SECOND))

    async def emptied(self, seconds: float) -> bool:
        """Return when no page is left, or it was hurried, or after so many seconds; whether none was left."""
        both = [asyncio.create_task(event.wait()) for event in (self._empty, self._hurried)]
        await asyncio.wait(both, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        for each in both:
            each.cancel()
        await asyncio.gather(*both, return_exceptions=True)
        return not self._held

    async def pause(self, seconds: float) -> None:
        """Sleep so long, and no longer once it is hurried."""
        try:
            async with asyncio.timeout(seconds):
                await self._hurried.wait()
        except TimeoutError:
            return
