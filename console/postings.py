"""Who answers at several desks: decided by the coordinators of the desk that they come to, and by administrators."""

from sqlalchemy import delete, func, select

from console.accounts import Member
from console.database import one_at_a_time
from console.desk_tables import StaffDeskRow
from console.people import may_give
from console.permissions import Role
from console.tables import Sessions, Staff
from handover.values import DeskId

MOST = 5  # other desks of one person: each is a lease to renew and a list to read


class Postings:
    """The other desks of all staff."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    async def add(self, by: Member, name: str, desk: DeskId) -> bool:
        """Let somebody with this sign-in name answer at this desk too. False when it is not for `by` to give, or there
        is no such open account of staff, or it answers there already, or at as many desks as anybody can."""
        if not may_give(by, Role.STAFF, desk):
            return False
        async with self._sessions.begin() as session:
            await one_at_a_time(session, f"posting {name.strip().casefold()}")
            who = (Staff.sign_in_name == name.strip().casefold(), Staff.active, Staff.role == Role.STAFF)
            account = await session.scalar(select(Staff).where(*who))
            if account is None or account.desk == desk:
                return False
            count = select(func.count()).select_from(StaffDeskRow).where(StaffDeskRow.staff_id == account.id)
            if (await session.scalar(count) or 0) >= MOST:
                return False
            if await session.get(StaffDeskRow, (account.id, desk)) is not None:
                return False
            session.add(StaffDeskRow(staff_id=account.id, desk=desk))
            return True

    async def remove(self, by: Member, name: str, desk: DeskId) -> bool:
        """From now on they do not answer at this desk. False when they did not, or it is not for `by` to take."""
        if not may_give(by, Role.STAFF, desk):
            return False
        async with self._sessions.begin() as session:
            who = select(Staff.id).where(Staff.sign_in_name == name)
            where = (StaffDeskRow.staff_id == await session.scalar(who), StaffDeskRow.desk == desk)
            gone = await session.execute(delete(StaffDeskRow).where(*where).returning(StaffDeskRow.desk))
            return gone.first() is not None
