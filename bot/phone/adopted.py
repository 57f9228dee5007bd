"""Calls of a process before this one: two who still hear each other are left to it, and only watched.

All that is known of such a call is its talk, after which its bridge is named, and the two channels in it. That is
enough to keep the talk alive, to part them when it ends, and to leave nobody in silence when one of them is gone.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress

from bot.phone.ari import AriError, part
from bot.phone.ari_events import AriEvent, Fell, Left
from bot.phone.call import Ended, Event, Helped, Placed
from bot.phone.call import Taken as Talking
from bot.phone.queue import Queue
from bot.phone.rung_line import HELPER, STAFF
from bot.phone.switch import Asks
from handover.ports import HandoverError
from handover.values import EndReason, TalkRef


class Adopted:
    """One such call. `send_on` takes a channel out of our app, to a human sentence and the end."""

    def __init__(
        self,
        ref: TalkRef,
        bridge: str,
        channels: Sequence[str],
        ari: Asks,
        queue: Queue,
        send_on: Callable[[str], Awaitable[None]],
    ) -> None:
        self._ref = ref
        self._bridge = bridge
        self._channels = channels
        self._ari = ari
        self._queue = queue
        self._send_on = send_on
        self._over = asyncio.Event()
        self._left: set[str] = set()
        self._reason = EndReason.EXIT
        self._line = ""
        self._ended = False  # by staff, who said goodbye aloud
        self._helped = asyncio.Event()  # a colleague listens along, or is to
        if any(channel.startswith(HELPER) for channel in channels):
            self._helped.set()

    def hear(self, event: AriEvent) -> None:
        """One of the two is gone."""
        if isinstance(event, Fell) and event.channel in self._channels:
            self._reason = EndReason.SILENCE
        elif isinstance(event, Left) and event.channel in self._channels and not event.channel.startswith(HELPER):
            self._left.add(event.channel)
            self._over.set()

    async def run(self) -> None:
        """Until one of them is gone or the talk is over; then nothing of the call is left. Cancelled, it goes on."""
        watching = asyncio.create_task(self._queue.watch(self._ref, self._tell))
        alone = asyncio.create_task(self._keep_alone())
        try:
            await self._over.wait()
        finally:
            for task in (watching, alone):
                task.cancel()
            await asyncio.gather(watching, alone, return_exceptions=True)
        with suppress(HandoverError):
            if any(not channel.startswith(STAFF) for channel in self._left):
                await self._queue.leave(self._ref, self._reason)
        for channel in set(self._channels) - self._left:
            with suppress(AriError):
                if channel.startswith(STAFF) or self._ended:
                    await self._ari.ask("DELETE", f"channels/{part(channel)}")
                else:
                    await self._send_on(channel)
        with suppress(AriError):
            await self._ari.ask("DELETE", f"bridges/{part(self._bridge)}")

    async def _keep_alone(self) -> None:
        """Nobody listens along in a call of a process before: this one could not tell the caller."""
        while True:
            await self._helped.wait()
            self._helped.clear()
            for channel in self._channels:
                if channel.startswith(HELPER):
                    with suppress(AriError):
                        await self._ari.ask("DELETE", f"channels/{part(channel)}")
            with suppress(HandoverError):
                await self._queue.end_help(self._ref)

    def _tell(self, event: Event) -> None:
        """The talk goes on as long as the same line has it."""
        match event:
            case Talking(line) if not self._line or line == self._line:
                self._line = line
            case Placed():
                pass
            case Helped(line):
                if line:
                    self._helped.set()
            case _:
                self._ended = isinstance(event, Ended)
                self._over.set()
