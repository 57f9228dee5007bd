"""A talk in a chat: the waiting room, then a person. This process is the visitor's end of the seal.

Each message of the person's is noted before it is sent and after: one that was being sent when a process died, or whose
answer never came, is not sent again. Staff are told that nobody knows.
"""

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256

from bot.telegram.chat import Chat
from bot.telegram.codes import END
from bot.telegram.line import Sent
from bot.telegram.questions import Questions
from bot.telegram.queue import Queue
from bot.telegram.rendering import split_bytes
from bot.web.plain_seals import PlainSeals
from handover.helping import Helping
from handover.mending import Known
from handover.outlook import GuidedOn
from handover.ports import HandoverError
from handover.values import (
    Accepted,
    Channel,
    EndReason,
    Gone,
    Message,
    MessageId,
    Muted,
    OutOfOrder,
    Stale,
    Standing,
    TalkRef,
    Waiting,
    WithStaff,
)
from safety.devices import BadDevice
from safety.sealing import MAX_WORDS, SealError, read_head

_REMEMBERED = 64  # how far back the engine recognises a message that comes again
_TRIES, _RETRY = 4, 0.5  # times that the engine is asked, with a timeout of its own each; seconds between them
_PARTING = 1.0  # seconds in which the event that tells why a talk is gone may still come


