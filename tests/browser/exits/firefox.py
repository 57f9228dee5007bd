"""Firefox as Debian ships it, spoken to in its own tongue: WebDriver BiDi over one socket, without a driver between."""

import asyncio
import itertools
import json
import os
import re
import subprocess
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from websockets.asyncio.client import ClientConnection, connect

from tests.browser.exits.processes import end, start
from tests.browser.exits.tabs import KEYS, Stroke, Tab

PROGRAM = Path("/usr/bin/firefox-esr")
MISSING = "Debian's package firefox-esr is missing: run scripts/system-packages"
# Only quiet: what Firefox keeps and forgets is as a person's Firefox has it.
_QUIET = {
    "app.normandy.enabled": False,
    "app.update.enabled": False,
    "browser.aboutwelcome.enabled": False,
    "browser.newtabpage.enabled": False,
    "browser.sessionstore.interval": 1000,  # milliseconds; a person's Firefox writes the same a little later
    "browser.shell.checkDefaultBrowser": False,
    "browser.startup.homepage_override.mstone": "ignore",
    "datareporting.policy.dataSubmissionEnabled": False,
    "extensions.update.enabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "services.settings.server": "data:,#remote-settings-dummy/v1",
    "signon.rememberSignons": True,
}
_PATIENCE = 90  # seconds for one answer


class Line:
    """Questions and answers of one BiDi session."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._numbers = itertools.count(1)
        self._open: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._reading = asyncio.ensure_future(self._read())

    async def ask(self, method: str, **parameters: Any) -> Any:
        """The result. AssertionError with Firefox's own words when it refuses."""
        number = next(self._numbers)
        answered = self._open[number] = asyncio.get_running_loop().create_future()
        await self._socket.send(json.dumps({"id": number, "method": method, "params": parameters}))
        async with asyncio.timeout(_PATIENCE):
            answer = await answered
        del self._open[number]
        if answer["type"] == "error":
            raise Refused(f"{method}: {answer['error']}: {answer['message']}")
        return answer["result"]

    async def _read(self) -> None:
        async for frame in self._socket:
            answer = json.loads(frame)
            if (waiting := self._open.get(answer.get("id"))) is not None:
                waiting.set_result(answer)


class Refused(AssertionError):
    """Firefox did not do what it was asked."""


class FirefoxTab:
    def __init__(self, line: Line, context: str) -> None:
        self._line = line
        self.context = context

    async def go(self, address: str) -> None:
        try:
            await self._line.ask("browsingContext.navigate", context=self.context, url=address, wait="complete")
        except Refused as refused:
            # The page that says what went wrong, or another one that the page itself went to meanwhile.
            assert "unknown error" in str(refused), refused

    async def run(self, script: str, *values: object) -> Any:
        found = await self._line.ask(
            "script.callFunction",
            # Not even a promise is kept in a page whose scripts are off.
            functionDeclaration=f"""function (values) {{
              const found = (function () {{ {script} }}).apply(null, JSON.parse(values));
              return JSON.stringify(found ?? null);
            }}""",
            arguments=[{"type": "string", "value": json.dumps(values)}],
            target={"context": self.context},
            awaitPromise=False,
        )
        if found["type"] == "exception":
            raise AssertionError(found["exceptionDetails"]["text"])
        return json.loads(found["result"]["value"])

    async def click(self, css: str) -> None:
        locator = {"type": "css", "value": css}
        found = await self._line.ask("browsingContext.locateNodes", context=self.context, locator=locator)
        origin = {"type": "element", "element": {"sharedId": found["nodes"][0]["sharedId"]}}
        actions = [
            {"type": "pointerMove", "x": 0, "y": 0, "origin": origin},
            {"type": "pointerDown", "button": 0},
            {"type": "pointerUp", "button": 0},
        ]
        await self._act({"type": "pointer", "id": "mouse", "actions": actions})

    async def strike(self, strokes: Iterable[Stroke]) -> None:
        actions = [{"type": "key" + way.title(), "value": KEYS.get(key, key)} for way, key in strokes]
        await self._act({"type": "key", "id": "keys", "actions": actions})

    async def back(self) -> None:
        try:
            await self._line.ask("browsingContext.traverseHistory", context=self.context, delta=-1)
        except Refused as refused:
            assert "no such history entry" in str(refused), refused

    async def address(self) -> str:
        tree = await self._line.ask("browsingContext.getTree", root=self.context, maxDepth=0)
        return str(tree["contexts"][0]["url"])

    async def resize(self, width: int, height: int) -> None:
        viewport = {"width": width, "height": height}
        await self._line.ask("browsingContext.setViewport", context=self.context, viewport=viewport)

    async def frame(self) -> Tab:
        tree = await self._line.ask("browsingContext.getTree", root=self.context)
        return FirefoxTab(self._line, tree["contexts"][0]["children"][0]["context"])

    async def _act(self, actions: dict[str, Any]) -> None:
        try:
            await self._line.ask("input.performActions", context=self.context, actions=[actions])
        except Refused as refused:
            assert "no such frame" in str(refused), refused  # the page went away under the finger, as it should


