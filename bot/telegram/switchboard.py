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
_SENDING = 1.0  # seconds that a message which is being sent gets before its chat is left
_TURNS = 40  # parts of the chats that look at the same time
_LONGEST_WORD = 40  # letters; what is longer means something else than leaving


class Switchboard:
    """Of one process, while it is the one that fetches. `held` has the numbers of updates that are not dealt with yet
    and must not be lost with this process: words in a talk, and leaving. What somebody asked the bot they ask
    again."""

    def __init__(self, house: House) -> None:
        self.held: set[int] = set()
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
        if isinstance(incoming, Blocked) or self._means_leaving(incoming) or self._talks(incoming.chat):
            self.held.add(number)
        self._route(incoming, lambda: self._settle(number))
        return True

    async def settled(self, seconds: float) -> None:
        """Until one more update has been dealt with, or so long; at once when none is held."""
        self._settled.clear()
        if self.held:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await self._settled.wait()

    async def dealt_with(self, raw: object, seconds: float) -> bool:
        """Whether the update may be forgotten where it came from, waiting so long until it may."""
        number, until = update_number(raw), self._house.clock() + seconds
        while number in self.held and (left := until - self._house.clock()) > 0:
            await self.settled(left)
        return number not in self.held

    async def look_round(self, seconds: float) -> None:
        """Have every chat with a talk look where it stands, once in so many seconds, never all at once. Until
        cancelled."""
        turn = 0
        while True:
            await asyncio.sleep(seconds / _TURNS)
            turn = (turn + 1) % _TURNS
            for number, visit in enumerate(list(self._visits.values())):
                if number % _TURNS == turn:
                    visit.wake()

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

    def _talks(self, chat: int) -> bool:
        visit = self._visits.get(chat)
        return visit is not None and visit.chat.record.talk is not None

    def _settle(self, number: int) -> None:
        self.held.discard(number)
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
        chat, (record, came) = incoming.chat, await self._take_over(incoming.chat)
        own = [incoming.message] if isinstance(incoming, Typed) else []
        messages = [*(id for _, id in record.messages), *came, *own]
        leaving = Leaving(self._house, chat, record.state.language, record.talk, messages, done)
        self._leavings[chat] = leaving
        try:
            await leaving.run()
        finally:
            if self._leavings.get(chat) is leaving:
                del self._leavings[chat]

    async def _take_over(self, chat: int) -> tuple[Record, list[int]]:
        """The record of a chat, whose visit ends at once, whatever it waits for; and the messages that it has not
        noted."""
        visit = self._visits.pop(chat, None)
        task = self._tasks.get(visit) if visit else None
        came: list[int] = []
        if visit and task:
            came = visit.close()
            await asyncio.wait({task}, timeout=_SENDING)  # so that the number of what is being sent is known
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            if visit.loaded:
                return visit.chat.record, came
        try:
            return await self._house.memory.load(chat) or Record(chat), came
        except HandoverError:
            return Record(chat), came

    async def _refuse(self, chat: int) -> None:
        language = self._visits[chat].chat.language if chat in self._visits else "sv"
        await self._house.line.send(chat, self._house.said.words.of(language)["other.full"])


def _command(text: str) -> str:
    return text.split()[0].partition("@")[0].casefold() if text.startswith("/") else ""
