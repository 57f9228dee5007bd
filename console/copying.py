"""The console's tables in another place: all of them when a centre moves to another database, and in a backup what may
be kept. Nothing is copied in part, and nothing is written over.

CopyError          it was not copied; the message is a sentence for whoever asked
├── NotEmpty       the place has rows already
├── NotABackup     the file is none
├── FileTaken      a file of that name is there
└── Unstorable     a value that the other database cannot hold
"""

import os
import secrets
import sqlite3
import tempfile
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager, closing
from pathlib import Path
from shutil import copyfile
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Connection, Integer, RowMapping, String, Table, func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from console import schema
from console.database import bring_up, check_references, make_engine, working
from console.schema import METADATA
from console.tables import DeviceRow, DeviceState

# In a backup, what a person would have to do again by hand: accounts and how they sign in, plans, texts, the audit.
KEPT = frozenset(
    {
        *("staff", "staff_desk", "asked", "habit", "passkey", "code_secret", "shift", "closed_day"),
        *("draft", "published", "note", "device"),
        "figures",  # published and signed: what was published stays published
    }
)
# What is never in one, and why: what has to be gone when it is gone, and what counts once.
NEVER: Mapping[str, str] = {
    "left_box": "a visitor may erase it at any time, and it ends on the day that the visitor chose",
    "letter": "as its box",
    "desk_key": "it opens letters, and may have been retired meanwhile; the next page of a signed device makes another",
    "desk_key_copy": "as its key",
    "raw_count": "it is deleted with its year, and its key is nowhere near a backup",
    "sign_in": "who was signed in has signed out meanwhile, or was shut out",
    "bell": "it ends with its sign-in",
    "invitation": "a link that was used would work again",
    "recovery_code": "a code that was used would count again",
    "spent": "it would be out of date: what counted since is not in it",
}
# A device that was taken back stays so. Others ask anew: one may have been taken back since.
_ROWS: Mapping[str, ColumnElement[bool]] = {"device": DeviceRow.state == DeviceState.REVOKED}
_MARK = 0x46726973  # "Fris", in the header of a backup's file (PRAGMA application_id)
_AT_ONCE = 500  # rows
_HALF = 2**31  # PostgreSQL's integers end before it


class CopyError(Exception):
    """It was not copied, and nothing was changed; the message is a sentence."""


class NotEmpty(CopyError):
    """The place has rows already."""

    def __init__(self, table: str) -> None:
        super().__init__(f"The database is not empty (table {table}), so nothing was written: name one that is new.")


class NotABackup(CopyError):
    """The file is none."""

    def __init__(self, file: Path) -> None:
        super().__init__(
            f"{file} is no backup that `fristad database backup` wrote. A console's own database is brought here by "
            "`fristad database move`."
        )


class FileTaken(CopyError):
    """A file of that name is there."""

    def __init__(self, file: Path) -> None:
        super().__init__(f"{file} is there already, and a backup writes over nothing: name another file.")


class Unstorable(CopyError):
    """A value that the other database cannot hold."""

    def __init__(self, table: str, column: str) -> None:
        super().__init__(
            f"A value of the column {column} in the table {table} cannot be in PostgreSQL (too long, too large, or "
            "with a null character), so nothing was written: put it right in the console first."
        )


async def move(source: str, target: str) -> int:
    """Copy every row from one database to another, and tell how many. Nobody may have either open (Occupied). The
    first is left as it is. CopyError, SchemaError, and SQLAlchemyError or OSError when one cannot be reached."""
    await bring_up(source)
    async with working(source, alone=True) as old, working(target, alone=True) as new:
        return await _fill(old, new, METADATA.tables)


async def back_up(source: str, file: Path) -> int:
    """Write what may be kept, as it is at one moment, into a new file, whole or not at all, for its own user alone;
    how many rows. Consoles may go on. Raises as `move`."""
    own = _begin_file(file)
    try:
        await bring_up(source)
        async with _looking(source) as old, working(_file_url(own)) as new:
            count = await _fill(old, new, KEPT)
            await new.exec_driver_sql(f"PRAGMA application_id = {_MARK}")
        _name_file(own, file)
    finally:
        own.unlink(missing_ok=True)
    return count


