"""Who has a database open: so that no version changes tables under another that could not go on with them.

PostgreSQL: every connection of ours holds shared advisory locks (ANYBODY, and its version's number), which the server
gives up with the connection. SQLite: every process of ours holds a shared lock on a file beside it, which the kernel
gives up with the process."""

import fcntl
import os
from pathlib import Path

from sqlalchemy import Connection, func, select

CLASS = (
    0x46726973  # "Fris": the first half of our advisory locks' names; one more is for console.database.one_at_a_time
)
ANYBODY = 0
MIGRATING = -1


class FileLock:
    """The file beside a database of SQLite. (The database's own file must not be opened a second time: closing it
    would end SQLite's locks.)"""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._descriptor: int | None = None

    def share(self) -> None:
        """Be there, like others; waits while somebody is there alone. OSError where the file cannot be."""
        fcntl.flock(self._open(), fcntl.LOCK_SH)

    def alone(self) -> bool:
        """Be there alone. False when somebody else is."""
        try:
            fcntl.flock(self._open(), fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def release(self) -> None:
        """Be gone."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def _open(self) -> int:
        if self._descriptor is None:
            self._descriptor = os.open(self._file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        return self._descriptor


def nobody_before(connection: Connection, oldest: int) -> bool:
    """On PostgreSQL: whether no connection of a version before `oldest` is open. None can be opened until the end of
    this transaction."""
    return all(_take(connection, number) for number in range(1, oldest))


def nobody_else(connection: Connection) -> bool:
    """On PostgreSQL: whether this is the only connection of ours. Others wait until the end of this transaction."""
    return _take(connection, ANYBODY)


def _take(connection: Connection, number: int) -> bool:
    return bool(connection.scalar(select(func.pg_try_advisory_xact_lock(CLASS, number))))
