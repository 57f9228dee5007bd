"""What every browser of these tests can do: a few deeds of a person, whatever the browser is driven by."""

from collections.abc import Iterable
from contextlib import AbstractAsyncContextManager
from typing import Any, Literal, Protocol

Stroke = tuple[Literal["down", "up"], str]  # a key by its code or its letter: ShiftLeft, Escape, a

# The keys that are no letters, as the W3C's protocols write them.
KEYS = {"ShiftLeft": "\ue008", "ShiftRight": "\ue050", "Escape": "\ue00c", "AltLeft": "\ue00a", "ControlLeft": "\ue009"}


class Tab(Protocol):
    """A tab that was opened for one test: its history begins with it."""

    async def go(self, address: str) -> None:
        """As by typing the address. Returns when the page is there, or when it cannot be had."""

    async def run(self, script: str, *values: object) -> Any:
        """The body of a function with `values` as `arguments`, in the page; what it returns, as JSON can hold it."""

    async def click(self, css: str) -> None:
        """With the mouse, in the middle of the element."""

    async def strike(self, strokes: Iterable[Stroke]) -> None:
        """Real keys, one after the other."""

    async def back(self) -> None:
        """One step back in the tab's history, as by the browser's button. Returns at once or when the page is there."""

    async def address(self) -> str:
        """Of the page that the tab stands on."""

    async def resize(self, width: int, height: int) -> None:
        """The room that the page has, in its own pixels, as near as the browser goes."""

    async def frame(self) -> "Tab":
        """The first frame in the page; its keys and clicks are the tab's."""


class Program(Protocol):
    """A running browser."""

    name: str

    def tab(self, *, scripts: bool = True, agent: str = "") -> AbstractAsyncContextManager[Tab]:
        """A new tab, closed at the end of the block; with or without JavaScript, by its own or by another name."""


def press(*keys: str) -> list[Stroke]:
    """Each key down and up."""
    return [(way, key) for key in keys for way in ("down", "up")]


def hold(key: str, *strokes: Stroke) -> list[Stroke]:
    """The strokes while that key is down."""
    return [("down", key), *strokes, ("up", key)]
