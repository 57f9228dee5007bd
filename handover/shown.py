"""What pages have shown, told to the engine together after a moment: nobody acts on it, and each by itself would take
as many turns of three processes as a message does."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Generic, TypeVar

from handover.ports import EngineUnavailable, HandoverError

GATHER = 0.15  # seconds; a page itself waits 0.3 s before it tells
_RETRY = 1.0  # seconds

Key = TypeVar("Key")


class Shown(Generic[Key]):
    """The highest number of each talk that is not told yet. `tell` raises HandoverError; what did not arrive because no
    engine was there is told again, until it did."""

    def __init__(self, tell: Callable[[Mapping[Key, int]], Awaitable[None]]) -> None:
        self._tell = tell
        self._numbers: dict[Key, int] = {}
        self._task: asyncio.Task[None] | None = None
        self._telling = asyncio.Lock()

    def note(self, key: Key, number: int) -> None:
        """Everything up to this number was shown."""
        self._numbers[key] = max(number, self._numbers.get(key, 0))
        if self._task is None:
            self._task = asyncio.create_task(self._tell_soon())

    async def flush(self) -> None:
        """Return when nothing is left to tell: what is done next would make it untrue."""
        async with self._telling:  # some may be on their way, the later ones of many not sent yet
            pass
        if self._numbers:
            await self._tell_now()

    async def close(self) -> None:
        """Tell what is left, once."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])
        await self.flush()

    async def _tell_soon(self) -> None:
        pause = GATHER
        while self._numbers:
            await asyncio.sleep(pause)
            pause = GATHER if await self._tell_now() else _RETRY
        self._task = None

    async def _tell_now(self) -> bool:
        """Whether an engine was there."""
        async with self._telling:
            numbers, self._numbers = self._numbers, {}
            try:
                await self._tell_all(numbers)
            except EngineUnavailable:
                self._put_back(numbers)
                return False
            except asyncio.CancelledError:
                self._put_back(numbers)
                raise
            return True

    async def _tell_all(self, numbers: dict[Key, int]) -> None:
        """What was told one by one, or is spoilt, is no longer in `numbers`."""
        try:
            await self._tell(numbers)
        except EngineUnavailable:
            raise
        except HandoverError:
            for key in tuple(numbers):  # one of them is spoilt, and must not keep the others from it
                await self._tell_alone(key, numbers[key])
                del numbers[key]

    async def _tell_alone(self, key: Key, number: int) -> None:
        try:
            await self._tell({key: number})
        except EngineUnavailable:
            raise
        except HandoverError:
            return

    def _put_back(self, numbers: Mapping[Key, int]) -> None:
        for key, number in numbers.items():
            self._numbers[key] = max(number, self._numbers.get(key, 0))
