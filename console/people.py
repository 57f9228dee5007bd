"""Who may have an account: invitations by a one-time link, roles, and accounts that are closed.

A coordinator decides over the staff of the own desk, an administrator over all, and nobody over their own account: so
there is always somebody left who can.
"""

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import delete, select, true
from sqlalchemy.ext.asyncio import AsyncSession

from console.accounts import Member, create_account, to_member
from console.database import Database, one_at_a_time
from console.desk_tables import StaffDeskRow, answers_at, other_desks
from console.permissions import Role
from console.tables import CodeSecret, Invitation, Passkey, RecoveryCode, Sessions, SignIn, Staff
from handover.values import DeskId

LINK_HOURS = 48  # a weekend's reach is not needed: whoever invites can make another

_TOKEN_BYTES = 32
_HOUR = 3600


@dataclass(frozen=True, slots=True)
class Link:
    """A one-time link: the token is known to whoever made it and kept nowhere. `ends` is an hour since 1970."""

    token: str
    ends: int

    @property
    def path(self) -> str:
        """Where it leads, below the console's address."""
        return f"/invitation/{self.token}"


@dataclass(frozen=True, slots=True)
class Person:
    """One account on the page. `mine` is whether whoever asks decides over it; `invited` is until which hour since
    1970 a link can be used."""

    name: str
    shown_name: str
    role: Role
    desk: DeskId
    active: bool
    invited: int | None
    mine: bool
    others: tuple[DeskId, ...]  # where they answer too


