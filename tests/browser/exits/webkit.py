"""WebKit as Debian ships it: MiniBrowser, driven by WebKitWebDriver over the W3C protocol, on a screen of Xvfb."""

import asyncio
import os
import subprocess
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import httpx

from tests.browser.exits.processes import end, start
from tests.browser.exits.tabs import KEYS, Stroke, Tab
from tests.running import free_port

DRIVER = Path("/usr/bin/WebKitWebDriver")
BROWSER = Path("/usr/lib/x86_64-linux-gnu/webkit2gtk-4.1/MiniBrowser")
MISSING = "Debian's packages webkit2gtk-driver and xvfb are missing: run scripts/system-packages"
_SCRIPT_LIMIT = 5_000  # milliseconds; every script here returns at once
_PATIENCE = 120  # seconds for one answer: some are hundreds of keys, on a machine that may be busy
_ANSWER = 20  # the same of a script, which the driver gives up after _SCRIPT_LIMIT, if it has not lost it with its page
_ARRIVED = "return [location.href, document.readyState, window.before === true]"
_ELEMENT = "element-6066-11e4-a52e-4f735466cecf"


class Unanswered(AssertionError):
    """The page went away while it was asked."""


class WebKitTab:
    """A session of its own: WebKit's tabs share their switches."""

    def __init__(self, client: httpx.AsyncClient, session: str, *, inside: bool = False) -> None:
        self._client = client
        self._session = session
        self._inside = inside

    async def go(self, address: str) -> None:
        with suppress(Unanswered):
            await self.run("window.before = true")  # the page of now may have the same address, and be whole
        await self._ask("POST", "url", {"url": address})
        for _ in range(400):
            # A page that goes away while it is asked answers nothing: then the next one is asked.
            with suppress(Unanswered):
                if await self.run(_ARRIVED) == [address, "complete", False]:
                    return
            await asyncio.sleep(0.05)
        raise AssertionError(f"{address} did not come")

    async def run(self, script: str, *values: object) -> Any:
        return await self._ask("POST", "execute/sync", {"script": script, "args": list(values)})

    async def click(self, css: str) -> None:
        found = await self._ask("POST", "element", {"using": "css selector", "value": css})
        await self._ask("POST", f"element/{found[_ELEMENT]}/click", {})

    async def strike(self, strokes: Iterable[Stroke]) -> None:
        actions = [{"type": "key" + way.title(), "value": KEYS.get(key, key)} for way, key in strokes]
        await self._ask("POST", "actions", {"actions": [{"type": "key", "id": "keys", "actions": actions}]})

    async def back(self) -> None:
        await self._ask("POST", "back", {}, may_fail=True)

    async def address(self) -> str:
        # The driver would name a page that is only on its way.
        return str(await self.run("return location.href"))

    async def resize(self, width: int, height: int) -> None:
        await self._ask("POST", "window/rect", {"width": width, "height": height})
        inner = await self.run("return [innerWidth, innerHeight]")
        rest = {"width": 2 * width - inner[0], "height": 2 * height - inner[1]}
        await self._ask("POST", "window/rect", rest)

    async def frame(self) -> Tab:
        return WebKitTab(self._client, self._session, inside=True)

    async def _ask(self, method: str, path: str, body: Any = None, *, may_fail: bool = False) -> Any:
        for frame in (None, 0) if self._inside else (None,):
            await self._client.post(f"{self._session}/frame", json={"id": frame})
        limit = _ANSWER if path == "execute/sync" else _PATIENCE
        try:
            answer = await self._client.request(method, f"{self._session}/{path}", json=body, timeout=limit)
        except httpx.ReadTimeout:
            raise Unanswered(path) from None
        value = answer.json()["value"]
        if answer.is_success or may_fail:
            return value
        went = value["error"] == "script timeout" or "before the unload event" in value["message"]
        raise (Unanswered if went else AssertionError)(f"{path}: {value['error']}: {value['message']}")


class WebKit:
    """The driver, with a browser per tab."""

    name = "webkit"

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client

    @asynccontextmanager
    async def tab(self, *, scripts: bool = True, agent: str = "") -> AsyncIterator[Tab]:
        switches = ["--automation", "--full-screen", f"--enable-javascript={str(scripts).lower()}"]
        if agent:
            switches.append(f"--user-agent={agent}")
        options = {"binary": str(BROWSER), "args": switches}
        # Left to itself the driver answers nothing while a page is on its way; looking then is what some tests are for.
        # What it asks of a page that is just going away may never be answered, so it gives up before we do.
        limits = {"script": _SCRIPT_LIMIT}
        wanted = {"pageLoadStrategy": "none", "timeouts": limits, "webkitgtk:browserOptions": options}
        answer = await self._client.post("/session", json={"capabilities": {"alwaysMatch": wanted}})
        assert answer.is_success, answer.text
        session = f"/session/{answer.json()['value']['sessionId']}"
        try:
            yield WebKitTab(self._client, session)
        finally:
            await self._client.delete(session)


@asynccontextmanager
async def webkit(home: Path) -> AsyncIterator[WebKit]:
    """The driver and a screen for its browsers, with `home` for whatever they keep."""
    async with screen() as display:
        port = free_port()
        driver = _launch(port, display, home)
        try:
            async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=_PATIENCE) as client:
                await _until_it_answers(client)
                yield WebKit(client)
        finally:
            end(driver)


@asynccontextmanager
async def screen() -> AsyncIterator[str]:
    """A screen of Xvfb: its name for DISPLAY."""
    reading, writing = os.pipe()
    try:
        command = ["Xvfb", "-displayfd", str(writing), "-screen", "0", "1280x1000x24", "-nolisten", "tcp"]
        process = start(command, pass_fds=(writing,))
    finally:
        os.close(writing)
    try:
        with os.fdopen(reading) as tells:
            number = (await asyncio.to_thread(tells.readline)).strip()
        assert number, "Xvfb did not start"
        yield f":{number}"
    finally:
        end(process)


def _launch(port: int, display: str, home: Path) -> subprocess.Popen[bytes]:
    assert DRIVER.exists() and BROWSER.exists(), MISSING
    home.mkdir(parents=True, exist_ok=True)
    english = {"LANG": "en_GB.UTF-8", "LC_ALL": "en_GB.UTF-8"}
    return start([DRIVER, f"--port={port}"], env={**os.environ, **english, "DISPLAY": display, "HOME": str(home)})


async def _until_it_answers(client: httpx.AsyncClient) -> None:
    for _ in range(200):
        try:
            await client.get("/status")
        except httpx.TransportError:
            await asyncio.sleep(0.05)
        else:
            return
    raise AssertionError("WebKitWebDriver does not answer")
