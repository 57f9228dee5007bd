"""What the engine tells of a talk goes down to its page, in order. While there is nothing to tell, no task waits for
it: thousands of pages wait at a time."""

import asyncio
import logging
import random
import secrets
from contextlib import suppress

from bot.web.frames import Close
from bot.web.live_page import LivePage
from bot.web.tellings import Tellings
from handover.events import (
    AsideSaid,
    Heard,
    IsWriting,
    Overheard,
    Said,
    TalkEvent,
    WasAsked,
    WasEnded,
    WasHelped,
    WasMoved,
    WasOpened,
    WasReturned,
    WasTaken,
)
from handover.mending import Known
from handover.outlook import GuidedOn
from handover.ports import HandoverError, VisitorEnd, Watching
from handover.values import EndReason, Gone, Message, Standing, TalkRef, Waiting, WithStaff
from safety import logs
from safety.text64 import write64

_FIRST_RETRY, _LONGEST_RETRY = 0.25, 5.0  # seconds until the engine is asked again
GUIDED = "guided"  # beside the reasons of handover.values: staff ended the wait, and there are ways on
# Bytes of the shortest sealed message: a sign looks like one to whoever only sees how long frames are.
SHORTEST = 297
_PARTING = 1.0  # seconds in which the event that tells why a talk is gone may still come

_logger = logging.getLogger("bot")


class _Over(Exception):
    """The talk is over and the page knows it."""


