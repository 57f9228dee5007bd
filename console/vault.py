"""What the console hands out and takes back, or keeps in its tables, without anybody else reading or changing it."""

import hashlib
import hmac
from collections.abc import Callable

from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError

from console.tables import Sessions, Spent
from safety.tokens import TokenError, seal, unseal

_GRAIN = 300  # seconds: as with sign-ins, no moment can be told from a row
_FOR_GOOD = 10**10  # seconds


class Vault:
    """Seals under the console's key of 32 bytes. `purpose` keeps one kind of token from passing for another."""

    def __init__(self, key: bytes, sessions: Sessions, clock: Callable[[], float]) -> None:
        self._key = key
        self._sessions = sessions
        self._clock = clock

    def seal(self, purpose: str, data: bytes) -> str:
        """A token over `data`; it goes into pages and tables."""
        return seal(self._key, purpose, data, int(self._clock()))

    def unseal(self, purpose: str, token: str, max_age: int = _FOR_GOOD) -> bytes | None:
        """The data of a token that was sealed here for this purpose, at most `max_age` seconds ago; else None."""
        try:
            return unseal(self._key, purpose, token, int(self._clock()), max_age)
        except TokenError:
            return None

    async def spend(self, purpose: str, value: bytes, seconds: int, grain: int = _GRAIN) -> bool:
        """Whether `value` counts: the first time within `seconds`, in whichever process. Never raises for a second.
        What is kept of it tells no time finer than `grain` seconds."""
        digest = hmac.digest(self._key, b"console spent " + purpose.encode() + b"\n" + value, hashlib.sha256)
        until = -(-(int(self._clock()) + seconds) // grain) * grain
        try:
            async with self._sessions.begin() as session:
                session.add(Spent(mark=digest.hex(), until=until))
        except IntegrityError:
            return False
        return True

    async def purge(self) -> None:
        """Forget what could not be used again anyway."""
        async with self._sessions.begin() as session:
            await session.execute(delete(Spent).where(Spent.until <= int(self._clock())))
