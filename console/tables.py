"""The console's tables: staff, how they sign in, their devices, counts, and boxes of left letters.

The boxes are the one thing in them that a visitor left, and only who asked for a code has one: sealed letters under the
hash of what opens them, until a day that the visitor chose."""

import asyncio
from collections.abc import Coroutine
from enum import StrEnum
from typing import Any, TypeVar

from sqlalchemy import BigInteger, Connection, ForeignKey, String, Table, Text, event, inspect
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

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
    password_hash: Mapped[str] = mapped_column(String(200))  # empty: there is none
    active: Mapped[bool] = mapped_column(default=True)


class AskedRow(Base):
    """What visitors may wish for in a staff member, said by the staff member; without a row: nothing."""

    __tablename__ = "asked"

    staff_id: Mapped[str] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(8))  # woman, man, or empty: not said
    by_name: Mapped[bool]


class SignIn(Base):
    """One browser's sign-in. The token itself is nowhere: only its hash, so a copy of the table signs nobody in."""

    __tablename__ = "sign_in"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    staff_id: Mapped[str] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"), index=True)
    language: Mapped[str] = mapped_column(String(8))
    way: Mapped[str] = mapped_column(String(16))  # console.signins.Way
    whole: Mapped[bool]  # else it may only set up a way to sign in
    created_hour: Mapped[int]  # hours since 1970
    # Seconds since 1970, rounded up, so that no moment of what staff do can be told from them.
    expires: Mapped[int]  # to five minutes: when it ends unless it is used; moves with use
    ends: Mapped[int]  # to the hour: when it ends in any case


class BellRow(Base):
    """Where a browser of staff's can be told that somebody waits. It goes with the sign-in that put it there."""

    __tablename__ = "bell"

    id: Mapped[str] = mapped_column(String(22), primary_key=True)  # random: it tells no order
    staff_id: Mapped[str] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"), index=True)
    sign_in: Mapped[str] = mapped_column(ForeignKey("sign_in.token_hash", ondelete="CASCADE"), unique=True)
    endpoint: Mapped[str] = mapped_column(String(1000))
    key: Mapped[str] = mapped_column(String(87))  # the browser's public key, 65 bytes in base64
    auth: Mapped[str] = mapped_column(String(22))


class Passkey(Base):
    """A way to sign in. Only its public half is here; `site` is the host name that it was made for."""

    __tablename__ = "passkey"

    id: Mapped[int] = mapped_column(primary_key=True)
    staff_id: Mapped[str] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"), index=True)
    credential: Mapped[str] = mapped_column(String(1400), unique=True)  # at most 1,023 bytes in base64
    public_key: Mapped[str] = mapped_column(String(2800))
    site: Mapped[str] = mapped_column(String(253))
    counter: Mapped[int] = mapped_column(BigInteger)  # 32 bits without a sign
    added: Mapped[int]  # day since 1970


class CodeSecret(Base):
    """What a person's app makes six digits from, encrypted under the console's key (console.vault)."""

    __tablename__ = "code_secret"

    staff_id: Mapped[str] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"), primary_key=True)
    sealed: Mapped[str] = mapped_column(String(400))


class RecoveryCode(Base):
    """One that was not used yet. It has 120 random bits, so a plain hash tells nothing of it."""

    __tablename__ = "recovery_code"

    code_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    staff_id: Mapped[str] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"), index=True)


class Invitation(Base):
    """A one-time link that was not used yet; the link itself is nowhere."""

    __tablename__ = "invitation"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    staff_id: Mapped[str] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"), unique=True)
    ends: Mapped[int]  # seconds since 1970, rounded up to the hour


class Spent(Base):
    """The keyed mark of something that counts once: a challenge, a code of an app. It tells nothing without the key."""

    __tablename__ = "spent"

    mark: Mapped[str] = mapped_column(String(64), primary_key=True)
    until: Mapped[int]  # seconds since 1970, rounded up to five minutes


