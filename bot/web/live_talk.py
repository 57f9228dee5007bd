"""A talk as it runs over a socket: the engine's events go down in order, the page's frames go up."""

import asyncio
import random
import secrets
from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Any

from bot.prospects import Prospects
from bot.reception import Reception
from bot.web.frames import (
    AnswerFrame,
    Close,
    End,
    Frame,
    HeardFrame,
    KeyFrame,
    Leave,
    Open,
    Part,
    Passed,
    Ping,
    Refused,
    SayFrame,
    Writing,
    take_frame,
)
from bot.web.givings import Givings
from bot.web.live_page import LivePage
from bot.web.paces import Held, Paces
from bot.web.partings import Partings
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
from handover.ports import HandoverError, VisitorEnd
from handover.sign import Pace
from handover.values import (
    Accepted,
    EndReason,
    Gone,
    Message,
    Muted,
    NotTaken,
    OutOfOrder,
    TalkRef,
    Waiting,
    WithStaff,
)
from safety.limits import FrameBudget
from safety.text64 import write64

ATTEND = 4.0  # seconds between two looks; well within a lease, so a lost staff member is noticed soon
_FIRST_RETRY, _LONGEST_RETRY = 0.25, 5.0  # seconds until the engine is asked again
GUIDED = "guided"  # beside the reasons of handover.values: staff ended the wait, and there are ways on
# Bytes of the shortest sealed message: a sign looks like one to whoever only sees how long frames are.
SHORTEST = 297
_PARTING = 1.0  # seconds in which the event that tells why a talk is gone may still come


class _Over(Exception):
    """The talk is over and the page knows it."""


