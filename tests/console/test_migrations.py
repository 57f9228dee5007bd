"""Which version the tables are of: they are brought up whoever made them, once, with every row, and back."""

import asyncio
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, text
from sqlalchemy.ext.asyncio import create_async_engine

from console.database import Database, bring_up, make_engine, working
from console.occupancy import nobody_before
from console.schema import (
    HEAD,
    METADATA,
    MIGRATIONS,
    Occupied,
    SchemaError,
    TooNew,
    TooOld,
    Version,
    migrate,
    migrate_down,
    read_version,
)
from console.schema import bring_up as bring_up_within
from tests.console.conftest import database_url
from tests.console.rows import everything_of, fill, filled, read, shared
from tests.postgres import Postgres

_BEYOND = "UPDATE alembic_version SET version_num = '9002_from_9001'"
BEFORE = Path(__file__).with_name("before_migrations.sql")
BEFORE_FIGURES = Path(__file__).with_name("before_figures.sql")
# Two more versions, as there may be one day: the first goes with consoles of the version before, the second does not.
LATER = {
    "v9001_more.py": """
import sqlalchemy as sa
from alembic import op

revision, down_revision = "9001_from_{head}", "{last}"

def upgrade():
    op.create_table("added", sa.Column("id", sa.Integer(), primary_key=True), sa.Column("word", sa.String(20)))
    op.add_column("staff", sa.Column("added", sa.String(20), server_default="new", nullable=False))

def downgrade():
    with op.batch_alter_table("staff") as staff:
        staff.drop_column("added")
    op.drop_table("added")
""",
    "v9002_wider.py": """
import sqlalchemy as sa
from alembic import op

revision, down_revision = "9002_from_9002", "9001_from_{head}"

def upgrade():
    with op.batch_alter_table("staff") as staff:
        staff.alter_column("shown_name", type_=sa.String(60), existing_type=sa.String(40))
    with op.batch_alter_table("left_box") as box:
        box.alter_column("done", new_column_name="settled", existing_type=sa.Boolean())

def downgrade():
    with op.batch_alter_table("left_box") as box:
        box.alter_column("settled", new_column_name="done", existing_type=sa.Boolean())
    with op.batch_alter_table("staff") as staff:
        staff.alter_column("shown_name", type_=sa.String(40), existing_type=sa.String(60))
""",
}


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database without tables."""
    if request.param == "sqlite":
        yield f"sqlite+aiosqlite:///{tmp_path / 'console.sqlite3'}"
        return
    postgres: Postgres = request.getfixturevalue("postgres")
    name = postgres.make()
    yield postgres.url(name)
    postgres.drop(name)


@pytest.fixture(params=["ours", "later"])
def chain(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """The migrations, and the same with two more."""
    if request.param == "ours":
        return MIGRATIONS
    folder = Path(shutil.copytree(MIGRATIONS, tmp_path / "migrations"))
    for name, module in LATER.items():
        written = module.replace("{head}", f"{HEAD.number:04}").replace("{last}", str(HEAD))
        (folder / "versions" / name).write_text(written, encoding="utf-8")
    return folder


def revisions(folder: Path) -> list[str]:
    """Their ids, the first one first."""
    config = Config()
    config.set_main_option("script_location", str(folder))
    return [script.revision for script in ScriptDirectory.from_config(config).walk_revisions()][::-1]


async def do(url: str, work: Callable[..., Any], *arguments: Any) -> Any:
    async with working(url) as connection:
        return await connection.run_sync(work, *arguments)


def old_file(folder: Path, made: Path = BEFORE, *, without: tuple[str, ...] = ()) -> Path:
    """A console's file of before there were migrations, with the tables that `made` makes."""
    file = folder / "console.sqlite3"
    with closing(sqlite3.connect(file)) as tables, tables:
        tables.executescript(made.read_text(encoding="utf-8"))
        for table in without:
            tables.execute(f"DROP TABLE {table}")
    return file


# --- The migrations and the models say the same ---


def test_there_is_one_way_through_and_the_program_knows_its_end() -> None:
    found = revisions(MIGRATIONS)
    assert found[-1] == str(HEAD)
    versions = [Version.read(each) for each in found]
    assert [each.number for each in versions] == list(range(1, len(found) + 1))
    assert all(each.oldest <= each.number for each in versions)
    assert sorted(each.oldest for each in versions) == [each.oldest for each in versions]


async def test_the_migrations_make_what_the_models_say(empty: str) -> None:
    await do(empty, migrate, "head")

    def differences(connection: Connection) -> list[Any]:
        context = MigrationContext.configure(connection, opts={"compare_server_default": True})
        return list(compare_metadata(context, METADATA))

    assert await do(empty, differences) == []
    await do(empty, lambda connection: connection.execute(text("ALTER TABLE note ADD COLUMN more INTEGER")))
    assert len(await do(empty, differences)) == 1  # it sees what is not alike


