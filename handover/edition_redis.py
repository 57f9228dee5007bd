"""The staff's end of what is published of texts, directory and desks: only this side may write it."""

from handover.end_redis import RedisEnd
from handover.keys import EDITION
from handover.values import EDITION_DAYS, Edition, Mark


class StaffEditions(RedisEnd):
    """The part of `handover.ports.StaffEnd` that publishes."""

    async def mark(self) -> Mark | None:
        life = EDITION_DAYS * 86_400_000
        (number, digest), _ = await self._wire.read(("HMGET", EDITION, "number", "digest"), ("PEXPIRE", EDITION, life))
        return None if number is None else (int(number), digest.decode())

    async def publish(self, edition: Edition) -> bool:
        reply = await self._wire.call(
            "publish",
            {"edition": EDITION},
            number=edition.number,
            digest=edition.digest,
            document=edition.document,
            seconds=EDITION_DAYS * 86_400,
        )
        return reply == [b"published"]
