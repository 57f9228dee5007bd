"""Where an engine is, or several of them, and as whom we speak to it, from its address."""

import asyncio
import re
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit, urlunsplit

_PORT, _SENTINEL_PORT = 6379, 26379
_OPTIONS = {"db", "ssl_ca_certs"}
_NAME = re.compile(r"[A-Za-z0-9._-]{1,64}")
_NO_ADDRESS = (
    "an engine's address is redis://, rediss:// or unix:// with a user and a password, their signs percent-encoded, "
    "and no options but db and ssl_ca_certs"
)


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


@dataclass(frozen=True, slots=True)
class Node:
    """Where one of several engines is."""

    host: str
    port: int


@dataclass(frozen=True, slots=True)
class Address:
    """An engine's address taken apart. `kind` is "", sentinel or cluster; without a kind, `engine` and `url` are all
    there is."""

    kind: str
    url: str = field(repr=False)  # of one engine; of several the host is left out
    engine: EngineAddress  # the same
    named: tuple[Node, ...] = ()  # the Sentinels, or nodes of the Cluster to begin with
    name: str = ""  # what the Sentinels call it

    def at(self, node: Node) -> str:
        """The address of one of its engines, with the same user, password and options."""
        parts = urlsplit(self.url)
        host = f"[{node.host}]" if ":" in node.host else node.host
        user = f"{parts.netloc.rpartition('@')[0]}@" if "@" in parts.netloc else ""
        return urlunsplit((parts.scheme, f"{user}{host}:{node.port}", "", parts.query, ""))

    def engine_at(self, node: Node) -> EngineAddress:
        """The same, for a connection of ours."""
        return replace(self.engine, host=node.host, port=node.port)

    def sentinel_at(self, node: Node) -> EngineAddress:
        """One of its Sentinels, which has no databases."""
        return replace(self.engine, host=node.host, port=node.port, database=0)


def read_address(url: str) -> Address:
    """An engine's address: redis://, rediss:// or unix:// for one; redis+sentinel://user:password@host:26379,host/name
    and redis+cluster://user:password@host:6379,host for several (rediss+ with TLS). BadEngine, which does not quote it,
    when it is none."""
    scheme, separator, rest = url.partition("://")
    base, plus, kind = scheme.partition("+")
    if not separator or not plus:
        return Address("", url, read_engine(url))
    if base not in ("redis", "rediss") or kind not in ("sentinel", "cluster"):
        raise BadEngine("the address of several engines is redis+sentinel:// or redis+cluster://, with TLS rediss+...")
    place, question, query = rest.partition("?")
    places, _, name = place.partition("/")
    user, at, hosts = places.rpartition("@")
    if (kind == "sentinel") != bool(name) or (name and not _NAME.fullmatch(name)):
        raise BadEngine("the name that Sentinels know the engine by ends their address, and no other: .../name")
    port = _SENTINEL_PORT if kind == "sentinel" else _PORT
    named = tuple(_read_node(host, port) for host in hosts.split(","))
    one = f"{base}://{user}{at}{question}{query}"
    engine = read_engine(one)
    if kind == "cluster" and engine.database:
        raise BadEngine("the engines of a Cluster have one database each, so there is no option db")
    return Address(kind, one, engine, named, name)


def read_engine(url: str) -> EngineAddress:
    """The engine at a redis://, rediss:// or unix:// address, with user and password or without. `?db=` takes another
    database, `?ssl_ca_certs=` a file of certificates to trust instead of the system's. BadEngine for anything else."""
    try:
        return _read(url)
    except OSError:
        raise BadEngine("the file of an engine's ssl_ca_certs cannot be read") from None
    except ValueError:
        raise BadEngine(_NO_ADDRESS) from None


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
        port=_port(parts, _PORT),
        database=_database(options.get("db") or parts.path.strip("/")),
        tls=ssl.create_default_context(cafile=options.get("ssl_ca_certs")) if parts.scheme == "rediss" else None,
    )


def _read_node(text: str, port: int) -> Node:
    try:
        parts = urlsplit(f"//{text}")
        if not parts.hostname or parts.path or parts.query or "@" in text:
            raise ValueError
        return Node(parts.hostname, _port(parts, port))
    except ValueError:
        raise BadEngine("several engines are named as host:port,host:port") from None


def _port(parts: SplitResult, otherwise: int) -> int:
    if parts.port == 0:
        raise ValueError("no port")
    return otherwise if parts.port is None else parts.port


def _database(number: str) -> int:
    if number and not number.isdecimal():
        raise ValueError("not a number")
    return int(number or 0)
