"""A PostgreSQL that logs, archives or allows too much is told; one that was set up as it should be keeps no moment."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.exc import IntegrityError

from console.accounts import NameTaken, create_account
from console.count_tables import CountRow
from console.database import Database
from console.tables import Spent
from fristad.doctor.databases import check_database, counted_years, judge
from fristad.doctor.findings import Weight
from tests.postgres import Postgres, running_postgres

QUIET = """
CREATE ROLE console LOGIN;
ALTER ROLE console SET log_statement = 'none';
ALTER ROLE console SET log_min_duration_statement = -1;
ALTER ROLE console SET log_duration = off;
ALTER ROLE console SET log_min_error_statement = 'panic';
ALTER ROLE console SET log_error_verbosity = 'terse';
ALTER ROLE console SET log_min_messages = 'fatal';
"""


@pytest.fixture(scope="module")
def postgres() -> Iterator[Postgres]:
    with running_postgres() as postgres:
        postgres.say(QUIET)
        yield postgres


@pytest.fixture
def quiet(postgres: Postgres) -> str:
    """A database of a role that was set up as the documents say."""
    name = postgres.make()
    postgres.say(f"ALTER DATABASE {name} OWNER TO console; ALTER SCHEMA public OWNER TO console", name)
    return postgres.url(name).replace("fristad@", "console@")


def test_a_server_as_it_comes_is_told_what_to_change(postgres: Postgres) -> None:
    found = check_database(postgres.url("postgres"))
    assert {finding.weight for finding in found} == {Weight.TRACES, Weight.DOORS}
    told = " ".join(str(finding) for finding in found)
    for words in ("log_min_error_statement = 'panic'", "log_error_verbosity = 'terse'", "superuser"):
        assert words in told


def test_one_that_was_set_up_as_it_should_be_is_left_alone(quiet: str) -> None:
    assert check_database(quiet) == []


def test_what_else_can_be_wrong() -> None:
    right = {
        "log_statement": "none",
        "log_min_duration_statement": "-1",
        "log_duration": "off",
        "log_min_error_statement": "panic",
        "log_error_verbosity": "terse",
        "archive_mode": "off",
        "server_version_num": "150018",
        "is_superuser": "off",
        "server_encoding": "UTF8",
    }
    assert judge(right) == []
    for name, value in (
        ("log_statement", "all"),
        ("log_min_duration_statement", "0"),
        ("log_duration", "on"),
        ("archive_mode", "on"),
        ("server_version_num", "120022"),
        ("server_encoding", "SQL_ASCII"),
    ):
        assert len(judge({**right, name: value})) == 1, name


def test_a_server_that_does_not_answer_is_told_without_its_password() -> None:
    (found,) = check_database("postgresql+asyncpg://kim:marked@127.0.0.1:1/fristad")
    assert found.weight is Weight.UNSEEN
    assert "marked" not in str(found)
    assert check_database("sqlite+aiosqlite:///x") == []


def test_the_years_that_were_counted_are_read_wherever_they_are(postgres: Postgres, tmp_path: Path) -> None:
    for url in (postgres.url(postgres.make()), f"sqlite+aiosqlite:///{tmp_path / 'c.sqlite3'}"):
        assert counted_years(url) == set()
        asyncio.run(_count(url, "2025-12", "2026-01", "2026-02"))
        assert counted_years(url) == {"2025", "2026"}
    assert counted_years("postgresql+asyncpg://kim:marked@127.0.0.1:1/fristad") == set()


async def _count(url: str, *months: str) -> None:
    database = Database(url)
    await database.open()
    async with database.sessions.begin() as session:
        session.add_all(CountRow(month=month, desk="demo", sealed=b"s") for month in months)
    await database.close()


async def _collide(url: str) -> None:
    database = Database(url)
    await database.open()
    for _ in range(2):
        try:
            await create_account(
                database.sessions, sign_in_name="marked", shown_name="M", role="staff", password=None, desk="demo"
            )
            async with database.sessions.begin() as session:
                session.add_all([Spent(mark="marked too", until=1), Spent(mark="marked too", until=1)])
        except (NameTaken, IntegrityError):
            continue
    await database.close()


def test_the_server_s_own_log_holds_no_name_and_no_statement(postgres: Postgres, quiet: str) -> None:
    log = postgres.folder / "output"
    control = postgres.url(postgres.make())
    asyncio.run(_collide(control))
    assert "marked" in log.read_text("utf-8")  # the search finds what a server as it comes writes
    before = log.stat().st_size
    asyncio.run(_collide(quiet))
    assert log.read_bytes()[before:] == b""