def test_a_new_database_is_made_as_the_migrations_make_it(tmp_path: Path, postgres: Postgres) -> None:
    made, migrated = postgres.make(), postgres.make()
    asyncio.run(bring_up(postgres.url(made)))
    asyncio.run(do(postgres.url(migrated), migrate, "head"))
    dumps = [postgres.program("pg_dump", "--schema-only", "-d", name) for name in (made, migrated)]
    lines = [sorted(line.strip(" ,") for line in dump.splitlines() if "restrict" not in line) for dump in dumps]
    assert lines[0] == lines[1]
    assert sum(line.startswith("CREATE TABLE") for line in lines[0]) == len(METADATA.tables) + 1
    files = [tmp_path / "made.sqlite3", tmp_path / "migrated.sqlite3"]
    asyncio.run(bring_up(f"sqlite+aiosqlite:///{files[0]}"))
    asyncio.run(do(f"sqlite+aiosqlite:///{files[1]}", migrate, "head"))
    assert _statements(files[0]) == _statements(files[1])
    for name in (made, migrated):
        postgres.drop(name)


def _statements(file: Path) -> list[list[str]]:
    with closing(sqlite3.connect(file)) as tables:
        found = tables.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name != 'alembic_version'")
        return sorted(sorted(line.strip(" ,\t") for line in sql.splitlines()) for (sql,) in found)


# --- Up and down with rows ---


async def test_every_row_outlives_the_way_up_and_down(empty: str, chain: Path) -> None:
    ids = revisions(chain)
    for start in ids:
        await do(empty, migrate, start, chain)
        before = await do(empty, fill)
        assert all(before.values())
        await do(empty, migrate, "head", chain)
        after = await do(empty, read)
        assert shared(after, before) == shared(before, after)
        await do(empty, migrate_down, start, chain)
        assert await do(empty, read) == before
        await do(empty, migrate_down, "base", chain)
        assert await do(empty, read) == {}


async def test_what_fails_half_way_changes_nothing(empty: str, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(MIGRATIONS, tmp_path / "breaking"))
    broken = LATER["v9001_more.py"].replace("def downgrade", "    raise RuntimeError\n\ndef downgrade")
    written = broken.replace("{head}", f"{HEAD.number:04}").replace("{last}", str(HEAD))
    (folder / "versions" / "v9001_broken.py").write_text(written, encoding="utf-8")
    await bring_up(empty)
    before = await filled(empty)
    with pytest.raises(RuntimeError):
        await do(empty, migrate, "head", folder)
    assert await everything_of(empty) == before
    assert await do(empty, read_version) == HEAD


async def test_a_console_works_on_while_another_brings_a_version_that_it_can_bear(empty: str, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(MIGRATIONS, tmp_path / "more"))
    written = LATER["v9001_more.py"].replace("{head}", f"{HEAD.number:04}").replace("{last}", str(HEAD))
    (folder / "versions" / "v9001_more.py").write_text(written, encoding="utf-8")
    database = Database(empty)
    await database.open()
    await filled(empty)
    staff = METADATA.tables["staff"]
    async with database.sessions() as session:
        before = (await session.execute(staff.select())).all()
    await do(empty, migrate, "head", folder)
    for desk in ("here", "there", before[0].desk):
        async with database.sessions.begin() as session:
            await session.execute(staff.update().where(staff.c.id == before[0].id).values(desk=desk))
    async with database.sessions() as session:
        assert sorted((await session.execute(staff.select())).all()) == sorted(before)
    await database.close()
    again = Database(empty)  # started anew beside the newer version
    await again.open()
    await again.close()


# --- Whoever made the tables ---


async def test_the_file_of_a_console_from_before_there_were_migrations_is_taken_over(tmp_path: Path) -> None:
    old_file(tmp_path)
    url = database_url(tmp_path)
    before = await filled(url)
    for _ in range(2):
        database = Database(url)
        await database.open()
        await database.close()
        assert await everything_of(url) == before
    assert await do(url, read_version) == HEAD
    assert set(before) == set(METADATA.tables)


async def test_counts_in_clear_leave_nothing_in_a_file_that_is_taken_over(tmp_path: Path) -> None:
    file, url = old_file(tmp_path, BEFORE_FIGURES), database_url(tmp_path)
    before = await filled(url)
    assert before.pop("tally")
    counted = "å tally name ".encode()
    assert counted in file.read_bytes()
    await bring_up(url)
    assert await everything_of(url) == {**before, "raw_count": [], "figures": []}
    assert counted not in file.read_bytes()


async def test_tables_that_came_later_are_added_to_such_a_file(tmp_path: Path) -> None:
    old_file(tmp_path, without=("letter", "left_box", "shift", "habit"))
    url = database_url(tmp_path)
    before = await filled(url)
    await bring_up(url)
    after = await everything_of(url)
    assert {name: after[name] for name in before} == before
    assert (after["letter"], after["shift"]) == ([], [])


async def test_a_file_that_lacks_something_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    file = old_file(tmp_path)
    with closing(sqlite3.connect(file)) as tables, tables:
        tables.execute("ALTER TABLE shift DROP COLUMN holidays")
    with pytest.raises(TooOld, match="its table shift lacks something"):
        await bring_up(database_url(tmp_path))
    with closing(sqlite3.connect(file)) as tables:
        assert ("alembic_version",) not in tables.execute("SELECT name FROM sqlite_master").fetchall()


