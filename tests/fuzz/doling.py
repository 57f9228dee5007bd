"""Turns bytes into what a target needs, so that a change of a byte is a small change of the thing."""

import json
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

T = TypeVar("T")


class Dole:
    """Hands the bytes out from the front; when they are used up it hands out nothing but zeros."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def number(self, size: int = 1) -> int:
        """A number of so many bytes."""
        taken = self._data[self._at : self._at + size].ljust(size, b"\0")
        self._at += size
        return int.from_bytes(taken, "big")

    def pick(self, choices: Sequence[T]) -> T:
        """One of these."""
        return choices[self.number() % len(choices)]

    def text(self) -> str:
        """A text whose length is told by a byte, and whose signs are in no way well-formed."""
        length = self.number()
        taken = self._data[self._at : self._at + length]
        self._at += length
        return taken.decode("utf-8", "surrogateescape")

    def rest(self) -> bytes:
        """All that is left."""
        left, self._at = self._data[self._at :], len(self._data)
        return left

    def value(self, depth: int = 2) -> Any:
        """Something that JSON can hold."""
        plain: tuple[Callable[[], Any], ...] = (
            lambda: self.number(2),
            lambda: -self.number(8),
            self.text,
            lambda: None,
            lambda: bool(self.number() & 1),
            lambda: self.number(2) / 7,
            lambda: "A" * 22,
        )
        nested: tuple[Callable[[], Any], ...] = (
            lambda: [self.value(depth - 1) for _ in range(self.number() % 4)],
            lambda: {self.text(): self.value(depth - 1) for _ in range(self.number() % 4)},
        )
        return self.pick(plain + nested if depth else plain)()

    def json(self, kinds: Sequence[str], names: Sequence[str]) -> str:
        """An object with a `type` out of `kinds` and some fields of these names; now and then not even that."""
        fields: dict[str, Any] = {self.pick(names): self.value() for _ in range(self.number() % 8)}
        fields["type"] = self.pick([*kinds, self.text()])
        return json.dumps(fields)
