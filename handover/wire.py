"""The one seam between the two adapters and the driver: a few connections for calls, one for what is published."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, TypeVar

from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import AuthenticationError, NoScriptError, RedisError
from redis.exceptions import ConnectionError as NoConnection
from redis.exceptions import TimeoutError as NoAnswer

from handover.listener import Follower, Listener
from handover.ports import EngineUnavailable, HandoverError
from handover.scripts import load_scripts

Arg = str | int | bytes
Event = TypeVar("Event")


class Wire:
    """Calls and followed channels of one process, on `connections` + 1 connections, however many talks there are."""

    def __init__(self, url: str, *, connections: int, timeout: float, queue: int) -> None:
        """`timeout` seconds for each call; `queue` events that a follower may lag behind before it gets a resync."""
        self._pool = BlockingConnectionPool.from_url(
            url,
            max_connections=connections,
            timeout=timeout,
            socket_timeout=None,  # its wait_for may swallow a cancellation on Python 3.11; ours bounds each call
            socket_connect_timeout=timeout,
            protocol=2,  # the driver writes pushes of RESP3, words and all, to its debug log
            driver_info=None,  # CLIENT SETINFO is unknown to 7.0 and forbidden to our users
            retry=Retry(NoBackoff(), 0),  # a repeated call could be a doubled one: whoever calls decides
        )
        self._redis: Redis = Redis.from_pool(self._pool)
        self._timeout = timeout
        self._queue = queue
        self._scripts = load_scripts()
        self._listener = Listener(self._pool.make_connection(), timeout)  # type: ignore[no-untyped-call]

    async def open(self) -> None:
        """Connect. EngineUnavailable when there is no engine, HandoverError when it refuses our user."""
        async with _renamed(self._timeout):
            await self._redis.ping()
            await self._listener.open()

    async def close(self) -> None:
        """Give every connection back; safe to call twice."""
        await self._listener.close()
        await self._redis.aclose()
        await self._pool.disconnect()

    async def call(self, verb: str, keys: Mapping[str, str], **args: Arg) -> list[Any]:
        """Run one verb, its keys looked up by name. EngineUnavailable when no answer came in time, HandoverError when
        the engine refused; neither tells what was asked."""
        script = self._scripts[verb]
        rest = [len(script.keys), *(keys[name] for name in script.keys), *script.arrange(args)]
        async with _renamed(self._timeout):
            try:
                return await self._execute("EVALSHA", script.sha, *rest)
            except NoScriptError:
                return await self._execute("EVAL", script.text, *rest)

    async def read(self, *commands: Sequence[Arg]) -> list[Any]:
        """Answers of several reading commands, sent together. Fails as `call` does."""
        async with _renamed(self._timeout):
            pipeline = self._redis.pipeline(transaction=False)
            for command in commands:
                pipeline.execute_command(*command)
            return list(await pipeline.execute())

    @asynccontextmanager
    async def follow(
        self, channels: Sequence[str], decode: Callable[[str, bytes], Event], lost: Event
    ) -> AsyncIterator[AsyncIterator[Event]]:
        """Events of the channels from now on, subscribed before the body runs; `lost` stands for a gap."""
        follower = Follower(channels, decode, lost, self._queue)
        try:
            async with _renamed(self._timeout):
                await self._listener.add(follower)
            yield follower
        finally:
            self._listener.remove(follower)

    async def _execute(self, *command: Arg) -> list[Any]:
        return list(await self._redis.execute_command(*command))  # type: ignore[no-untyped-call]


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
    except RedisError as error:
        raise HandoverError(f"the engine refused: {type(error).__name__}") from None