class LiveTalk:
    """One open socket of one talk. `down` is the number of the last message that the page already has,
    `silence` the shortest silence limit in seconds: an open socket is never taken for silence."""

    def __init__(
        self,
        page: LivePage,
        end: VisitorEnd,
        reception: Reception,
        partings: Partings,
        ref: TalkRef,
        down: int,
        prospects: Prospects,
        budget: FrameBudget,
        paces: Paces,
        silence: int,
    ) -> None:
        self._page = page
        self._attend_every = min(ATTEND, silence / 3)
        self._end = end
        self._reception = reception
        self._partings = partings
        self._ref = ref
        self._known = Known(down=down)
        self._budget = budget
        self._words = Held(lambda: paces.delay(ref), self._say, self._tell_trouble)
        self._tellings = Tellings(page, ref, prospects, reception.overdue)
        self._givings = Givings(page, end, ref, self._look_anew)
        self._sign, self._over = Pace(), False
        self._reason: EndReason | None = None  # why the visitor's side ends the talk, once it does
        self._turn = asyncio.Lock()  # looks and events come from two tasks, and both move what is known

    async def run(self, *more: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Carry the talk until it is over, the socket is gone or one of `more` is done; then tell the engine which."""
        self._partings.arrive(self._ref)
        tasks = [asyncio.create_task(work()) for work in (self._read, self._keep, self._words.run, *more)]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await self._part()
        for task in done:
            task.result()

    async def _part(self) -> None:
        last = self._partings.leave(self._ref)
        if self._over:
            return
        if self._reason:
            erased = await self._partings.erase(self._ref, self._reason)
            await self._page.tell_end(self._reason if erased else "unerased")
        elif last:
            await self._partings.tell_away(self._ref)

    # --- Up: what the page sends ---

    async def _read(self) -> None:
        while self._reason is None:
            message = await self._page.receive()
            if message["type"] == "websocket.disconnect":
                if message.get("code") == Close.EXIT:
                    self._reason = EndReason.EXIT
                return
            try:
                await self._act(take_frame(message.get("text"), self._budget))
            except Passed as error:
                await self._page.tell("refused", **error.answer)
            except Refused as refused:
                await self._page.tell("refused", code=refused.code)
                await self._page.close(refused.close)
                return
            except HandoverError:
                await self._tell_trouble()  # not acknowledged, so the page sends it again

    async def _act(self, frame: Frame) -> None:
        match frame:
            case SayFrame():
                await self._words.take(frame)
            case KeyFrame():
                await self._givings.take(frame)
            case HeardFrame(seq):
                self._end.shown(self._ref, seq)
            case AnswerFrame():
                await self._answer(frame)
            case Part():
                await self._end.part(self._ref)  # the event tells the page
            case End():
                self._reason = EndReason.VISITOR
            case Leave():
                self._reason = EndReason.EXIT
            case _:
                await self._note(frame)

    async def _note(self, frame: Ping | Open | Writing) -> None:
        if isinstance(frame, Open):
            raise Refused("frame", Close.BAD_FRAME)
        if isinstance(frame, Ping):
            await self._page.tell("pong")
        elif self._sign.take(asyncio.get_running_loop().time()):
            await self._end.writing(self._ref)

    async def _answer(self, frame: AnswerFrame) -> None:
        await self._end.consent(self._ref, frame.ask, yes=frame.yes)
        await self._look()  # it may be over, and then the page no longer asks

    async def _say(self, frame: SayFrame) -> None:
        async with self._turn:  # what was said before `taken` was told is in its numbers, and nothing after it is older
            told = self._tellings.told
            if self._givings.lost(frame.body, told.epoch if isinstance(told, WithStaff) else 0):
                return
            match await self._end.say(self._ref, frame.seq, frame.id, frame.body):
                case Accepted(seq):
                    await self._page.tell_ack(seq)
                case OutOfOrder(expected):
                    await self._page.tell("refused", code="order", seq=frame.seq, expected=expected)
                case NotTaken():
                    await self._page.tell("refused", code="not-taken", seq=frame.seq)
                case Muted():
                    await self._page.tell("refused", code="muted", seq=frame.seq)
                case Gone():
                    pass  # the next look, or the event, tells why

    # --- Down: what the engine tells ---

    async def _keep(self) -> None:
        """Follow the talk until it is over, through any number of failures of the engine."""
        pause = _FIRST_RETRY
        while not self._over:
            try:
                async with self._end.follow(self._ref) as events, asyncio.TaskGroup() as both:
                    await self._look()
                    pause = _FIRST_RETRY
                    both.create_task(self._listen(events))
                    both.create_task(self._look_often())
            except* _Over:
                self._over = True
            except* HandoverError:
                await self._tell_trouble()
                await asyncio.sleep(pause * random.uniform(0.5, 1.5))  # noqa: S311  # spreads load, guards nothing
                pause = min(pause * 2, _LONGEST_RETRY)

    async def _look_often(self) -> None:
        while True:
            await asyncio.sleep(self._attend_every * random.uniform(0.75, 1.25))  # noqa: S311  # spreads load, guards nothing
            await self._look()

    async def _listen(self, events: AsyncIterator[TalkEvent]) -> None:
        async for event in events:
            match event:
                case Said(message):
                    await self._hear(message)
                case Heard() | IsWriting():
                    await self._tell_sign(event)
                case WasEnded(reason):
                    await self._finish(reason)
                case WasReturned():
                    async with self._turn:
                        await self._heal()  # the last words of the one who left, before the page learns of it
                        await self._tellings.returned(await self._end.attend(self._ref))
                    await self._look()
                case WasTaken() | WasOpened() | WasAsked() | WasMoved() | WasHelped():
                    await self._look()
                case Overheard() | AsideSaid():
                    pass  # between staff
                case _:
                    await self._look_anew()
        raise HandoverError("the subscription ended")

    async def _tell_sign(self, event: Heard | IsWriting) -> None:
        if isinstance(event, Heard):
            await self._page.tell("delivered", seq=event.seq)
        else:
            await self._page.tell("writing", pad=write64(secrets.token_bytes(SHORTEST)))

    async def _look_anew(self) -> None:
        self._tellings.forget()
        await self._look()

    async def _look(self) -> None:
        """Attend the talk, and tell the page what is new since the last look."""
        async with self._turn:
            match await self._end.attend(self._ref, self._known):
                case Waiting() as standing:
                    if not isinstance(self._tellings.told, Waiting):
                        await self._heal()  # whoever left meanwhile said it, and not the next one
                    await self._tellings.place(standing)
                case WithStaff() as standing:
                    if standing.down_seq > self._known.down:
                        await self._heal()  # first: whom the page has not met yet has no key, and said none of it
                    await self._tellings.person(standing)
                case GuidedOn():
                    await self._finish(GUIDED)
                case Gone():
                    await asyncio.sleep(_PARTING if self._tellings.told else 0)
                    await self._finish(None)

    async def _hear(self, message: Message) -> None:
        async with self._turn:
            if message.seq == self._known.down + 1:
                await self._pass_on(message)
            elif message.seq > self._known.down:
                await self._heal()

    async def _heal(self) -> None:
        """Pass on from the engine's log whatever the page does not have."""
        missed = await self._end.hear(self._ref, self._known.down)
        for message in [] if isinstance(missed, Gone) else missed:
            await self._pass_on(message)

    async def _pass_on(self, message: Message) -> None:
        self._known.down = message.seq
        await self._page.tell_said(message.seq, write64(message.body))

    async def _finish(self, reason: EndReason | str | None) -> None:
        await self._page.tell_end(reason or "lost")
        raise _Over

    async def _tell_trouble(self) -> None:
        await self._page.tell_trouble()
        self._tellings.forget()  # so that the next look tells where the talk stands, and the trouble is over
