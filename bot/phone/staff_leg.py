"""The line of who has a talk, at the engine: rung, joined to the caller in a bridge, held, dropped.

A bridge is named after its talk, so that a process that comes after this one knows whose it is. Nothing is recorded and
nobody listens in: the bridge holds the two, and no channel of another kind is ever made.
"""

import asyncio
import secrets
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from bot.phone.ari import AriError, Refused, part
from bot.phone.ari_events import AriEvent, Finished, Key, Left, Started
from bot.phone.call import Event, LineFailed, LineOpen
from bot.phone.engine_files import APP
from bot.phone.shifts import News, Shift, Shifts
from bot.phone.switch import Asks
from handover.values import TalkId, TalkRef

STAFF = "staff-"  # how the engine's ids of these channels begin
RINGS = 30  # seconds until nobody answers
CONFIRM = 20.0  # seconds in which who answered their own telephone presses 1
_TALK = 22  # characters of a talk's id
_MARK = "."
ANONYMOUS = "Anonymous <anonymous>"


def talk_of(bridge: str) -> TalkId:
    """Whose bridge of this id is."""
    return TalkId(bridge[:_TALK])


class StaffLegs:
    """All of one connection to the engine: each event of such a channel goes to its leg. `number` is the centre's,
    shown to staff's own telephones; `ask` are the prompts that ask there for a key."""

    def __init__(self, ari: Asks, shifts: Shifts, number: str | None, ask: Callable[[], Sequence[Path]]) -> None:
        self.ari = ari
        self.shifts = shifts
        self.number = number
        self.ask = ask
        self.ringing: dict[str, StaffLeg] = {}

    def leg(self) -> "StaffLeg":
        """A caller's way to staff."""
        return StaffLeg(self)

    def hear(self, event: AriEvent) -> bool:
        """Whether the event was about staff's side; then it is done with."""
        match event:
            case Started(channel, _) | Key(channel, _) | Left(channel):
                leg = self.ringing.get(channel)
                if leg is not None:
                    leg.hear(event)
                return channel.startswith(STAFF)
            case Finished(playback):
                return playback.startswith(STAFF)
        return False


class StaffLeg:
    """One caller's. Made by `StaffLegs.leg`."""

    def __init__(self, legs: StaffLegs) -> None:
        self._legs = legs
        self._channel = ""  # the person's; empty: nobody is rung
        self._bridge = ""
        self._waits = False  # the person is in the bridge and the caller is not
        self._caller = ""
        self._shift: Shift | None = None
        self._tell: Callable[[Event], None] = lambda _: None
        self._asking: asyncio.Task[None] | None = None

    async def ring(self, ref: TalkRef, channel: str, line: str, tell: Callable[[Event], None]) -> None:
        await self.part()
        shift = self._legs.shifts.find(line)
        if shift is None:
            tell(LineFailed())
            return
        self._shift, self._tell, self._caller = shift, tell, channel
        # Of its own for each ring: the engine takes a moment to forget the one before.
        self._bridge = f"{ref.talk}{_MARK}{secrets.token_hex(4)}"
        self._channel, self._waits = STAFF + secrets.token_hex(8), False
        self._legs.ringing[self._channel] = self
        shift.wish = tell
        shift.tell(News.RINGING)
        try:
            await self._legs.ari.ask("POST", f"channels/{self._channel}", **self._dialled(shift))
        except AriError:
            self._lose()

    async def connect(self) -> None:
        if not self._channel:
            return
        path = f"bridges/{part(self._bridge)}"
        try:
            if self._waits:
                await self._legs.ari.ask("POST", f"{path}/addChannel", channel=self._caller)
            else:
                await self._legs.ari.ask("POST", path, type="mixing")
                await self._legs.ari.ask("POST", f"{path}/addChannel", channel=f"{self._caller},{self._channel}")
        except Refused:
            await self._drop()  # one is gone in this moment; a caller who is says so by themselves
        else:
            self._waits = False
            self._say(News.CONNECTED)

    async def hold(self) -> None:
        if self._channel:
            with suppress(Refused):
                path = f"bridges/{part(self._bridge)}/removeChannel"
                await self._legs.ari.ask("POST", path, channel=self._caller)
            self._waits = True
            self._say(News.HELD)

    async def part(self) -> None:
        channel, bridge = self._channel, self._bridge
        self._forget(News.OVER)
        self._bridge = ""
        for there, path in ((channel, f"channels/{channel}"), (bridge, f"bridges/{part(bridge)}")):
            if there:
                with suppress(Refused):
                    await self._legs.ari.ask("DELETE", path)

    def hear(self, event: AriEvent) -> None:
        """Something of the person's channel."""
        match event:
            case Started() if self._shift and self._shift.number:
                self._asking = asyncio.create_task(self._ask_for_the_key())
            case Started() | Key(_, "1"):
                if self._asking is not None or isinstance(event, Started):
                    self._stop_asking()
                    self._tell(LineOpen())
            case Left():
                self._lose()

    def _dialled(self, shift: Shift) -> dict[str, str]:
        """A softphone is told nobody's number; an own telephone the centre's, so that its owner knows who calls."""
        own = self._legs.number if shift.number else None
        return {
            "endpoint": f"PJSIP/{shift.number}@trunk" if shift.number else f"PJSIP/{shift.line}",
            "app": APP,
            "appArgs": "staff",
            "callerId": f'"" <{own}>' if own else ANONYMOUS,
            "formats": "alaw,ulaw",
            "timeout": str(RINGS),
        }

    async def _ask_for_the_key(self) -> None:
        """A mailbox answers, and anybody may pick up a telephone at home: no caller is connected without a key."""
        media = ",".join(f"sound:{file}" for file in self._legs.ask())
        try:
            async with asyncio.timeout(CONFIRM):
                while True:
                    playback = STAFF + secrets.token_hex(8)
                    if media:
                        await self._legs.ari.ask("POST", f"channels/{self._channel}/play/{playback}", media=media)
                    await asyncio.sleep(CONFIRM / 3)
        except TimeoutError:
            await self._drop()
        except AriError:
            self._lose()

    def _stop_asking(self) -> None:
        if self._asking is not None and self._asking is not asyncio.current_task():
            self._asking.cancel()
        self._asking = None

    async def _drop(self) -> None:
        """Hang the person's line up, as one that was lost."""
        channel = self._channel
        self._lose()
        with suppress(AriError):
            await self._legs.ari.ask("DELETE", f"channels/{channel}")

    def _lose(self) -> None:
        """The person's line is gone without our doing."""
        if self._channel:
            self._forget(News.FAILED)
            self._tell(LineFailed())

    def _forget(self, news: News) -> None:
        self._stop_asking()
        if self._channel:
            self._legs.ringing.pop(self._channel, None)
            self._channel = ""
            self._say(news)
        if self._shift is not None:
            self._shift.wish = lambda _: None

    def _say(self, news: News) -> None:
        if self._shift is not None:
            # The console may have opened the same line anew meanwhile.
            (self._legs.shifts.find(self._shift.line) or self._shift).tell(news)
