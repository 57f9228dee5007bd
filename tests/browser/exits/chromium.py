"""Chromium as Debian ships it, with what Playwright usually switches off: the memory for going back."""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, Error, Page, async_playwright

from tests.browser.exits.tabs import Stroke, Tab

_BACK = 5_000  # milliseconds; a page that sends itself away never finishes its way back


class ChromiumTab:
    def __init__(self, page: Page) -> None:
        self.page = page

    async def go(self, address: str) -> None:
        try:
            await self.page.goto(address)
        except Error as error:
            assert "net::ERR" in str(error) or "interrupted" in str(error), error

    async def run(self, script: str, *values: object) -> Any:
        return await self.page.evaluate(
            f"(values) => (function () {{ {script} }}).apply(null, values)", list(values)
        )

    async def click(self, css: str) -> None:
        await self.page.click(css, no_wait_after=True)

    async def strike(self, strokes: Iterable[Stroke]) -> None:
        for way, key in strokes:
            await (self.page.keyboard.down(key) if way == "down" else self.page.keyboard.up(key))

    async def back(self) -> None:
        try:
            await self.page.go_back(timeout=_BACK, wait_until="commit")
        except Error as error:
            assert "Timeout" in str(error) or "interrupted" in str(error) or "net::ERR" in str(error), error

    async def address(self) -> str:
        return self.page.url

    async def resize(self, width: int, height: int) -> None:
        await self.page.set_viewport_size({"width": width, "height": height})


class Chromium:
    """One running Chromium; each tab has a profile of its own in memory."""

    name = "chromium"

    def __init__(self, browser: Browser) -> None:
        self._browser = browser

    @asynccontextmanager
    async def tab(self, *, scripts: bool = True, **options: Any) -> AsyncIterator[Tab]:
        context = await self._browser.new_context(java_script_enabled=scripts, **options)
        context.set_default_timeout(30_000)
        try:
            yield ChromiumTab(await context.new_page())
        finally:
            await context.close()


@asynccontextmanager
async def chromium(program: Path, switches: list[str]) -> AsyncIterator[Chromium]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=program, args=switches, ignore_default_args=["--disable-back-forward-cache"]
        )
        try:
            yield Chromium(browser)
        finally:
            await browser.close()
