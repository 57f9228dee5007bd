"""Leaving: the talk ends, the record goes, and every message that Telegram lets us delete is deleted.

What is to be deleted is in memory alone by then. While Telegram or the engine answers with errors it is tried again,
for ten minutes at most.
"""

import asyncio
import random
from collections.abc import Callable, Coroutine
from typing import Any

from bot.telegram.house import House
from bot.telegram.line import Sent
from bot.telegram.rendering import outgoing
from handover.ports import HandoverError
from handover.values import EndReason, TalkRef

LONGEST = 600.0  # seconds
_BATCH = 100  # messages that Telegram deletes at once
_SOON = 2.0  # seconds that the engine gets before the visitor is told that it is not done yet
_FIRST_RETRY, _LONGEST_RETRY = 0.5, 20.0  # seconds


class Leaving:
    """One visitor's. `messages` are the numbers of all that is known to be in the chat, in any order; `done` is called
    when the update that asked for it has been dealt with."""

    def __init__(
        self,
        house: House,
        chat: int,
        language: str,
        talk: TalkRef | None,
        messages: list[int],
        done: Callable[[], None],
    ) -> None:
        self.erased = asyncio.Event()  # the engine has nothing of this chat any more
        self._house = house
        self._chat = chat
        self._words = house.said.words.of(language)
        self._talk = talk
        self._messages = sorted(set(messages), reverse=True)  # what was said last goes first
        self._done = done
        self._until = house.clock() + LONGEST

    async def run(self) -> None:
        """Erase, delete, and tell; then go on with what did not succeed."""
        erasing = asyncio.create_task(self._erase())
        try:
            deleted = await self._delete()
            await asyncio.wait({erasing}, timeout=_SOON)  # that nothing is left with us is said when it is so
            if deleted and erasing.done() and erasing.result():
                await self._say("leave.done")
                return
            await self._say("leave.partly")
            if await self._insist(self._delete) and await erasing:
                await self._say("leave.done")
        finally:
            await erasing

    async def _erase(self) -> bool:
        try:
            return await self._insist(self._forget)
        finally:
            self.erased.set()
            self._done()

    async def _forget(self) -> bool:
        try:
            if self._talk:
                await self._house.said.reception.end(self._talk, EndReason.EXIT)
                self._talk = None
            await self._house.memory.forget(self._chat)
        except HandoverError:
            return False
        return True

    async def _delete(self) -> bool:
        """Whether nothing is left of what is known."""
        left: list[int] = []
        for at in range(0, len(self._messages), _BATCH):
            batch = self._messages[at : at + _BATCH]
            if not await self._house.line.delete(self._chat, batch):
                left += batch
        self._messages = left
        return not left

    async def _say(self, key: str) -> None:
        for message in outgoing(self._words[key]):
            sent = await self._house.line.send(self._chat, message.text)
            if key == "leave.partly" and isinstance(sent, Sent):
                self._messages.insert(0, sent.message)

    async def _insist(self, deed: Callable[[], Coroutine[Any, Any, bool]]) -> bool:
        """Until it succeeds, or the time is over; whether it did."""
        pause = _FIRST_RETRY
        while not await deed():
            if self._house.clock() + pause > self._until:
                return False
            await asyncio.sleep(pause)
            pause = min(pause * random.uniform(1.5, 2.0), _LONGEST_RETRY)  # noqa: S311  # spreads load, guards nothing
        return True
