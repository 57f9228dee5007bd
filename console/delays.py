"""Waiting after failed attempts, per name: slow enough against guessing, short enough for whoever mistyped."""

import hashlib
import secrets
from collections.abc import Callable

_FREE_FAILURES = 3  # mistypings that cost nothing
_LONGEST_DELAY = 30  # seconds: slow enough against guessing, short enough for a colleague who is locked out by one
_REMEMBERED_NAMES = 10_000  # names whose failures are kept, known or not; bounds the memory


class Delays:
    """Failed attempts per name, in memory, by a keyed hash of the name: what people mistype there may be a password."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._key = secrets.token_bytes(32)
        self._failures: dict[bytes, tuple[int, float]] = {}  # how many, and when the next is accepted

    def left(self, name: str) -> int:
        """Whole seconds until the next attempt is accepted; 0 when it is accepted now."""
        _, until = self._failures.get(self._mark(name), (0, 0.0))
        return max(0, int(until - self._clock() + 0.999))

    def count(self, name: str) -> int:
        """How many attempts have failed in a row."""
        return self._failures.get(self._mark(name), (0, 0.0))[0]

    def fail(self, name: str) -> None:
        """Count a failure; from the fourth in a row the wait doubles, up to _LONGEST_DELAY."""
        mark = self._mark(name)
        count = self._failures.pop(mark, (0, 0.0))[0] + 1
        wait = 0 if count <= _FREE_FAILURES else min(2.0 ** (count - _FREE_FAILURES), _LONGEST_DELAY)
        self._failures[mark] = (count, self._clock() + wait)
        if len(self._failures) > _REMEMBERED_NAMES:
            del self._failures[next(iter(self._failures))]

    def forget(self, name: str) -> None:
        """The right password was given."""
        self._failures.pop(self._mark(name), None)

    def _mark(self, name: str) -> bytes:
        return hashlib.blake2b(name.encode("utf-8", "replace"), key=self._key, digest_size=16).digest()
