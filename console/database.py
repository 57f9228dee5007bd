"""The console's database, a file of SQLite or a PostgreSQL by address, and everything in which the two differ."""

import asyncio
import zlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, event, func, make_url, select
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

from console import schema
from console.occupancy import ANYBODY, CLASS, MIGRATING, FileLock, nobody_before, nobody_else
from console.schema import HEAD, Occupied, SchemaError
from console.storage import Storage
from console.tables import Sessions

_SERVER = {"application_name": "fristad console"}
_PATIENCE = 10.0  # seconds that a statement may take: a server that stands still must not hold every page for good
_REACH = 10.0  # seconds for a connection
_USED = "used"
_NOT_UTF8 = "The console's database is not in UTF-8: make it with `CREATE DATABASE ... ENCODING 'UTF8'`."


class Database:
    """The console's database. Nothing is connected before `open`. `storage` knows whether it can be written."""

    def __init__(self, url: str) -> None:
        self.storage = Storage()
        self._url = url
        self._engine = make_engine(url)
        self._lock = _lock_of(url)
        self.storage.watch(self._engine.sync_engine)
        self.changes = 0  # transactions that were committed over these sessions

        class Counted(Session):
            """Only so that the count is of this database alone."""

        event.listen(Counted, "after_commit", self._count)
        self.sessions: Sessions = async_sessionmaker(self._engine, expire_on_commit=False, sync_session_class=Counted)

    async def prepare(self) -> None:
        """Bring the tables to this version, before anything else is started; raises as `open`."""
        await bring_up(self._url)

    async def open(self) -> None:
        """Bring the tables to this version, and keep others from changing them under it until `close`. SchemaError (a
        sentence) when they cannot be used as they are; SQLAlchemyError or OSError when they cannot be reached."""
        try:
            if not await self._is_ready():
                await bring_up(self._url)
            if self._lock is not None:
                await asyncio.to_thread(self._lock.share)
                await self._is_ready()  # as long as it was not held, a newer version may have come
        except BaseException:
            await self.close()
            raise

    async def close(self) -> None:
        """Close every connection."""
        await self._engine.dispose()
        if self._lock is not None:
            self._lock.release()

    def _count(self, _session: Session) -> None:
        self.changes += 1

    async def _is_ready(self) -> bool:
        async with self._engine.connect() as connection:
            return await connection.run_sync(_is_ready)


async def bring_up(url: str) -> None:
    """Make, take over or migrate the tables; nothing when that is done. SchemaError when it cannot be."""
    lock = _lock_of(url)

    def work(connection: Connection) -> None:
        if schema.bring_up(connection, lambda current: _breaks_nobody(connection, current, lock)):
            check_references(connection)

    try:
        async with working(url) as connection:
            await connection.run_sync(work)
    finally:
        if lock is not None:
            lock.release()


def _breaks_nobody(connection: Connection, current: schema.Version, lock: FileLock | None) -> bool:
    """Whether nobody is there who could not go on with the new tables. Of a file it is known only that somebody is
    there, so that must be nobody as soon as it could be one of them."""
    if connection.dialect.name == "sqlite":
        return HEAD.oldest <= current.oldest or lock is None or lock.alone()
    return nobody_before(connection, HEAD.oldest)


@asynccontextmanager
async def working(url: str, *, alone: bool = False) -> AsyncIterator[Any]:
    """A connection for work on whole tables, in one transaction that is whole or not at all; one such work at a time.
    `alone`: Occupied when a console, or another command, has the database open."""
    engine, lock = make_engine(url, working=True), _lock_of(url) if alone else None
    try:
        if lock is not None and not lock.alone():
            raise Occupied
        async with engine.connect() as connection, connection.begin():
            await connection.run_sync(_begin_work, alone)
            yield connection
    finally:
        await engine.dispose()
        if lock is not None:
            lock.release()


def make_engine(url: str, *, working: bool = False) -> AsyncEngine:
    """An engine with what we want of each connection. `working`: for work on whole tables, which may take long, and in
    which references are checked at the end."""
    if make_url(url).get_backend_name() == "sqlite":
        engine = create_async_engine(url, hide_parameters=True, poolclass=NullPool if working else None)
        event.listen(engine.sync_engine, "connect", _harden_for_work if working else _harden_sqlite)
        return engine
    patience: dict[str, Any] = {} if working else {"command_timeout": _PATIENCE}
    pool: dict[str, Any] = {"poolclass": NullPool} if working else {"pool_timeout": _REACH}
    arguments = {"timeout": _REACH, "server_settings": _SERVER, **patience}
    engine = create_async_engine(url, hide_parameters=True, connect_args=arguments, **pool)
    event.listen(engine.sync_engine, "do_connect", _connect)
    event.listen(engine.sync_engine, "connect", _say_that_we_are_here)
    if not working:
        event.listen(engine.sync_engine, "connect", _refuse_what_is_newer)
        event.listen(engine.sync_engine, "checkout", _try_out)
    return engine


