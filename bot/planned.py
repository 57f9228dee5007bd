"""The opening hours that a desk's staff planned, asked for often: the engine knows them while a console runs."""

import asyncio
from dataclasses import replace

from dialogues.doors import Desk, DeskChannel, Hours
from dialogues.plan import read_plan
from handover.ports import HandoverError, VisitorEnd
from handover.values import DeskId

EVERY = 2.0  # seconds: as often as the console tells them


class Planned:
    """`hours` are those of now; None: there is no plan, and those of the desk's file hold."""

    def __init__(self, end: VisitorEnd, desk: DeskId) -> None:
        self.hours: Hours | None = None
        self._end = end
        self._desk = desk

    async def look(self) -> None:
        """Ask once. An engine that does not answer changes nothing."""
        try:
            self.hours = read_plan(await self._end.desk_hours(self._desk))
        except HandoverError:
            return

    async def keep_looking(self) -> None:
        """Until cancelled."""
        while True:
            await asyncio.sleep(EVERY)
            await self.look()


def reached(desk: Desk, by: DeskChannel) -> Desk:
    """The desk as who comes that way sees it: one that does not answer there is not there yet."""
    return desk if by in desk.channels else replace(desk, planned=True)


def planned_desk(desk: Desk, planned: Planned) -> Desk:
    """The desk with the hours that its staff planned; without a plan those of its file hold."""
    return replace(desk, hours=planned.hours) if planned.hours else desk
