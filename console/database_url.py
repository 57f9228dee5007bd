"""FRISTAD_DATABASE_URL as people write it, and as SQLAlchemy reads it."""

from urllib.parse import parse_qsl, urlencode, urlsplit

_DRIVERS = {
    "postgres": "postgresql+asyncpg",
    "postgresql": "postgresql+asyncpg",
    "postgresql+asyncpg": "postgresql+asyncpg",
    "sqlite": "sqlite+aiosqlite",
    "sqlite+aiosqlite": "sqlite+aiosqlite",
}
_MUST = "it begins with postgresql:// (user, password, host and name of the database) or sqlite:/// and a file"


def read_database_url(text: str) -> str:
    """The address with the drivers that this program has: asyncpg and aiosqlite. libpq's `sslmode` is asyncpg's `ssl`.
    ValueError, without the address, for anything else."""
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError:
        raise ValueError(f"{_MUST}; write other signs in the password as %XX") from None
    driver = _DRIVERS.get(parts.scheme)
    if driver is None or (driver.startswith("sqlite") and (parts.netloc or len(parts.path) < 2)):
        raise ValueError(_MUST)
    query = [("ssl" if name == "sslmode" else name, value) for name, value in parse_qsl(parts.query)]
    head = f"{driver}://{parts.netloc}{parts.path}"
    return f"{head}?{urlencode(query, safe='/')}" if query else head
