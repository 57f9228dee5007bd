"""What both adapters share: their connections, verbs of a talk, and events of a talk."""

import json
from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any, ClassVar

from handover.codec import read_event
from handover.events import Resync, TalkEvent
from handover.keys import TalkKeys, desk_keys, kind_of, talk_keys, well_formed
from handover.listener import Follower
from handover.shown import Shown
from handover.values import DeskId, Limits, TalkRef
from handover.wire import Arg, Wire

TOGETHER = 50  # talks of one call: the engine answers nobody else for a third of a millisecond
LAST_SEQ = 2**53  # numbers beyond it are no longer whole in the engine's Lua


class RedisEnd:
    """One end of the handover on Redis 7 or Valkey; its promises are in `handover.ports`."""

    _speaks: ClassVar[str] = "up"  # the channel of what this end says

    def __init__(
        self,
        url: str,
        limits: Limits | None = None,
        *,
        timeout: float = 2.0,
        queue: int = 256,
    ) -> None:
        """`url` as `handover.engines.read_address` takes it, with its BadEngine; `timeout` in seconds for each call;
        `queue` events a follower may lag behind."""
        self._limits = limits or Limits()
        self._wire = Wire(url, timeout=timeout, queue=queue)
        self._shown: Shown[tuple[TalkRef, str]] = Shown(self._tell_shown)

    async def open(self) -> None:
        """Connect. EngineUnavailable when there is no engine, HandoverError when it refuses our user."""
        await self._wire.open()

    async def close(self) -> None:
        """Give every connection back; safe to call twice."""
        await self._shown.close()
        await self._wire.close()

    async def count(self, desk: DeskId, names: dict[str, int], batch: str = "") -> None:
        """Add to the closed counters' bucket of a desk, all of them or none; a batch with a name once."""
        await self._wire.call("count", desk_keys(desk), names=json.dumps(names), name=batch)

    async def _talk(self, verb: str, ref: TalkRef, own: str = "up", /, **args: Arg) -> list[Any]:
        """Run a verb on a talk; `own` is what the verb calls its log or channel. A ref that no talk can have is gone:
        it comes from a page and may be anything."""
        try:
            keys = TalkKeys(ref, own)
        except ValueError:
            return [b"gone"]
        return await self._wire.call(verb, keys, **args)

    async def _watch(self, ref: TalkRef, kinds: Sequence[str]) -> Follower[TalkEvent]:
        keys = talk_keys(ref) if well_formed(ref) else {}
        return await self._wire.watch([keys[kind] for kind in kinds if keys], _read_event, Resync())

    def _note_shown(self, ref: TalkRef, staff: str, seq: int) -> None:
        if well_formed(ref):
            self._shown.note((ref, staff), clamp(seq))

    async def _tell_shown(self, shown: Mapping[tuple[TalkRef, str], int]) -> None:
        for desk in {ref.desk for ref, _ in shown}:
            own = [each for each in shown.items() if each[0][0].desk == desk]
            for at in range(0, len(own), TOGETHER):
                await self._tell_heard(own[at : at + TOGETHER])

    async def _tell_heard(self, shown: Sequence[tuple[tuple[TalkRef, str], int]]) -> list[Any]:
        """What the engine says of each, of one desk. An empty name is the visitor's."""
        side = "down" if self._speaks == "up" else "up"
        each = [TalkKeys(ref, self._speaks) for (ref, _), _ in shown]
        told = " ".join(f"{staff or '/'} {seq}" for (_, staff), seq in shown)
        return await self._wire.call("heard", each[0], each, side=side, shown=told)

    async def _heard(self, ref: TalkRef, staff: str, seq: int) -> list[Any]:
        if not well_formed(ref):
            return [b"gone"]
        (reply,) = await self._tell_heard([((ref, staff), clamp(seq))])
        return list(reply)

    def _follow(self, ref: TalkRef, kinds: Sequence[str]) -> AbstractAsyncContextManager[Follower[TalkEvent]]:
        """Events of a talk; of a ref that no talk can have there is nothing to hear."""
        keys = talk_keys(ref) if well_formed(ref) else {}
        return self._wire.follow([keys[kind] for kind in kinds if keys], _read_event, Resync())


def clamp(seq: int) -> int:
    """A number from a page, within what the engine can count."""
    return max(0, min(seq, LAST_SEQ))


def _read_event(channel: str, payload: bytes) -> TalkEvent:
    return read_event(kind_of(channel), payload)
