"""Which version the tables are of, and how they are brought to this program's: its migrations (console/migrations).

They are brought up when a console starts, by whichever comes first. That is safe beside consoles of the version before,
because a version's id says from which one on a console can work with its tables: `0003_from_0002`. A change that breaks
the version before is made in two releases, or says so in its id; then it waits until no such console is there.

SchemaError             the tables cannot be used as they are
├── TooNew              they are of a version with which this program cannot work any more
├── TooOld              they were made by a version from before there were migrations, and lack something
└── Occupied            somebody has them open
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from sqlalchemy import Column, Connection, MetaData, PrimaryKeyConstraint, String, Table, insert, inspect, select

from console import count_tables, desk_tables, duty_tables
from console.tables import Base, BellRow, SignIn

MIGRATIONS = Path(__file__).parent / "migrations"
METADATA = Base.metadata
MODELS = (count_tables, desk_tables, duty_tables)  # imported for the tables that they add to the metadata
_ID = re.compile(r"(\d{4})_from_(\d{4})")
_UNKNOWN = "The console's database is not one of Fristad's, or of no version that there is."
_VERSION = Table(  # as alembic makes it
    "alembic_version",
    MetaData(),
    Column("version_num", String(32), nullable=False),
    PrimaryKeyConstraint("version_num", name="alembic_version_pkc"),
)


class SchemaError(Exception):
    """The tables cannot be used as they are; the message is a sentence for whoever starts the program."""


class TooNew(SchemaError):
    """They are of a version with which this program cannot work any more."""

    def __init__(self) -> None:
        super().__init__("The console's database belongs to a newer version of Fristad: start that one.")


class TooOld(SchemaError):
    """They were made by a version from before there were migrations, and lack something."""

    def __init__(self, table: str) -> None:
        super().__init__(f"The console's database is of too early a version: its table {table} lacks something.")


class Occupied(SchemaError):
    """Somebody has them open."""

    def __init__(self) -> None:
        super().__init__(
            "Another console, or a command, has this database open, and what is to be done would break it: stop "
            "every console that uses it, and try again."
        )


@dataclass(frozen=True, slots=True)
class Version:
    """A version of the tables. Consoles whose own is `oldest` or later can work with them."""

    number: int
    oldest: int

    @classmethod
    def read(cls, text: str) -> Self:
        """The version of a revision's id. SchemaError for anything else."""
        found = _ID.fullmatch(text)
        if found is None:
            raise SchemaError(_UNKNOWN)
        return cls(int(found[1]), int(found[2]))

    def __str__(self) -> str:
        return f"{self.number:04}_from_{self.oldest:04}"


HEAD = Version.read("0001_from_0001")  # the last migration's


def is_ready(current: Version | None) -> bool:
    """Whether this program can work with tables of that version as they are. TooNew when it never can."""
    if current is not None and current.oldest > HEAD.number:
        raise TooNew
    return current is not None and current.number >= HEAD.number


def read_version(connection: Connection) -> Version | None:
    """The version of a database's tables. None: there are none, or from before there were migrations."""
    if not inspect(connection).has_table(_VERSION.name):
        return None
    found = connection.scalars(select(_VERSION.c.version_num)).all()
    return Version.read(found[0]) if found else None


def bring_up(connection: Connection, alone: Callable[[Version], bool]) -> bool:
    """Make, take over or migrate the tables, in the transaction that is going on; whether anything was done. `alone`,
    asked with their version, is whether nobody is there whom it would break. SchemaError when it cannot be."""
    current = read_version(connection)
    if is_ready(current):
        return False  # somebody else did it meanwhile
    if current is None and not _ours(connection):
        METADATA.create_all(connection)
        _VERSION.create(connection, checkfirst=True)
        connection.execute(insert(_VERSION).values(version_num=str(HEAD)))
        return True
    if current is None:
        _prepare_taking_over(connection)
    elif not alone(current):
        raise Occupied
    migrate(connection, str(HEAD))
    _check(connection)
    return True


def migrate(connection: Connection, version: str, folder: Path = MIGRATIONS) -> None:
    """Go up to that version (`head`: the last one), by the migrations in `folder`."""
    _run(connection, "upgrade", version, folder)


def migrate_down(connection: Connection, version: str, folder: Path = MIGRATIONS) -> None:
    """Go down to that version; `base`: to nothing at all. What only later versions keep is lost."""
    _run(connection, "downgrade", version, folder)


def _run(connection: Connection, way: str, version: str, folder: Path) -> None:
    from alembic import command  # most starts have nothing to migrate, and need none of it
    from alembic.config import Config
    from alembic.util import CommandError

    config = Config(attributes={"connection": connection, "metadata": METADATA})
    config.set_main_option("script_location", str(folder).replace("%", "%%"))
    try:
        {"upgrade": command.upgrade, "downgrade": command.downgrade}[way](config, version)
    except CommandError:
        raise SchemaError(_UNKNOWN) from None


def _ours(connection: Connection) -> list[str]:
    """Our tables that are there."""
    return sorted(set(inspect(connection).get_table_names()) & set(METADATA.tables))


def _prepare_taking_over(connection: Connection) -> None:
    """Drop sign-ins that a version from before the migrations kept otherwise: everybody signs in once more, and nothing
    else is lost. Migration 0001 leaves tables alone that are there."""
    known = inspect(connection)
    table = METADATA.tables[SignIn.__tablename__]
    if not known.has_table(table.name):
        return
    if {column["name"] for column in known.get_columns(table.name)} != set(table.columns.keys()):
        for name in (BellRow.__tablename__, table.name):  # bells name sign-ins, and would keep their table
            METADATA.tables[name].drop(connection, checkfirst=True)


def _check(connection: Connection) -> None:
    known = inspect(connection)
    for table in METADATA.sorted_tables:
        there = known.has_table(table.name) and {column["name"] for column in known.get_columns(table.name)}
        if not there or not set(table.columns.keys()) <= there:
            raise TooOld(table.name)
