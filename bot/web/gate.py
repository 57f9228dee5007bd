"""What reaching a box costs while many try: work of the device, never an address (NI-5, AB-4).

A new box costs a little always; more, with every doubling of how many are made or missed in a minute. Whoever opens the
box of their own code pays nothing beyond that: guessing is hopeless with 90 bits, so this only keeps the load away.
"""

from collections import OrderedDict, deque
from collections.abc import Callable
from typing import Any

from safety.work import LIFETIME, BadWork, Effort, Work

HIGHEST = 6
FREE = 20  # boxes made, or names that open nothing, in the last minute
MAKING = 2  # the level of a new box at rest: half a second on a slow phone

_MINUTE = 60.0
_PURPOSE = "box"
_REMEMBERED = 100_000  # answers that counted


class Gate:
    """One for all boxes of a process. `now` gives seconds since the epoch, `clock` seconds that only ever grow."""

    def __init__(
        self, key: bytes, now: Callable[[], float], clock: Callable[[], float], effort: Effort | None = None
    ) -> None:
        self._work = Work(key, effort)
        self._now = now
        self._clock = clock
        self._lately: deque[float] = deque(maxlen=FREE * 2**HIGHEST)  # more do not raise the price
        self._spent: OrderedDict[str, float] = OrderedDict()

    def note(self) -> None:
        """A box was made, or a name opened nothing."""
        self._lately.append(self._clock())

    def charge(self, answer: str, *, making: bool) -> dict[str, Any] | None:
        """The question to work on first; None when nothing is to pay, or `answer` pays it. An answer counts once."""
        level = min(HIGHEST, (MAKING if making else 0) + self._load())
        if not level or self._paid(answer, level):
            return None
        return self._work.ask(_PURPOSE, level, int(self._now()))

    def _load(self) -> int:
        while self._lately and self._lately[0] < self._clock() - _MINUTE:
            self._lately.popleft()
        level = 0
        while level < HIGHEST and len(self._lately) >= FREE * 2**level:
            level += 1
        return level

    def _paid(self, answer: str, level: int) -> bool:
        try:
            solved = self._work.check(_PURPOSE, answer, int(self._now()))
        except BadWork:
            return False
        # The price may have risen by a level between question and answer.
        if solved.level < min(level - 1, HIGHEST - 1) or solved.nonce in self._spent:
            return False
        self._spent[solved.nonce] = self._now() + LIFETIME
        while self._spent and (len(self._spent) > _REMEMBERED or next(iter(self._spent.values())) < self._now()):
            self._spent.popitem(last=False)
        return True
