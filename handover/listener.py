"""The one connection that hears what is published, and hands it to whoever follows a channel in this process.

Payloads travel in the publish, so a receiver reads nothing. After a lost connection, or when a follower cannot keep up,
the follower gets its `lost` event and heals the gap from the log: nothing is ever lost in silence.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Any, Generic, TypeVar

from handover.connection import Connection, dial, no_answer
from handover.engines import EngineAddress
from handover.ports import HandoverError

IDLE = 5.0  # seconds without a word from the engine before asking whether it is there; twice that, and it is not
BACKOFF = (0.05, 0.1, 0.2, 0.5, 1.0)  # seconds before the next attempt to connect; the last one repeats
RESUMED = b"resumed"  # the answer to this ping says that every subscription is there again

Event = TypeVar("Event")


class Follower(Generic[Event]):
    """One reader of some channels: an endless asynchronous iterator over a bounded queue. Whoever would rather be
    called than wait sets `wake`, and takes with `pop`; and whoever can do with an event as it comes sets `meet`."""

    __slots__ = ("_decode", "_limit", "_lost", "_queue", "_ready", "channels", "homes", "meet", "wake")

    def __init__(self, channels: Sequence[str], decode: Callable[[str, bytes], Event], lost: Event, limit: int) -> None:
        self.channels = tuple(channels)
        self._decode = decode
        self._lost = lost
        self._limit = limit
        # None in it: something may have been missed. Most followers have nothing to read for most of their time.
        self._queue: deque[tuple[str, bytes] | None] | None = None
        self._ready: asyncio.Event | None = None  # while somebody waits
        self.homes: Sequence[tuple[Callable[[Follower[Any]], None], Follower[Any]]] = ()  # where it is to be removed
        self.wake: Callable[[], None] | None = None
        self.meet: Callable[[Event], bool] | None = None

    def put(self, channel: str, payload: bytes) -> None:
        """Deliver one event; a full queue becomes a single gap, to be healed from the log."""
        if self._queue is None:
            if self.meet is not None and self.meet(self._decode(channel, payload)):
                return
            self._queue = deque()
        elif len(self._queue) >= self._limit:
            self.lose()
            return
        self._queue.append((channel, payload))
        self._tell()

    def lose(self) -> None:
        """Say that something may have been missed."""
        self._queue = deque((None,))
        self._tell()

    def pop(self) -> Event | None:
        """The next event; None when nothing has come."""
        if self._queue is None:
            return None
        delivery = self._queue.popleft()
        if not self._queue:
            self._queue = None
        return self._lost if delivery is None else self._decode(*delivery)

    def close(self) -> None:
        """Hear nothing more; safe to call twice."""
        for remove, share in self.homes:
            remove(share)
        self.homes = ()

    def _tell(self) -> None:
        if self._ready is not None:
            self._ready.set()
        if self.wake is not None:
            self.wake()

    def __aiter__(self) -> "Follower[Event]":
        return self

    async def __anext__(self) -> Event:
        while (event := self.pop()) is None:
            self._ready = asyncio.Event()
            await self._ready.wait()
        return event


class Share(Follower[Event]):
    """Some channels of a follower whose others are heard elsewhere; what comes is the follower's."""

    __slots__ = ("_whole",)

    def __init__(self, whole: Follower[Event], channels: Sequence[str]) -> None:
        self.channels = tuple(channels)
        self._whole = whole

    def put(self, channel: str, payload: bytes) -> None:
        """As the whole follower does."""
        self._whole.put(channel, payload)

    def lose(self) -> None:
        """As the whole follower does."""
        self._whole.lose()


