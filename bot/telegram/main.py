"""The channel Telegram put together: `build` from the environment, `TelegramLine` from what it is handed."""

import asyncio
import contextlib
import secrets
import time
from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from bot.counting import counter_names
from bot.editions import Editions
from bot.neighbours import Neighbours
from bot.planned import Planned, planned_desk
from bot.prospects import Prospects
from bot.reception import Reception
from bot.telegram.client import TelegramClient
from bot.telegram.codes import Codes
from bot.telegram.fetching import LEASE, Lease, Lost, fetch_for_ever
from bot.telegram.house import House, Said
from bot.telegram.line import Line, LineError
from bot.telegram.memory import Memory
from bot.telegram.settings import TelegramSettings
from bot.telegram.switchboard import Switchboard
from bot.telegram.webhook import listening
from bot.telegram.words import content_of, leave_words
from bot.toll import Toll
from bot.words import Words
from dialogues.doors import DeskChannel
from dialogues.hours import SWEDEN
from dialogues.loader import load_content
from dialogues.values import Content
from handover.counters import Tally
from handover.ports import HandoverError, VisitorEnd
from handover.visitor_redis import RedisVisitorEnd
from safety.buckets import Buckets
from safety.guard import Guard, read_rules
from safety.readiness import Readiness
from safety.vitals import Part

FLUSH = 60  # seconds between two batches of counts
ATTEND = 4.0  # seconds between two looks at a talk, as for the page's: a lost staff member is noticed soon
_RETRY = 2.0  # seconds until Telegram is asked again at the start
_PATIENCE = 5.0  # seconds that a webhook's answer takes at most; then Telegram comes again
_AT_THE_END = 5.0  # seconds that erasures get when the process is asked to end


class OpenableEnd(VisitorEnd, Protocol):
    """A visitor's end with a connection that the line opens and closes."""

    async def open(self) -> None: ...

    async def close(self) -> None: ...


class OpenLine(Line, Protocol):
    """A line whose connections are given back."""

    async def close(self) -> None: ...


def build() -> "TelegramLine":
    """The line as the environment wants it. Raises ValidationError or ContentError when it cannot run like that."""
    settings = TelegramSettings()  # type: ignore[call-arg]  # the environment fills it
    content = load_content(now=datetime.now(SWEDEN), demo=settings.demo)
    end = RedisVisitorEnd(settings.redis_url.get_secret_value(), settings.limits)
    client = TelegramClient(settings.telegram_token.get_secret_value(), settings.telegram_api)
    return TelegramLine(settings, end, client, content)


