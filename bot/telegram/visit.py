"""One chat at work: whatever its visitor does and whatever the engine tells, one thing after the other."""

import asyncio
import contextlib
import logging
from collections.abc import Callable

from bot.telegram.chat import Chat, Parted
from bot.telegram.deeds import Deeds
from bot.telegram.house import House
from bot.telegram.incoming import Incoming, Typed
from bot.telegram.memory import NoLonger
from bot.telegram.record import Record
from bot.telegram.talk import Talk
from handover.events import IsWriting, TalkEvent, WasEnded
from handover.ports import HandoverError
from handover.values import EndReason, TalkRef
from safety.logs import error_id, log_failure

_RETRY = 0.5  # seconds until the engine is asked again
_TRIES = 4  # before the visitor is told that nothing was sent
MOST = 50  # updates of one chat that wait: more is no person

_logger = logging.getLogger("bot.telegram")


class Visit:
    """The chat with this id, until it has nothing to do and no talk. `record` is read unless it is given."""

    __slots__ = (
        "_box", "_closing", "_dealing", "_deeds", "_house", "_id", "_listening",
        "_reason", "_ref", "_turned", "_waiting", "chat", "loaded", "over",
    )  # fmt: skip

    def __init__(self, house: House, chat: int, record: Record | None = None) -> None:
        self._house = house
        self._id = chat
        self.chat = Chat(house, record or Record(chat))
        self.loaded = record is not None  # whether `chat` has the record
        self._deeds = Deeds(self.chat)
        # Lists and a future that is there while it is waited for: a deque and an event cost five times as much, and
        # most of the time hundreds of these do nothing.
        self._box: list[tuple[Incoming, Callable[[], None]] | TalkEvent] = []
        self._waiting: asyncio.Future[None] | None = None
        self._ref: TalkRef | None = None
        self._listening: asyncio.Task[None] | None = None
        self._reason: EndReason | None = None  # why the talk has ended, once the engine told
        self._dealing: Callable[[], None] | None = None  # of what is being dealt with
        self._closing = False
        self._turned = 0  # the message that told who reads now: Telegram numbers those of both sides in one row
        self.over = False  # nothing that is put here any more would be dealt with

    def put(self, incoming: Incoming, done: Callable[[], None]) -> bool:
        """Another thing that the visitor did; `done` is called when it has been dealt with. False when too much
        waits."""
        if len(self._box) >= MOST:
            return False
        self._box.append((incoming, done))
        self.wake()
        return True

    def tell(self, event: TalkEvent) -> None:
        """Another thing that the engine told."""
        self._box.append(event)
        self.wake()

    def wake(self) -> None:
        """There is something to do, or it is time for a look."""
        if self._waiting and not self._waiting.done():
            self._waiting.set_result(None)

    def close(self) -> list[int]:
        """Begin nothing more after what is being done; the numbers of messages that came and were not looked at."""
        came = [getattr(item[0], "message", 0) for item in self._box if isinstance(item, tuple)]
        self._closing = True
        self.settle()
        self.wake()
        return [message for message in came if message]

    def settle(self) -> None:
        """Say of all that waits here that it has been dealt with: nobody will any more."""
        waiting, self._box = self._box, []
        for item in waiting:
            if isinstance(item, tuple):
                item[1]()
        if self._dealing:
            self._dealing()

    async def run(self) -> None:
        """Until there is nothing to do, or somebody ends it."""
        try:
            await self._load()
            while await self._step():
                pass
        except NoLonger:
            return
        except Parted:
            await self._part()
        finally:
            self.over = True
            self._follow(None)

    async def _load(self) -> None:
        while not self.loaded:
            try:
                record = await self._house.memory.load(self._id)
            except HandoverError:
                await asyncio.sleep(_RETRY)
                continue
            self.loaded, self._deeds.new = True, record is None
            self.chat.record = record or self.chat.record
        self._follow(self.chat.record.talk)

    async def _step(self) -> bool:
        """Deal with the next thing; false when there is none, nor any talk that could bring one."""
        while not self._box:
            if not self._ref or self._closing:
                return False
            self._waiting = asyncio.get_running_loop().create_future()
            await self._waiting
            self._waiting = None
            if not self._box:
                await self._look()
        if not self._box:
            return bool(self._ref)
        item = self._box.pop(0)
        if isinstance(item, tuple):
            await self._take(*item)
        elif isinstance(item, IsWriting):
            self._house.do(self._house.line.show_writing(self._id))
        else:
            self._hear_events(item)
            await self._look()
        return True

    def _hear_events(self, *more: TalkEvent) -> None:
        """One look sees all that the events so far tell of, but why a talk has ended."""
        events = [*more, *(item for item in self._box if not isinstance(item, tuple))]
        self._box = [item for item in self._box if isinstance(item, tuple | IsWriting)]
        self._reason = next((event.reason for event in events if isinstance(event, WasEnded)), self._reason)

    async def _look(self) -> None:
        if not self._deeds.talk:
            return
        reader = self.chat.record.person
        try:
            await self._deeds.talk.look()
        except NoLonger:
            raise
        except HandoverError:
            await asyncio.sleep(_RETRY)  # the next look comes by itself
        except Parted:
            raise
        except Exception as error:  # noqa: BLE001  # the talk goes on, and its words are in nobody's log
            log_failure(_logger, error_id(), error)
            await asyncio.sleep(_RETRY)
        self._note_reader(reader)
        self._follow(self.chat.record.talk)

    def _note_reader(self, before: str) -> None:
        """Whatever was written before the visitor was told of another reader was meant for the one before."""
        if self.chat.record.person != before:
            self._turned = max((message for _, message in self.chat.record.messages), default=0)

    async def _take(self, incoming: Incoming, done: Callable[[], None]) -> None:
        record, self._dealing = self.chat.record, done
        if incoming.update in record.seen:
            done()
            return
        message = getattr(incoming, "message", None)
        record = record.with_update(incoming.update)
        self.chat.record = record.with_messages(self._house.hour(), message) if message else record
        try:
            await self._deal(incoming)
            self._follow(self.chat.record.talk)
            await self.chat.save()
        except (NoLonger, Parted):
            raise
        except HandoverError:
            await self.chat.tell(self.chat.words["trouble.turn"])
        except Exception as error:  # noqa: BLE001  # the chat goes on, and its words are in nobody's log
            log_failure(_logger, error_id(), error)
            await self.chat.tell(self.chat.words["error.broken"] + " " + self.chat.words["error.danger"])
        done()

    async def _deal(self, incoming: Incoming) -> None:
        reader = self.chat.record.person
        if self._deeds.talk:
            self._deeds.talk.sign()
            await self._look_first(self._deeds.talk)
            self._follow(self.chat.record.talk)
        self._note_reader(reader)
        now = self.chat.record.person
        if isinstance(incoming, Typed) and (reader != now or incoming.message < self._turned) and not incoming.command:
            # What was meant for one reader does not go to another: whoever wrote it could not know yet.
            words = self.chat.words["write.now-person" if now else "write.now-bot"]
            await self.chat.tell(words.replace("{name}", now))
            return
        await self._deeds.deal(incoming)

    async def _look_first(self, talk: Talk) -> None:
        """Who reads is known before anything is said; an engine that does not answer is given some time."""
        for _ in range(_TRIES - 1):
            try:
                return await talk.look()
            except NoLonger:
                raise
            except HandoverError:
                await asyncio.sleep(_RETRY)
        return await talk.look()

    def _follow(self, ref: TalkRef | None) -> None:
        """Listen to this talk from now on, and to none before it."""
        if ref == self._ref:
            return
        self._ref = ref
        if self._listening:
            self._listening.cancel()
        self._reason = None
        self._deeds.turn_to(Talk(self.chat, ref, self._why_ended) if ref else None)
        self._listening = asyncio.create_task(self._listen(ref)) if ref else None
        self._box = [item for item in self._box if isinstance(item, tuple)]

    def _why_ended(self) -> EndReason | None:
        self._hear_events()
        return self._reason

    async def _listen(self, ref: TalkRef) -> None:
        while True:
            with contextlib.suppress(HandoverError):
                async with self._house.end.follow(ref) as events:
                    self.wake()  # a look from here on misses nothing
                    async for event in events:
                        self.tell(event)
            await asyncio.sleep(_RETRY)

    async def _part(self) -> None:
        """Nobody is there any more: the talk ends, and staff are told."""
        record = self.chat.record
        with contextlib.suppress(HandoverError):
            if record.talk:
                await self._house.said.reception.end(record.talk, EndReason.EXIT)
            await self._house.memory.forget(self._id)
        self.settle()