class Firefox:
    """One running Firefox. `profile` is its folder."""

    name = "firefox"

    def __init__(self, line: Line, profile: Path) -> None:
        self._line = line
        self.profile = profile

    @asynccontextmanager
    async def tab(self, *, scripts: bool = True, agent: str = "") -> AsyncIterator[Tab]:
        made = await self._line.ask("browsingContext.create", type="tab")
        try:
            if agent:
                own = {"userAgent": agent, "contexts": [made["context"]]}
                await self._line.ask("emulation.setUserAgentOverride", **own)
            if not scripts:
                await self._switch_scripts_off()
            yield FirefoxTab(self._line, made["context"])
        finally:
            await self._line.ask("browsingContext.close", context=made["context"])

    async def _switch_scripts_off(self) -> None:
        """For the tab in front, as its developer tools do it."""
        tree = await self._line.ask("browsingContext.getTree", **{"moz:scope": "chrome"})
        await self._line.ask(
            "script.evaluate",
            expression="gBrowser.selectedBrowser.browsingContext.allowJavascript = false",
            target={"context": tree["contexts"][0]["context"]},
            awaitPromise=False,
        )


@asynccontextmanager
async def firefox(profile: Path) -> AsyncIterator[Firefox]:
    """A Firefox with this profile; closed as a person closes it, so that it writes what it keeps."""
    process = _launch(profile)
    try:
        address = await _find_address(profile)
        async with connect(f"{address}/session", max_size=None) as socket:
            line = Line(socket)
            await line.ask("session.new", capabilities={})
            yield Firefox(line, profile)
            await line.ask("browser.close")
        await asyncio.to_thread(process.wait, 30)
    finally:
        end(process)


def _launch(profile: Path) -> subprocess.Popen[bytes]:
    assert PROGRAM.exists(), MISSING
    profile.mkdir(parents=True, exist_ok=True)
    lines = [f"user_pref({json.dumps(name)}, {json.dumps(value)});" for name, value in _QUIET.items()]
    (profile / "user.js").write_text("\n".join(lines), encoding="utf-8")
    command = [str(PROGRAM), "--headless", "--no-remote", "--remote-allow-system-access", "--profile", str(profile)]
    with _speech(profile).open("wb") as sink:
        outer = {**os.environ, "HOME": str(profile)}
        return start([*command, "--remote-debugging-port", "0", "about:blank"], env=outer, stderr=sink)


def _speech(profile: Path) -> Path:
    return profile.with_suffix(".log")


async def _find_address(profile: Path) -> str:
    for _ in range(600):
        said = await asyncio.to_thread(_speech(profile).read_bytes)
        if found := re.search(rb"ws://\S+(?=\n)", said):
            return found[0].decode()
        await asyncio.sleep(0.05)
    raise AssertionError("Firefox did not start")