async def one_at_a_time(session: AsyncSession, what: str) -> None:
    """From here to the end of the transaction nobody else is past this line for the same `what`, in any process. It
    stands first in a transaction that reads before it decides what to write."""
    connection = await session.connection()
    if connection.dialect.name == "sqlite":
        await connection.exec_driver_sql("BEGIN IMMEDIATE")
        return
    number = zlib.crc32(what.encode()) - 2**31  # two that share a number wait for each other, and nothing is wrong
    await session.execute(select(func.pg_advisory_xact_lock(CLASS + 1, number)))


def _is_ready(connection: Connection) -> bool:
    return schema.is_ready(schema.read_version(connection))


def _begin_work(connection: Connection, alone: bool) -> None:
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        return
    if connection.exec_driver_sql("SHOW server_encoding").scalar() != "UTF8":
        raise SchemaError(_NOT_UTF8)
    connection.execute(select(func.pg_advisory_xact_lock(CLASS, MIGRATING)))
    if alone and not nobody_else(connection):
        raise Occupied
    # Who waits for a table holds up everybody who comes after: rather not at all than with every console standing.
    connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{_REACH:g}s'")


def check_references(connection: Connection) -> None:
    """At the end of work on whole tables of SQLite, in which references are not watched. SchemaError when one leads
    nowhere."""
    if connection.dialect.name == "sqlite" and connection.exec_driver_sql("PRAGMA foreign_key_check").first():
        raise SchemaError("Rows of the console's database name others that are not there; nothing was changed.")


def _lock_of(url: str) -> FileLock | None:
    parts = make_url(url)
    kept = parts.get_backend_name() == "sqlite" and parts.database not in {None, "", ":memory:"}
    return FileLock(Path(f"{parts.database}.lock")) if kept else None


def _harden_sqlite(connection: Any, _record: Any) -> None:
    _set(connection, foreign_keys="ON", secure_delete="ON", busy_timeout="5000")


def _harden_for_work(connection: Any, _record: Any) -> None:
    # A table that is made anew is dropped first: with references watched that would delete what names its rows.
    _set(connection, foreign_keys="OFF", secure_delete="ON", busy_timeout="60000")


def _set(connection: Any, **pragmas: str) -> None:
    cursor = connection.cursor()
    for name, value in pragmas.items():  # secure_delete: a deleted sign-in leaves no bytes in the file
        cursor.execute(f"PRAGMA {name} = {value}")
    cursor.close()


def _connect(dialect: Any, _record: Any, positional: Any, named: Any) -> Any:
    """What keeps a connection from being made is told by SQLAlchemy's own errors, as everything later is."""
    try:
        return dialect.connect(*positional, **named)
    except Exception as error:  # noqa: BLE001  # the driver's, the network's and time-outs have nothing in common
        failed = dialect.loaded_dbapi.OperationalError(type(error).__name__)
        failed.sqlstate = getattr(error, "sqlstate", None)
        raise failed from None


def _try_out(connection: Any, record: Any, _proxy: Any) -> None:
    """Of a connection that has lain about it is seen first whether it still leads anywhere; else there is a new one.
    (SQLAlchemy's own pre-ping hands the driver's time-out on as it is.)"""
    if not record.info.get(_USED):
        record.info[_USED] = True  # it was made for this very use
        return
    try:
        connection.ping()
    except Exception:  # noqa: BLE001  # whatever it is, nobody answers here, nor where the others of the pool lead
        raise InvalidatePoolError from None


def _say_that_we_are_here(connection: Any, _record: Any) -> None:
    """Held as long as the connection is: a version that would break this one sees it, also after the server was
    started anew. It waits while somebody works on whole tables alone."""
    cursor = connection.cursor()
    for number in (ANYBODY, HEAD.number):
        cursor.execute(f"SELECT pg_advisory_lock_shared({CLASS}, {number})")
    cursor.close()
    connection.commit()


def _refuse_what_is_newer(connection: Any, _record: Any) -> None:
    """TooNew when the tables became so while this program had no connection by which it could have been seen."""
    cursor = connection.cursor()
    cursor.execute("SELECT to_regclass('alembic_version')::text")
    found = None
    if cursor.fetchone()[0] is not None:
        cursor.execute("SELECT version_num FROM alembic_version")
        found = cursor.fetchone()
    cursor.close()
    connection.commit()
    schema.is_ready(schema.Version.read(found[0]) if found else None)  # else the pool closes it
