"""The records of all chats, as this process reads and writes them while it is the one that fetches."""

import secrets

from bot.telegram.record import BadRecord, Record, read_record, write_record
from handover.ports import HandoverError, VisitorEnd
from handover.values import DeskId
from safety.chats import SALT, name_chat, open_record, seal_record
from safety.tokens import BadToken


class NoLonger(HandoverError):
    """Another process fetches by now: whatever this one is at, it does not go on."""


class Memory:
    """Records of a desk's chats under `key` (32 bytes); `holder` is the name under which this process fetches."""

    def __init__(self, end: VisitorEnd, desk: DeskId, key: bytes, holder: str) -> None:
        self._end = end
        self._desk = desk
        self._key = key
        self._holder = holder

    async def load(self, chat: int) -> Record | None:
        """The record of a chat; None when there is none that this version can read. Raises HandoverError."""
        return await self._load(name_chat(self._key, chat))

    async def save(self, record: Record) -> None:
        """Keep it, for 48 hours from now. Raises NoLonger, or HandoverError when the engine fails."""
        name = name_chat(self._key, record.chat)
        sealed = seal_record(self._key, name, write_record(record), secrets.token_bytes(SALT))
        if not await self._end.remember(self._desk, self._holder, name, sealed, live=record.talk is not None):
            raise NoLonger("another process fetches")

    async def forget(self, chat: int) -> None:
        """Erase it. Raises HandoverError."""
        await self._end.forget(self._desk, name_chat(self._key, chat))

    async def live(self) -> list[Record]:
        """Those with a talk that goes on, from whichever process. Raises HandoverError."""
        found = [await self._load(name) for name in await self._end.live_chats(self._desk)]
        return [record for record in found if record and record.talk]

    async def _load(self, name: str) -> Record | None:
        sealed = await self._end.recall(self._desk, name)
        if sealed is None:
            return None
        try:
            return read_record(open_record(self._key, name, sealed))
        except (BadToken, BadRecord):
            return None
