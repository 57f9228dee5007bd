"""All calls of one engine: each event goes to its call, and no more calls are taken than there is room for."""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Mapping

from bot.phone.ari import Ari, AriError, Refused, part
from bot.phone.ari_events import AriEvent, Finished, Key, Left, Replaced, Started
from bot.phone.call import HungUp
from bot.phone.live_call import LiveCall
from bot.phone.switch import Switch
from safety.logs import error_id, log_failure

_logger = logging.getLogger(__name__)

_SETTLE = 0.2  # seconds in which calls that came while we connected are noted, so that they are no leftovers

MakeCall = Callable[[str, Switch], LiveCall]


class Switchboard:
    """The calls of one connection to the engine. `most` callers at once; the next one hears that the line is busy."""

    def __init__(self, ari: Ari, make: MakeCall, most: int) -> None:
        self._ari = ari
        self._make = make
        self._most = most
        self._calls: dict[str, tuple[LiveCall, asyncio.Task[None]]] = {}

    async def run(self) -> None:
        """Until cancelled, the connection is lost, or another process takes our place; then the talk of every call
        ends, and where that still can be, its caller hears a human sentence."""
        sweep = asyncio.create_task(self._send_on_leftovers())
        sweep.add_done_callback(_tell_failure)
        try:
            async for event in self._ari.events():
                if isinstance(event, Replaced):
                    return
                await self._take(event)
        finally:
            tasks = [sweep, *(task for _, task in self._calls.values())]
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            with contextlib.suppress(AriError):
                for channel in self._calls:
                    await self._send_on(channel)

    async def _take(self, event: AriEvent) -> None:
        match event:
            case Started(channel, ()):
                await self._begin(channel)
            case Key(channel, digit):
                if channel in self._calls:
                    self._calls[channel][0].press(digit)
            case Finished(playback):
                for call, _ in self._calls.values():
                    call.finish(playback)
            case Left(channel):
                if channel in self._calls:
                    self._calls.pop(channel)[0].tell(HungUp())

    async def _begin(self, channel: str) -> None:
        switch = Switch(self._ari, channel)
        if len(self._calls) >= self._most:  # pitfall 12: the engine itself has no such limit
            with contextlib.suppress(AriError):
                await switch.hang_up("busy")
            return
        call = self._make(channel, switch)
        task = asyncio.create_task(call.run())
        task.add_done_callback(_tell_failure)
        self._calls[channel] = call, task

    async def _send_on_leftovers(self) -> None:
        """Pitfall 6: channels of a process that died are still there, and nobody hears their keys. They go on in the
        dialplan, to a human sentence and the end."""
        there: list[Mapping[str, str]] = await self._ari.ask("GET", "channels")
        await asyncio.sleep(_SETTLE)
        for channel in there:
            if channel["id"] in self._calls:
                continue
            await self._send_on(channel["id"])
        bridges: list[Mapping[str, str]] = await self._ari.ask("GET", "bridges")
        for bridge in bridges:
            with contextlib.suppress(Refused):
                await self._ari.ask("DELETE", f"bridges/{part(bridge['id'])}")

    async def _send_on(self, channel: str) -> None:
        """Out of our app and on in the dialplan; a channel that cannot go there ends."""
        path = f"channels/{part(channel)}"
        with contextlib.suppress(Refused):
            try:
                await self._ari.ask("POST", f"{path}/continue")
            except Refused:
                await self._ari.ask("DELETE", path)


def _tell_failure(task: "asyncio.Task[None]") -> None:
    if not task.cancelled() and (error := task.exception()) is not None:
        log_failure(_logger, error_id(), error)
