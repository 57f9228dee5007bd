"""What a wish costs right now, and whether it was paid: by work, or by waiting where a page cannot compute.

Requirements AB-2 to AB-4. A wish is never refused, only put off: what is not paid is answered with what to pay. It
serves any wish that a flood could abuse; each has a purpose of its own, so that what was paid for one is worth nothing
for another.
"""

import json
import secrets
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from handover.ports import VisitorEnd
from handover.values import DeskId, Opening
from safety.buckets import Buckets
from safety.limits import FrameBudget
from safety.price import FREE_LATELY, enough, level_of, level_of_box, seconds_of
from safety.tokens import TokenError, seal, unseal
from safety.work import LIFETIME, BadWork, Effort, Work

_MINUTE = 60.0
_MOST = 100_000  # of a minute that are counted
_SPENT = LIFETIME + 120  # seconds that a nonce is remembered: its life, and what two servers' clocks may differ
_AGAIN = 10  # seconds until somebody who has waited long enough tries again, because others came through just now

# Waiting costs a flooder nothing, so all who pay by it come through one gate: one a second, a minute's worth at once.
_GATE_RATE, _GATE_BURST = 1, 60


@dataclass(frozen=True, slots=True)
class Paid:
    """What came with a wish: from where, and what was paid, if anything. None of it appears in a repr."""

    address: str | None = field(default=None, repr=False)
    work: str = field(default="", repr=False)
    wait: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Price:
    """What to pay: the question to work on, or else the token to come back with after so many seconds."""

    question: dict[str, Any] = field(repr=False)
    wait: str = field(repr=False)
    seconds: int


class Lately:
    """How often something happened in the last minute, by a clock that only ever grows."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._times: deque[float] = deque(maxlen=_MOST)

    def add(self) -> None:
        """It happens now."""
        self._times.append(self._clock())

    def count(self) -> int:
        """Since a minute ago."""
        since = self._clock() - _MINUTE
        while self._times and self._times[0] < since:
            self._times.popleft()
        return len(self._times)


class Toll:
    """One for all wishes of a process. `now` gives seconds since the epoch, `clock` seconds that only ever grow;
    `free_lately` may join within a minute at no cost."""

    def __init__(
        self,
        key: bytes,
        end: VisitorEnd,
        buckets: Buckets,
        now: Callable[[], float],
        clock: Callable[[], float],
        effort: Effort | None = None,
        free_lately: int = FREE_LATELY,
    ) -> None:
        self._key = key
        self._end = end
        self._buckets = buckets
        self._now = now
        self._work = Work(key, effort)
        self._gate = FrameBudget(clock, _GATE_RATE, _GATE_BURST)
        self._free_lately = free_lately
        self._joins = Lately(clock)
        self._boxes = Lately(clock)

    def level(self, opening: Opening, paid: Paid) -> int:
        """The price of joining, by what the engine tells of the desk and this process of the last minutes."""
        lately = max(opening.lately, self._joins.count())
        nearby = self._buckets.count(paid.address)
        return level_of(opening.waiting, opening.on_duty, lately, nearby, self._free_lately)

    def joined(self, paid: Paid) -> None:
        """Somebody joins: the next ones may have to pay more."""
        self._joins.add()
        self._buckets.add(paid.address)

    def box_level(self, *, making: bool) -> int:
        """The price of reaching a box of left messages, by what this process has seen of the last minute."""
        return level_of_box(self._boxes.count(), making=making)

    def boxed(self) -> None:
        """A box was made, or a name opened nothing: the next ones may have to pay more, wherever they come from."""
        self._boxes.add()

    async def charge(self, desk: DeskId, purpose: str, level: int, paid: Paid) -> Price | None:
        """What is still to pay for a wish of this level; None when nothing is. What counted once counts no more, in
        whichever process. Raises HandoverError when the engine cannot tell whether it did."""
        if not level or await self._worked(desk, purpose, level, paid.work):
            return None
        wait, seconds = await self._waited(desk, purpose, level, paid)
        if not seconds:
            return None
        return Price(self._work.ask(purpose, level, int(self._now())), wait, seconds)

    async def _worked(self, desk: DeskId, purpose: str, level: int, answer: str) -> bool:
        if not answer:
            return False
        try:
            solved = self._work.check(purpose, answer, int(self._now()))
        except BadWork:
            return False
        return enough(solved.level, level) and await self._end.spend(desk, solved.nonce, _SPENT)

    async def _waited(self, desk: DeskId, purpose: str, level: int, paid: Paid) -> tuple[str, int]:
        """The token to come back with, and the seconds until then; 0 when it was waited for long enough."""
        anew = self._seal_wait(purpose, level), seconds_of(level)
        try:
            ready, waited_for, nonce = json.loads(
                unseal(self._key, f"wait: {purpose}", paid.wait, int(self._now()), LIFETIME)
            )
        except TokenError:
            return anew
        if not enough(waited_for, level):
            return anew
        left = ready - int(self._now())
        if left > 0:
            return paid.wait, left
        if not self._buckets.waited(paid.address) or not self._gate.take():
            return paid.wait, _AGAIN
        return ("", 0) if await self._end.spend(desk, nonce, _SPENT) else anew

    def _seal_wait(self, purpose: str, level: int) -> str:
        now = int(self._now())
        row = [now + seconds_of(level), level, secrets.token_hex(16)]
        return seal(self._key, f"wait: {purpose}", json.dumps(row).encode(), now)