class Hearing:
    """Of one socket. `known` is what is known of the talk and of what its page has. `turn` is held while the page is
    told: whoever answers the page's own frames meanwhile takes it, too."""

    __slots__ = (
        "_due", "_end", "_known", "_page", "_seen", "_stopped", "_task", "_times", "_watching", "over", "ref",
        "tellings", "turn",
    )  # fmt: skip

    def __init__(self, page: LivePage, end: VisitorEnd, ref: TalkRef, known: Known, tellings: Tellings) -> None:
        self.ref = ref
        self.tellings = tellings
        self.turn = asyncio.Lock()
        self.over = False
        self._page = page
        self._end = end
        self._known = known
        self._watching: Watching | None = None
        self._task: asyncio.Task[None] | None = None  # while there is something to tell
        self._times = 0  # how often there was
        self._due = False  # a look
        self._seen: Waiting | None = None  # by a round's look, and not told yet
        self._stopped = False

    def look_soon(self) -> None:
        """Tell the page where its talk stands, if that is new to it."""
        self._due = True
        self._wake()

    def look_anew(self) -> None:
        """The same, also when it is not."""
        self.tellings.forget()
        self.look_soon()

    async def stop(self) -> None:
        """Tell nothing more."""
        self._stopped = True
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        if self._watching is not None:
            self._watching.close()

    async def tell_trouble(self) -> None:
        """The engine does not answer."""
        await self._page.tell_trouble()
        self.tellings.forget()  # so that the next look tells where the talk stands, and the trouble is over

    async def break_off(self, error: Exception) -> None:
        """Something of ours is broken: the page connects anew, and the log knows no word of it."""
        logs.log_failure(_logger, logs.error_id(), error)
        await self._page.close(Close.BROKEN)

    # --- The round's looks (bot.web.rounds) ---

    def still(self) -> int | None:
        """As `bot.web.rounds.Looked` has it."""
        return None if self._task is not None or self.turn.locked() else self._times

    def met(self, standing: Standing, still: int) -> None:
        """As `bot.web.rounds.Looked` has it. Somebody who waits is told of it; all else is looked at anew."""
        if self.still() != still or self._known.is_ahead_of(standing):
            self.look_soon()
        elif isinstance(standing, Waiting) and isinstance(self.tellings.told, Waiting):
            self._known.learn(standing)
            if not self.tellings.knows(standing):
                self._seen = standing
                self._wake()
        elif not (isinstance(standing, WithStaff) and self._has_all(standing)):
            self.look_soon()

    def _has_all(self, standing: WithStaff) -> bool:
        return standing.down_seq <= self._known.down and self.tellings.knows(standing)

    # --- What there is to tell ---

    def _wake(self) -> None:
        if self._task is None and not self.over and not self._stopped:
            self._times += 1
            self._task = asyncio.create_task(self._work())

    async def _work(self) -> None:
        """Tell the page whatever there is, through any number of failures of the engine."""
        pause, told = _FIRST_RETRY, False
        try:
            while not told:
                try:
                    await self._catch_up()
                    told = True
                except HandoverError:
                    self._due = True
                    await self.tell_trouble()
                    await asyncio.sleep(pause * random.uniform(0.5, 1.5))  # noqa: S311  # spreads load, guards nothing
                    pause = min(pause * 2, _LONGEST_RETRY)
        except _Over:
            self.over = True
        except Exception as error:  # noqa: BLE001  # whatever it was
            self._stopped = True
            await self.break_off(error)
        finally:
            self._task = None

    async def _catch_up(self) -> None:
        if self._watching is None:
            self._watching = await self._end.watch(self.ref)
            self._watching.wake = self._wake
            self._watching.meet = self._meet
        while True:
            if self._due:
                self._due, self._seen = False, None
                await self._look()
            elif self._seen is not None:
                standing, self._seen = self._seen, None
                async with self.turn:
                    await self.tellings.place(standing)
            elif (event := self._watching.pop()) is not None:
                await self._take(event)
            else:
                return

    def _meet(self, event: TalkEvent) -> bool:
        """As `handover.ports.Meeting` has it. What comes most is told as it comes, while nothing else is to be told."""
        if self._task is not None or self.over or self._stopped or self.turn.locked():
            return False
        match event:
            case Said(message):
                if message.seq != self._known.down + 1:
                    return False  # there is a gap to heal
                written = self._page.write_said(message.seq, write64(message.body))
                self._known.down += written
            case Heard(seq):
                written = self._page.write_delivered(seq)
            case _:
                return False
        self._times += written
        return written

    async def _take(self, event: TalkEvent) -> None:
        match event:
            case Said(message):
                await self._hear(message)
            case Heard() | IsWriting():
                await self._tell_sign(event)
            case WasEnded(reason):
                await self._finish(reason)
            case WasReturned():
                async with self.turn:
                    await self._heal()  # the last words of the one who left, before the page learns of it
                    await self.tellings.returned(await self._end.attend(self.ref))
                self._due = True
            case WasTaken() | WasOpened() | WasAsked() | WasMoved() | WasHelped():
                self._due = True
            case Overheard() | AsideSaid():
                pass  # between staff
            case _:
                self.look_anew()

    async def _tell_sign(self, event: Heard | IsWriting) -> None:
        if isinstance(event, Heard):
            await self._page.tell_delivered(event.seq)
        else:
            await self._page.tell("writing", pad=write64(secrets.token_bytes(SHORTEST)))

    async def _look(self) -> None:
        """Attend the talk, and tell the page what is new since the last look."""
        async with self.turn:
            match await self._end.attend(self.ref, self._known):
                case Waiting() as standing:
                    if not isinstance(self.tellings.told, Waiting):
                        await self._heal()  # whoever left meanwhile said it, and not the next one
                    await self.tellings.place(standing)
                case WithStaff() as standing:
                    if standing.down_seq > self._known.down:
                        await self._heal()  # first: whom the page has not met yet has no key, and said none of it
                    await self.tellings.person(standing)
                case GuidedOn():
                    await self._finish(GUIDED)
                case Gone():
                    await self._finish(await self._why_gone())

    async def _why_gone(self) -> EndReason | None:
        """What the last event says of it, after the words that came before it; None when nothing does."""
        if self.tellings.told is None or self._watching is None:
            return None
        come = asyncio.Event()
        self._watching.wake = come.set
        with suppress(TimeoutError):
            async with asyncio.timeout(_PARTING):
                while True:
                    while (event := self._watching.pop()) is not None:
                        if isinstance(event, WasEnded):
                            return event.reason
                        if isinstance(event, Said) and event.message.seq == self._known.down + 1:
                            await self._pass_on(event.message)  # the log that it was in is gone
                    come.clear()
                    await come.wait()
        return None

    async def _hear(self, message: Message) -> None:
        async with self.turn:
            if message.seq == self._known.down + 1:
                await self._pass_on(message)
            elif message.seq > self._known.down:
                await self._heal()

    async def _heal(self) -> None:
        """Pass on from the engine's log whatever the page does not have."""
        missed = await self._end.hear(self.ref, self._known.down)
        for message in [] if isinstance(missed, Gone) else missed:
            await self._pass_on(message)

    async def _pass_on(self, message: Message) -> None:
        self._known.down = message.seq
        await self._page.tell_said(message.seq, write64(message.body))

    async def _finish(self, reason: EndReason | str | None) -> None:
        await self._page.tell_end(reason or "lost")
        raise _Over