async def test_somebody_else_s_database_is_refused(empty: str) -> None:
    await do(empty, lambda connection: connection.execute(text("CREATE TABLE alembic_version (version_num TEXT)")))
    await do(empty, lambda connection: connection.execute(text("INSERT INTO alembic_version VALUES ('1975ea83b712')")))
    with pytest.raises(SchemaError, match="not one of Fristad's"):
        await bring_up(empty)


async def test_a_database_without_our_letters_is_refused(postgres: Postgres) -> None:
    postgres.say("CREATE DATABASE ascii ENCODING 'SQL_ASCII' TEMPLATE template0 LOCALE 'C'")
    with pytest.raises(SchemaError, match="not in UTF-8"):
        await bring_up(postgres.url("ascii"))
    postgres.drop("ascii")


async def test_work_on_tables_waits_for_nobody_s_lock_for_long(postgres: Postgres) -> None:
    """Everybody who comes after would wait behind it."""
    name = postgres.make()
    await bring_up(postgres.url(name))
    limit = await do(postgres.url(name), lambda connection: connection.scalar(text("SHOW lock_timeout")))
    assert limit == "10s"
    postgres.drop(name)


@pytest.mark.parametrize(("version", "works"), [("9001_from_0001", True), ("9002_from_9001", False)])
async def test_a_program_works_with_newer_tables_as_long_as_they_say_so(empty: str, version: str, works: bool) -> None:
    await bring_up(empty)
    change = text("UPDATE alembic_version SET version_num = :version")
    await do(empty, lambda connection: connection.execute(change, {"version": version}))
    database = Database(empty)
    if works:
        await database.open()
    else:
        with pytest.raises(TooNew, match="newer version"):
            await database.open()
    await database.close()
    assert str(await do(empty, read_version)) == version


async def test_a_program_that_was_cut_off_gets_no_tables_that_it_cannot_bear(postgres: Postgres) -> None:
    """It had no connection by which it could have been seen, and gets none any more."""
    name = postgres.make()
    database = Database(postgres.url(name))
    await database.open()
    postgres.say(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")
    await do(postgres.url(name), lambda connection: connection.execute(text(_BEYOND)))
    with pytest.raises(TooNew):
        async with database.sessions() as session:
            await session.execute(text("SELECT 1"))
    await database.close()
    postgres.drop(name)


# --- Several at once ---


async def test_consoles_that_start_at_once_make_the_tables_once(empty: str) -> None:
    databases = [Database(empty) for _ in range(6)]
    await asyncio.gather(*(each.open() for each in databases))
    for each in databases:
        await each.close()
    assert await do(empty, lambda connection: connection.scalar(text("SELECT count(*) FROM alembic_version"))) == 1


async def test_consoles_that_start_at_once_take_a_file_over_once(tmp_path: Path) -> None:
    old_file(tmp_path)
    url = database_url(tmp_path)
    before = await filled(url)
    databases = [Database(url) for _ in range(6)]
    await asyncio.gather(*(each.open() for each in databases))
    for each in databases:
        await each.close()
    assert await everything_of(url) == before


async def test_a_version_that_breaks_the_one_before_waits_until_that_is_gone(postgres: Postgres) -> None:
    name = postgres.make()
    url = postgres.url(name)
    database = Database(url)
    await database.open()
    assert not await do(url, nobody_before, HEAD.number + 1)
    await database.close()
    engine = make_engine(url)  # ours, so of this version: a later one does not see itself as one before
    async with engine.connect() as own:
        assert await own.run_sync(nobody_before, HEAD.number)
    await engine.dispose()
    assert await do_without_locks(url, HEAD.number + 1)
    postgres.drop(name)


async def do_without_locks(url: str, oldest: int) -> bool:
    """What a program of a later version finds: its own connections hold no lock of ours."""
    engine = create_async_engine(url)
    async with engine.begin() as connection:
        alone = await connection.run_sync(nobody_before, oldest)
    await engine.dispose()
    return alone


async def test_while_somebody_is_there_whom_it_would_break_nothing_is_migrated(empty: str) -> None:
    await bring_up(empty)
    await filled(empty)
    earlier = text("UPDATE alembic_version SET version_num = '0000_from_0000'")
    await do(empty, lambda connection: connection.execute(earlier))
    before = await everything_of(empty)
    with pytest.raises(Occupied, match="stop every console"):
        await do(empty, bring_up_within, lambda current: current.number > 0)
    assert await everything_of(empty) == before


async def test_a_file_is_nobody_else_s_only_when_it_is(tmp_path: Path) -> None:
    url = database_url(tmp_path)
    first, second = Database(url), Database(url)
    await first.open()
    await second.open()
    with pytest.raises(Occupied):
        async with working(url, alone=True):
            pass
    await first.close()
    await second.close()
    async with working(url, alone=True) as connection:
        assert await connection.run_sync(lambda own: inspect(own).has_table("staff"))
