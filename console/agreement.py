"""Whether this console has the keys that the others over the same database have. Nothing of a key is kept there to be
compared; what was sealed or signed with one tells."""

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from console.count_tables import CountRow, FigureRow
from console.counts import CountKeys, KeyGone, open_counts
from console.database import make_engine


async def find_disagreements(url: str, keys: CountKeys, signing: str | None) -> list[str]:
    """What is wrong, in sentences. `signing` is the public key by which this console publishes figures; None where it
    is not known. SQLAlchemyError or OSError when the database cannot be reached."""
    engine = make_engine(url, working=True)
    try:
        async with engine.connect() as connection:
            found = [_sealed_elsewhere(year, keys) for year in await _foreign(connection, keys)]
            latest = select(FigureRow.key).order_by(FigureRow.number.desc()).limit(1)
            last = await connection.scalar(latest)
    finally:
        await engine.dispose()
    return found + ([_SIGNED_ELSEWHERE] if last and signing and last != signing else [])


async def give_up(url: str, keys: CountKeys, year: str) -> bool:
    """Delete what was counted in a year and cannot be opened with the key that is here; whether there was anything.
    Raises as `find_disagreements`."""
    engine = make_engine(url, working=True)
    try:
        async with engine.begin() as connection:
            closed = [row for row in await _rows(connection, year) if not _opens(row, keys)]
            for month, desk, _ in closed:
                await connection.execute(delete(CountRow).where(CountRow.month == month, CountRow.desk == desk))
    finally:
        await engine.dispose()
    return bool(closed)


_Row = tuple[str, str, bytes]
_SIGNED_ELSEWHERE = (
    "The last figures were signed with another key than this console's. Consoles over one database share "
    "FRISTAD_CONSOLE_KEY; where the key was changed on purpose, tell whoever checks figures of the new one."
)


async def _foreign(connection: AsyncConnection, keys: CountKeys) -> list[str]:
    return sorted({row[0][:4] for row in await _rows(connection) if not _opens(row, keys)})


async def _rows(connection: AsyncConnection, year: str = "") -> list[_Row]:
    rows = await connection.execute(
        select(CountRow.month, CountRow.desk, CountRow.sealed).where(CountRow.month.startswith(year))
    )
    return [(month, desk, sealed) for month, desk, sealed in rows]


def _opens(row: _Row, keys: CountKeys) -> bool:
    try:
        open_counts(keys, *row)
    except KeyGone:
        return False
    return True


def _sealed_elsewhere(year: str, keys: CountKeys) -> str:
    return (
        f"What was counted in {year} is sealed with another key than {keys.folder}/{year}.key, so nothing is counted "
        "here. Consoles over one database share one folder of count keys (FRISTAD_COUNT_KEYS). Where that key "
        f"is lost for good, `fristad stats forget {year}` deletes what was counted with it and is not published."
    )
