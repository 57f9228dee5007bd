"""Being the one process that gets the updates: a lease in the engine, and a second process that stands by."""

import asyncio
import contextlib
from collections.abc import Callable

from bot.telegram.incoming import update_number
from bot.telegram.line import Line, LineError
from bot.telegram.switchboard import Switchboard
from handover.ports import HandoverError, VisitorEnd
from handover.values import DeskId

LEASE = 10.0  # seconds after which another process may begin
_RENEW = 2.5  # seconds between two renewals: three may fail
_STANDBY = 1.0  # seconds between two looks whether the other process is gone
_LONG_POLL = 25  # seconds that Telegram holds a question open
_MOST = 100  # updates that Telegram gives at once
_CONFIRM, _KNOWN_ALREADY = 0.05, 0.25  # seconds to wait for what is being dealt with before asking for more
_FIRST_RETRY, _LONGEST_RETRY = 0.5, 10.0  # seconds until Telegram is asked again


class Lost(Exception):
    """Another process fetches, or may do so any moment."""


class Lease:
    """The right to fetch for a desk, under the name `holder`. `clock` gives seconds that only ever grow."""

    def __init__(
        self, end: VisitorEnd, desk: DeskId, holder: str, clock: Callable[[], float], seconds: float = LEASE
    ) -> None:
        self._end = end
        self._desk = desk
        self._holder = holder
        self._clock = clock
        self._seconds = seconds

    async def wait(self) -> None:
        """Until this process may fetch."""
        while True:
            if await self._take():
                return
            await asyncio.sleep(min(_STANDBY, self._seconds / 4))

    async def keep(self) -> None:
        """Renew it for as long as that succeeds; then raises Lost, before anybody else can have it."""
        held = self._clock()
        while True:
            await asyncio.sleep(min(_RENEW, self._seconds / 4))
            asked = self._clock()
            if await self._take():
                held = asked
            elif self._clock() - held > self._seconds * 0.7:
                raise Lost

    async def give_back(self) -> None:
        """Let the next one begin at once."""
        with contextlib.suppress(HandoverError):
            await self._end.fetch(self._desk, self._holder, 1)

    async def _take(self) -> bool:
        try:
            return await self._end.fetch(self._desk, self._holder, int(self._seconds * 1000))
        except HandoverError:
            return False


async def fetch_for_ever(line: Line, switchboard: Switchboard) -> None:
    """Ask Telegram for updates. Words in a talk are confirmed, and so gone there, only when they have been dealt with:
    what a process had in its hands when it died comes again."""
    last, pause = 0, _FIRST_RETRY
    while True:
        await switchboard.settled(_CONFIRM)
        confirmed = min(switchboard.held) - 1 if switchboard.held else last
        try:
            updates = sorted(await line.fetch(max(0, confirmed), _LONG_POLL), key=update_number)
        except LineError:
            await asyncio.sleep(pause)
            pause = min(pause * 2, _LONGEST_RETRY)
            continue
        pause = _FIRST_RETRY
        fresh = [switchboard.take(update) for update in updates]  # in their order, whatever order they came in
        last = max([last, *map(update_number, updates)])
        if any(fresh) or not updates:
            continue
        if len(updates) >= _MOST:
            switchboard.held.clear()  # so many hang that no other would come: they are dealt with from memory
        await switchboard.settled(_KNOWN_ALREADY)
