"""A line of staff that is rung at the engine: a softphone, or an own telephone whose owner presses 1."""

import asyncio
import secrets
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from bot.phone.ari import AriError, Refused
from bot.phone.ari_events import AriEvent, Key, Left, Started
from bot.phone.call import Event
from bot.phone.engine_files import APP
from bot.phone.shifts import News, Shift, Shifts
from bot.phone.switch import Asks

STAFF = "staff-"  # how the engine's ids of these channels begin
HELPER = f"{STAFF}helper-"  # and of those who only listen
RINGS = 30  # seconds until nobody answers
CONFIRM = 20.0  # seconds in which who answered their own telephone presses 1
ANONYMOUS = "Anonymous <anonymous>"


@dataclass(frozen=True, slots=True)
class Dialler:
    """How lines are rung. `number` is the centre's, shown to staff's own telephones; `ask` are the prompts that ask
    there for a key; `ringing` holds what is rung, by channel."""

    ari: Asks
    shifts: Shifts
    number: str | None
    ask: Callable[[], Sequence[Path]]
    ringing: "dict[str, RungLine]" = field(default_factory=dict)


class RungLine:
    """One at a time. `opened` is told when its person has answered, `failed` when they do not or are gone."""

    def __init__(self, dialler: Dialler, prefix: str, *, opened: Event, failed: Event) -> None:
        self._dialler = dialler
        self._prefix = prefix
        self._opened = opened
        self._failed = failed
        self.channel = ""  # empty: nobody is rung
        self._shift: Shift | None = None
        self._tell: Callable[[Event], None] = lambda _: None
        self._asking: asyncio.Task[None] | None = None

    async def ring(self, shift: Shift, tell: Callable[[Event], None]) -> None:
        """Ring it, in the place of nobody: `end` comes before."""
        self._shift, self._tell = shift, tell
        self.channel = self._prefix + secrets.token_hex(8)
        self._dialler.ringing[self.channel] = self
        self.say(News.RINGING)
        try:
            await self._dialler.ari.ask("POST", f"channels/{self.channel}", **self._dialled(shift))
        except AriError:
            self._lose()

    def hear(self, event: AriEvent) -> None:
        """Something of its channel."""
        match event:
            case Started() if self._shift and self._shift.number:
                self._asking = asyncio.create_task(self._ask_for_the_key())
            case Started() | Key(_, "1"):
                if self._asking is not None or isinstance(event, Started):
                    self._stop_asking()
                    self._tell(self._opened)
            case Left():
                self._lose()

    async def end(self) -> None:
        """Hang it up on purpose; nothing happens when nobody is rung."""
        channel = self.channel
        self._forget(News.OVER)
        if channel:
            with suppress(Refused):
                await self._dialler.ari.ask("DELETE", f"channels/{channel}")

    async def drop(self) -> None:
        """Hang it up as one that was lost."""
        channel = self.channel
        self._lose()
        with suppress(AriError):
            await self._dialler.ari.ask("DELETE", f"channels/{channel}")

    def say(self, news: News) -> None:
        """Tell the console."""
        if self._shift is not None:
            # It may have opened the same line anew meanwhile.
            (self._dialler.shifts.find(self._shift.line) or self._shift).tell(news)

    def _dialled(self, shift: Shift) -> dict[str, str]:
        """A softphone is told nobody's number; an own telephone the centre's, so that its owner knows who calls."""
        own = self._dialler.number if shift.number else None
        return {
            "endpoint": f"PJSIP/{shift.number}@trunk" if shift.number else f"PJSIP/{shift.line}",
            "app": APP,
            "appArgs": "staff",
            "callerId": f'"" <{own}>' if own else ANONYMOUS,
            "formats": "alaw,ulaw",
            "timeout": str(RINGS),
        }

    async def _ask_for_the_key(self) -> None:
        """A mailbox answers, and anybody may pick up a telephone at home: nobody is connected without a key."""
        media = ",".join(f"sound:{file}" for file in self._dialler.ask())
        try:
            async with asyncio.timeout(CONFIRM):
                while True:
                    playback = STAFF + secrets.token_hex(8)
                    if media:
                        await self._dialler.ari.ask("POST", f"channels/{self.channel}/play/{playback}", media=media)
                    await asyncio.sleep(CONFIRM / 3)
        except TimeoutError:
            await self.drop()
        except AriError:
            self._lose()

    def _stop_asking(self) -> None:
        if self._asking is not None and self._asking is not asyncio.current_task():
            self._asking.cancel()
        self._asking = None

    def _lose(self) -> None:
        """It is gone without our doing."""
        if self.channel:
            self._forget(News.FAILED)
            self._tell(self._failed)

    def _forget(self, news: News) -> None:
        self._stop_asking()
        if self.channel:
            self._dialler.ringing.pop(self.channel, None)
            self.channel = ""
            self.say(news)
        if self._shift is not None:
            self._shift.wish = lambda _: None