class Note(Base):
    """What somebody of the staff did, to the hour. Names, not ids: it outlives the account."""

    __tablename__ = "note"

    id: Mapped[str] = mapped_column(String(22), primary_key=True)  # random: it tells no order
    hour: Mapped[int] = mapped_column(index=True)  # hours since 1970
    who: Mapped[str] = mapped_column(String(64))
    desk: Mapped[str] = mapped_column(String(64))
    deed: Mapped[str] = mapped_column(String(16))
    about: Mapped[str] = mapped_column(String(120))


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


class DeskKeyRow(Base):
    """A desk's key, that visitors seal left letters to. Its private half is here only wrapped, once for each device."""

    __tablename__ = "desk_key"

    id: Mapped[int] = mapped_column(primary_key=True)
    desk: Mapped[str] = mapped_column(String(64), index=True)
    key: Mapped[str] = mapped_column(String(87), unique=True)
    line: Mapped[str | None] = mapped_column(String(200))  # what visitors' pages check: safety.desks
    retired: Mapped[int | None]  # the day since which no letter may be sealed to it


class DeskKeyCopyRow(Base):
    """A desk's key, wrapped to one device. The device is named by its own key, so that its row may be gone."""

    __tablename__ = "desk_key_copy"

    desk_key: Mapped[int] = mapped_column(ForeignKey("desk_key.id", ondelete="CASCADE"), primary_key=True)
    device: Mapped[str] = mapped_column(String(87), primary_key=True)
    wrapped: Mapped[str] = mapped_column(String(160))


class BoxRow(Base):
    """A box that a code opens. Its name is the hash of the code's locator. No time in it is finer than a day."""

    __tablename__ = "left_box"

    name: Mapped[str] = mapped_column(String(43), primary_key=True)
    desk: Mapped[str] = mapped_column(String(64), index=True)
    visitor: Mapped[str] = mapped_column(String(87))  # the public key of the code
    until: Mapped[int]  # its last day, in days since 1970-01-01
    up: Mapped[int]  # letters of the visitor
    down: Mapped[int]  # letters of staff
    done: Mapped[bool]


class LetterRow(Base):
    """One sealed letter of a box: handover.post.Letter. When it was written is not kept."""

    __tablename__ = "letter"

    box: Mapped[str] = mapped_column(ForeignKey("left_box.name", ondelete="CASCADE"), primary_key=True)
    way: Mapped[str] = mapped_column(String(4), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    after: Mapped[int]
    line: Mapped[str] = mapped_column(String(200))
    body: Mapped[str] = mapped_column(Text)


class Database:
    """The console's database. Nothing is connected before `open`."""

    def __init__(self, url: str) -> None:
        self._engine = create_async_engine(url, hide_parameters=True)
        if self._engine.dialect.name == "sqlite":
            _harden_sqlite(self._engine)
        self.changes = 0  # transactions that were committed over these sessions

        class Counted(Session):
            """Only so that the count is of this database alone."""

        event.listen(Counted, "after_commit", self._count)
        self.sessions: Sessions = async_sessionmaker(self._engine, expire_on_commit=False, sync_session_class=Counted)

    def _count(self, _session: Session) -> None:
        self.changes += 1

    async def open(self) -> None:
        """Create the tables that are missing."""
        async with self._engine.begin() as connection:
            await connection.run_sync(_drop_old_sign_ins)
            await connection.exec_driver_sql("DROP TABLE IF EXISTS tally")  # counts in clear, of an older version
            await connection.run_sync(Base.metadata.create_all)

    async def close(self) -> None:
        """Close every connection."""
        await self._engine.dispose()


def _drop_old_sign_ins(connection: Connection) -> None:
    """Sign-ins that an older version kept otherwise: everybody signs in once more, and nothing else is lost."""
    table = SignIn.__table__
    assert isinstance(table, Table)  # noqa: S101  # SQLAlchemy types it wider
    known = inspect(connection)
    if not known.has_table(table.name):
        return
    if {column["name"] for column in known.get_columns(table.name)} != set(table.columns.keys()):
        if known.has_table(BellRow.__tablename__):
            bells = BellRow.__table__
            assert isinstance(bells, Table)  # noqa: S101  # as above
            bells.drop(connection)  # it names sign-ins, and would keep their table
        table.drop(connection)


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
