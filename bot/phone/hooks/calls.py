"""The calls that a provider holds: each callback goes to its call, once, and its answer is what comes next.

A call's state lives in this process alone, under a keyed hash of the provider's id. Steps are numbered: the one that
is awaited is taken; the one before it was answered already and gets the same answer again, because providers repeat
what they heard no answer to; all else changes nothing.
"""

import asyncio
import contextlib
import hashlib
import hmac
import logging
import math
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable, Coroutine
from typing import Any

from bot.phone.call import HungUp, LineFailed
from bot.phone.hooks.next_steps import Busy, Dial, Goodbye, NextStep, Say
from bot.phone.hooks.pulled import Files, Heard, Music, Over, Person, PulledEar, Silence
from bot.phone.hooks.records import Records
from bot.phone.hooks.sounding import Sounding
from bot.phone.hooks.told import Told, Unwanted
from bot.phone.live_call import LiveCall
from safety.logs import error_id, log_failure

MakeCall = Callable[[str, PulledEar], LiveCall]

_SETTLE = 8.0  # seconds for what a callback leads to; Twilio gives up after 15
_GRACE = 45.0  # seconds beyond what was to be played until a call of which nothing is heard is over
_TALK = 4 * 3600.0  # seconds: as long as providers let two people talk
_SHORTEST, _LONGEST = 1, 10  # whole seconds that a provider waits for a key; 46elks knows no others than 1 to 30
_AT_ONCE = 1  # after a sound
_POLL = 2.0  # seconds of silence while nothing is due
ENDED_FOR = 3600.0  # seconds in which a call that is over cannot begin anew
_MOST_ENDED = 65_536

_logger = logging.getLogger(__name__)


class _HeldCall:
    """One call. `given` is what the last answer had the provider do, and at which turn of the ear."""

    def __init__(self, ear: PulledEar, live: LiveCall, sounding: Sounding, record: str) -> None:
        self.ear = ear
        self.live = live
        self.task = asyncio.create_task(live.run())
        self.lock = asyncio.Lock()
        self.step = 0  # the one that is awaited
        self.answer: NextStep = Goodbye()
        self.record = record  # what the provider's records are found by; empty where they cannot be deleted
        self.watchdog: asyncio.TimerHandle | None = None
        self._sounding = sounding
        self._given: tuple[Heard, int] | None = None
        self._bars = 0  # parts of the music that were played

    def hear(self, told: Told) -> None:
        """Tell the call what the provider tells."""
        if self.task.done():
            return
        heard, turn = self._given or (None, -1)
        if isinstance(heard, Person):
            self.live.tell(LineFailed())  # whoever hung up there: what becomes of the talk, its staff decide
        elif told.key:
            self.live.press(told.key)
        elif isinstance(heard, Files) and turn == self.ear.turn:
            self.live.finish(self.ear.playback)
            self.ear.wanted = Silence()

    async def settle(self) -> None:
        """Wait until that has led to something; when the engine of the talks is slow, not for long."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_SETTLE):
                await self.live.settle()

    def give(self) -> tuple[NextStep, float]:
        """What comes next, and after how many seconds the provider calls back at the latest."""
        self.step += 1
        wanted = self.ear.wanted
        self._given = wanted, self.ear.turn
        match wanted:
            case Files(files):
                sound = self._sounding.files(files)
            case Music():
                sound = self._sounding.music(self._bars)
                self._bars += 1
            case Person(number):
                return Dial(number, self.step), _TALK
            case Over():
                return Goodbye(), 0.0
            case _:
                quiet = self.live.quiet_in
                wait = min(_LONGEST, max(_SHORTEST, math.ceil(_POLL if quiet is None else quiet)))
                return Say(self._sounding.silence(), wait, self.step), float(wait)
        return Say(sound.address, _AT_ONCE, self.step), sound.seconds + _AT_ONCE


class HeldCalls:
    """All calls of one number, `most` at once. `make` makes a call for its ear, `records` are the provider's."""

    def __init__(
        self,
        make: MakeCall,
        sounding: Sounding,
        most: int,
        records: Records | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._make = make
        self._sounding = sounding
        self._most = most
        self._records = records
        self._clock = clock
        self._key = secrets.token_bytes(32)
        self._calls: dict[str, _HeldCall] = {}
        self._ended: OrderedDict[str, float] = OrderedDict()
        self._chores: set[asyncio.Task[None]] = set()

    def mark(self, call: str) -> str:
        """What stands for a call here, and in the address that its end is told at."""
        return hmac.new(self._key, call.encode(), hashlib.sha256).hexdigest()[:32]

    async def begin(self, told: Told) -> NextStep:
        """The telephone rings. Unwanted when the call is over already."""
        mark = self.mark(told.call)
        if mark in self._calls:
            return await self.go_on(0, told)
        self._forget_ended()
        if mark in self._ended:
            raise Unwanted
        if len(self._calls) >= self._most:
            return Busy()
        ear = PulledEar()
        held = _HeldCall(ear, self._make(mark, ear), self._sounding, told.call if self._records else "")
        self._calls[mark] = held
        held.task.add_done_callback(_tell_failure)
        async with held.lock:
            return await self._answer(mark, held)

    async def go_on(self, step: int, told: Told) -> NextStep:
        """A step is over. Unwanted when it is none of the last two, or the call is over; who is in a call that this
        process does not know, because it has begun anew, hears that something went wrong."""
        mark = self.mark(told.call)
        held = self._calls.get(mark)
        if held is None:
            if mark in self._ended:
                raise Unwanted
            return Goodbye(self._sounding.fault())
        async with held.lock:
            if step == held.step - 1:
                return held.answer
            if step != held.step:
                raise Unwanted
            held.hear(told)
            return await self._answer(mark, held)

    async def end(self, mark: str) -> None:
        """The caller is gone; a call that is over already stays so."""
        held = self._calls.pop(mark, None)
        if held is None:
            return
        if held.watchdog:
            held.watchdog.cancel()
        self._ended[mark] = self._clock()
        if len(self._ended) > _MOST_ENDED:
            self._ended.popitem(last=False)
        if held.record and self._records:
            self._start(self._records.delete(held.record))
        held.live.tell(HungUp())
        await asyncio.gather(held.task, return_exceptions=True)

    async def close(self) -> None:
        """End every call; what is still to be deleted at the provider is not waited for."""
        for mark in list(self._calls):
            await self.end(mark)
        for chore in self._chores:
            chore.cancel()
        await asyncio.gather(*self._chores, return_exceptions=True)

    async def _answer(self, mark: str, held: _HeldCall) -> NextStep:
        await held.settle()
        if held.task.done():  # it broke: the caller is told, and not left in silence
            held.step += 1
            held.answer, within = Goodbye(self._sounding.fault()), 0.0
        else:
            held.answer, within = held.give()
        if held.watchdog:
            held.watchdog.cancel()
        held.watchdog = asyncio.get_running_loop().call_later(within + _GRACE, self._give_up, mark)
        return held.answer

    def _give_up(self, mark: str) -> None:
        self._start(self.end(mark))

    def _start(self, chore: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(chore)
        self._chores.add(task)
        task.add_done_callback(self._chores.discard)
        task.add_done_callback(_tell_failure)

    def _forget_ended(self) -> None:
        old = self._clock() - ENDED_FOR
        while self._ended and next(iter(self._ended.values())) < old:
            self._ended.popitem(last=False)


def _tell_failure(task: "asyncio.Task[None]") -> None:
    if not task.cancelled() and (error := task.exception()) is not None:
        log_failure(_logger, error_id(), error)
