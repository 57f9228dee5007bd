"""The one seam between the two adapters and the engine: a lane for each home of keys, which is one but in a Cluster."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import Any, Protocol, TypeVar

from handover.connection import Arg, NotLoaded, code_of, named, no_answer
from handover.engines import read_address
from handover.keys import EDITION
from handover.lane import Lane
from handover.listener import Follower, Share
from handover.nodes import HOPS, find_nodes
from handover.ports import EngineUnavailable
from handover.scripts import Script, load_scripts

__all__ = ["Arg", "Wire"]

Event = TypeVar("Event")


class Named(Protocol):
    """Keys by name, in a dictionary or otherwise."""

    def __getitem__(self, name: str, /) -> str: ...


class Wire:
    """Calls and followed channels of one process, on two connections, however many talks there are; in a Cluster on two
    for each desk.

    Calls share a connection: none waits for the answer to another. When it is lost, or an answer is late, everything
    that was asked over it ends with EngineUnavailable: it may have been done or not, nothing is sent again, and the
    next call connects anew, to wherever the engine is by then.
    """

    def __init__(self, url: str, *, timeout: float, queue: int) -> None:
        """`url` as `handover.engines.read_address` takes it, with its BadEngine. `timeout` seconds for each call;
        `queue` events that a follower may lag behind before it gets a resync."""
        self._address = read_address(url)
        self._nodes = find_nodes(self._address, self._leave)
        self._timeout = timeout
        self._queue = queue
        self._scripts = load_scripts()
        self._lanes: dict[str, Lane] = {}

    async def open(self) -> None:
        """Connect. EngineUnavailable when there is no engine, HandoverError when it refuses our user."""
        lane = self._lane(EDITION)
        async with _bounded(self._timeout):
            await lane.connect()
            if self._address.kind != "cluster":  # there each desk has its own, once somebody follows something of it
                await lane.listen()

    async def close(self) -> None:
        """Give every connection back; safe to call twice."""
        for lane in self._lanes.values():
            await lane.close()

    async def call(self, verb: str, keys: Named, each: Sequence[Named] = (), /, **args: Arg) -> list[Any]:
        """Run one verb, its keys looked up by name, those of each talk in `each`. EngineUnavailable when no answer came
        in time, HandoverError when the engine refused; neither tells what was asked."""
        script = self._scripts[verb]
        own = [keys[name] for name in script.keys]
        own += [one[name] for one in each for name in script.each]
        return list(await self._run(script, own[0], (len(own), *own, *script.arrange(args))))

    async def read(self, *commands: Sequence[Arg]) -> list[Any]:
        """Answers of several reading commands about one desk, sent together, as the engine writes them. Fails as `call`
        does."""
        if not commands:
            return []
        key = next((str(command[1]) for command in commands if len(command) > 1), EDITION)
        return await self._ask(key, commands)

    @asynccontextmanager
    async def follow(
        self, channels: Sequence[str], decode: Callable[[str, bytes], Event], lost: Event
    ) -> AsyncIterator[Follower[Event]]:
        """Events of the channels from now on, subscribed before the body runs; `lost` stands for a gap."""
        follower = await self.watch(channels, decode, lost)
        try:
            yield follower
        finally:
            follower.close()

    async def watch(
        self, channels: Sequence[str], decode: Callable[[str, bytes], Event], lost: Event
    ) -> Follower[Event]:
        """The same for whoever closes it when it is over."""
        follower = Follower(channels, decode, lost, self._queue)
        shares = self._share(follower)
        follower.homes = [(lane.remove, share) for lane, share in shares]
        try:
            async with _bounded(self._timeout):
                for lane, share in shares:
                    await lane.add(share)
        except BaseException:
            follower.close()
            raise
        return follower

    def _share(self, follower: Follower[Any]) -> list[tuple[Lane, Follower[Any]]]:
        """Which channels of the follower are heard where. Each is followed at the home of its key: there it is heard as
        it is published, while from node to node of a Cluster it may be lost without anybody knowing."""
        homes: dict[int, tuple[Lane, list[str]]] = {}
        for channel in follower.channels:
            lane = self._lane(channel)
            homes.setdefault(id(lane), (lane, []))[1].append(channel)
        if len(homes) == 1:
            return [(lane, follower) for lane, _ in homes.values()]
        return [(lane, Share(follower, channels)) for lane, channels in homes.values()]

    def _lane(self, key: str) -> Lane:
        name = self._nodes.lane(key)
        lane = self._lanes.get(name)
        if lane is None:
            lane = self._lanes[name] = Lane(partial(self._nodes.home, name), self._timeout)
        return lane

    def _leave(self, name: str) -> None:
        if name in self._lanes:
            self._lanes[name].leave()

    async def _run(self, script: Script, key: str, call: tuple[Arg, ...]) -> Any:
        """The answer of a script; the engine is given the script when it has lost it."""
        try:
            (answer,) = await self._ask(key, [("EVALSHA", script.sha, *call)])
        except NotLoaded:
            (answer,) = await self._ask(key, [("EVAL", script.text, *call)])
        return answer

    async def _ask(self, key: str, commands: Sequence[Sequence[Arg]]) -> list[Any]:
        """Answers from the home of the key; a refusal is raised under our names."""
        lane, until = self._lane(key), asyncio.get_running_loop().time() + self._timeout
        for _ in range(HOPS):
            calls = lane.usable
            answers = await (calls.ask(commands, until) if calls else lane.ask(commands, until))
            for refusal in answers:
                if isinstance(refusal, Exception):
                    break
            else:
                return answers
            if code_of(refusal) != "MOVED":
                raise named(refusal)
            # Nothing was done: this node has no such keys any more, and its connection is left (handover.calls).
        raise EngineUnavailable("the keys of a desk are on their way between two nodes")


@asynccontextmanager
async def _bounded(seconds: float) -> AsyncIterator[None]:
    try:
        async with asyncio.timeout(seconds):
            yield
    except TimeoutError:
        raise no_answer() from None
