"""Whoever takes part in one test, so that all of them can be sent home after it."""

from contextlib import suppress

import httpx
from websockets.exceptions import ConnectionClosed

from tests.journeys.ends import Addresses, PlainVisitorClient, StaffClient, VisitorClient


class People:
    """Makes visitors and staff of one house."""

    def __init__(self, house: Addresses) -> None:
        self._house = house
        self._visitors: list[VisitorClient | PlainVisitorClient] = []
        self._staff: list[StaffClient] = []

    async def visitor(self) -> VisitorClient:
        """A visitor who has the page open."""
        visitor = VisitorClient(self._house)
        self._visitors.append(visitor)
        await visitor.opens_the_page()
        return visitor

    async def plain_visitor(self) -> PlainVisitorClient:
        """The same without JavaScript."""
        visitor = PlainVisitorClient(self._house)
        self._visitors.append(visitor)
        await visitor.opens_the_page()
        return visitor

    async def staff(self) -> StaffClient:
        """A staff member on duty, with the desk open."""
        staff = StaffClient(self._house)
        self._staff.append(staff)
        await staff.comes_to_work()
        return staff

    async def coordinator(self) -> StaffClient:
        """A coordinator with the live load open."""
        coordinator = StaffClient(self._house)
        self._staff.append(coordinator)
        await coordinator.signs_in(self._house.demo_coordinator)
        await coordinator.opens_the_load()
        return coordinator

    async def go_home(self) -> None:
        """End what is left. Visitors first: a talk that staff give back would wait again."""
        for person in (*self._visitors, *self._staff):
            with suppress(ConnectionClosed, httpx.TransportError):
                await person.goes_home()
