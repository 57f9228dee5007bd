"""Boxes of left letters in the console's tables: taken in from the visitor's side, answered once, forgotten in time.

Nothing here can open a letter. What the visitor's side posts is checked for its form, because that side may be somebody
else's by now; the letters prove themselves to the two ends alone.
"""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from console.tables import BoxRow, LetterRow, Sessions
from handover.keys import well_formed_box
from handover.post import LONGEST, MOST, Box, Letter, Posted
from handover.values import DeskId
from safety.devices import LONGEST as LONGEST_LINE
from safety.devices import BadDevice, read_key
from safety.sealing import Direction, SealError, read_head
from safety.text64 import read64

MOST_BOXES = 5_000  # of one desk: with every letter that fits some 800 MB, and no desk answers so many
_DAY = 86_400


@dataclass(frozen=True, slots=True)
class Left:
    """A box as staff see it."""

    name: str
    box: Box
    done: bool


class Letters:
    """The boxes of all desks."""

    def __init__(self, sessions: Sessions, clock: Callable[[], float]) -> None:
        self._sessions = sessions
        self._clock = clock

    async def take_in(self, desk: DeskId, posted: Posted) -> bool:
        """Keep a letter, or delete what is to be erased. The same again changes nothing, also at the same moment. False
        for what is dropped: no letter by its form, or one that there is no room for."""
        try:
            return await self._take_in(desk, posted)
        except IntegrityError:  # another console took in the same one: now it is there to be seen
            return await self._take_in(desk, posted)

    async def left(self, desk: DeskId) -> list[Left]:
        """The boxes of a desk that have not expired: what waits for an answer first, then what ends soonest."""
        async with self._sessions() as session:
            where = (BoxRow.desk == desk, BoxRow.until >= self._today())
            rows = list(await session.scalars(select(BoxRow).where(*where)))
            letters = await _letters(session, [row.name for row in rows])
        found = [Left(row.name, _box(row, letters.get(row.name, [])), row.done) for row in rows]
        return sorted(found, key=lambda each: (each.done, _is_answered(each.box), each.box.until, each.name))

    async def find(self, desk: DeskId, name: str) -> Box | None:
        """One box of this desk."""
        return next((each.box for each in await self.left(desk) if each.name == name), None)

    async def answer(self, desk: DeskId, name: str, after: int, answer: Letter) -> bool:
        """Keep an answer whose writer had seen `after` letters of staff and `answer.after` of the visitor. False when
        there are others by now, or no such box (any more): nobody answers past a colleague."""
        if answer.number != after + 1 or answer.number > MOST or not _well_formed(answer, ""):
            return False
        async with self._sessions.begin() as session:
            seen = (answer.after, after)
            if not await self._change(session, desk, name, seen, down=answer.number, done=False):
                return False
            session.add(_row(name, answer))
            return True

    async def mark(self, desk: DeskId, name: str, up: int, down: int, *, done: bool) -> bool:
        """Mark a box as done, or not. False when it has other letters by now than `up` and `down`."""
        async with self._sessions.begin() as session:
            return await self._change(session, desk, name, (up, down), done=done)

    async def desks(self) -> frozenset[DeskId]:
        """The desks that have a box."""
        async with self._sessions() as session:
            return frozenset(map(DeskId, await session.scalars(select(BoxRow.desk).distinct())))

    async def open(self, desk: DeskId) -> int:
        """How many boxes of a desk are not done."""
        where = (BoxRow.desk == desk, BoxRow.until >= self._today(), ~BoxRow.done)
        async with self._sessions() as session:
            return await session.scalar(select(func.count()).select_from(BoxRow).where(*where)) or 0

    async def purge(self) -> None:
        """Delete the boxes whose last day has passed."""
        async with self._sessions.begin() as session:
            gone = list(await session.scalars(select(BoxRow.name).where(BoxRow.until < self._today())))
            await _delete(session, gone)

    async def _take_in(self, desk: DeskId, posted: Posted) -> bool:
        if not well_formed_box(posted.box):
            return False
        async with self._sessions.begin() as session:
            if posted.letter is None:
                await _delete(session, [posted.box])
                return True
            if not _well_formed(posted.letter, posted.visitor):
                return False
            return await self._keep(session, desk, posted, posted.letter)

    async def _keep(self, session: AsyncSession, desk: DeskId, posted: Posted, letter: Letter) -> bool:
        row = await session.get(BoxRow, posted.box)
        if row is None:
            boxes = await session.scalar(select(func.count()).select_from(BoxRow).where(BoxRow.desk == desk)) or 0
            if letter.number != 1 or boxes >= MOST_BOXES or posted.until < self._today():
                return False
            until = min(posted.until, self._today() + LONGEST)
            row = BoxRow(name=posted.box, desk=desk, visitor=posted.visitor, until=until, up=0, down=0, done=False)
            session.add(row)
            await session.flush()
        if row.desk != desk or row.visitor != posted.visitor or letter.number > min(row.up + 1, MOST):
            return False
        if letter.number == row.up + 1:
            row.up, row.done = letter.number, False
            session.add(_row(posted.box, letter))
        return True

    async def _change(
        self, session: AsyncSession, desk: DeskId, name: str, seen: tuple[int, int], **values: int | bool
    ) -> bool:
        """One statement decides, so that of two who saw the same letters (up, down) one comes first."""
        where = (BoxRow.name == name, BoxRow.desk == desk, BoxRow.up == seen[0], BoxRow.down == seen[1])
        alive = BoxRow.until >= self._today()
        changed = update(BoxRow).where(*where, alive).values(**values).returning(BoxRow.name)
        return (await session.execute(changed)).first() is not None

    def _today(self) -> int:
        return int(self._clock() // _DAY)


async def _letters(session: AsyncSession, boxes: list[str]) -> dict[str, list[Letter]]:
    found: dict[str, list[Letter]] = {}
    query = select(LetterRow).where(LetterRow.box.in_(boxes)).order_by(LetterRow.way.desc(), LetterRow.number)
    for row in await session.scalars(query):
        letter = Letter(Direction(row.way), row.number, row.after, row.line, row.body)
        found.setdefault(row.box, []).append(letter)
    return found


async def _delete(session: AsyncSession, boxes: list[str]) -> None:
    await session.execute(delete(LetterRow).where(LetterRow.box.in_(boxes)))
    await session.execute(delete(BoxRow).where(BoxRow.name.in_(boxes)))


def _box(row: BoxRow, letters: list[Letter]) -> Box:
    return Box(row.until, row.visitor, row.up, tuple(letters))


def _is_answered(box: Box) -> bool:
    """Whether staff wrote after they had seen all letters of the visitor."""
    return any(letter.way is Direction.DOWN and letter.after >= box.kept for letter in box.letters)


def _row(box: str, letter: Letter) -> LetterRow:
    return LetterRow(
        box=box, way=letter.way, number=letter.number, after=letter.after, line=letter.line, body=letter.body
    )


def _well_formed(letter: Letter, visitor: str) -> bool:
    """Whether it has the form of a sealed letter; `visitor` is the box's key, empty for an answer."""
    try:
        read_head(read64(letter.body))
        read_key(letter.line.partition(".")[0])
        if visitor:
            read_key(visitor)
    except (SealError, BadDevice, ValueError):
        return False
    printed = letter.line.isascii() and letter.line.isprintable()  # PostgreSQL takes no null characters
    return printed and len(letter.line) <= LONGEST_LINE and 0 <= letter.after <= MOST
