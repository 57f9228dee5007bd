"""Drafts of parts of the content: kept until a second person publishes them, never overwritten unseen."""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from console.accounts import Member
from console.tables import DraftRow, Sessions
from dialogues.overlay import digest


@dataclass(frozen=True, slots=True)
class Draft:
    text: str
    writer: str
    day: int
    writers: frozenset[str]

    @property
    def mark(self) -> str:
        """What an approver says was read."""
        return mark_of(self.text)


def mark_of(text: str) -> str:
    """What tells one text from another: a form brings the mark of what it was filled with."""
    return digest(text.encode())


class Drafts:
    """One draft per part. Whoever has written in it is one of its writers until it is published or discarded."""

    def __init__(self, sessions: Sessions, clock: Callable[[], float]) -> None:
        self._sessions = sessions
        self._clock = clock

    async def all(self) -> dict[str, Draft]:
        """All drafts by part."""
        async with self._sessions() as session:
            return {row.part: _draft(row) for row in await session.scalars(select(DraftRow))}

    async def find(self, part: str) -> Draft | None:
        """The draft of a part."""
        async with self._sessions() as session:
            row = await session.get(DraftRow, part)
            return _draft(row) if row else None

    async def save(self, part: str, text: str, base: str, who: Member, published: str) -> bool:
        """Keep `text` as the part's draft. False, with nothing changed, when the draft (or without one what is
        `published`) is not the one of the mark `base` any more: somebody else wrote meanwhile."""
        values = {"text": text, "writer": who.shown_name, "day": int(self._clock() // 86_400)}
        async with self._sessions.begin() as session:
            row = await session.get(DraftRow, part)
            if mark_of(row.text if row else published) != base:
                return False
            if row is None:
                return await _insert(session, DraftRow(part=part, writers=who.id, **values))
            writers = " ".join(sorted({*row.writers.split(), who.id}))
            same = (DraftRow.part == part, DraftRow.text == row.text, DraftRow.writers == row.writers)
            changed = update(DraftRow).where(*same).values(writers=writers, **values)
            return (await session.execute(changed.returning(DraftRow.part))).first() is not None

    async def discard(self, part: str, mark: str) -> bool:
        """Forget the draft of that mark. False when there is another by now, or none."""
        draft = await self.find(part)
        if draft is None or draft.mark != mark:
            return False
        async with self._sessions.begin() as session:
            gone = delete(DraftRow).where(DraftRow.part == part, DraftRow.text == draft.text)
            return (await session.execute(gone.returning(DraftRow.part))).first() is not None


async def _insert(session: AsyncSession, row: DraftRow) -> bool:
    try:
        async with session.begin_nested():
            session.add(row)
    except IntegrityError:  # somebody else began one in this very moment
        return False
    return True


def _draft(row: DraftRow) -> Draft:
    return Draft(row.text, row.writer, row.day, frozenset(row.writers.split()))