async def restore(file: Path, target: str) -> int:
    """Write a backup into an empty database that nobody has open; how many rows. Raises as `move`."""
    version = _read_backup(file)
    with tempfile.TemporaryDirectory(prefix="fristad-") as folder:
        own = file
        if not schema.is_ready(version):
            own = Path(folder, "backup.sqlite3")  # migrated there: a backup is not changed
            copyfile(file, own)
            await bring_up(_file_url(own))
        async with _looking(_file_url(own, "mode=ro&uri=true")) as old, working(target, alone=True) as new:
            return await _fill(old, new, KEPT)


async def _fill(source: AsyncConnection, target: AsyncConnection, names: Collection[str]) -> int:
    await target.run_sync(schema.bring_up, lambda _current: True)
    await target.run_sync(_check_empty)
    count = 0
    for table in METADATA.sorted_tables:
        if table.name in names:
            count += await _copy(source, target, table, whole=len(names) == len(METADATA.tables))
    await target.run_sync(_set_sequences)
    await target.run_sync(check_references)
    return count


async def _copy(source: AsyncConnection, target: AsyncConnection, table: Table, *, whole: bool) -> int:
    query = select(table).order_by(*table.primary_key.columns)
    if not whole and table.name in _ROWS:
        query = query.where(_ROWS[table.name])
    count = 0
    async with source.stream(query) as rows:
        async for some in rows.mappings().partitions(_AT_ONCE):
            if target.dialect.name == "postgresql":
                _check_values(table, some)
            await target.execute(insert(table), [dict(row) for row in some])
            count += len(some)
    if await target.scalar(select(func.count()).select_from(table)) != count:
        raise CopyError(f"The table {table.name} did not arrive whole, so nothing was written: report it, please.")
    return count


def _check_empty(connection: Connection) -> None:
    for table in METADATA.sorted_tables:
        if connection.execute(select(table).limit(1)).first() is not None:
            raise NotEmpty(table.name)


def _check_values(table: Table, rows: Sequence[RowMapping]) -> None:
    for column in table.columns:
        if any(_is_too_much(column.type, row[column]) for row in rows):
            raise Unstorable(table.name, column.name)


def _is_too_much(kind: Any, value: object) -> bool:
    if isinstance(value, str):
        longest = kind.length if isinstance(kind, String) else None
        return "\0" in value or (longest is not None and len(value) > longest)
    if isinstance(value, int) and isinstance(kind, Integer) and not isinstance(kind, BigInteger):
        return not -_HALF <= value < _HALF
    return False


def _set_sequences(connection: Connection) -> None:
    """What PostgreSQL counts by itself goes on after the rows that were brought with their numbers."""
    if connection.dialect.name != "postgresql":
        return
    for table in METADATA.sorted_tables:
        column = table.autoincrement_column
        if column is None:
            continue
        name = connection.scalar(select(func.pg_get_serial_sequence(table.name, column.name)))
        last = connection.scalar(select(func.max(column)))
        if name is not None and last is not None:
            connection.execute(select(func.setval(name, last)))


@asynccontextmanager
async def _looking(url: str) -> AsyncIterator[AsyncConnection]:
    """A connection that sees everything as it is at one moment, while others go on."""
    engine = make_engine(url, working=True)
    try:
        async with engine.connect() as connection:
            if connection.dialect.name == "postgresql":
                connection = await connection.execution_options(isolation_level="REPEATABLE READ")
            async with connection.begin():
                if connection.dialect.name == "sqlite":
                    await connection.exec_driver_sql("BEGIN")
                yield connection
    finally:
        await engine.dispose()


def _begin_file(file: Path) -> Path:
    """A new empty file beside it, to be written and then named so."""
    if file.exists():
        raise FileTaken(file)
    own = file.with_name(f".{file.name}.{secrets.token_hex(8)}")
    os.close(os.open(own, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    return own


def _name_file(own: Path, file: Path) -> None:
    try:
        os.link(own, file)
    except FileExistsError:  # somebody was quicker
        raise FileTaken(file) from None


def _read_backup(file: Path) -> schema.Version:
    """The version of a backup's tables. NotABackup for another file; OSError where there is none."""
    file.stat()
    try:
        with closing(sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True)) as tables:
            (mark,) = tables.execute("PRAGMA application_id").fetchone()
            if mark != _MARK:
                raise NotABackup(file)
            (version,) = tables.execute("SELECT version_num FROM alembic_version").fetchone()
    except (sqlite3.Error, TypeError):
        raise NotABackup(file) from None
    return schema.Version.read(str(version))


def _file_url(file: Path, query: str = "") -> str:
    path = file.resolve()
    if not query:
        return f"sqlite+aiosqlite:///{path}"
    return f"sqlite+aiosqlite:///file:{path}?{query}"