class Talk:
    """The talk of one chat, for as long as it has one. `why` tells the reason of its end that the engine told, if it
    has."""

    __slots__ = (
        "_after", "_chat", "_fresh", "_known", "_met", "_muted", "_questions", "_queue",
        "_ref", "_refused", "_seals", "_why", "standing",
    )  # fmt: skip

    def __init__(self, chat: Chat, ref: TalkRef, why: Callable[[], EndReason | None]) -> None:
        self.standing: Standing | None = None
        self._chat = chat
        self._ref = ref
        self._known = Known()
        self._why = why
        self._queue: Queue | None = None  # while the visitor waits
        self._seals = PlainSeals(chat.house.end, chat.house.settings.organisation, ref, chat.record.keys)
        self._known.believe(self._seals.carried.newest)
        self._after: dict[int, int] | None = None  # the last counter of each epoch; None: not read yet
        self._fresh = True  # nothing was said yet: a message may have been said before this process began
        self._questions = Questions(chat, ref, self._seals)
        self._met: tuple[int, str, Helping | None] | None = None  # for which epoch and devices there is a key
        self._refused = ""  # the device that was told of as refused
        self._muted = False

    async def look(self) -> None:
        """Where it stands, and what is new of it. Raises HandoverError and Parted."""
        self.standing = standing = await self._chat.house.end.attend(self._ref, self._known)
        match standing:
            case WithStaff(device=""):
                pass  # the person's page is just opening
            case WithStaff():
                await self._with_person(standing)
            case Waiting():
                await self._in_line(standing)
            case GuidedOn(reason):
                turn = await self._chat.house.said.reception.guide_on(self._chat.record.state, Channel.TELEGRAM, reason)
                await self._close()
                await self._chat.show(turn, self._chat.words["ended.guided"])
                await self._chat.save()
            case Gone():
                await self._over()

    def sign(self) -> None:
        """The visitor did something."""
        if self._queue:
            self._queue.sign()

    @property
    def person(self) -> str:
        """Who reads now; empty: nobody does."""
        with_person = isinstance(self.standing, WithStaff) and self._chat.record.person
        return self._chat.record.person if with_person else ""

    async def say(self, text: str, update: int) -> None:
        """Words for the person, in their order, each once. Raises HandoverError when the engine does not take them."""
        if self._muted:
            await self._tell_person("talk.muted")
            return
        for number, part in enumerate(split_bytes(text, MAX_WORDS)):
            outcome = await self._say(part, f"{update}/{number}")
            if isinstance(outcome, Stale):  # a failover forgot the key: with another one
                self._known.believe(self._seals.carried.newest)
                await self.look()
                outcome = await self._say(part, f"{update}/{number}")
            if isinstance(outcome, Muted):
                await self._tell_person("talk.muted")
            if not isinstance(outcome, Accepted):
                return

    async def share(self, *, yes: bool) -> None:
        """Whether the person may read what was written before."""
        if isinstance(self.standing, WithStaff):
            await self._questions.share(self.standing, yes=yes)

    async def consent(self, number: int, *, yes: bool) -> None:
        """What the visitor said to what was asked."""
        if isinstance(self.standing, WithStaff) and await self._questions.answer(self.standing, number, yes=yes):
            await self._finish("ended.visitor")

    async def part(self) -> None:
        """Nobody shall read along any more."""
        await self._questions.part()
        await self.look()

    async def end(self, reason: EndReason, told: str) -> None:
        """End it for the visitor, who reads `told`. Raises HandoverError."""
        await self._chat.house.said.reception.end(self._ref, reason)
        await self._finish(told)

    # --- The waiting room ---

    async def _in_line(self, standing: Waiting) -> None:
        if self._chat.record.person:
            self._chat.record = replace(self._chat.record, person="")
            await self._chat.tell(self._chat.words["talk.returned"])
            await self._chat.save()
        self._queue = self._queue or Queue(self._chat, self._ref)
        if await self._queue.show(standing):
            await self.end(EndReason.SILENCE, "ended.silence")

    # --- A person ---

    async def _with_person(self, standing: WithStaff) -> None:
        if not await self._meet(standing):
            return
        if standing.name != self._chat.record.person:
            await self._greet(standing)
        if standing.muted != self._muted:
            self._muted = standing.muted
            await self._tell_person("talk.muted" if standing.muted else "talk.resumed")
        await self._questions.ask(standing)
        if standing.down_seq > self._chat.record.down:
            await self._hear()

    async def _meet(self, standing: WithStaff) -> bool:
        """Have a key for the devices that read now."""
        reader = standing.epoch, standing.device, standing.helping
        if reader == self._met:
            return True
        before = self._seals.carried
        try:
            met = await self._seals.meet(standing, self._chat.house.today())
        except BadDevice:
            if self._refused != standing.device:
                self._refused = standing.device
                words = self._chat.words["seal.refused"].replace("{name}", standing.name)
                await self._chat.tell(words, (self._chat.words["talk.end"], END))
            return False
        if self._seals.carried != before:
            await self._questions.keep_keys()
            await self._questions.tell_of_helper(before)
        if met and self._seals.carried.epoch(standing.epoch):
            self._met = reader
        return met

    async def _greet(self, standing: WithStaff) -> None:
        words = self._chat.words
        self._queue = None
        self._chat.record = replace(self._chat.record, person=standing.name, status=0)
        greeting = f"{words['talk.joined']} {words['talk.reads']}".replace("{name}", standing.name)
        await self._chat.tell(greeting, (words["talk.end"], END))
        await self._chat.save()

    async def _hear(self) -> None:
        """Pass on, in their order, what the person wrote and the chat does not have yet."""
        after = 0 if self._after is None else self._chat.record.down
        heard = await self._chat.house.end.hear(self._ref, after)
        self._after = {} if self._after is None else self._after
        for message in [] if isinstance(heard, Gone) else heard:
            if message.seq <= self._chat.record.down:
                self._skip(message, self._after)
            else:
                await self._pass_on(message, self._after)

    def _skip(self, message: Message, after: dict[int, int]) -> None:
        try:
            epoch, counter = read_head(message.body)
        except SealError:
            return
        after[epoch] = counter

    async def _pass_on(self, message: Message, after: dict[int, int]) -> None:
        words = self._seals.open_next(message.body, after)
        record = self._chat.record
        if message.seq <= record.trying:  # a process died while it was being sent
            await self._be_unsure(message.seq)
            return
        self._chat.record = replace(record, trying=message.seq)
        await self._chat.save()
        said = self._chat.words["seal.unopened"] if words is None else f"{record.person}:\n{words}"
        outcome = await self._chat.relay(said)
        if not isinstance(outcome, Sent):
            await self._be_unsure(message.seq)
            return
        self._chat.record = replace(self._chat.record, down=message.seq)
        await self._chat.save()
        await self._chat.house.end.heard(self._ref, message.seq)

    async def _be_unsure(self, seq: int) -> None:
        """Nobody knows whether the message arrived, and it is not sent again."""
        self._chat.record = replace(self._chat.record, down=seq, trying=max(seq, self._chat.record.trying))
        await self._chat.save()
        await self._chat.house.end.be_unsure(self._ref, seq)

    async def _say(self, words: str, unique: str) -> Accepted | Gone | Muted | Stale | None:
        """One message, with an id made of the update that brought it: brought again, it is recognised at the number
        that it got. None when nobody takes it for now."""
        message_id = MessageId(sha256(f"{self._ref.talk} {unique}".encode()).hexdigest()[:32])
        standing = self.standing if isinstance(self.standing, WithStaff) else None
        seq = max(1, (standing.up_seq if standing else 0) + 1 - (_REMEMBERED - 1 if self._fresh else 0))
        for _ in range(_REMEMBERED + 2):
            body = self._seals.seal(seq, words) or b""
            match await self._insist(seq, message_id, body):
                case Accepted(number) as accepted:
                    self._fresh = False
                    if standing:
                        self.standing = replace(standing, up_seq=max(standing.up_seq, number))
                    return accepted
                case OutOfOrder(expected):
                    seq = seq + 1 if seq < expected else expected
                case Muted() | Gone() | Stale() as refused:
                    return refused
                case _:
                    return None
        return None

    async def _insist(self, seq: int, message_id: MessageId, body: bytes) -> object:
        """An engine that does not answer is asked again: the same id at the same number counts once."""
        for _ in range(_TRIES - 1):
            with contextlib.suppress(HandoverError):
                return await self._chat.house.end.say(self._ref, seq, message_id, body, self._seals.carried.newest)
            await asyncio.sleep(_RETRY)
        return await self._chat.house.end.say(self._ref, seq, message_id, body, self._seals.carried.newest)

    # --- The end ---

    async def _over(self) -> None:
        reason = self._why()
        if reason is None:
            await asyncio.sleep(_PARTING)
            reason = self._why()
        await self._finish(f"ended.{reason}" if reason else "ended.lost")

    async def _finish(self, told: str) -> None:
        words = self._chat.words
        node = "after" if self._chat.record.person else "after-wait"
        await self._close()
        after = self._chat.house.said.reception.show(self._chat.record.state, None, node)
        await self._chat.show(after, f"{words[told]}\n\n{words['ended.here']}")
        await self._chat.save()

    async def _close(self) -> None:
        self._chat.record = self._chat.record.without_talk()
        await self._chat.save()

    async def _tell_person(self, key: str) -> None:
        await self._chat.tell(self._chat.words[key].replace("{name}", self._chat.record.person))
