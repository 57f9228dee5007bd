"""WebKit with a profile on disk. Under its driver it keeps none, so here the same browser runs as a person runs it.

What there is of it to hold is its inspector's socket: pages, scripts and clicks by script; no keys.
"""

import asyncio
import itertools
import json
import os
import re
import subprocess
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import httpx
from websockets.asyncio.client import ClientConnection, connect

from tests.browser.exits.processes import end, start
from tests.browser.exits.tabs import Stroke, Tab
from tests.browser.exits.webkit import BROWSER, MISSING, screen
from tests.running import free_port

_PATIENCE = 90  # seconds for one answer
_TYPE = """const box = document.activeElement;
box.value += arguments[0];
box.dispatchEvent(new Event("input", { bubbles: true }));"""


class InspectedTab:
    """The one window. A page of another site is another target, whose name comes over the same socket."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._numbers = itertools.count(1)
        self._open: dict[int, asyncio.Future[Any]] = {}
        self._target: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self.reading = asyncio.ensure_future(self._read())

    async def go(self, address: str) -> None:
        with suppress(AssertionError):  # another site is another page, and the one that was asked is gone
            await self._ask("Page.navigate", url=address)
        for _ in range(400):
            try:
                if await self.run("return [location.href, document.readyState]") == [address, "complete"]:
                    return
            except (TimeoutError, AssertionError):
                pass  # asked the page that went away
            await asyncio.sleep(0.05)
        raise AssertionError(f"{address} did not come")

    async def run(self, script: str, *values: object) -> Any:
        function = f"JSON.stringify((function () {{ {script} }}).apply(null, {json.dumps(values)}) ?? null)"
        answer = await self._ask("Runtime.evaluate", expression=function, returnByValue=True, emulateUserGesture=True)
        assert not answer.get("wasThrown"), answer["result"].get("description")
        return json.loads(answer["result"]["value"])

    async def click(self, css: str) -> None:
        with suppress(AssertionError):
            await self.run("const found = document.querySelector(arguments[0]); found.focus(); found.click();", css)

    async def strike(self, strokes: Iterable[Stroke]) -> None:
        await self.run(_TYPE, "".join(key for way, key in strokes if way == "down"))

    async def back(self) -> None:
        await self.run("history.back()")

    async def address(self) -> str:
        return str(await self.run("return location.href"))

    async def resize(self, width: int, height: int) -> None:
        raise NotImplementedError

    async def frame(self) -> Tab:
        raise NotImplementedError

    async def _ask(self, method: str, **parameters: Any) -> Any:
        number, outer = next(self._numbers), next(self._numbers)
        answered = self._open[number] = asyncio.get_running_loop().create_future()
        inner = json.dumps({"id": number, "method": method, "params": parameters})
        async with asyncio.timeout(_PATIENCE):
            sent = {"targetId": await self._target, "message": inner}
            await self._socket.send(json.dumps({"id": outer, "method": "Target.sendMessageToTarget", "params": sent}))
            return await answered

    async def _read(self) -> None:
        async for frame in self._socket:
            event = json.loads(frame)
            told = event.get("params", {})
            match event.get("method"):
                case "Target.targetCreated" if not told["targetInfo"].get("isProvisional"):
                    self._stand_on(told["targetInfo"]["targetId"])
                case "Target.didCommitProvisionalTarget":
                    self._stand_on(told["newTargetId"])
                case "Target.dispatchMessageFromTarget":
                    self._take(json.loads(told["message"]))

    def _stand_on(self, target: str) -> None:
        if self._target.done():
            self._target = asyncio.get_running_loop().create_future()
        self._target.set_result(target)
        for waiting in self._open.values():  # the page that was asked is gone
            if not waiting.done():
                waiting.set_exception(AssertionError("the page went away"))
        self._open.clear()

    def _take(self, answer: dict[str, Any]) -> None:
        waiting = self._open.pop(answer.get("id", 0), None)
        if waiting is not None and not waiting.done():
            waiting.set_result(answer.get("result", {}))


class KeptWebKit:
    """One running MiniBrowser with one window, which all its tabs are."""

    name = "webkit"

    def __init__(self, tab: InspectedTab) -> None:
        self._tab = tab

    @asynccontextmanager
    async def tab(self, *, scripts: bool = True, agent: str = "") -> AsyncIterator[Tab]:
        assert scripts and not agent, "this profile is as it is"
        yield self._tab


@asynccontextmanager
async def kept_webkit(profile: Path) -> AsyncIterator[KeptWebKit]:
    """A MiniBrowser that keeps what it keeps in this folder; ended by a signal."""
    port = free_port()
    async with screen() as display:
        process = _launch(profile, display, port)
        try:
            async with connect(await _find_socket(port), max_size=None) as socket:
                tab = InspectedTab(socket)
                yield KeptWebKit(tab)
                tab.reading.cancel()
        finally:
            end(process)


def _launch(profile: Path, display: str, port: int) -> subprocess.Popen[bytes]:
    assert BROWSER.exists(), MISSING
    folders = {f"XDG_{kind}_HOME": str(profile / kind.lower()) for kind in ("DATA", "CACHE", "CONFIG", "STATE")}
    for folder in folders.values():
        Path(folder).mkdir(parents=True, exist_ok=True)
    outer = {"HOME": str(profile), "DISPLAY": display, "LC_ALL": "en_GB.UTF-8", **folders}
    inspector = {"WEBKIT_INSPECTOR_HTTP_SERVER": f"127.0.0.1:{port}"}
    command = [str(BROWSER), "--enable-developer-extras=true", "data:text/html,"]
    return start(command, env={**os.environ, **outer, **inspector})


async def _find_socket(port: int) -> str:
    async with httpx.AsyncClient() as client:
        for _ in range(600):
            try:
                listed = (await client.get(f"http://127.0.0.1:{port}/")).text
            except httpx.TransportError:
                listed = ""
            if found := re.search(r"socket/\d+/\d+/WebPage", listed):
                return f"ws://127.0.0.1:{port}/{found[0]}"
            await asyncio.sleep(0.05)
    raise AssertionError("MiniBrowser did not start")
