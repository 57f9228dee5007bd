"""What staff did, to the hour: never a visitor, and never a talk, whose every claim would be a row."""

import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from console.accounts import Member
from console.tables import Note, Sessions, Staff
from handover.values import DeskId

KEPT_DAYS = 90
_MOST_SHOWN = 5_000
_HOUR = 3600
_ABOUT = re.compile(r"[\w.@+\-/:, ]{0,120}")


class Deed(StrEnum):
    """The closed set of what is noted."""

    SIGNED_IN = "signed_in"
    EXPORTED = "exported"
    TEXT = "text"  # a text, the directory or a desk was changed or published
    KEY = "key"  # a device, or a way to sign in
    ROLE = "role"  # an account was invited, changed or ended
    REFUSED = "refused"  # a page that this role does not have
    FAILED = "failed"  # sign-ins that failed, told when one succeeds: before, nobody knows whose they were


@dataclass(frozen=True, slots=True)
class Noted:
    """One row: `hour` counts since 1970, `who` is a sign-in name."""

    hour: int
    who: str
    desk: str
    deed: Deed
    about: str


class Audit:
    """The notes of all desks."""

    def __init__(self, sessions: Sessions, clock: Callable[[], float]) -> None:
        self._sessions = sessions
        self._clock = clock

    async def note_text(self, who: Member, part: str) -> None:
        """Write down that `who` changed a part of the content."""
        await self.note(who, Deed.TEXT, part.replace("#", ":"))

    async def note(self, who: Member, deed: Deed, about: str = "") -> None:
        """Write down that `who` did `deed`. `about` names what of ours it was done to: a text's id, a desk, a device's
        code, a colleague's sign-in name; ValueError for more than 120 signs or anything but names, so that no
        sentence, and nothing of a visitor, can get in."""
        if not _ABOUT.fullmatch(about):
            raise ValueError("about is a name of ours, up to 120 letters, digits and . @ + - / : ,")
        hour = int(self._clock()) // _HOUR
        async with self._sessions() as session:
            name = await session.scalar(select(Staff.sign_in_name).where(Staff.id == who.id))
            if deed is Deed.REFUSED and await self._knows(session, name or "", deed, about, hour):
                return
        async with self._sessions.begin() as session:
            row = Note(
                id=secrets.token_urlsafe(16),
                hour=hour,
                who=name or "",
                desk=who.desk,
                deed=deed,
                about=about,
            )
            session.add(row)

    async def about(self, who: str, most: int) -> list[Noted]:
        """The latest notes of one person, by sign-in name."""
        order = (Note.hour.desc(), Note.deed, Note.about)
        query = select(Note).where(Note.who == who, Note.hour >= self._oldest()).order_by(*order).limit(most)
        async with self._sessions() as session:
            return [_noted(row) for row in await session.scalars(query)]

    async def listed(self, desk: DeskId | None) -> list[Noted]:
        """The notes of one desk, or of all, the newest hour first; within an hour by name, so that no order is told."""
        order = (Note.hour.desc(), Note.who, Note.deed, Note.about)
        query = select(Note).where(Note.hour >= self._oldest()).order_by(*order).limit(_MOST_SHOWN)
        if desk is not None:
            query = query.where(Note.desk == desk)
        async with self._sessions() as session:
            return [_noted(row) for row in await session.scalars(query)]

    async def purge(self) -> None:
        """Forget what is older than KEPT_DAYS."""
        async with self._sessions.begin() as session:
            await session.execute(delete(Note).where(Note.hour < self._oldest()))

    async def _knows(self, session: AsyncSession, who: str, deed: Deed, about: str, hour: int) -> bool:
        """Whether the very same is noted already: whoever presses a hundred times makes one row an hour."""
        where = (Note.hour == hour, Note.who == who, Note.deed == deed, Note.about == about)
        return await session.scalar(select(Note.id).where(*where).limit(1)) is not None

    def _oldest(self) -> int:
        return int(self._clock()) // _HOUR - KEPT_DAYS * 24


def _noted(row: Note) -> Noted:
    return Noted(row.hour, row.who, row.desk, Deed(row.deed), row.about)
