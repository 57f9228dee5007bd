"""A visitor in whatever browser: what she does, and what can be seen from outside afterwards."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any

from tests.browser.exits.tabs import Tab

PATIENCE = 60.0  # seconds; most things take a few hundredths, but the machine may be busy with other tests

_PRESS = """const wanted = arguments[0];
const found = [...document.querySelectorAll("button, summary, .topic")].find((each) =>
  each.getClientRects().length && each.innerText.trim() === wanted);
found?.click();
return Boolean(found);"""
_WRITE = """const box = document.getElementById("text");
box.value = arguments[0];
box.dispatchEvent(new Event("input", { bubbles: true }));
box.form.requestSubmit(document.getElementById("send"));"""
_SEES = "return document.body.innerText.includes(arguments[0]);"


class Guest:
    """`home` is the address of our page as this browser reaches it."""

    def __init__(self, tab: Tab, home: str) -> None:
        self.tab = tab
        self.home = home

    async def opens_the_page(self, path: str = "") -> None:
        await self.tab.go(self.home + path)

    async def presses(self, *names: str) -> None:
        """The buttons of these names, each as soon as it is there."""
        for name in names:
            await eventually(lambda name=name: self.tab.run(_PRESS, name), f"no button {name}")  # type: ignore[misc]

    async def starts(self) -> None:
        await self.presses("Start", "Yes, that is fine", "Myself")
        await self.sees("Forced marriage")

    async def comes_to_wait(self) -> None:
        await self.presses("Talk to a person")
        await self.sees("This is how you are introduced")
        await self.presses("Talk to a person")
        await self.sees("You are number")

    async def writes(self, words: str) -> None:
        await self.tab.run(_WRITE, words)

    async def sees(self, words: str) -> None:
        await eventually(lambda: self.tab.run(_SEES, words), f"does not see: {words}")

    async def leaves(self) -> None:
        await self.tab.click("a.exit")

    async def is_at(self, address: str) -> None:
        """Comes to stand there and stays."""
        await eventually(lambda: self._stands_on(address), f"not at {address}", told=self.tab.address)
        await asyncio.sleep(0.05)
        assert await self.tab.address() == address

    async def _stands_on(self, address: str) -> bool:
        return await self.tab.address() == address


async def eventually(
    holds: Callable[[], Awaitable[Any]], otherwise: str, *, told: Callable[[], Awaitable[Any]] | None = None
) -> None:
    """Return when it holds; AssertionError when it does not within the patience.

    What fails while a page changes is tried again.
    """
    limit = time.monotonic() + PATIENCE
    failure = ""
    while True:
        last = time.monotonic() > limit  # the last look begins after the limit, however slow the looks are
        try:
            if await holds():
                return
        except Exception as error:  # noqa: BLE001  # between two pages there is nothing to ask
            failure = str(error)[:200]
        if last:
            now = await told() if told else ""
            raise AssertionError(f"{otherwise} {now} {failure}")
        await asyncio.sleep(0.03)
