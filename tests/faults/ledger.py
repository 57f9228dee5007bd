"""Hears everything that the engine publishes, and so knows in which order it did what: the third witness of a talk."""

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from handover.keys import binding
from handover.values import TalkId, TalkRef
from safety.text64 import write64
from tests.faults.diary import Deed, Kept
from tests.faults.town import ADMIN, DESK, ENGINE_PORT

UNHEARD = 5.0  # seconds after it begins to listen in which a talk may be heard of that was claimed a moment before


class Ledger:
    """What the engine did, by the binding of each talk."""

    def __init__(self, password: str) -> None:
        self._password = password
        self.kept: dict[str, list[Kept]] = {}
        self.ids: dict[str, str] = {}  # binding -> the talk's id in the engine
        self._since = 0.0  # when it began to listen

    async def listen(self, ready: Callable[[], None]) -> None:
        """Until cancelled, through any number of engines; `ready` is called each time it listens."""
        while True:
            with suppress(RedisError, OSError):
                client = self._client()
                async with client, client.pubsub() as heard:
                    await heard.psubscribe("*")
                    async for message in heard.listen():
                        if message["type"] == "psubscribe":
                            self._since = time.monotonic()
                            ready()
                        elif message["type"] == "pmessage":
                            self._take(message["channel"].decode(), message["data"])
            await asyncio.sleep(0.05)

    def _client(self) -> Redis:
        """Without the driver's own pauses: what a new engine does first would not be heard."""
        never = Retry(NoBackoff(), 0)
        whole = {"host": ADMIN, "port": ENGINE_PORT, "username": "admin", "password": self._password}
        return Redis(**whole, protocol=2, retry=never)  # type: ignore[arg-type]  # of several types

    def _take(self, channel: str, payload: bytes) -> None:
        kind, _, rest = channel.partition(":")
        kept = _read(kind, payload)
        if kept is None:
            return
        identity = rest.rpartition(":")[2]
        bound = write64(binding(TalkRef(DESK, TalkId(identity))))
        self.ids[bound] = identity
        if bound not in self.kept and kept.deed is not Deed.CLAIMED and time.monotonic() - self._since < UNHEARD:
            self.kept[bound] = [Kept(Deed.CLAIMED)]  # before the first word, and before anybody listened
        self.kept.setdefault(bound, []).append(kept)


def _read(kind: str, payload: bytes) -> Kept | None:
    sign, rest = payload[:1], payload[1:]
    if kind in {"up", "down"} and sign == b"s":
        seq, identity, _ = rest.split(b" ", 2)
        return Kept(Deed(kind), seq=int(seq), id=identity.decode())
    match kind, sign:
        case "down", b"t":
            return Kept(Deed.CLAIMED, who=rest.decode())
        case "talk", b"r":
            return Kept(Deed.RETURNED)
        case "talk", b"e":
            return Kept(Deed.ENDED)
    return None
