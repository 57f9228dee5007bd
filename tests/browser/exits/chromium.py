"""Chromium as Debian ships it, with what Playwright usually switches off: the memory for going back."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, BrowserContext, CDPSession, Error, Frame, Page, async_playwright

from tests.browser.exits.tabs import Stroke, Tab

_TRIES = 100
_PATIENCE = 90  # seconds for one answer
_BACK = 5_000  # milliseconds; a page that sends itself away never finishes its way back


class ChromiumTab:
    """A page, or a frame in it, which has no `session`."""

    def __init__(self, page: Page, frame: Frame, session: CDPSession | None = None) -> None:
        self.page = page
        self._frame = frame
        self._session = session

    async def go(self, address: str) -> None:
        try:
            await self.page.goto(address)
        except Error as error:
            assert "net::ERR" in str(error) or "interrupted" in str(error), error

    async def run(self, script: str, *values: object) -> Any:
        function = f"(values) => (function () {{ {script} }}).apply(null, values)"
        if self._session is None:
            return await self._frame.evaluate(function, list(values))
        # Playwright would wait for a navigation that is under way; looking in the meantime is what some tests are for.
        asked = {"expression": f"({function})({json.dumps(values)})", "returnByValue": True}
        async with asyncio.timeout(_PATIENCE):
            answer = await self._session.send("Runtime.evaluate", asked)
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]["exception"]["description"]
        return answer["result"].get("value")

    async def click(self, css: str) -> None:
        await self._frame.click(css, no_wait_after=True)

    async def strike(self, strokes: Iterable[Stroke]) -> None:
        keyboard = self.page.keyboard
        # They arrive in this order; waiting for each answer would take ten times as long.
        await asyncio.gather(*(keyboard.down(key) if way == "down" else keyboard.up(key) for way, key in strokes))

    async def back(self) -> None:
        for _ in range(_TRIES):
            if await self._went_back():
                return
            await asyncio.sleep(0.05)
        raise AssertionError("no page came that has a history")

    async def _went_back(self) -> bool:
        """False when one page had just made room for the next and neither had a history to ask for."""
        try:
            await self.page.go_back(timeout=_BACK, wait_until="commit")
        except Error as error:
            if "Not attached to an active page" in str(error):
                return False
            assert "Timeout" in str(error) or "interrupted" in str(error) or "net::ERR" in str(error), error
        return True

    async def address(self) -> str:
        return self._frame.url

    async def resize(self, width: int, height: int) -> None:
        await self.page.set_viewport_size({"width": width, "height": height})

    async def frame(self) -> Tab:
        return ChromiumTab(self.page, self.page.frames[1])


class Chromium:
    """One running Chromium; each tab has a profile of its own in memory."""

    name = "chromium"

    def __init__(self, browser: Browser) -> None:
        self._browser = browser

    @asynccontextmanager
    async def tab(self, *, scripts: bool = True, agent: str = "") -> AsyncIterator[Tab]:
        context = await self._browser.new_context(java_script_enabled=scripts, user_agent=agent or None)
        context.set_default_timeout(30_000)
        try:
            page = await context.new_page()
            yield ChromiumTab(page, page.main_frame, await context.new_cdp_session(page))
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


class KeptChromium:
    """One running Chromium with a profile on disk, which all its tabs share."""

    name = "chromium"

    def __init__(self, context: BrowserContext) -> None:
        self._context = context

    @asynccontextmanager
    async def tab(self, *, scripts: bool = True, agent: str = "") -> AsyncIterator[Tab]:
        assert scripts and not agent, "this profile is as it is"
        page = await self._context.new_page()
        try:
            yield ChromiumTab(page, page.main_frame, await self._context.new_cdp_session(page))
        finally:
            await page.close()


@asynccontextmanager
async def kept_chromium(program: Path, switches: list[str], profile: Path) -> AsyncIterator[KeptChromium]:
    """A Chromium with this profile; closed as a person closes it, so that it writes what it keeps."""
    async with async_playwright() as playwright:
        context = await playwright.chromium.launch_persistent_context(
            profile,
            executable_path=program,
            args=switches,
            ignore_default_args=["--disable-back-forward-cache"],
            locale="en-GB",
        )
        try:
            yield KeptChromium(context)
        finally:
            await context.close()
