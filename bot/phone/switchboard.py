"""All calls of one engine: each event goes to its call, and no more calls are taken than there is room for."""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from bot.phone.adopted import Adopted
from bot.phone.ari import Ari, AriError, Refused, part
from bot.phone.ari_events import AriEvent, Fell, Finished, Key, Left, Replaced, Started
from bot.phone.call import CutOff, HungUp
from bot.phone.live_call import LiveCall
from bot.phone.rung_line import STAFF
from bot.phone.staff_leg import StaffLegs
from bot.phone.switch import Switch
from safety.logs import error_id, log_failure

_logger = logging.getLogger(__name__)

_SETTLE = 0.2  # seconds in which calls that came while we connected are noted, so that they are no leftovers

MakeCall = Callable[[str, Switch, StaffLegs], LiveCall]
# The id of a bridge, which tells its talk; its channels; and what sends one on.
MakeAdopted = Callable[[str, Sequence[str], Callable[[str], Awaitable[None]]], Adopted]


class Switchboard:
    """The calls of one connection to the engine. `most` callers at once; the next one hears that the line is busy.
    `adopt` makes what watches over two who talk since before this process."""

    def __init__(self, ari: Ari, make: MakeCall, most: int, legs: StaffLegs, adopt: MakeAdopted) -> None:
        self._ari = ari
        self._make = make
        self._most = most
        self._legs = legs
        self._adopt = adopt
        self._adopted: list[tuple[Adopted, asyncio.Task[None]]] = []
        self._calls: dict[str, tuple[LiveCall, asyncio.Task[None]]] = {}

    async def run(self) -> None:
        """Until cancelled, the connection is lost, or another process takes our place; then the talk of every call
        ends, and where that still can be, its caller hears a human sentence. Who is with a person talks on."""
        sweep = asyncio.create_task(self._send_on_leftovers())
        sweep.add_done_callback(_tell_failure)
        try:
            async for event in self._ari.events():
                if isinstance(event, Replaced):
                    return
                await self._take(event)
        finally:
            tasks = [sweep, *(task for _, task in [*self._calls.values(), *self._adopted])]
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            with contextlib.suppress(AriError):
                for channel, (call, _) in self._calls.items():
                    if not call.together:
                        await self._send_on(channel)

    async def _take(self, event: AriEvent) -> None:
        for adopted, _ in self._adopted:
            adopted.hear(event)
        if not self._legs.hear(event):
            await self._take_of_callers(event)

    async def _take_of_callers(self, event: AriEvent) -> None:
        match event:
            case Started(channel, ()):
                await self._begin(channel)
            case Finished(playback):
                for call, _ in self._calls.values():
                    call.finish(playback)
            case Key(channel) | Fell(channel) | Left(channel) if channel in self._calls:
                self._tell(self._calls[channel][0], event)

    def _tell(self, call: LiveCall, event: Key | Fell | Left) -> None:
        match event:
            case Key(_, digit):
                call.press(digit)
            case Fell():
                call.tell(CutOff())
            case Left(channel):
                self._calls.pop(channel)
                call.tell(HungUp())

    async def _begin(self, channel: str) -> None:
        switch = Switch(self._ari, channel)
        if len(self._calls) >= self._most:  # pitfall 12: the engine itself has no such limit
            with contextlib.suppress(AriError):
                await switch.hang_up("busy")
            return
        call = self._make(channel, switch, self._legs)
        task = asyncio.create_task(call.run())
        task.add_done_callback(_tell_failure)
        self._calls[channel] = call, task

    async def _send_on_leftovers(self) -> None:
        """Pitfall 6: channels of a process that died are still there, and nobody hears their keys. They go on in the
        dialplan, to a human sentence and the end. Two who hear each other do not even notice: they are left to it."""
        there: list[Mapping[str, str]] = await self._ari.ask("GET", "channels")
        bridges: list[Mapping[str, Any]] = await self._ari.ask("GET", "bridges")
        spared = {channel for bridge in bridges if _joins_two(bridge) for channel in bridge["channels"]}
        for bridge in bridges:
            if _joins_two(bridge):
                self._begin_watching(self._adopt(bridge["id"], bridge["channels"], self._send_on))
        await asyncio.sleep(_SETTLE)
        for channel in there:
            if channel["id"] in self._calls or channel["id"] in spared or channel["id"] in self._legs.ringing:
                continue
            await self._send_on(channel["id"])
        for bridge in bridges:
            if not _joins_two(bridge):
                with contextlib.suppress(Refused):
                    await self._ari.ask("DELETE", f"bridges/{part(bridge['id'])}")

    def _begin_watching(self, adopted: Adopted) -> None:
        task = asyncio.create_task(adopted.run())
        task.add_done_callback(_tell_failure)
        self._adopted.append((adopted, task))

    async def _send_on(self, channel: str) -> None:
        """Out of our app and on in the dialplan; a channel that cannot go there ends."""
        path = f"channels/{part(channel)}"
        with contextlib.suppress(Refused):
            if channel.startswith(STAFF):
                await self._ari.ask("DELETE", path)
                return
            try:
                await self._ari.ask("POST", f"{path}/continue")
            except Refused:
                await self._ari.ask("DELETE", path)


def _joins_two(bridge: Mapping[str, Any]) -> bool:
    return len(bridge["channels"]) > 1


def _tell_failure(task: "asyncio.Task[None]") -> None:
    if not task.cancelled() and (error := task.exception()) is not None:
        log_failure(_logger, error_id(), error)
