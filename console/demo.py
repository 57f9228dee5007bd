"""The accounts of the demonstration, and of nothing else: six staff and two coordinators, signed in by links."""

import asyncio
import secrets

from sqlalchemy import select

from console.accounts import create_account
from console.permissions import Role
from console.presence import Presences
from console.signing import Way
from console.signins import SignIns
from console.tables import Sessions, Staff
from handover.values import DeskId, StaffId

STAFF_NAMES = ("Kim", "Noor", "Alex", "Sam", "Robin", "Mika")

COORDINATOR_NAMES = ("Coordinator", "Deputy")  # two, because one publishes what the other has written


class Demonstration:
    """Knows the two link tokens and hands out the next free account."""

    def __init__(
        self, *, staff_token: str, coordinator_token: str, desk: DeskId, sessions: Sessions, signins: SignIns
    ) -> None:
        self._staff_token = staff_token.encode()
        self._coordinator_token = coordinator_token.encode()
        self._desk = desk
        self._sessions = sessions
        self._signins = signins
        self._one_at_a_time = asyncio.Lock()

    def role_of(self, token: str) -> Role | None:
        """Which link this token belongs to. Both are compared in full, so that time tells nothing."""
        given = token.encode()
        is_staff = secrets.compare_digest(given, self._staff_token)
        is_coordinator = secrets.compare_digest(given, self._coordinator_token)
        if is_staff:
            return Role.STAFF
        return Role.COORDINATOR if is_coordinator else None

    async def sign_in(self, role: Role, language: str, presences: Presences) -> str | None:
        """Sign the next free account of this role in and return the token; None while all six sit at a desk."""
        async with self._one_at_a_time:
            if role is Role.COORDINATOR:
                return await self._start(await self._next_coordinator(), language)
            staff = await self._next_free(presences)
            return await self._start(staff, language) if staff else None

    async def _start(self, staff: StaffId, language: str) -> str:
        return await self._signins.start(staff, language, Way.DEMONSTRATION)

    async def _next_free(self, presences: Presences) -> StaffId | None:
        everybody = [await self._account(name, Role.STAFF) for name in STAFF_NAMES]
        async with self._sessions() as session:
            # Whoever tries the page of people may have closed one, or made it something else.
            usable = set(await session.scalars(select(Staff.id).where(Staff.active, Staff.role == Role.STAFF)))
        accounts = [staff for staff in everybody if staff in usable]
        present = await self._signins.present()
        for staff in accounts:
            if staff not in present:
                return staff
        # All are signed in somewhere: a browser that was closed without signing out does not keep its account.
        for staff in present:
            if staff in accounts and not presences.is_open(staff):
                await self._signins.stop_all(staff)
                return staff
        return None

    async def _next_coordinator(self) -> StaffId:
        """Who is signed in nowhere, else whose sign-in ends first: several browsers may share an account."""
        accounts = [await self._account(name, Role.COORDINATOR) for name in COORDINATOR_NAMES]
        present = [staff for staff in await self._signins.present() if staff in accounts]
        return next((staff for staff in accounts if staff not in present), (present or accounts)[0])

    async def _account(self, name: str, role: Role) -> StaffId:
        """The id of a demonstration account, made when missing. It has no password."""
        sign_in_name = f"demo-{name.lower()}"
        async with self._sessions() as session:
            found = await session.scalar(select(Staff.id).where(Staff.sign_in_name == sign_in_name))
        if found is not None:
            return StaffId(found)
        return await create_account(
            self._sessions,
            sign_in_name=sign_in_name,
            shown_name=name,
            role=role,
            password=None,
            desk=self._desk,
        )