class Listener:
    """Keeps one connection subscribed to what its followers follow, through any number of lost connections."""

    def __init__(self, home: Callable[[], Awaitable[EngineAddress]], timeout: float) -> None:
        """`home` and `timeout` as in `handover.lane.Lane`."""
        self._home = home
        self._timeout = timeout
        self._connection: Connection | None = None
        self._gone = asyncio.Event()  # the connection, or the engine from where it leads
        self._heard = False  # anything since the last look
        self._followers: dict[str, tuple[Follower[Any], ...]] = {}
        self._confirmations: dict[bytes, asyncio.Future[None]] = {}
        self._asked = 0
        self._failures = 0
        self._opening = asyncio.Lock()
        self._task: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Connect, so that a wrong address is told at the start, and keep connected from then on; nothing when that is
        so. EngineUnavailable when there is no engine, HandoverError when it refuses us."""
        async with self._opening:
            if self._task is None:
                await self._connect()
                self._task = asyncio.create_task(self._stay_connected())
                await self._confirmed()

    async def close(self) -> None:
        """Stop listening; safe to call twice."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])
            self._task = None
        self._cut()

    async def add(self, follower: Follower[Any]) -> None:
        """Returns when the engine has confirmed. Whoever waits may give up at any time, and then calls `remove`. Errors
        as from `open`."""
        await self.open()
        new = [channel for channel in follower.channels if channel not in self._followers]
        for channel in follower.channels:
            self._followers[channel] = (*self._followers.get(channel, ()), follower)
        if new:
            self._send("SUBSCRIBE", *new)
        await self._confirmed()

    def remove(self, follower: Follower[Any]) -> None:
        """Forget a follower, and leave the channels that nobody follows any more."""
        for channel in follower.channels:
            before = self._followers.get(channel, ())
            left = tuple(each for each in before if each is not follower)
            if left:
                self._followers[channel] = left
            elif self._followers.pop(channel, None) is not None:
                self._send("UNSUBSCRIBE", channel)

    def leave(self) -> None:
        """Connect anew: what was published here is published elsewhere by now."""
        self._gone.set()

    async def _confirmed(self) -> None:
        """Wait until all that was sent is done: the engine answers in order, so a ping's answer says so."""
        self._asked += 1
        ping = b"%d" % self._asked
        self._confirmations[ping] = asyncio.get_running_loop().create_future()
        self._send("PING", ping)
        try:
            await self._confirmations[ping]
        finally:
            del self._confirmations[ping]

    async def _stay_connected(self) -> None:
        while True:
            # Followers learn of a loss when everything is subscribed again: only then can they heal the gap.
            with suppress(HandoverError):
                if self._connection is None:
                    await self._connect()
                self._resume()
                await self._watch()
            self._cut()
            await asyncio.sleep(BACKOFF[min(self._failures, len(BACKOFF) - 1)])
            self._failures += 1

    async def _connect(self) -> None:
        try:
            async with asyncio.timeout(self._timeout):
                address = await self._home()
                self._gone.clear()  # whoever says from here on that it is elsewhere knows more
                self._connection = await dial(address, self._handle, self._gone.set)
        except TimeoutError:
            raise no_answer() from None

    async def _watch(self) -> None:
        """Return when the connection is gone, or nothing answers over it any more."""
        asked = False
        while True:
            self._heard = False
            with suppress(TimeoutError):
                async with asyncio.timeout(IDLE):
                    await self._gone.wait()
                    return
            if asked and not self._heard:
                return
            asked = not self._heard
            if asked:
                self._send("PING", b"")

    def _resume(self) -> None:
        """Subscribe to everything anew, and ask again for what was asked and not answered."""
        if self._followers:
            self._send("SUBSCRIBE", *self._followers)
        for ping in (RESUMED, *self._confirmations):
            self._send("PING", ping)

    def _send(self, *command: str | bytes) -> None:
        """What cannot be sent now is asked for by `_resume`."""
        if self._connection is not None:
            self._connection.send(command)

    def _cut(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.hand_over(_ignore, _ignore)
            connection.cut()

    def _handle(self, reply: Any) -> None:
        self._heard = True
        if isinstance(reply, bytes):  # a ping's answer while nothing is subscribed
            reply = [b"pong", reply]
        if isinstance(reply, Exception):  # as when the rights of our user were taken away
            self._gone.set()
        elif reply[0] == b"message":
            channel = reply[1].decode()
            for follower in self._followers.get(channel, ()):
                follower.put(channel, reply[2])
        elif reply[0] == b"pong":
            self._confirm(reply[1])

    def _confirm(self, ping: bytes) -> None:
        if ping == RESUMED:
            self._failures = 0
            for follower in {follower for followers in self._followers.values() for follower in followers}:
                follower.lose()
        confirmation = self._confirmations.get(ping)
        if confirmation is not None and not confirmation.done():
            confirmation.set_result(None)


def _ignore(*_: Any) -> None:
    """Of a connection that was given up."""
