"""Where the engine is now: at one address, where the Sentinels say the master is, or at the node with a desk's keys.

A connection asks here each time it is made, and nobody else has to know. All keys and channels of one call share a hash
tag (handover.keys), so the tag decides: a Cluster has a home for each tag, everything else one home for all.
"""

import asyncio
import re
from collections.abc import Callable
from typing import Protocol

from handover.connection import Stranger, ask, named
from handover.engines import Address, EngineAddress, Node
from handover.keys import EDITION
from handover.ports import EngineUnavailable, HandoverError

FRESH = 0.2  # seconds for which an answer holds, so that a process asks once for all connections that it lost
HOPS = 5  # nodes that may point to another one before it is given up

_TAG = re.compile(r"\{([a-z0-9-]{1,64})\}")
_MOVED = re.compile(r"MOVED \d{1,5} (.*):(\d{1,5})", re.ASCII)

Moved = Callable[[str], None]


def tag_of(key: str) -> str:
    """The hash tag of a key or channel: a desk's id, or `all`. ValueError when there is none."""
    found = _TAG.search(key)
    if found is None:
        raise ValueError("a key without a hash tag")
    return found[1]


def led_to(refusal: Exception, asked: Node) -> Node | None:
    """Where a node sends whoever asked it, if it does; one that does not know its own name leaves out the host."""
    found = _MOVED.match(str(refusal))
    return Node(found[1] or asked.host, int(found[2])) if found else None


class Nodes(Protocol):
    """Who knows where the engine is."""

    def lane(self, key: str) -> str:
        """Keys and channels with the same lane have one home, now and later."""

    async def home(self, lane: str) -> EngineAddress:
        """Where that home is now. EngineUnavailable when nobody can say, Stranger when they refuse our user."""


class OneNode:
    """The one engine that there is."""

    def __init__(self, address: Address) -> None:
        self._engine = address.engine

    def lane(self, key: str) -> str:
        return ""

    async def home(self, lane: str) -> EngineAddress:
        return self._engine


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

    def lane(self, key: str) -> str:
        return ""

    async def home(self, lane: str) -> EngineAddress:
        async with self._turn:
            now = asyncio.get_running_loop().time()
            if self._known is None or now - self._asked > FRESH:
                found = await self._ask_all()
                before, self._known, self._asked = self._known, found, now
                if before not in (None, found):
                    self._moved(lane)
            return self._address.engine_at(self._known)

    async def _ask_all(self) -> Node:
        asked = [asyncio.create_task(self._ask(sentinel)) for sentinel in self._address.named]
        votes: dict[Node, int] = {}
        refused = 0
        try:
            for answer in asyncio.as_completed(asked):
                try:
                    node = await answer
                except Stranger:
                    refused += 1
                except HandoverError:
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
            raise Stranger("the Sentinels refuse the user or its password")
        raise EngineUnavailable("no majority of the Sentinels names one master")

    async def _ask(self, sentinel: Node) -> Node:
        command = ("SENTINEL", "GET-MASTER-ADDR-BY-NAME", self._address.name)
        reply = await ask(self._address.sentinel_at(sentinel), *command)
        if isinstance(reply, Exception):
            raise named(reply)
        if not reply:
            raise EngineUnavailable("a Sentinel knows no such engine")
        return Node(reply[0].decode("latin-1"), int(reply[1]))


class ClusterNodes:
    """The node that has a tag's keys, asked by a command that each side may use on one of them: the others say where it
    is. So nobody needs a right to see the Cluster. A lane's name is the tag."""

    def __init__(self, address: Address, moved: Moved) -> None:
        """`moved` as in `SentinelNodes`."""
        self._address = address
        self._moved = moved
        self._known: dict[str, Node] = {}
        self._turns: dict[str, asyncio.Lock] = {}

    def lane(self, key: str) -> str:
        return tag_of(key)

    async def home(self, lane: str) -> EngineAddress:
        async with self._turns.setdefault(lane, asyncio.Lock()):
            known = (*((self._known[lane],) if lane in self._known else ()), *self._known.values())
            for first in dict.fromkeys((*known, *self._address.named)):
                node = await self._led_from(first, lane)
                if node is not None:
                    self._learn(lane, node)
                    return self._address.engine_at(node)
        raise EngineUnavailable("no node of the Cluster has these keys")

    def _learn(self, lane: str, node: Node) -> None:
        before, self._known[lane] = self._known.get(lane), node
        if before not in (None, node):
            self._moved(lane)

    async def _led_from(self, first: Node, lane: str) -> Node | None:
        command = ("HMGET", EDITION, "number") if lane == tag_of(EDITION) else ("ZCARD", f"room:{{{lane}}}")
        node: Node | None = first
        for _ in range(HOPS):
            if node is None:
                break
            try:
                answer = await ask(self._address.engine_at(node), *command)
            except Stranger:
                raise
            except HandoverError:
                return None
            if not isinstance(answer, Exception):
                return node
            node = led_to(answer, node)
        return None


def find_nodes(address: Address, moved: Moved) -> Nodes:
    """Who to ask about this address."""
    match address.kind:
        case "sentinel":
            return SentinelNodes(address, moved)
        case "cluster":
            return ClusterNodes(address, moved)
    return OneNode(address)
