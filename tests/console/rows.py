"""Rows for every table, whatever its columns are; for tests of what happens to whole databases."""

from typing import Any

from sqlalchemy import Boolean, Connection, Integer, LargeBinary, MetaData, String, Table, insert, select

from console.database import make_engine

Everything = dict[str, list[dict[str, Any]]]
MANY = 3  # rows in each table
_NOT_OURS = "alembic_version"


def tables_of(connection: Connection) -> list[Table]:
    """The tables as they are in the database, those first that others name."""
    metadata = MetaData()
    metadata.reflect(connection)
    return [table for table in metadata.sorted_tables if table.name != _NOT_OURS]


def fill(connection: Connection) -> Everything:
    """MANY rows in every table; what they are."""
    made: Everything = {}
    for table in tables_of(connection):
        made[table.name] = [_row(table, number, made) for number in range(1, MANY + 1)]
        connection.execute(insert(table), made[table.name])
    return read(connection)


def read(connection: Connection) -> Everything:
    """All rows of all tables, in an order that does not depend on the database."""
    return {
        table.name: sorted((dict(row) for row in connection.execute(select(table)).mappings()), key=repr)
        for table in tables_of(connection)
    }


def shared(rows: Everything, other: Everything) -> Everything:
    """What of `rows` has a place in `other`: tables and columns that are in both."""
    return {
        name: sorted(({key: row[key] for key in row if key in other[name][0]} for row in rows[name]), key=repr)
        for name in rows
        if other.get(name)
    }


async def everything_of(url: str) -> Everything:
    """All rows of a database."""
    engine = make_engine(url, working=True)
    try:
        async with engine.connect() as connection:
            return await connection.run_sync(read)
    finally:
        await engine.dispose()


async def filled(url: str) -> Everything:
    """Fill a database that has tables."""
    engine = make_engine(url, working=True)
    try:
        async with engine.begin() as connection:
            return await connection.run_sync(fill)
    finally:
        await engine.dispose()


def _row(table: Table, number: int, made: Everything) -> dict[str, Any]:
    row = {}
    for column in table.columns:
        parent = next(iter(column.foreign_keys), None)
        if parent is not None:
            row[column.name] = made[parent.column.table.name][number - 1][parent.column.name]
        elif column.nullable and number == 1:
            row[column.name] = None
        else:
            row[column.name] = _value(column.type, f"{table.name} {column.name} {number}", number)
    return row


def _value(kind: Any, text: str, number: int) -> Any:
    if isinstance(kind, Boolean):
        return number % 2 == 0
    if isinstance(kind, Integer):
        return 20_000 + number
    if isinstance(kind, LargeBinary):
        return text.encode()
    assert isinstance(kind, String), kind
    length = min(kind.length or 40, 40)
    return (f"{number}å {text} ".ljust(length, "ö") if length > 10 else f"{number}ö")[:length]
