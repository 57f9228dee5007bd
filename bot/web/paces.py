"""How fast words of one visitor reach a person: more at once are held back, and none is refused (AB-2, AB-3)."""

import asyncio
from collections import OrderedDict, deque
from collections.abc import Awaitable, Callable

from bot.web.frames import Close, Refused, SayFrame
from handover.ports import HandoverError
from handover.values import TalkRef
from safety.limits import FrameBudget

# AB-2 names one a second and five at once. A page that was cut off has more to send when it is back, and a talk of
# hundreds of messages must not come minutes late; what is unpleasant to read, staff can mute.
RATE, BURST = 5, 40
_MOST = 4_096  # talks of one process; the one that spoke longest ago gives way
_MOST_HELD = 240  # words of one socket, a minute at that pace; a page of ours sends none faster


class Paces:
    """The paces of this process's talks, over all their sockets and forms. Nothing in it tells where a talk comes from.
    `clock` gives seconds that only ever grow."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._budgets: OrderedDict[TalkRef, FrameBudget] = OrderedDict()

    def delay(self, talk: TalkRef) -> float:
        """Seconds to hold the next words of this talk back."""
        budget = self._budgets.pop(talk, None) or FrameBudget(self._clock, RATE, BURST)
        self._budgets[talk] = budget
        if len(self._budgets) > _MOST:
            self._budgets.popitem(last=False)
        return budget.delay()


class Held:
    """The words of one socket in their order, each handed to `say` in its time; nothing else waits for them. `trouble`
    is told when the engine fails: what was not acknowledged, the page sends again."""

    def __init__(
        self,
        delay: Callable[[], float],
        say: Callable[[SayFrame], Awaitable[None]],
        trouble: Callable[[], Awaitable[None]],
    ) -> None:
        self._delay = delay
        self._say = say
        self._trouble = trouble
        self._behind = 0  # words that were held back and are not said yet
        self._queue: deque[tuple[SayFrame, float]] = deque()
        self._task: asyncio.Task[None] | None = None  # while there are some

    async def take(self, frame: SayFrame) -> None:
        """Say it now, or when its time has come. Raises Refused beyond what anybody writes, and HandoverError."""
        delay = self._delay()
        if not delay and not self._behind:
            await self._say(frame)
            return
        if self._behind >= _MOST_HELD:
            raise Refused("pace", Close.TOO_FAST)
        self._behind += 1
        self._queue.append((frame, asyncio.get_running_loop().time() + delay))
        if self._task is None:
            self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Say nothing more."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self) -> None:
        while self._queue:
            frame, due = self._queue.popleft()
            await asyncio.sleep(max(0.0, due - asyncio.get_running_loop().time()))
            try:
                await self._say(frame)
            except HandoverError:
                await self._trouble()
            self._behind -= 1
        self._task = None
