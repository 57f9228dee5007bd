"""The connections of one process to one home of keys: a few for calls and one that listens."""

import asyncio
from collections.abc import Sequence
from typing import Any

from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import NoScriptError

from handover.listener import Follower, Listener
from handover.nodes import Address, Nodes, connection_options
from handover.scripts import Script

Arg = str | int | bytes


class Lane:
    """Opened without a connection; each is made when it is needed, and asks `nodes` where to."""

    def __init__(self, address: Address, nodes: Nodes | None, name: str, *, connections: int, timeout: float) -> None:
        """`nodes` None: the one engine at the address. `timeout` in seconds for connecting."""
        options: dict[str, Any] = {
            "max_connections": connections,
            "timeout": timeout,
            "socket_timeout": None,  # its wait_for may swallow a cancellation on Python 3.11; ours bounds each call
            "socket_connect_timeout": timeout,
            "protocol": 2,  # the driver writes pushes of RESP3, words and all, to its debug log
            "driver_info": None,  # CLIENT SETINFO is unknown to 7.0 and forbidden to our users
            "retry": Retry(NoBackoff(), 0),  # a repeated call could be a doubled one: whoever calls decides
        }
        if nodes is None:
            self._pool = BlockingConnectionPool.from_url(address.url, **options)
        else:
            home = nodes.home
            self._pool = BlockingConnectionPool(**connection_options(address, lambda: home(name)), **options)
        self._redis: Redis = Redis.from_pool(self._pool)
        self._listener = Listener(self._pool.make_connection(), timeout)  # type: ignore[no-untyped-call]
        self._listens = False
        self._opening = asyncio.Lock()
        self._leaving: set[asyncio.Task[None]] = set()

    async def ping(self) -> None:
        """Errors as from the driver."""
        await self._redis.ping()

    async def listen(self) -> None:
        """Connect what listens, unless it is. Errors as from the driver."""
        async with self._opening:
            if not self._listens:
                await self._listener.open()
                self._listens = True

    async def add(self, follower: Follower[Any]) -> None:
        """Returns when the engine has confirmed; then, and also after a failure, `remove` is to be called."""
        await self.listen()
        await self._listener.add(follower)

    def remove(self, follower: Follower[Any]) -> None:
        """Forget a follower, whether or not it was added."""
        self._listener.remove(follower)

    async def run(self, script: Script, rest: Sequence[Arg]) -> list[Any]:
        """The answer of a verb; `rest` is the number of its keys, the keys and the arguments."""
        try:
            return await self._execute("EVALSHA", script.sha, *rest)
        except NoScriptError:
            return await self._execute("EVAL", script.text, *rest)

    async def read(self, commands: Sequence[Sequence[Arg]]) -> list[Any]:
        """Answers of several commands, sent together."""
        pipeline = self._redis.pipeline(transaction=False)
        for command in commands:
            pipeline.execute_command(*command)
        return list(await pipeline.execute())

    def leave(self) -> None:
        """The home is elsewhere by now: what is not in use is closed, and connects there."""
        self._listener.leave()
        task = asyncio.get_running_loop().create_task(self._pool.disconnect(inuse_connections=False))
        self._leaving.add(task)
        task.add_done_callback(self._leaving.discard)

    async def close(self) -> None:
        """Give every connection back; safe to call twice."""
        await self._listener.close()
        await self._redis.aclose()
        await self._pool.disconnect()

    async def _execute(self, *command: Arg) -> list[Any]:
        return list(await self._redis.execute_command(*command))  # type: ignore[no-untyped-call]
