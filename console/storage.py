"""Whether the console's database can be written: what its errors mean, what staff are told, and when it is over.

Talks do not depend on it: they are in the engine. What depends on it are sign-ins, devices, texts and letters."""

import asyncio
import secrets
from collections.abc import Coroutine
from contextlib import AbstractAsyncContextManager, suppress
from enum import StrEnum
from typing import Any, TypeVar

from sqlalchemy import Engine, delete, event
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from console.tables import Sessions, Spent
from console.upkeep import repeating

Result = TypeVar("Result")

LOOK_EVERY = 5.0  # seconds
ASKED = 2.0  # seconds that words wait until it is known who sends them; all that a person notices is a pause
BORNE = 120.0  # seconds: a server that starts anew, or gives way to another, takes less

_UNWRITABLE = ("SQLITE_FULL", "SQLITE_READONLY", "SQLITE_IOERR", "SQLITE_CANTOPEN")
_HINDERED = ("SQLITE_BUSY", "SQLITE_LOCKED")
_FULL_STATES = ("53100", "25006")  # PostgreSQL's: disk full, read-only
_WROTE = "wrote"
_DEEP = 8  # errors, each met while the one before was dealt with
_AWAY_STATES = ("08", "53", "57")  # connection, resources, intervention of the operator


class Trouble(StrEnum):
    """Why something could not be kept."""

    FULL = "full"  # nothing can be written; what is there can be read
    AWAY = "away"  # it does not answer


def trouble_of(error: BaseException | None) -> Trouble | None:
    """What an error says of the storage; None when it says nothing of it. The one that is raised may be only that a
    savepoint was gone when the disk was full: SQLite takes the whole transaction back."""
    for _ in range(_DEEP):
        if error is None:
            break
        if found := _trouble_of(error):
            return found
        error = error.__context__
    return None


def _trouble_of(error: BaseException) -> Trouble | None:
    if isinstance(error, PoolTimeout):
        return Trouble.AWAY
    if not isinstance(error, DBAPIError):
        return None
    name, state = getattr(error.orig, "sqlite_errorname", ""), getattr(error.orig, "sqlstate", None) or ""
    if name.startswith(_UNWRITABLE) or state in _FULL_STATES:
        return Trouble.FULL
    if name.startswith(_HINDERED) or state.startswith(_AWAY_STATES) or error.connection_invalidated:
        return Trouble.AWAY
    unnamed = not name and not state
    return Trouble.AWAY if unnamed and isinstance(error, OperationalError | InterfaceError) else None


def is_unstorable(error: BaseException) -> bool:
    """Whether PostgreSQL refused a value that it cannot hold (class 22: too long, a null character): what was sent is
    wrong, and nothing of ours."""
    return isinstance(error, DBAPIError) and (getattr(error.orig, "sqlstate", None) or "").startswith("22")


class Storage:
    """What is known from the last errors and writes. `trouble` is None while all is well."""

    def __init__(self) -> None:
        self.trouble: Trouble | None = None
        self._away_since: float | None = None
        self._late: set[asyncio.Task[Any]] = set()

    async def ask(self, work: Coroutine[Any, Any, Result]) -> Result:
        """What `work` gives; its errors, and SQLAlchemy's TimeoutError when that takes longer than ASKED seconds. It is
        finished in any case: a transaction that is cut off in its middle leaves a connection behind."""
        task = asyncio.create_task(work)
        try:
            await asyncio.wait([task], timeout=ASKED)
        except asyncio.CancelledError:
            await asyncio.wait([task])
            raise
        if task.done():
            return task.result()
        self.trouble = Trouble.AWAY
        self._late.add(task)
        task.add_done_callback(self._came_late)
        raise PoolTimeout("no answer in time")

    def is_borne(self, now: float) -> bool:
        """Whether nobody has to be asked just now, because nobody answers and open pages go on (`bears`)."""
        return self.trouble is Trouble.AWAY and self._away_since is not None and now - self._away_since < BORNE

    def bears(self, error: BaseException, now: float) -> bool:
        """Whether an open page may go on after this error, though nobody could be asked what it may. `now` is steady.
        Not for long: of several consoles one may be cut off from a database in which others close accounts."""
        if trouble_of(error) is None:
            return False
        if self._away_since is None:
            self._away_since = now
        return now - self._away_since < BORNE

    def watch(self, engine: Engine) -> None:
        """Learn from everything that happens on this engine."""
        event.listen(engine, "handle_error", self._failed)
        event.listen(engine, "after_cursor_execute", self._executed)
        event.listen(engine, "rollback", _forget)
        event.listen(engine, "checkin", self._given_back)

    def _failed(self, context: Any) -> OperationalError | None:
        if context.connection is not None:
            _forget(context.connection)
        if context.sqlalchemy_exception is None and isinstance(context.original_exception, OSError):
            # The driver's own time-out, or the network's: SQLAlchemy would hand it on as it is.
            context.is_disconnect = True
            self.trouble = Trouble.AWAY
            return OperationalError(context.statement, None, context.original_exception, hide_parameters=True)
        self.trouble = trouble_of(context.sqlalchemy_exception) or self.trouble
        return None

    def _executed(self, connection: Any, cursor: Any, _statement: str, _values: Any, context: Any, _many: bool) -> None:
        self._away_since = None
        if self.trouble is Trouble.AWAY:
            self.trouble = None
        changed = context is not None and (context.isupdate or context.isdelete) and cursor.rowcount > 0
        if changed or (context is not None and context.isinsert):
            connection.info[_WROTE] = True

    def _given_back(self, connection: Any, record: Any) -> None:
        # And committed: an error or a rollback would have taken it away, or the connection with it.
        if record.info.pop(_WROTE, False) and connection is not None:
            self.trouble = None

    def _came_late(self, task: asyncio.Task[Any]) -> None:
        self._late.discard(task)
        if not task.cancelled():
            task.exception()  # looked at, so that nobody is told of it as of one that was forgotten


class Recovery:
    """While there is trouble, it tries whether it is over: else nobody would know until somebody wants to keep
    something."""

    def __init__(self, storage: Storage, sessions: Sessions) -> None:
        self._storage = storage
        self._sessions = sessions

    def running(self) -> AbstractAsyncContextManager[None]:
        """It tries while the body runs."""
        return repeating((self.look, LOOK_EVERY))

    async def look(self) -> None:
        """Write a row and delete it, when there is trouble."""
        if self._storage.trouble is None:
            return
        mark = f"trial {secrets.token_hex(16)}"
        with suppress(SQLAlchemyError):
            async with self._sessions.begin() as session:
                session.add(Spent(mark=mark, until=0))
            async with self._sessions.begin() as session:
                await session.execute(delete(Spent).where(Spent.mark == mark))


def _forget(connection: Any) -> None:
    if not connection.invalidated:  # else asking it is an error, in the place of the cancellation that cut it off
        connection.info.pop(_WROTE, None)
