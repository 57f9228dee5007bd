"""The one seam between the two adapters and the driver: a few connections for calls, one for what is published."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, TypeVar

from redis.exceptions import AskError, AuthenticationError, ClusterDownError, MovedError, ReadOnlyError, RedisError
from redis.exceptions import ConnectionError as NoConnection
from redis.exceptions import TimeoutError as NoAnswer
from redis.exceptions import TryAgainError as NotYet

from handover.lane import Arg, Lane
from handover.listener import Follower, Share
from handover.nodes import ALL, HOPS, Node, find_nodes, read_address, tag_of
from handover.ports import EngineUnavailable, HandoverError
from handover.scripts import load_scripts

__all__ = ["Arg", "Wire"]

Answer = TypeVar("Answer")
Event = TypeVar("Event")


class Wire:
    """Calls and followed channels of one process, on `connections` + 1 connections, however many talks there are; in a
    Cluster so many for each desk."""

    def __init__(self, url: str, *, connections: int, timeout: float, queue: int) -> None:
        """`url` as `handover.nodes.read_address` takes it, with its ValueError. `timeout` seconds for each call;
        `queue` events that a follower may lag behind before it gets a resync."""
        self._address = read_address(url)
        self._nodes = find_nodes(self._address, self._leave)
        self._connections = connections
        self._timeout = timeout
        self._queue = queue
        self._scripts = load_scripts()
        self._lanes: dict[str, Lane] = {}

    async def open(self) -> None:
        """Connect. EngineUnavailable when there is no engine, HandoverError when it refuses our user."""
        lane = self._lane(ALL)
        async with _renamed(self._timeout):
            await lane.ping()
            if self._address.kind != "cluster":  # there each desk has its own, once somebody follows something of it
                await lane.listen()

    async def close(self) -> None:
        """Give every connection back; safe to call twice."""
        for lane in self._lanes.values():
            await lane.close()

    async def call(self, verb: str, keys: Mapping[str, str], **args: Arg) -> list[Any]:
        """Run one verb, its keys looked up by name. EngineUnavailable when no answer came in time, HandoverError when
        the engine refused; neither tells what was asked."""
        script = self._scripts[verb]
        own = [keys[name] for name in script.keys]
        rest = [len(own), *own, *script.arrange(args)]
        return await self._at_home(tag_of(own[0]), lambda lane: lane.run(script, rest))

    async def read(self, *commands: Sequence[Arg]) -> list[Any]:
        """Answers of several reading commands about one desk, sent together. Fails as `call` does."""
        if not commands:
            return []
        tag = next((tag_of(str(command[1])) for command in commands if len(command) > 1), ALL)
        return await self._at_home(tag, lambda lane: lane.read(commands))

    @asynccontextmanager
    async def follow(
        self, channels: Sequence[str], decode: Callable[[str, bytes], Event], lost: Event
    ) -> AsyncIterator[AsyncIterator[Event]]:
        """Events of the channels from now on, subscribed before the body runs; `lost` stands for a gap."""
        follower = Follower(channels, decode, lost, self._queue)
        shares = self._share(follower)
        try:
            async with _renamed(self._timeout):
                for lane, share in shares:
                    await lane.add(share)
            yield follower
        finally:
            for lane, share in shares:
                lane.remove(share)

    def _share(self, follower: Follower[Any]) -> list[tuple[Lane, Follower[Any]]]:
        """Which channels of the follower are heard where. Each is followed at the home of its key: there it is heard as
        it is published, while from node to node of a Cluster it may be lost without anybody knowing."""
        homes: dict[int, tuple[Lane, list[str]]] = {}
        for channel in follower.channels:
            lane = self._lane(tag_of(channel))
            homes.setdefault(id(lane), (lane, []))[1].append(channel)
        if len(homes) == 1:
            return [(lane, follower) for lane, _ in homes.values()]
        return [(lane, Share(follower, channels)) for lane, channels in homes.values()]

    def _lane(self, tag: str) -> Lane:
        name = self._nodes.lane(tag) if self._nodes else ""
        if name not in self._lanes:
            self._lanes[name] = Lane(
                self._address, self._nodes, name, connections=self._connections, timeout=self._timeout
            )
        return self._lanes[name]

    def _leave(self, name: str) -> None:
        if name in self._lanes:
            self._lanes[name].leave()

    async def _at_home(self, tag: str, work: Callable[[Lane], Awaitable[Answer]]) -> Answer:
        lane = self._lane(tag)
        async with _renamed(self._timeout):
            for _ in range(HOPS):
                try:
                    return await work(lane)
                except MovedError as moved:  # nothing was done: this node has no such keys any more
                    if self._nodes and moved.host:
                        self._nodes.learn(tag, Node(moved.host, moved.port))
                except ReadOnlyError:
                    lane.leave()  # a master that was replaced, and has not closed this connection yet
                    raise
        raise EngineUnavailable("the keys of a desk are on their way between two nodes")


_ON_THE_WAY = (AskError, ClusterDownError, NotYet, ReadOnlyError)  # the engine is changing hands: soon it answers again


@asynccontextmanager
async def _renamed(seconds: float) -> AsyncIterator[None]:
    """The driver's failures under our names and without their texts, which may quote a command and so a visitor."""
    try:
        async with asyncio.timeout(seconds):
            yield
    except (NoConnection, NoAnswer, OSError) as error:
        if isinstance(error.__cause__ or error, AuthenticationError):  # the driver wraps it while connecting
            raise HandoverError("the engine refused the user or its password") from None
        raise EngineUnavailable("no answer from the engine within its time limit") from None
    except _ON_THE_WAY:
        raise EngineUnavailable("the engine is changing hands") from None
    except RedisError as error:
        raise HandoverError(f"the engine refused: {type(error).__name__}") from None
