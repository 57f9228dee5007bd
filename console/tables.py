"""The console's tables: staff, their sign-ins and devices, and counts. Nothing in them is about a visitor."""

import asyncio
from collections.abc import Coroutine
from enum import StrEnum
from typing import Any, TypeVar

from sqlalchemy import ForeignKey, String, event
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

Sessions = async_sessionmaker[AsyncSession]
Result = TypeVar("Result")


class Base(DeclarativeBase):
    """What `create_all` creates."""


class Staff(Base):
    """An account. `shown_name` is what visitors see; the sign-in name is never shown to them."""

    __tablename__ = "staff"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    sign_in_name: Mapped[str] = mapped_column(String(64), unique=True)
    shown_name: Mapped[str] = mapped_column(String(40))
    role: Mapped[str] = mapped_column(String(16))
    desk: Mapped[str] = mapped_column(String(64))
    password_hash: Mapped[str] = mapped_column(String(200))
    active: Mapped[bool] = mapped_column(default=True)


class SignIn(Base):
    """One browser's sign-in. The token itself is nowhere: only its hash, so a copy of the table signs nobody in."""

    __tablename__ = "sign_in"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    staff_id: Mapped[str] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"), index=True)
    language: Mapped[str] = mapped_column(String(8))
    created_hour: Mapped[int]  # hours since 1970
    # Seconds since 1970, rounded up, so that no moment of what staff do can be told from them.
    expires: Mapped[int]  # to five minutes: when it ends unless it is used; moves with use
    ends: Mapped[int]  # to the hour: when it ends in any case


class DeviceState(StrEnum):
    REQUESTED = "requested"
    SIGNED = "signed"
    REVOKED = "revoked"  # for good


class DeviceRow(Base):
    """A staff member's device. Only its public key is here; days are since 1970-01-01, and nothing is finer."""

    __tablename__ = "device"

    id: Mapped[int] = mapped_column(primary_key=True)
    staff_id: Mapped[str] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"), index=True)
    key: Mapped[str] = mapped_column(String(87), unique=True)  # 65 bytes in base64
    state: Mapped[str] = mapped_column(String(16))
    line: Mapped[str | None] = mapped_column(String(200))  # what visitors' pages check: safety.devices
    until: Mapped[int | None]  # its last day; of a revoked one, until when it is remembered
    requested: Mapped[int]


class DraftRow(Base):
    """What somebody wants a part of the content to say; a second person publishes it. `writers` are ids, by spaces."""

    __tablename__ = "draft"

    part: Mapped[str] = mapped_column(String(160), primary_key=True)
    text: Mapped[str]
    writers: Mapped[str]
    writer: Mapped[str] = mapped_column(String(40))  # the name of who wrote last
    day: Mapped[int]


class PublishedRow(Base):
    """A state of a part that was published, by whom, approved by whom, on which day. Nothing is deleted."""

    __tablename__ = "published"

    number: Mapped[int] = mapped_column(primary_key=True)
    part: Mapped[str] = mapped_column(String(160), index=True)
    text: Mapped[str]
    writer: Mapped[str] = mapped_column(String(40))
    approver: Mapped[str] = mapped_column(String(40))
    day: Mapped[int]


class TallyRow(Base):
    """How often a closed name was counted in a month. No row per talk exists anywhere."""

    __tablename__ = "tally"

    month: Mapped[str] = mapped_column(String(7), primary_key=True)
    desk: Mapped[str] = mapped_column(String(64), primary_key=True)
    name: Mapped[str] = mapped_column(String(80), primary_key=True)
    value: Mapped[int]


class Database:
    """The console's database. Nothing is connected before `open`."""

    def __init__(self, url: str) -> None:
        self._engine = create_async_engine(url, hide_parameters=True)
        if self._engine.dialect.name == "sqlite":
            _harden_sqlite(self._engine)
        self.sessions: Sessions = async_sessionmaker(self._engine, expire_on_commit=False)

    async def open(self) -> None:
        """Create the tables that are missing."""
        async with self._engine.begin() as connection:
            await connection.run_sync(Base.metadata.create_all)

    async def close(self) -> None:
        """Close every connection."""
        await self._engine.dispose()


async def finish(work: Coroutine[Any, Any, Result]) -> Result:
    """What `work` gives; a cancellation is passed on when it is done. A transaction that is cut off in its middle
    leaves a connection behind that nobody closes, and with SQLite its lock."""
    task = asyncio.create_task(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task])
        raise


def _harden_sqlite(engine: AsyncEngine) -> None:
    @event.listens_for(engine.sync_engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        cursor = connection.cursor()
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.execute("PRAGMA secure_delete = ON")  # a deleted sign-in leaves no bytes in the file
        cursor.execute("PRAGMA busy_timeout = 5000")
        cursor.close()
