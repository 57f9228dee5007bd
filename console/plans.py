"""The opening hours that a desk's shifts add up to, offered to the visitor's side while the console runs."""

from collections.abc import Iterable
from contextlib import AbstractAsyncContextManager

from console.rota import Rota
from console.upkeep import repeating
from dialogues.plan import write_plan
from handover.plan import HOURS_LAST
from handover.ports import StaffEnd
from handover.values import DeskId

OFFER_EVERY = 2.0  # seconds: who changes the schedule and looks at the visitor's page finds it there


class Plans:
    """The chore. A failure is logged once and tried again at the next turn."""

    def __init__(self, end: StaffEnd, desks: Iterable[DeskId], rota: Rota) -> None:
        self._end = end
        self._desks = tuple(desks)
        self._rota = rota
        self._offered: set[DeskId] = set()  # and not taken back

    def running(self) -> AbstractAsyncContextManager[None]:
        """It runs while the body does."""
        return repeating((self.offer, OFFER_EVERY))

    async def offer(self) -> None:
        """Tell the hours of every desk with a plan; take back those of a desk that has none any more."""
        planned = await self._rota.desks() | self._offered  # nothing comes to a desk that never had a plan
        for desk in self._desks:
            hours = await self._rota.hours(desk) if desk in planned else None
            if hours:
                await self._end.offer_hours(desk, write_plan(hours), HOURS_LAST)
                self._offered.add(desk)
                self._rota.known[desk] = hours
            elif desk in planned:
                await self._end.offer_hours(desk, "", HOURS_LAST)
                self._offered.discard(desk)
                self._rota.known.pop(desk, None)
