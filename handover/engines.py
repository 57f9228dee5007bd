"""Where an engine is and as whom we speak to it, from its address."""

import asyncio
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, unquote, urlsplit

_PORT = 6379
_OPTIONS = {"db", "ssl_ca_certs"}


class BadEngine(ValueError):
    """Not an engine's address; says what is, and never what was given: a password is in it."""


@dataclass(frozen=True, slots=True)
class EngineAddress:
    """`path` of a unix socket, or `host` and `port`; `tls` is the context of a rediss:// address."""

    user: str
    password: str = field(repr=False)
    path: str = ""
    host: str = ""
    port: int = _PORT
    database: int = 0
    tls: ssl.SSLContext | None = None

    async def connect(self, protocol: Callable[[], asyncio.Protocol]) -> None:
        """Open a connection for a new `protocol`. OSError when there is nobody; ssl.SSLError is one too."""
        loop = asyncio.get_running_loop()
        if self.path:
            await loop.create_unix_connection(protocol, self.path)
        else:
            await loop.create_connection(protocol, self.host, self.port, ssl=self.tls)


def read_engine(url: str) -> EngineAddress:
    """The engine at a redis://, rediss:// or unix:// address, with user and password or without. `?db=` takes another
    database, `?ssl_ca_certs=` a file of certificates to trust instead of the system's. BadEngine for anything else."""
    try:
        return _read(url)
    except OSError:
        raise BadEngine("the file of ssl_ca_certs cannot be read") from None
    except ValueError:
        raise BadEngine(
            "an engine's address is redis://, rediss:// or unix:// with a user and a password, their signs "
            "percent-encoded, and no options but db and ssl_ca_certs"
        ) from None


def _read(url: str) -> EngineAddress:
    parts = urlsplit(url)
    options = dict(parse_qsl(parts.query))
    if parts.scheme not in {"redis", "rediss", "unix"} or options.keys() - _OPTIONS:
        raise ValueError("no such scheme or option")
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    if parts.scheme == "unix":
        return EngineAddress(user, password, path=unquote(parts.path), database=_database(options.get("db", "")))
    return EngineAddress(
        user,
        password,
        host=unquote(parts.hostname or "localhost"),
        port=parts.port or _PORT,
        database=_database(options.get("db") or parts.path.strip("/")),
        tls=ssl.create_default_context(cafile=options.get("ssl_ca_certs")) if parts.scheme == "rediss" else None,
    )


def _database(number: str) -> int:
    if number and not number.isdecimal():
        raise ValueError("not a number")
    return int(number or 0)
