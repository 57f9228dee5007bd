"""The database's address as people write it."""

import pytest

from console.database_url import read_database_url


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("postgresql://kim:p%40ss@db.example.org/fristad", "postgresql+asyncpg://kim:p%40ss@db.example.org/fristad"),
        ("postgres://db/fristad", "postgresql+asyncpg://db/fristad"),
        ("postgresql+asyncpg://db/fristad?ssl=require", "postgresql+asyncpg://db/fristad?ssl=require"),
        ("postgresql://db/fristad?sslmode=verify-full", "postgresql+asyncpg://db/fristad?ssl=verify-full"),
        ("postgresql://kim@/fristad?host=/run/postgresql", "postgresql+asyncpg://kim@/fristad?host=/run/postgresql"),
        ("sqlite:////srv/console.sqlite3", "sqlite+aiosqlite:////srv/console.sqlite3"),
        ("sqlite+aiosqlite:///var/c.sqlite3", "sqlite+aiosqlite:///var/c.sqlite3"),
    ],
)
def test_what_people_write_is_read(written: str, read: str) -> None:
    assert read_database_url(written) == read


@pytest.mark.parametrize(
    "marked",
    [
        "",
        "marked",
        "mysql://marked",
        "postgresql+psycopg://marked",
        "postgresql://kim:mar[ked@db/fristad",
        "postgresql://kim:mar#ked:x@db:port/fristad",
        "postgresql://db:port/marked",
        "sqlite://",
        "sqlite:///",
        "sqlite://marked/console.sqlite3",
    ],
)
def test_anything_else_is_refused_without_being_quoted(marked: str) -> None:
    with pytest.raises(ValueError, match="it begins with postgresql://") as refused:
        read_database_url(marked)
    assert "mar" not in str(refused.value)
