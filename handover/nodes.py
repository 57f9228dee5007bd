"""Where the engine is now: at one address, where the Sentinels say the master is, or at the node with a desk's keys.

A connection asks here each time it connects, and nobody else has to know. All keys and channels of one call share a
hash tag (handover.keys), so the tag decides: a Cluster has a home for each tag, everything else one home for all.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import urlsplit, urlunsplit

from redis.asyncio.connection import AbstractConnection, Connection, SSLConnection, parse_url
from redis.exceptions import AuthenticationError, MovedError, RedisError
from redis.exceptions import ConnectionError as NoConnection

SENTINEL_PORT, ENGINE_PORT = 26379, 6379
ASKING = 0.5  # seconds for one Sentinel or node to say where the engine is: a quarter of a call's usual limit
FRESH = 0.2  # seconds for which an answer holds, so that a process asks once for all connections that it lost
HOPS = 5  # nodes that may point to another one before it is given up
ALL = "all"  # the tag of what belongs to no desk

_TAG = re.compile(r"\{([a-z0-9-]{1,64})\}")
_NAME = re.compile(r"[A-Za-z0-9._-]{1,64}")

Moved = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Node:
    host: str
    port: int


@dataclass(frozen=True, slots=True)
class Address:
    """An engine's address taken apart. `kind` is "", sentinel or cluster; without a kind, `url` is all there is."""

    kind: str
    url: str = field(repr=False)  # of one node, host left out, with user, password and options
    named: tuple[Node, ...] = ()  # the Sentinels, or nodes of the Cluster to begin with
    name: str = ""  # what the Sentinels call it

    @property
    def secure(self) -> bool:
        """Whether the way there is encrypted."""
        return urlsplit(self.url).scheme == "rediss"

    def at(self, node: Node) -> str:
        """The address of one of its nodes, with the same user, password and options."""
        parts = urlsplit(self.url)
        host = f"[{node.host}]" if ":" in node.host else node.host
        user = f"{parts.netloc.rpartition('@')[0]}@" if "@" in parts.netloc else ""
        return urlunsplit((parts.scheme, f"{user}{host}:{node.port}", "", parts.query, ""))


def read_address(url: str) -> Address:
    """An engine's address: redis://, rediss:// or unix:// for one; redis+sentinel://user:password@host:26379,host/name
    and redis+cluster://user:password@host:6379,host for several (rediss+ with TLS). ValueError, which does not quote
    it, when it is none."""
    scheme, separator, rest = url.partition("://")
    base, _, kind = scheme.partition("+")
    if not separator or base not in ("redis", "rediss", "unix"):
        raise ValueError("must be an engine's address: redis://, rediss:// or unix://, with a user and a password")
    if not kind:
        return Address("", url)
    if base == "unix" or kind not in ("sentinel", "cluster"):
        raise ValueError("of several engines: redis+sentinel:// or redis+cluster://, with rediss+ for TLS")
    place, question, query = rest.partition("?")
    places, _, name = place.partition("/")
    user, at, hosts = places.rpartition("@")
    if (kind == "sentinel") != bool(name) or (name and not _NAME.fullmatch(name)):
        raise ValueError("the name that the Sentinels know the engine by ends the address: redis+sentinel://.../name")
    port = SENTINEL_PORT if kind == "sentinel" else ENGINE_PORT
    named = tuple(_read_node(host, port) for host in hosts.split(","))
    return Address(kind, f"{base}://{user}{at}{question}{query}", named, name)


def tag_of(key: str) -> str:
    """The hash tag of a key or channel: a desk's id, or ALL. ValueError when there is none."""
    found = _TAG.search(key)
    if found is None:
        raise ValueError("a key without a hash tag")
    return found[1]


class Nodes(Protocol):
    """Who knows where the engine is."""

    def lane(self, tag: str) -> str:
        """Tags with the same lane have one home, now and later."""

    async def home(self, lane: str) -> Node:
        """Where that home is now. ConnectionError of the driver when nobody can say."""

    def learn(self, lane: str, node: Node) -> None:
        """A node said that the home is there."""


