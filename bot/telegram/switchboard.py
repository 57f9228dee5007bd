"""Where every update goes: to the chat that it belongs to, in order; leaving overtakes everything."""

import asyncio
import contextlib
from collections import deque
from collections.abc import Callable

from bot.telegram.codes import LEAVE
from bot.telegram.house import House
from bot.telegram.incoming import Blocked, Crowd, Incoming, Pressed, Typed, read_update, update_number
from bot.telegram.leaving import Leaving
from bot.telegram.record import Record
from bot.telegram.visit import Visit
from bot.telegram.words import folded
from handover.ports import HandoverError
from safety.tokens import TokenError

_KNOWN = 20_000  # updates that are known again; Telegram keeps those of a day, and repeats what was not confirmed
_LONGEST_WORD = 40  # letters; what is longer means something else than leaving


class Switchboard:
    """Of one process, while it is the one that fetches. `waiting` has the numbers of updates not yet dealt with."""

    def __init__(self, house: House) -> None:
        self.waiting: set[int] = set()
        self._house = house
        self._visits: dict[int, Visit] = {}
        self._tasks: dict[Visit, asyncio.Task[None]] = {}
        self._leavings: dict[int, Leaving] = {}
        self._leaving: set[asyncio.Task[None]] = set()
        self._seen: set[int] = set()
        self._order: deque[int] = deque()
        self._settled = asyncio.Event()

    async def resume(self) -> None:
        """Go on with the talks that another process had. Raises HandoverError."""
        for record in await self._house.memory.live():
            if record.chat not in self._visits:
                self._start(record.chat, record)

    def take(self, raw: object) -> bool:
        """An update; false when it has been here before, or nothing is done with it."""
        number, incoming = update_number(raw), read_update(raw)
        if not number or number in self._seen:
            return False
        self._know(number)
        if incoming is None:
            return False
        self.waiting.add(number)
        self._route(incoming, lambda: self._settle(number))
        return True

    async def settled(self, seconds: float) -> None:
        """Until one more update has been dealt with, or so long."""
        self._settled.clear()
        if self.waiting:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await self._settled.wait()

    async def dealt_with(self, raw: object, seconds: float) -> bool:
        """Whether the update has been dealt with, waiting so long for it."""
        number, until = update_number(raw), self._house.clock() + seconds
        while number in self.waiting and (left := until - self._house.clock()) > 0:
            await self.settled(left)
        return number not in self.waiting

    async def stop(self, patience: float) -> None:
        """End all chats as they are; their talks are the next process's. Erasures get so many seconds more."""
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._leaving:
            await asyncio.wait(self._leaving, timeout=patience)
        for task in self._leaving:
            task.cancel()

    def _know(self, number: int) -> None:
        self._seen.add(number)
        self._order.append(number)
        if len(self._order) > _KNOWN:
            self._seen.discard(self._order.popleft())

    def _settle(self, number: int) -> None:
        self.waiting.discard(number)
        self._settled.set()

    def _route(self, incoming: Incoming, done: Callable[[], None]) -> None:
        if isinstance(incoming, Crowd):
            self._house.do(self._house.line.leave_chat(incoming.chat))
            done()
        elif isinstance(incoming, Blocked) or self._means_leaving(incoming):
            self._leave(incoming, done)
        elif not self._visit(incoming.chat).put(incoming, done):
            done()
            self._house.do(self._refuse(incoming.chat))

    def _means_leaving(self, incoming: Incoming) -> bool:
        match incoming:
            case Typed(text=text) if len(text) <= _LONGEST_WORD:
                return _command(text) == "/leave" or folded(text) in self._house.said.leaving
            case Pressed(chat=chat, code=code):
                try:
                    return self._house.said.codes.read(chat, code).choice == LEAVE
                except TokenError:
                    return False
        return False

    def _visit(self, chat: int) -> Visit:
        visit = self._visits.get(chat)
        return visit if visit and not visit.over else self._start(chat)

    def _start(self, chat: int, record: Record | None = None) -> Visit:
        visit = self._visits[chat] = Visit(self._house, chat, record)
        task = self._tasks[visit] = asyncio.create_task(self._run(visit, self._leavings.get(chat)))
        task.add_done_callback(lambda _: self._end(chat, visit))
        return visit

    async def _run(self, visit: Visit, leaving: Leaving | None) -> None:
        if leaving:
            await leaving.erased.wait()
        await visit.run()

    def _end(self, chat: int, visit: Visit) -> None:
        self._tasks.pop(visit, None)
        if self._visits.get(chat) is visit:
            del self._visits[chat]

    def _leave(self, incoming: Incoming, done: Callable[[], None]) -> None:
        task = asyncio.create_task(self._run_leaving(incoming, done))
        self._leaving.add(task)
        task.add_done_callback(self._leaving.discard)

    async def _run_leaving(self, incoming: Incoming, done: Callable[[], None]) -> None:
        if isinstance(incoming, Pressed):
            self._house.do(self._house.line.answer(incoming.query))
        chat, record = incoming.chat, await self._take_over(incoming.chat)
        own = [incoming.message] if isinstance(incoming, Typed) else []
        messages = [id for _, id in record.messages] + own
        leaving = Leaving(self._house, chat, record.state.language, record.talk, messages, done)
        self._leavings[chat] = leaving
        try:
            await leaving.run()
        finally:
            if self._leavings.get(chat) is leaving:
                del self._leavings[chat]

    async def _take_over(self, chat: int) -> Record:
        """The record of a chat, whose visit ends at once, whatever it waits for."""
        visit = self._visits.pop(chat, None)
        task = self._tasks.get(visit) if visit else None
        if visit and task:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            visit.settle()
            if visit.loaded:
                return visit.chat.record
        try:
            return await self._house.memory.load(chat) or Record(chat)
        except HandoverError:
            return Record(chat)

    async def _refuse(self, chat: int) -> None:
        language = self._visits[chat].chat.language if chat in self._visits else "sv"
        await self._house.line.send(chat, self._house.said.words.of(language)["other.full"])


def _command(text: str) -> str:
    return text.split()[0].partition("@")[0].casefold() if text.startswith("/") else ""
