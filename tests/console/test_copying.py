"""Whole databases: moved without a loss, backed up without what may never be kept, restored into an empty one."""

import asyncio
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import insert, select, update

from console.copying import KEPT, NEVER, CopyError, FileTaken, NotABackup, NotEmpty, Unstorable, back_up, move, restore
from console.database import Database, bring_up, working
from console.schema import METADATA, Occupied, TooNew
from console.tables import DeviceRow, DeviceState, DraftRow, Staff
from tests.console.rows import MANY, Everything, everything_of, filled
from tests.postgres import Postgres


@pytest.fixture
def file(tmp_path: Path) -> str:
    return f"sqlite+aiosqlite:///{tmp_path / 'console.sqlite3'}"


@pytest.fixture(params=["sqlite", "postgresql"])
def target(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a new database."""
    if request.param == "sqlite":
        yield f"sqlite+aiosqlite:///{tmp_path / 'new.sqlite3'}"
        return
    postgres: Postgres = request.getfixturevalue("postgres")
    name = postgres.make()
    yield postgres.url(name)
    postgres.drop(name)


async def console_in(url: str) -> Everything:
    """A console's database with rows in every table, two of its devices being taken back; what is in it."""
    await bring_up(url)
    await filled(url)
    async with working(url) as connection:
        await connection.execute(update(DeviceRow).where(DeviceRow.id > 20_001).values(state=DeviceState.REVOKED))
    return await everything_of(url)


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


async def put(url: str, **values: object) -> None:
    async with working(url) as connection:
        await connection.execute(insert(DraftRow).values(**values))


async def test_every_row_is_moved_once(file: str, target: str) -> None:
    before = await console_in(file)
    assert await move(file, target) == MANY * len(METADATA.tables)
    assert await everything_of(target) == await everything_of(file) == before


async def test_what_is_counted_by_the_database_goes_on_after_what_came(file: str, target: str) -> None:
    await console_in(file)
    await move(file, target)
    database = Database(target)
    await database.open()
    async with database.sessions.begin() as session:
        staff = (await session.scalars(select(Staff.id))).first()
        row = DeviceRow(staff_id=staff, key="new", state=DeviceState.REQUESTED, requested=1)
        session.add(row)
        await session.flush()
        assert row.id > 20_000 + MANY
    await database.close()


async def test_nothing_is_written_where_something_is(file: str, target: str, tmp_path: Path) -> None:
    await console_in(file)
    await bring_up(target)
    await put(target, part="p", text="t", writers="w", writer="w", day=1)
    before = await everything_of(target)
    with pytest.raises(NotEmpty, match=r"table draft\), so nothing was written"):
        await move(file, target)
    await back_up(file, tmp_path / "backup")
    with pytest.raises(NotEmpty):
        await restore(tmp_path / "backup", target)
    assert await everything_of(target) == before


async def test_a_move_twice_doubles_nothing(file: str, target: str) -> None:
    before = await console_in(file)
    await move(file, target)
    with pytest.raises(NotEmpty):
        await move(file, target)
    assert await everything_of(target) == before


async def test_what_others_have_open_is_not_moved(file: str, target: str) -> None:
    before = await console_in(file)
    for url in (file, target):
        database = Database(url)
        await database.open()
        async with database.sessions() as session:
            await session.execute(select(Staff))
            with pytest.raises(Occupied, match="stop every console"):
                await move(file, target)
        await database.close()
    await move(file, target)
    assert await everything_of(target) == before


@pytest.mark.parametrize(
    ("values", "column"),
    [({"text": "null \0 character"}, "text"), ({"writer": "x" * 41}, "writer"), ({"day": 2**31}, "day")],
)
async def test_a_value_that_postgresql_cannot_hold_is_named_and_nothing_is_moved(
    file: str, postgres: Postgres, values: dict[str, object], column: str
) -> None:
    await console_in(file)
    await put(file, **{"part": "p", "text": "t", "writers": "w", "writer": "w", "day": 1, **values})
    name = postgres.make()
    with pytest.raises(Unstorable, match=f"the column {column} in the table draft"):
        await move(file, postgres.url(name))
    assert not any((await everything_of(postgres.url(name))).values())
    postgres.drop(name)


# --- Backups ---


def test_of_every_table_it_is_decided_whether_it_may_be_kept() -> None:
    assert set(METADATA.tables) == KEPT | set(NEVER)
    assert not KEPT & set(NEVER)


async def test_a_backup_has_what_may_be_kept_and_nothing_else(target: str, tmp_path: Path) -> None:
    before = await console_in(target)
    backup = tmp_path / "backup"
    rows = await back_up(target, backup)
    assert stat.S_IMODE(backup.stat().st_mode) == 0o600
    inside = await everything_of(f"sqlite+aiosqlite:///{backup}")
    assert {name for name, rows in inside.items() if rows} == KEPT
    assert {name: inside[name] for name in KEPT - {"device"}} == {name: before[name] for name in KEPT - {"device"}}
    assert [row["state"] for row in inside["device"]] == [DeviceState.REVOKED] * 2
    assert rows == sum(map(len, inside.values()))
    written = backup.read_bytes()
    assert "å staff shown_name 1".encode() in written  # the search finds what is there
    for table in NEVER:
        assert f"å {table} ".encode() not in written
    assert [name for name in names_in(tmp_path) if "backup" in name] == ["backup"]


async def test_a_backup_is_made_while_consoles_go_on(target: str, tmp_path: Path) -> None:
    await console_in(target)
    database = Database(target)
    await database.open()

    async def write(number: int) -> None:
        async with database.sessions.begin() as session:
            session.add(DraftRow(part=f"more {number}", text="t", writers="w", writer="w", day=1))

    await asyncio.gather(back_up(target, tmp_path / "backup"), *(write(number) for number in range(20)))
    await database.close()
    assert len((await everything_of(target))["draft"]) == MANY + 20


async def test_a_backup_is_restored_where_nothing_is(file: str, target: str, tmp_path: Path) -> None:
    before = await console_in(file)
    rows = await back_up(file, tmp_path / "backup")
    written = (tmp_path / "backup").read_bytes()
    assert await restore(tmp_path / "backup", target) == rows
    after = await everything_of(target)
    assert {name: after[name] for name in KEPT - {"device"}} == {name: before[name] for name in KEPT - {"device"}}
    assert len(after["device"]) == 2
    assert not any(after[name] for name in NEVER)
    assert (tmp_path / "backup").read_bytes() == written
    database = Database(target)  # and a console starts on it
    await database.open()
    await database.close()


async def test_a_backup_that_names_no_version_is_refused(file: str, target: str, tmp_path: Path) -> None:
    await console_in(file)
    await back_up(file, tmp_path / "backup")
    with closing(sqlite3.connect(tmp_path / "backup")) as tables, tables:
        tables.execute("DELETE FROM alembic_version")
    with pytest.raises(NotABackup):
        await restore(tmp_path / "backup", target)


async def test_what_is_forged_into_a_backup_is_not_restored(file: str, target: str, tmp_path: Path) -> None:
    await console_in(file)
    await back_up(file, tmp_path / "backup")
    with closing(sqlite3.connect(tmp_path / "backup")) as tables, tables:
        tables.execute("INSERT INTO spent VALUES ('mark', 1)")
        tables.execute("UPDATE device SET state = 'signed'")
    await restore(tmp_path / "backup", target)
    after = await everything_of(target)
    assert (after["spent"], after["device"]) == ([], [])


async def test_a_file_that_is_no_backup_is_refused(file: str, target: str, tmp_path: Path) -> None:
    await console_in(file)
    (tmp_path / "text").write_text("a letter")
    (tmp_path / "nothing").write_bytes(b"")
    (tmp_path / "cut").write_bytes((tmp_path / "console.sqlite3").read_bytes()[:5000])
    for name in ("text", "nothing", "cut", "console.sqlite3"):
        with pytest.raises(NotABackup, match="fristad database move"):
            await restore(tmp_path / name, target)
    with pytest.raises(OSError, match="No such file"):
        await restore(tmp_path / "missing", target)


async def test_a_backup_of_a_newer_version_is_refused(file: str, target: str, tmp_path: Path) -> None:
    await console_in(file)
    await back_up(file, tmp_path / "backup")
    with closing(sqlite3.connect(tmp_path / "backup")) as tables, tables:
        tables.execute("UPDATE alembic_version SET version_num = '9002_from_9001'")
    with pytest.raises(TooNew):
        await restore(tmp_path / "backup", target)


async def test_a_backup_writes_over_nothing_and_leaves_nothing_half_done(file: str, tmp_path: Path) -> None:
    await console_in(file)
    (tmp_path / "mine").write_text("mine")
    with pytest.raises(FileTaken, match="name another file"):
        await back_up(file, tmp_path / "mine")
    assert (tmp_path / "mine").read_text() == "mine"
    with pytest.raises(FileNotFoundError):
        await back_up(file, tmp_path / "no" / "folder")
    assert issubclass(FileTaken, CopyError)
    assert not [name for name in names_in(tmp_path) if name.startswith(".")]
