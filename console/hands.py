"""One person's hands over all their desks: one capacity, of which each desk's lease says what is left there."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable

from console.habits import Habit
from console.talks import Talks
from handover.values import AtCapacity, Claimed, DeskId, Gone, NotOnDuty, Taken, TalkRef

Outcome = Claimed | Taken | Gone | AtCapacity | NotOnDuty
Claim = Callable[[], Awaitable[Outcome]]
Taking = Callable[[TalkRef, Claim], Awaitable[Outcome]]


class Hands:
    """`most(desk)`: how many talks anybody takes at that desk, as its file is now; `usual` is for who chose no number.
    Whoever claims, or tells the engine what is left, does so in `turn`: one after another, so that what each desk is
    told follows what was taken at the others."""

    def __init__(self, desks: tuple[DeskId, ...], talks: Talks, *, most: Callable[[DeskId], int], usual: int) -> None:
        self.desks = desks
        self.habit = Habit()
        self.turn = asyncio.Lock()
        self._talks = talks
        self._most = most
        self._usual = usual
        self._coming: Counter[DeskId] = Counter()  # talks that are in hand and not on the page yet

    @property
    def capacity(self) -> int:
        """How many talks this person takes over all desks: as many as where most are taken."""
        return max(self.habit.takes(self._usual, self._most(desk)) for desk in self.desks)

    @property
    def most(self) -> int:
        """How many anybody could take."""
        return max(Habit().takes(self._most(desk), self._most(desk)) for desk in self.desks)

    def at(self, desk: DeskId) -> int:
        """How many talks this person takes at this desk, now that some are in hand at others."""
        own = self.habit.takes(self._usual, self._most(desk))
        elsewhere = sum(self._held(other) for other in self.desks if other != desk)
        return max(0, min(own, self.capacity - elsewhere))

    def expect(self, refs: Iterable[TalkRef]) -> None:
        """These are in hand, and come onto the page soon; with none of them, all have come."""
        self._coming = Counter(ref.desk for ref in refs)

    def _held(self, desk: DeskId) -> int:
        return max(self._talks.count(desk), self._coming[desk])
