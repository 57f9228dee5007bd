"""The connections of one process to one home of keys: one for calls and one that listens."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from handover.calls import Calls
from handover.connection import Arg, no_answer
from handover.engines import EngineAddress
from handover.listener import Follower, Listener

Home = Callable[[], Awaitable[EngineAddress]]


class Lane:
    """Opened without a connection. Each is made when it is needed, also after it was lost, and asks `home` where to."""

    def __init__(self, home: Home, timeout: float) -> None:
        """`home` says where the engine is now, with errors as from `handover.nodes.Nodes.home`; `timeout` in seconds
        for finding it, connecting and signing in."""
        self._home = home
        self._timeout = timeout
        self._listener = Listener(home, timeout)
        self._calls: Calls | None = None
        self._older: set[Calls] = set()  # connections to where the engine was, over which answers are still to come
        self._dialling: asyncio.Task[Calls] | None = None

    async def connect(self) -> None:
        """Have a connection for calls. EngineUnavailable when there is no engine, HandoverError when it refuses us."""
        await self._connected()

    async def listen(self) -> None:
        """Have one that listens. Errors as from `connect`; whoever calls bounds the time."""
        await self._listener.open()

    async def add(self, follower: Follower[Any]) -> None:
        """Returns when the engine has confirmed; then, and also after a failure, `remove` is to be called. Errors as
        from `listen`."""
        await self._listener.add(follower)

    def remove(self, follower: Follower[Any]) -> None:
        """Forget a follower, whether or not it was added."""
        self._listener.remove(follower)

    @property
    def usable(self) -> Calls | None:
        """The connection for calls, when there is one: what is asked over it needs no other turn of the loop."""
        calls = self._calls
        return calls if calls is not None and calls.is_usable else None

    async def ask(self, commands: Sequence[Sequence[Arg]], until: float) -> list[Any]:
        """As `handover.calls.Calls.ask`, over a connection that is made when there is none."""
        calls = self.usable
        if calls is None:
            try:
                async with asyncio.timeout_at(until):
                    calls = await self._connected()
            except TimeoutError:
                raise no_answer() from None
        return await calls.ask(commands, until)

    def leave(self) -> None:
        """The home is elsewhere by now: both connections are made anew."""
        self._listener.leave()
        if self._calls is not None:
            self._older = {each for each in (*self._older, self._calls) if each.is_open}
            self._calls.leave()
            self._calls = None

    async def close(self) -> None:
        """Give every connection back; safe to call twice."""
        await self._listener.close()
        if self._dialling is not None:
            self._dialling.cancel()
            await asyncio.wait([self._dialling])
        for each in (*self._older, *([self._calls] if self._calls else [])):
            each.cut()

    async def _connected(self) -> Calls:
        """The connection, made anew by the first who needs it; the others wait with that one."""
        while self._calls is None or not self._calls.is_usable:
            if self._dialling is None:
                self._dialling = asyncio.create_task(self._dial())
                self._dialling.add_done_callback(self._dialled)
            await asyncio.shield(self._dialling)
        return self._calls

    async def _dial(self) -> Calls:
        calls = Calls(self.leave)
        try:
            async with asyncio.timeout(self._timeout):
                await calls.open(await self._home())
        except TimeoutError:
            raise no_answer() from None
        self._calls = calls
        return calls

    def _dialled(self, task: asyncio.Task[Calls]) -> None:
        self._dialling = None
        if not task.cancelled():
            task.exception()  # told to whoever waited, if anybody still does