class People:
    """The accounts, as those see them who decide over them."""

    def __init__(self, sessions: Sessions, clock: Callable[[], float]) -> None:
        self._sessions = sessions
        self._clock = clock

    async def listed(self, by: Member) -> list[Person]:
        """The accounts of who answers at a coordinator's desk, or all, by desk and name; closed ones last."""
        query = select(Staff, other_desks()).order_by(
            Staff.active.desc(), Staff.desk, Staff.shown_name, Staff.sign_in_name
        )
        if by.role is not Role.ADMINISTRATOR:
            query = query.where(answers_at(by.desk))
        async with self._sessions() as session:
            accounts = (await session.execute(query)).all()
            links = await session.execute(
                select(Invitation.staff_id, Invitation.ends).where(Invitation.ends > int(self._clock()))
            )
            until = {staff: ends // _HOUR for staff, ends in links}
            return [_person(by, account, others, until.get(account.id)) for account, others in accounts]

    async def invite(self, by: Member, *, sign_in_name: str, shown_name: str, role: Role, desk: DeskId) -> Link | None:
        """A new account, and the link with which its owner sets it up. AccountError when it cannot be as asked; None
        when it is not for `by` to give."""
        if not may_give(by, role, desk):
            return None
        staff = await create_account(
            self._sessions, sign_in_name=sign_in_name, shown_name=shown_name, role=role, password=None, desk=desk
        )
        return await self.make_link(staff)

    async def link(self, by: Member, name: str) -> Link | None:
        """Another link for an account: an earlier one is of no use any more. None when it is not for `by` to give."""
        async with self._sessions() as session:
            account = await _find(session, by, name)
        return await self.make_link(account.id) if account is not None and account.active else None

    async def close(self, by: Member, name: str, *, closed: bool) -> bool:
        """Close an account, or open it again. Closed, it signs nobody in, and its sign-ins and link end at once."""
        async with self._sessions.begin() as session:
            account = await _find(session, by, name)
            if account is None:
                return False
            account.active = not closed
            if closed:
                await session.execute(delete(SignIn).where(SignIn.staff_id == account.id))
                await session.execute(delete(Invitation).where(Invitation.staff_id == account.id))
            return True

    async def sign_out(self, by: Member, name: str) -> bool:
        """Sign an account out everywhere."""
        async with self._sessions.begin() as session:
            account = await _find(session, by, name)
            if account is None:
                return False
            await session.execute(delete(SignIn).where(SignIn.staff_id == account.id))
            return True

    async def change(self, by: Member, name: str, role: Role, desk: DeskId) -> bool:
        """Give an account another role or desk; where it is signed in it is signed out. Other desks stay with staff."""
        async with self._sessions.begin() as session:
            account = await _find(session, by, name)
            if account is None or by.role is not Role.ADMINISTRATOR:
                return False
            account.role, account.desk = role, desk
            lost = StaffDeskRow.desk == desk if role is Role.STAFF else true()
            await session.execute(delete(StaffDeskRow).where(StaffDeskRow.staff_id == account.id, lost))
            await session.execute(delete(SignIn).where(SignIn.staff_id == account.id))
            return True

    async def look(self, token: str) -> Member | None:
        """Whom a link is for, while it can be used."""
        async with self._sessions() as session:
            account = await self._invited(session, token)
            return None if account is None else to_member(account)

    async def accept(self, token: str) -> Member | None:
        """Use a link up: every earlier way in to the account ends, so that a lost device is of no use to anybody."""
        async with self._sessions.begin() as session:
            account = await self._invited(session, token)
            used = delete(Invitation).where(Invitation.token_hash == _hash(token)).returning(Invitation.staff_id)
            if account is None or (await session.execute(used)).first() is None:
                return None
            for table in (Passkey, CodeSecret, RecoveryCode, SignIn):
                await session.execute(delete(table).where(table.staff_id == account.id))
            account.password_hash = ""
            return to_member(account)

    async def purge(self) -> None:
        """Forget links that cannot be used any more."""
        async with self._sessions.begin() as session:
            await session.execute(delete(Invitation).where(Invitation.ends <= int(self._clock())))

    async def make_link(self, staff: str) -> Link:
        """A link for an account, whoever decides over it: the only one that can be used."""
        token = secrets.token_urlsafe(_TOKEN_BYTES)
        ends = -(-int(self._clock()) // _HOUR) + LINK_HOURS
        async with self._sessions.begin() as session:
            await one_at_a_time(session, f"staff {staff}")
            await session.execute(delete(Invitation).where(Invitation.staff_id == staff))
            session.add(Invitation(token_hash=_hash(token), staff_id=staff, ends=ends * _HOUR))
        return Link(token, ends)

    async def _invited(self, session: AsyncSession, token: str) -> Staff | None:
        where = (Invitation.token_hash == _hash(token), Invitation.ends > int(self._clock()), Staff.active)
        return await session.scalar(select(Staff).join(Invitation, Invitation.staff_id == Staff.id).where(*where))


def may_give(by: Member, role: Role, desk: DeskId) -> bool:
    """Whether `by` may make somebody this at this desk."""
    if by.role is Role.ADMINISTRATOR:
        return True
    return by.role is Role.COORDINATOR and role is Role.STAFF and desk == by.desk


async def first_link(
    database_url: str, clock: Callable[[], float], *, sign_in_name: str, shown_name: str, role: str, desk: str
) -> Link:
    """For the command line: a new account and its link. AccountError (a sentence) for whatever cannot be accepted."""
    database = Database(database_url)
    try:
        await database.open()
        staff = await create_account(
            database.sessions, sign_in_name=sign_in_name, shown_name=shown_name, role=role, password=None, desk=desk
        )
        return await People(database.sessions, clock).make_link(staff)
    finally:
        await database.close()


async def another_link(database_url: str, clock: Callable[[], float], sign_in_name: str) -> Link | None:
    """For the command line: a new link for an account, when there is one that is open."""
    database = Database(database_url)
    try:
        await database.open()
        where = (Staff.sign_in_name == sign_in_name.strip().casefold(), Staff.active)
        async with database.sessions() as session:
            staff = await session.scalar(select(Staff.id).where(*where))
        return None if staff is None else await People(database.sessions, clock).make_link(staff)
    finally:
        await database.close()


async def _find(session: AsyncSession, by: Member, name: str) -> Staff | None:
    """The account of that sign-in name, when `by` decides over it."""
    account = await session.scalar(select(Staff).where(Staff.sign_in_name == name))
    return account if account is not None and _decides(by, account) else None


def _decides(by: Member, account: Staff) -> bool:
    return account.id != by.id and may_give(by, Role(account.role), DeskId(account.desk))


def _person(by: Member, account: Staff, others: str | None, invited: int | None) -> Person:
    return Person(
        account.sign_in_name,
        account.shown_name,
        Role(account.role),
        DeskId(account.desk),
        account.active,
        invited,
        _decides(by, account),
        to_member(account, others).others,
    )


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
