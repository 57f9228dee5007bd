"""The port `handover.chats` on Redis 7 or Valkey."""

from handover.chats import LIFE, MOST_RECORD
from handover.end_redis import RedisEnd, clamp
from handover.keys import chat_keys
from handover.values import DeskId, Done, Gone, TalkRef


class RedisVisitorChats(RedisEnd):
    """`handover.chats.VisitorChats`; what each method promises is written there."""

    async def fetch(self, desk: DeskId, holder: str, milliseconds: int) -> bool:
        (held,) = await self._wire.call("poll", chat_keys(desk), holder=holder, milliseconds=milliseconds)
        return bool(held)

    async def remember(self, desk: DeskId, holder: str, name: str, record: bytes, *, live: bool) -> bool:
        if len(record) > MOST_RECORD:
            raise ValueError(f"a record has at most {MOST_RECORD} bytes")
        reply = await self._wire.call(
            "remember", chat_keys(desk, name), holder=holder, name=name, record=record, seconds=LIFE, live=int(live)
        )
        return reply == [b"done"]

    async def recall(self, desk: DeskId, name: str) -> bytes | None:
        (record,) = await self._wire.read(("GET", chat_keys(desk, name)["chat"]))
        return bytes(record) if record is not None else None

    async def forget(self, desk: DeskId, name: str) -> bool:
        (gone,) = await self._wire.call("forget", chat_keys(desk, name), name=name)
        return bool(gone)

    async def be_unsure(self, ref: TalkRef, seq: int) -> Done | Gone:
        return Done() if await self._talk("unsure", ref, seq=clamp(seq)) == [b"done"] else Gone()

    async def live_chats(self, desk: DeskId) -> list[str]:
        (names,) = await self._wire.read(("ZRANGE", chat_keys(desk)["chats"], 0, -1))
        return [name.decode() for name in names]
