"""A talk as it runs over a socket: the page's frames go up, and `bot.web.hearing` tells it what comes down."""

import asyncio
from functools import partial

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
from bot.web.hearing import Hearing
from bot.web.live_page import LivePage
from bot.web.paces import Held
from bot.web.site import Site
from bot.web.tellings import Tellings
from handover.mending import Known
from handover.ports import HandoverError
from handover.sign import Pace
from handover.values import Accepted, EndReason, Gone, Muted, NotTaken, OutOfOrder, Stale, TalkRef, WithStaff
from safety.limits import FrameBudget
from safety.sealing import read_head


class LiveTalk:
    """One open socket of one talk, which is looked at by the site's rounds: an open socket is never taken for silence.
    `opening` says what the page already has."""

    __slots__ = (
        "_budget", "_givings", "_going", "_hearing", "_known", "_page", "_reason", "_ref", "_sign", "_site", "_words",
    )  # fmt: skip

    def __init__(self, site: Site, ref: TalkRef, opening: Open, page: LivePage) -> None:
        self._site = site
        self._ref = ref
        self._page = page
        self._known = Known(down=opening.down)
        self._known.believe(opening.epoch)
        self._hearing = Hearing(
            self._page, site.end, ref, self._known, Tellings(self._page, ref, site.prospects, site.reception.overdue)
        )
        self._budget = FrameBudget(site.clock)
        self._words: Held | None = None  # once there are any
        self._givings: Givings | None = None  # once there is a key, or words under one
        self._sign: Pace | None = None  # once there was one
        self._reason: EndReason | None = None  # why the visitor's side ends the talk, once it does
        self._going: asyncio.Task[None] | None = None  # the page is sent to another process

    async def run(self) -> None:
        """Carry the talk until it is over or the socket is gone; then tell the engine which."""
        site = self._site
        site.partings.arrive(self._ref)
        site.draining.hold(self._go)
        site.rounds.add(self._hearing)
        self._hearing.look_soon()
        try:
            await self._read()
        except Exception as error:  # noqa: BLE001  # whatever it was
            await self._hearing.break_off(error)
        finally:
            site.rounds.remove(self._hearing)
            try:
                await self._stop()
                await self._part()
            finally:
                site.draining.release(self._go)

    def _go(self) -> None:
        """This process goes."""
        self._going = asyncio.create_task(self._site.partings.send_elsewhere(self._ref, self._page))

    async def _stop(self) -> None:
        if self._going is not None:
            self._going.cancel()
            await asyncio.gather(self._going, return_exceptions=True)
        if self._words is not None:
            await self._words.stop()
        await self._hearing.stop()

    async def _part(self) -> None:
        partings = self._site.partings
        last = partings.leave(self._ref)
        if self._hearing.over:
            return
        if self._reason:
            erased = await partings.erase(self._ref, self._reason)
            await self._page.tell_end(self._reason if erased else "unerased")
        elif last:
            await partings.tell_away(self._ref)

    # --- What the page sends ---

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
                await self._hearing.tell_trouble()  # not acknowledged, so the page sends it again

    async def _act(self, frame: Frame) -> None:
        end = self._site.end
        match frame:
            case SayFrame():
                await self._take_words(frame)
            case KeyFrame():
                await self._keys().take(frame)
            case HeardFrame(seq):
                end.shown(self._ref, seq)
            case AnswerFrame():
                await end.consent(self._ref, frame.ask, yes=frame.yes)
                self._hearing.look_soon()  # it may be over, and then the page no longer asks
            case Part():
                await end.part(self._ref)  # the event tells the page
            case End() | Leave():
                self._reason = EndReason.VISITOR if isinstance(frame, End) else EndReason.EXIT
            case _:
                await self._note(frame)

    async def _note(self, frame: Ping | Open | Writing) -> None:
        if isinstance(frame, Open):
            raise Refused("frame", Close.BAD_FRAME)
        if isinstance(frame, Ping):
            await self._page.tell("pong")
            return
        self._sign = self._sign or Pace()
        if self._sign.take(asyncio.get_running_loop().time()):
            await self._site.end.writing(self._ref)

    def _keys(self) -> Givings:
        if self._givings is None:
            self._givings = Givings(self._page, self._site.end, self._ref, self._known, self._hearing.look_anew)
        return self._givings

    async def _take_words(self, frame: SayFrame) -> None:
        if self._words is None:
            self._words = Held(partial(self._site.paces.delay, self._ref), self._speak, self._hearing.tell_trouble)
        await self._words.take(frame)

    async def _speak(self, frame: SayFrame) -> None:
        try:
            await self._say(frame)
        except HandoverError:
            raise
        except Exception as error:  # noqa: BLE001  # whatever it was, also of words that were held back
            await self._hearing.break_off(error)

    async def _say(self, frame: SayFrame) -> None:
        # What was said before `taken` was told is in its numbers, and nothing after it is older.
        async with self._hearing.turn:
            told = self._hearing.tellings.told
            epoch = told.epoch if isinstance(told, WithStaff) else 0
            number, _ = read_head(frame.body)
            if self._keys().lost(number, epoch):
                return
            match await self._site.end.say(self._ref, frame.seq, frame.id, frame.body, number):
                case Accepted(seq):
                    await self._page.tell_ack(seq)
                case OutOfOrder(expected):
                    await self._page.tell("refused", code="order", seq=frame.seq, expected=expected)
                case NotTaken():
                    await self._page.tell("refused", code="not-taken", seq=frame.seq)
                case Muted():
                    await self._page.tell("refused", code="muted", seq=frame.seq)
                case Stale():
                    self._known.believe(number)  # the page takes it for given
                    self._hearing.look_anew()
                case Gone():
                    pass  # the next look, or the event, tells why
