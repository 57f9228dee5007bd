"""The one seam between the two adapters and the engine: a connection for calls, and one for what is published."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any, Protocol, TypeVar

from handover.connection import Arg, Connection, code_of, dial, named
from handover.engines import read_engine
from handover.listener import Follower, Listener
from handover.ports import EngineUnavailable
from handover.scripts import load_scripts

__all__ = ["Arg", "Wire"]
Event = TypeVar("Event")


class Named(Protocol):
    """Keys by name, in a dictionary or otherwise."""

    def __getitem__(self, name: str, /) -> str: ...


class _Asked:
    """Commands whose answers are still to come, and when waiting for them ends, in the loop's seconds."""

    __slots__ = ("answers", "future", "until", "wanted")

    def __init__(self, future: asyncio.Future[list[Any]], wanted: int, until: float) -> None:
        self.future = future
        self.wanted = wanted
        self.until = until
        self.answers: list[Any] = []


class Wire:
    """Calls and followed channels of one process, on two connections, however many talks there are.

    Calls share a connection: none waits for the answer to another, and those of one turn of the event loop leave in one
    write. When it is lost, or an answer is late, everything that was asked over it ends with EngineUnavailable: it may
    have been done or not, nothing is sent again, and the next call connects anew.
    """

    def __init__(self, url: str, *, timeout: float, queue: int) -> None:
        """`timeout` seconds for each call; `queue` events that a follower may lag behind before it gets a resync.
        ValueError for what is no engine's address."""
        address = read_engine(url)
        self._address = address
        self._timeout = timeout
        self._queue = queue
        self._scripts = load_scripts()
        self._listener = Listener(address, timeout)
        self._connection: Connection | None = None
        self._dialling: asyncio.Task[Connection] | None = None
        self._asked: deque[_Asked] = deque()
        self._watch: asyncio.TimerHandle | None = None

    async def open(self) -> None:
        """Connect. EngineUnavailable when there is no engine, HandoverError when it refuses our user."""
        await self._connect()
        async with _bounded(self._timeout):
            await self._listener.open()

    async def close(self) -> None:
        """Give every connection back; safe to call twice."""
        await self._listener.close()
        if self._dialling is not None:
            self._dialling.cancel()
            await asyncio.wait([self._dialling])
        if self._connection is not None:
            self._connection.cut()
        self._lose()

    async def call(self, verb: str, keys: Named, **args: Arg) -> list[Any]:
        """Run one verb, its keys looked up by name. EngineUnavailable when no answer came in time, HandoverError when
        the engine refused; neither tells what was asked."""
        script = self._scripts[verb]
        rest = (len(script.keys), *[keys[name] for name in script.keys], *script.arrange(args))
        (answer,) = await self._ask((("EVALSHA", script.sha, *rest),))
        if isinstance(answer, Exception) and code_of(answer) == "NOSCRIPT":
            (answer,) = await self._ask((("EVAL", script.text, *rest),))
        if isinstance(answer, Exception):
            raise named(answer)
        return list(answer)

    async def read(self, *commands: Sequence[Arg]) -> list[Any]:
        """Answers of several reading commands, sent together, as the engine writes them. Fails as `call` does."""
        answers = await self._ask(commands) if commands else []
        for answer in answers:
            if isinstance(answer, Exception):
                raise named(answer)
        return answers

    @asynccontextmanager
    async def follow(
        self, channels: Sequence[str], decode: Callable[[str, bytes], Event], lost: Event
    ) -> AsyncIterator[AsyncIterator[Event]]:
        """Events of the channels from now on, subscribed before the body runs; `lost` stands for a gap."""
        follower = Follower(channels, decode, lost, self._queue)
        try:
            async with _bounded(self._timeout):
                await self._listener.add(follower)
            yield follower
        finally:
            self._listener.remove(follower)

    async def _ask(self, commands: Sequence[Sequence[Arg]]) -> list[Any]:
        loop = asyncio.get_running_loop()
        until = loop.time() + self._timeout
        connection = self._connection
        if connection is None or not connection.is_open:
            connection = await self._connect()
        asked = _Asked(loop.create_future(), len(commands), until)
        self._asked.append(asked)
        for command in commands:
            connection.send(command)
        if self._watch is None:
            self._watch = loop.call_at(asked.until, self._look)
        return await asked.future

    async def _connect(self) -> Connection:
        """The connection, made anew by the first who needs it; the others wait with that one."""
        if self._dialling is None:
            self._dialling = asyncio.create_task(self._dial())
            self._dialling.add_done_callback(self._dialled)
        return await asyncio.shield(self._dialling)

    async def _dial(self) -> Connection:
        async with _bounded(self._timeout):
            self._connection = await dial(self._address, self._hear, self._lose)
            return self._connection

    def _dialled(self, task: asyncio.Task[Connection]) -> None:
        self._dialling = None
        if not task.cancelled():
            task.exception()  # told to whoever waited, if anybody still does

    def _hear(self, answer: Any) -> None:
        if not self._asked:
            return
        asked = self._asked[0]
        asked.answers.append(answer)
        if len(asked.answers) == asked.wanted:
            self._asked.popleft()
            if not asked.future.done():  # else whoever asked has given up
                asked.future.set_result(asked.answers)

    def _look(self) -> None:
        """One timer for all: answers come in the order of asking, so the oldest question is the first to be late."""
        self._watch = None
        if not self._asked:
            return
        loop = asyncio.get_running_loop()
        if self._asked[0].until > loop.time():
            self._watch = loop.call_at(self._asked[0].until, self._look)
        elif self._connection is not None:
            self._connection.cut()
            self._lose()

    def _lose(self) -> None:
        """Tell everybody who waits; the loop's own word comes later."""
        asked, self._asked = self._asked, deque()
        if self._connection is not None:
            self._connection.hand_over(_nothing, _nothing)
            self._connection = None
        if self._watch is not None:
            self._watch.cancel()
            self._watch = None
        for each in asked:
            if not each.future.done():
                each.future.set_exception(_no_answer())


def _no_answer() -> EngineUnavailable:
    error = EngineUnavailable("no answer from the engine within its time limit")
    error.__suppress_context__ = True  # what else was going on may quote a command
    return error


def _nothing(*_: Any) -> None:
    """Nobody is interested any more."""


@asynccontextmanager
async def _bounded(seconds: float) -> AsyncIterator[None]:
    try:
        async with asyncio.timeout(seconds):
            yield
    except TimeoutError:
        raise _no_answer() from None
