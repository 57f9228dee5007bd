"""Publications that others have and the database has not, because they are younger than the backup that it is from.

Without them the next one would get a number, and name one before, that are on paper already."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from console.count_tables import FigureRow
from console.database import make_engine
from console.periods import read_period
from console.publishing import MADE_UP, publication_of
from console.tables import Sessions
from safety.chain import FIRST, BadPublication, Publication, verify


async def bring_back(sessions: Sessions, found: Sequence[Publication], own: str) -> list[int]:
    """Put these after those that are there, in their order, all or none; the numbers of those that were not there.
    `own` is the public key by which this console publishes. BadPublication for one that another key signed (than `own`,
    or that of the last one here), that does not follow the one before, or whose place is taken by another."""
    try:
        async with sessions.begin() as session:
            known = {row.number: row for row in await session.scalars(select(FigureRow))}
            number = max(known, default=0)
            before = publication_of(known[number]) if number else None
            brought = []
            for each in found:
                content = verify(each)
                here = known.get(content.get("number", 0))
                if here is not None and publication_of(here) == each:
                    continue
                _check(each, {own, *([before.key] if before else [])}, before, number)
                number += 1
                session.add(_row(each, number))
                brought.append(number)
                before = each
    except IntegrityError:
        raise BadPublication("Other figures of the same period, or with the same number, are there already.") from None
    return brought


async def last_published(url: str) -> tuple[int, str]:
    """The number and digest of the last publication of a database; 0 where there is none. SQLAlchemyError or OSError
    when it cannot be reached."""
    engine = make_engine(url, working=True)
    try:
        async with engine.connect() as connection:
            latest = select(FigureRow.number, FigureRow.document).order_by(FigureRow.number.desc()).limit(1)
            row = (await connection.execute(latest)).first()
    finally:
        await engine.dispose()
    return (row[0], Publication(row[1], "", "").digest) if row else (0, FIRST)


def _check(each: Publication, keys: set[str], before: Publication | None, number: int) -> None:
    content = verify(each, None, before)
    if each.key not in keys:
        raise BadPublication("It was signed with a key that is not this console's.")
    if content.get("number") != number + 1 or (before is None and content.get("previous") != FIRST):
        raise BadPublication("It does not follow the last one here: one is missing, or others were published instead.")
    if read_period(str(content.get("period"))) is None or content.get(MADE_UP):
        raise BadPublication("It is no publication of a period, or was made up for a demonstration.")


def _row(each: Publication, number: int) -> FigureRow:
    period = str(each.content["period"])
    return FigureRow(number=number, period=period, document=each.document, signature=each.signature, key=each.key)