class TelegramLine:
    """The process `fristad telegram`. `now` gives seconds since the epoch, `clock` seconds that only ever grow."""

    def __init__(
        self,
        settings: TelegramSettings,
        end: OpenableEnd,
        line: OpenLine,
        content: Content,
        *,
        now: Callable[[], float] = time.time,
        clock: Callable[[], float] = time.monotonic,
        lease: float = LEASE,
    ) -> None:
        """ValueError when there is no desk of the configured name."""
        self._settings = settings
        self._end = end
        self._line = line
        self._now = now
        self._clock = clock
        self._tally = Tally(counter_names(content))
        self._buckets = Buckets(clock)
        self._toll = Toll(settings.key, end, self._buckets, now, clock, None, settings.joins_per_minute)
        self._planned = Planned(end, settings.desk)
        self._editions = Editions(end, content, self._show)
        holder = secrets.token_urlsafe(12)
        self._lease = Lease(end, settings.desk, holder, clock, lease)
        memory = Memory(end, settings.desk, settings.key, holder)
        self._house = House(settings, end, line, memory, Guard(read_rules()), self._say(content), now, clock)
        self._switchboard: Switchboard | None = None  # while this process is the one that gets the updates
        self.readiness = Readiness({Part.ENGINE: end.mark}, clock)

    async def run(self, ready: Callable[[int], None] = lambda port: None) -> None:
        """Until cancelled; `ready` is called each time that this process begins to take what is written, with the port
        of the webhook (0: it fetches). Raises HandoverError when the engine is not there at the start, and OSError when
        the webhook's address is not free."""
        await self._end.open()
        try:
            await self._editions.look()
            await self._planned.look()
            async with asyncio.TaskGroup() as group:
                for chore in (self._editions.keep_looking(), self._planned.keep_looking(), self._flush_often()):
                    group.create_task(chore)
                group.create_task(self._serve(ready))
        finally:
            await self.flush()
            await self._line.close()
            await self._end.close()

    async def _serve(self, ready: Callable[[int], None]) -> None:
        settings = self._settings
        if not settings.telegram_webhook or not settings.telegram_webhook_secret:
            await self._take_turns(lambda: ready(0))
            return
        url, secret = settings.telegram_webhook, settings.telegram_webhook_secret.get_secret_value()
        async with listening(settings.telegram_host, settings.telegram_port, url, secret, self._take) as port:
            await self._take_turns(lambda: ready(port))

    async def _take_turns(self, ready: Callable[[], None]) -> None:
        """Stand by until nobody else gets the updates, then get them until another one does."""
        while True:
            await self._lease.wait()
            switchboard = Switchboard(self._house)
            try:
                async with asyncio.TaskGroup() as group:
                    group.create_task(self._lease.keep())
                    group.create_task(self._work(switchboard, ready))
            except* Lost:
                pass
            finally:
                self._switchboard = None
                await switchboard.stop(_AT_THE_END)
                await self._lease.give_back()

    async def _work(self, switchboard: Switchboard, ready: Callable[[], None]) -> None:
        await self._introduce()
        while True:
            with contextlib.suppress(HandoverError):
                await switchboard.resume()
                break
            await asyncio.sleep(_RETRY)
        self._switchboard = switchboard
        ready()
        async with asyncio.TaskGroup() as group:
            group.create_task(switchboard.look_round(min(ATTEND, self._settings.limits.silence / 3)))
            if self._settings.telegram_webhook is None:
                group.create_task(fetch_for_ever(self._line, switchboard))

    async def _introduce(self) -> None:
        """Tell Telegram how updates come, and the menu of commands. Tried until it answers."""
        while True:
            try:
                await self._choose_way()
                for language in ("", *(code for code in self._house.said.words.languages() if len(code) == 2)):
                    await self._line.set_commands(self._commands(language or "sv"), language)
            except LineError:
                await asyncio.sleep(_RETRY)
            else:
                return

    async def _choose_way(self) -> None:
        url, secret = self._settings.telegram_webhook, self._settings.telegram_webhook_secret
        if url and secret:
            await self._line.set_hook(url, secret.get_secret_value())
        else:
            await self._line.drop_hook()

    def _commands(self, language: str) -> dict[str, str]:
        words = self._house.said.words.of(language)
        keys = {"start": "command.start", "help": "command.help", "language": "first.language", "leave": "exit.link"}
        return {command: words[key] for command, key in keys.items()}

    async def _take(self, update: object) -> bool:
        """What came by the webhook. A process that stands by takes nothing: Telegram comes again."""
        switchboard = self._switchboard
        if switchboard is None:
            return False
        switchboard.take(update)
        return await switchboard.dealt_with(update, _PATIENCE)

    def _show(self, content: Content) -> None:
        """Put an edition in place. ValueError when it has no desk of ours."""
        self._house.said = self._say(content)

    def _say(self, content: Content) -> Said:
        settings, content = self._settings, content_of(content)
        if settings.desk not in content.desks:
            raise ValueError(f"FRISTAD_DESK: no desk is called {settings.desk}")
        desk = content.desks[settings.desk]
        words = Words(content, settings.desk, _constants(settings))
        deadline = settings.deadline_minutes * 60
        prospects = Prospects(words, lambda: planned_desk(desk, self._planned), self._in_sweden, deadline)
        neighbours = Neighbours(content, words, settings.desk, settings.other_desks, self._in_sweden)
        reception = Reception(
            content,
            words,
            self._end,
            self._tally,
            settings.desk,
            self._in_sweden,
            self._toll,
            prospects,
            neighbours,
            self._planned,
            by=DeskChannel.TELEGRAM,
        )
        codes = Codes(settings.key, content, self._now)
        return Said(content, words, reception, prospects, neighbours, codes, leave_words(content))

    def _in_sweden(self) -> datetime:
        return datetime.fromtimestamp(self._now(), SWEDEN)

    async def _flush_often(self) -> None:
        while True:
            await asyncio.sleep(FLUSH)
            self._buckets.rotate()
            await self.flush()

    async def flush(self) -> None:
        """Hand over what was counted, if the engine takes it."""
        # Counts that could not be added stay in the tally and are tried again.
        with contextlib.suppress(HandoverError):
            await self._tally.flush(self._end.count)


def _constants(settings: TelegramSettings) -> dict[str, object]:
    return {
        "page": settings.page,
        "deadline": settings.deadline_minutes,
        "silence": -(-settings.silence_seconds // 60),
        "waiting": -(-settings.waiting_silence_seconds // 60),
    }
