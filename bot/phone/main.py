"""The phone line put together: `build` from the environment, `PhoneLine` from what it is handed."""

import asyncio
import contextlib
import fcntl
import os
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Protocol

from bot.counting import counter_names
from bot.editions import Editions
from bot.phone.accounts import EngineAccounts
from bot.phone.adopted import Adopted
from bot.phone.ari import Ari, AriError, open_ari
from bot.phone.engine_files import APP, SECRET, USER
from bot.phone.live_call import LiveCall
from bot.phone.queue import Queue
from bot.phone.settings import PhoneSettings
from bot.phone.shifts import SOCKET, Shifts
from bot.phone.shown import NoPrompts as NoPrompts
from bot.phone.shown import Shown
from bot.phone.staff_leg import StaffLegs, talk_of
from bot.phone.switch import Switch
from bot.phone.switchboard import Switchboard
from bot.planned import Planned, planned_desk
from dialogues.hours import SWEDEN
from dialogues.loader import load_content
from dialogues.prompts import Prompt
from dialogues.values import Content
from handover.counters import Tally
from handover.ports import HandoverError, VisitorEnd
from handover.values import TalkRef
from handover.visitor_redis import RedisVisitorEnd
from safety.readiness import Readiness
from safety.vitals import Part

LEASE = "controller.lock"
FLUSH = 60  # seconds between two batches of counts
_BACKOFF = (0.1, 0.5, 1.0, 2.0)  # seconds until the engine is tried again; the last one repeats
_STANDBY = 0.5  # seconds between two looks whether the other process is gone


class OpenableEnd(VisitorEnd, Protocol):
    """A visitor's end with a connection that the line opens and closes."""

    async def open(self) -> None: ...

    async def close(self) -> None: ...


def build() -> "PhoneLine":
    """The line as the environment wants it. Raises ValidationError, ContentError or NoPrompts when it cannot run."""
    settings = PhoneSettings()  # type: ignore[call-arg]  # the environment fills it
    content = load_content(now=datetime.now(SWEDEN), demo=settings.demo)
    return PhoneLine(settings, RedisVisitorEnd(settings.redis_url.get_secret_value(), settings.limits), content)


class PhoneLine:
    """The process `fristad phone`. `now` in seconds since the epoch."""

    def __init__(
        self,
        settings: PhoneSettings,
        end: OpenableEnd,
        content: Content,
        *,
        now: Callable[[], float] = time.time,
    ) -> None:
        """NoPrompts when no language could be offered, ValueError when there is no desk of the configured name."""
        self._settings = settings
        self._end = end
        self._shifts = Shifts()
        self._tally = Tally(counter_names(content))
        silence = min(settings.silence_seconds, settings.waiting_silence_seconds)
        self._queue = Queue(end, self._tally, settings.desk, silence, answered=self._shifts.any_open)
        self._planned = Planned(end, settings.desk)
        self._shown = Shown(settings, content, now, lambda desk: planned_desk(desk, self._planned))
        self._editions = Editions(end, content, self._shown.show)
        self._connected = False  # to the engine of the calls
        self.readiness = Readiness({Part.ENGINE: end.mark, Part.TELEPHONE: self._check_telephone}, time.monotonic)

    async def run(self, ready: Callable[[], None] = lambda: None) -> None:
        """Until cancelled; `ready` is called when calls are taken. Raises HandoverError when the engine of the talks is
        not there at the start. The engine of the calls may come and go."""
        await self._end.open()
        try:
            await self._editions.look()
            await self._planned.look()
            async with _lease(self._settings.phone_folder / LEASE), asyncio.TaskGroup() as group:
                group.create_task(self._editions.keep_looking())
                group.create_task(self._planned.keep_looking())
                group.create_task(self._flush_often())
                group.create_task(self._shifts.serve(self._settings.phone_folder / SOCKET))
                group.create_task(self._take_calls(ready))
        finally:
            await self._flush()
            await self._end.close()

    async def _take_calls(self, ready: Callable[[], None]) -> None:
        failures = 0
        while True:
            with contextlib.suppress(AriError, OSError):
                # Read each time: the engine may have been set up anew meanwhile, with another password.
                password = (self._settings.phone_folder / SECRET).read_text(encoding="utf-8")
                async with (
                    open_ari(self._settings.phone_control_port, USER, password, APP) as ari,
                    self._shifts.at(EngineAccounts(ari, self._settings.phone_lost_seconds)),
                ):
                    failures = 0
                    ready()
                    self._connected = True
                    await self._switchboard(ari).run()
            self._connected = False
            await asyncio.sleep(_BACKOFF[min(failures, len(_BACKOFF) - 1)])
            failures += 1

    async def _check_telephone(self) -> None:
        if not self._connected:
            raise AriError

    def _switchboard(self, ari: Ari) -> Switchboard:
        legs = StaffLegs(ari, self._shifts, self._settings.phone_number, self._ask_for_the_key)
        desk = self._settings.desk

        def adopt(bridge: str, channels: Sequence[str], send_on: Callable[[str], Awaitable[None]]) -> Adopted:
            return Adopted(TalkRef(desk, talk_of(bridge)), bridge, channels, ari, self._queue, send_on)

        return Switchboard(ari, self._make_call, self._settings.phone_calls, legs, adopt)

    def _ask_for_the_key(self) -> Sequence[Path]:
        """In the first language of the line, which is its staff's."""
        found = self._shown.files().get(Prompt(self._shown.line().languages[0], "staff.press"))
        return [found] if found else []

    def _make_call(self, channel: str, switch: Switch, legs: StaffLegs) -> LiveCall:
        return LiveCall(
            channel,
            switch,
            self._queue,
            self._tally,
            self._settings.desk,
            self._shown.line,
            self._shown.files,
            legs.leg(),
        )

    async def _flush_often(self) -> None:
        while True:
            await asyncio.sleep(FLUSH)
            await asyncio.to_thread(self._shown.look_again)
            await self._flush()

    async def _flush(self) -> None:
        # Counts that could not be added stay in the tally and are tried again.
        with contextlib.suppress(HandoverError):
            await self._tally.flush(self._end.count)


@contextlib.asynccontextmanager
async def _lease(path: Path) -> AsyncIterator[None]:
    """Be the one process that rules this engine while the body runs; another one waits here until it is gone. The lease
    is a lock on a file beside the engine's own: ARI listens on this machine alone, so whoever could rule the engine is
    here, and the kernel gives the lock back however a process ends."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                await asyncio.sleep(_STANDBY)
        yield
    finally:
        os.close(descriptor)