class SentinelNodes:
    """The master as more than half of the named Sentinels see it. A single one may be cut off together with a master
    that the others have replaced: whoever believed it would claim a talk that is claimed elsewhere."""

    def __init__(self, address: Address, moved: Moved) -> None:
        """`moved` is called with the lane when it has another home than before."""
        self._address = address
        self._moved = moved
        self._known: Node | None = None
        self._asked = 0.0
        self._turn = asyncio.Lock()

    def lane(self, tag: str) -> str:
        return ""

    def learn(self, lane: str, node: Node) -> None:
        """Nothing: only Sentinels say who the master is."""

    async def home(self, lane: str) -> Node:
        """Also AuthenticationError of the driver, when the Sentinels refuse our user."""
        async with self._turn:
            now = asyncio.get_running_loop().time()
            if self._known is None or now - self._asked > FRESH:
                found = await self._ask_all()
                before, self._known, self._asked = self._known, found, now
                if before not in (None, found):
                    self._moved(lane)
            return self._known

    async def _ask_all(self) -> Node:
        asked = [asyncio.create_task(self._ask(sentinel)) for sentinel in self._address.named]
        votes: dict[Node, int] = {}
        refused = 0
        try:
            for answer in asyncio.as_completed(asked):
                try:
                    node = await answer
                except AuthenticationError:
                    refused += 1
                except (RedisError, OSError):
                    continue
                else:
                    votes[node] = votes.get(node, 0) + 1
                    if votes[node] * 2 > len(asked):
                        return node
        finally:
            for task in asked:
                task.cancel()
            await asyncio.gather(*asked, return_exceptions=True)
        if refused * 2 > len(asked):
            raise AuthenticationError("the Sentinels refuse the user")
        raise NoConnection("no majority of the Sentinels names one master")

    async def _ask(self, sentinel: Node) -> Node:
        reply = await ask(self._address.at(sentinel), "SENTINEL", "GET-MASTER-ADDR-BY-NAME", self._address.name)
        if not reply:
            raise NoConnection("a Sentinel knows no such engine")
        return Node(reply[0].decode("latin-1"), int(reply[1]))


class ClusterNodes:
    """The node that has a tag's keys, asked by a command that each side may use on one of them: the others say where it
    is. So nobody needs a right to see the Cluster."""

    def __init__(self, address: Address, moved: Moved) -> None:
        """`moved` as in `SentinelNodes`."""
        self._address = address
        self._moved = moved
        self._known: dict[str, Node] = {}
        self._turns: dict[str, asyncio.Lock] = {}

    def lane(self, tag: str) -> str:
        return tag

    def learn(self, lane: str, node: Node) -> None:
        before, self._known[lane] = self._known.get(lane), node
        if before not in (None, node):
            self._moved(lane)

    async def home(self, lane: str) -> Node:
        """Also AuthenticationError of the driver, when a node refuses our user."""
        async with self._turns.setdefault(lane, asyncio.Lock()):
            known = (*((self._known[lane],) if lane in self._known else ()), *self._known.values())
            for first in dict.fromkeys((*known, *self._address.named)):
                node = await self._led_from(first, lane)
                if node is not None:
                    self.learn(lane, node)
                    return node
        raise NoConnection("no node of the Cluster has these keys")

    async def _led_from(self, node: Node, lane: str) -> Node | None:
        command = ("HMGET", f"edition:{{{ALL}}}", "number") if lane == ALL else ("ZCARD", f"room:{{{lane}}}")
        for _ in range(HOPS):
            try:
                await ask(self._address.at(node), *command)
            except MovedError as moved:
                node = led_to(moved, node)
            except AuthenticationError:
                raise
            except (RedisError, OSError):
                return None
            else:
                return node
        return None


def led_to(moved: MovedError, asked: Node) -> Node:
    """Where a node sends whoever asked it; one that does not know its own name leaves out the host."""
    return Node(moved.host or asked.host, moved.port)


def find_nodes(address: Address, moved: Moved) -> Nodes | None:
    """Who to ask; None when the address is that of the one engine there is."""
    match address.kind:
        case "sentinel":
            return SentinelNodes(address, moved)
        case "cluster":
            return ClusterNodes(address, moved)
    return None


async def ask(url: str, *command: str) -> Any:
    """The answer to one command on a connection of its own, within ASKING seconds. Errors as from the driver."""
    options = parse_url(url)
    options.pop("connection_class", None)
    kind = SSLConnection if urlsplit(url).scheme == "rediss" else Connection
    connection = kind(**options, protocol=2, driver_info=None, socket_connect_timeout=ASKING)
    try:
        async with asyncio.timeout(ASKING):
            await connection.connect()  # type: ignore[no-untyped-call]
            await connection.send_command(*command)
            return await connection.read_response()
    finally:
        await connection.disconnect(nowait=True)


class _Homing(AbstractConnection):
    """A connection that asks where to connect, each time it does."""

    def __init__(self, *, home: Callable[[], Awaitable[Node]], **options: Any) -> None:
        super().__init__(**options)
        self._home = home

    async def connect(self) -> None:
        if not self.is_connected:
            node = await self._home()
            self.host, self.port = node.host, node.port
        await super().connect()  # type: ignore[no-untyped-call]


class HomingConnection(_Homing, Connection):
    """Without TLS."""


class SecureHomingConnection(_Homing, SSLConnection):
    """With TLS."""


def connection_options(address: Address, home: Callable[[], Awaitable[Node]]) -> dict[str, Any]:
    """What a pool of the driver makes connections with; `home` says where to, at each attempt."""
    options: dict[str, Any] = dict(parse_url(address.at(Node("localhost", ENGINE_PORT))))
    kind = SecureHomingConnection if address.secure else HomingConnection
    return options | {"connection_class": kind, "home": home}


def _read_node(text: str, port: int) -> Node:
    try:
        parts = urlsplit(f"//{text}")
        if not parts.hostname or parts.path or parts.query or "@" in text or parts.port == 0:
            raise ValueError
        return Node(parts.hostname, parts.port or port)
    except ValueError:
        raise ValueError("several engines are named as host:port,host:port") from None
