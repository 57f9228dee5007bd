"""A provider for the tests: it calls back, fetches what it is to play, does what it is told to the letter, and refuses
whatever its documentation does not have. The caller's keys and hang-up come from the test."""

import asyncio
import json
import re
import secrets
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit
from xml.etree import ElementTree

import httpx
from twilio.request_validator import RequestValidator

from dialogues.waves import read_wave
from tests.phone.scenarios import NAME, NUMBER

CENTRE = "+46846500401"
SECRET = "a-secret-path-of-the-tests-0123456789"
TOKEN = "a-token-of-the-tests-0123456789"
PUBLIC = "https://phone.example.org"  # as the provider knows it; a proxy of ours would take it from there
_SAID = re.compile(rb"<([a-z0-9./-]+) *>")
_SILENCE = 0.5  # seconds; what is shorter is nothing to hear
_BAR = 0.25  # seconds that the music takes here; speech takes none
_PATIENCE = 60.0  # seconds; the talk is looked at every four, and the machine is shared


class Broken(AssertionError):
    """The provider was told something that it does not know."""


@dataclass
class Asked:
    """What the provider is to do: play and gather, connect, or end."""

    sound: str = ""
    wait: int = 0
    again: str = ""
    dial: Mapping[str, str] = field(default_factory=dict)
    over: bool = False
    busy: bool = False


class Caller(ABC):
    """One call. `heard` is what the last sound said, by name; `music` whether it was music."""

    def __init__(
        self,
        base: str,
        local: str = "127.0.0.1",
        number: str = f"+{NUMBER}",
        name: str = NAME,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self.id = secrets.token_hex(16)
        self.number = number
        self.name = name
        self.headers = dict(headers or {})
        self.base = base
        self.http = httpx.AsyncClient(transport=httpx.AsyncHTTPTransport(local_address=local), timeout=60)
        self.asked = Asked()
        self.heard: list[str] = []
        self.music = False
        self.seconds = 0.0
        self.answers: list[bytes] = []
        self.last: httpx.Response | None = None

    async def rings(self) -> "Caller":
        """The telephone rings, and what comes first is heard."""
        await self._follow(await self.post(f"{PUBLIC}/{SECRET}/start", self.fields()))
        return self

    async def presses(self, keys: str) -> None:
        """Each key cuts off what is heard."""
        for key in keys:
            assert self.asked.again and not self.asked.dial, "nobody waits for a key"
            await self._follow(await self.post(self.asked.again, self.fields(key)))

    async def listens(self) -> None:
        """Nothing is pressed until the sound is over and the wait, too."""
        assert self.asked.again and not self.asked.dial, "there is nothing to listen to"
        if not self.heard and not self.music:
            await asyncio.sleep(self.asked.wait)
        elif self.music:
            await asyncio.sleep(_BAR)
        await self._follow(await self.post(self.asked.again, self.fields("")))

    async def listens_until(self, name: str) -> None:
        """Listen on until this is said."""
        said = []
        try:
            async with asyncio.timeout(_PATIENCE):
                while name not in self.heard:
                    await self.listens()
                    said.append(self.heard or ("music" if self.music else "silence"))
        except TimeoutError:
            raise AssertionError(f"{name} was not said, but {said[:9]} ... {said[-2:]}") from None

    async def listens_until_dialled(self) -> None:
        """Listen on until somebody's telephone is rung."""
        async with asyncio.timeout(_PATIENCE):
            while not self.asked.dial:
                await self.listens()

    async def parts(self, result: str) -> None:
        """Whoever was rung did not answer, or has hung up."""
        assert self.asked.dial
        await self._follow(await self.post(self.asked.again, self.after_dial(result)))

    async def hangs_up(self) -> None:
        """The provider tells the end."""
        self.last = await self.post(self.end_address(), self.at_the_end())
        assert self.last.status_code == 204

    async def close(self) -> None:
        await self.http.aclose()

    async def post(
        self, url: str, fields: Mapping[str, str], headers: Mapping[str, str] | None = None, *, sign: bool = True
    ) -> httpx.Response:
        """A callback of the provider's to one of its addresses."""
        request = self.http.build_request(
            "POST", self.reach(url), data=dict(fields), headers={**self.headers, **(headers or {})}
        )
        if sign:
            self.sign(request, url, fields)
        return await self.http.send(request)

    def reach(self, url: str) -> str:
        assert url.startswith(f"{PUBLIC}/"), url
        return f"{self.base}{urlsplit(url).path}"

    async def _follow(self, response: httpx.Response) -> None:
        self.last = response
        assert 200 <= response.status_code <= 204, response.status_code
        self.answers.append(response.content)
        self.asked = self.read(response)
        self.heard, self.music, self.seconds = [], False, 0.0
        if self.asked.sound:
            await self._play(self.asked.sound)

    async def _play(self, url: str) -> None:
        found = await self.http.get(self.reach(url))
        assert found.status_code == 200 and found.headers["content-type"] == "audio/wav"
        frames = read_wave(found.content)
        self.heard = [name.decode() for name in _SAID.findall(frames)]
        self.seconds = len(frames) / 16000
        self.music = not self.heard and self.seconds >= _SILENCE

    @abstractmethod
    def sign(self, request: httpx.Request, url: str, fields: Mapping[str, str]) -> None:
        """Whatever proves that it is this provider."""

    @abstractmethod
    def fields(self, key: str | None = None) -> dict[str, str]: ...

    @abstractmethod
    def after_dial(self, result: str) -> dict[str, str]: ...

    @abstractmethod
    def at_the_end(self) -> dict[str, str]: ...

    @abstractmethod
    def end_address(self) -> str: ...

    @abstractmethod
    def read(self, response: httpx.Response) -> Asked: ...


class TwilioCaller(Caller):
    """A call of Twilio's. `ask` is what whoever is rung is led through before anybody hears them."""

    ask = ""

    async def is_answered(self, key: str | None) -> bool:
        """Whoever is rung answers, and presses a key or none; whether they are let through to the caller."""
        leg = {**self.fields(), "CallSid": f"CA{secrets.token_hex(16)}", "From": CENTRE, "Caller": CENTRE}
        root = ElementTree.fromstring((await self.post(self.ask, leg)).content)
        assert [child.tag for child in root] in (["Gather", "Hangup"],)
        assert {child.tag for child in root[0]} <= {"Play"}
        if key is None:
            return False
        told = {**leg, "Digits": key}
        root = ElementTree.fromstring((await self.post(root[0].attrib["action"], told)).content)
        assert [child.tag for child in root] in ([], ["Hangup"])
        return len(root) == 0

    def sign(self, request: httpx.Request, url: str, fields: Mapping[str, str]) -> None:
        request.headers["X-Twilio-Signature"] = RequestValidator(TOKEN).compute_signature(url, dict(fields))

    def fields(self, key: str | None = None) -> dict[str, str]:
        sent = {
            "CallSid": f"CA{self.id}", "AccountSid": f"AC{'0' * 32}", "From": self.number, "Caller": self.number,
            "To": CENTRE, "Called": CENTRE, "CallStatus": "ringing" if key is None else "in-progress",
            "ApiVersion": "2010-04-01", "Direction": "inbound", "ForwardedFrom": self.number, "CallerName": self.name,
            "FromCity": "UMEÅ", "FromState": "", "FromZip": "", "FromCountry": "SE", "StirVerstat": "",
        }  # fmt: skip
        return sent if key is None else {**sent, "Digits": key, "msg": "Gather End", "FinishedOnKey": ""}

    def after_dial(self, result: str) -> dict[str, str]:
        return {**self.fields(), "CallStatus": "in-progress", "DialCallStatus": result, "DialCallSid": "CA0"}

    def at_the_end(self) -> dict[str, str]:
        return {**self.fields(), "CallStatus": "completed", "CallDuration": "17", "Timestamp": "now"}

    def end_address(self) -> str:
        return f"{PUBLIC}/{SECRET}/end"

    def read(self, response: httpx.Response) -> Asked:
        assert response.headers["content-type"].startswith("text/xml")
        root = ElementTree.fromstring(response.content)
        assert root.tag == "Response"
        match [child.tag for child in root]:
            case ["Gather", "Redirect"]:
                gather, redirect = root
                assert set(gather.attrib) <= {
                    "input", "numDigits", "finishOnKey", "timeout", "action", "method", "actionOnEmptyResult"
                }  # fmt: skip
                assert [child.tag for child in gather] == ["Play"] and gather.attrib["method"] == "POST"
                assert redirect.text == gather.attrib["action"] and redirect.attrib == {"method": "POST"}
                return Asked(gather[0].text or "", int(gather.attrib["timeout"]), gather.attrib["action"])
            case ["Dial"]:
                assert set(root[0].attrib) <= {"callerId", "timeout", "action", "method"}
                assert [child.tag for child in root[0]] == ["Number"]
                assert set(root[0][0].attrib) == {"url", "method"} and root[0][0].attrib["method"] == "POST"
                self.ask = root[0][0].attrib["url"]
                dial = {"to": root[0][0].text or "", "shows": root[0].attrib["callerId"]}
                return Asked(again=root[0].attrib["action"], dial=dial)
            case ["Play", "Hangup"]:
                return Asked(root[0].text or "", over=True)
            case ["Hangup"]:
                return Asked(over=True)
            case ["Reject"]:
                assert root[0].attrib == {"reason": "busy"}
                return Asked(over=True, busy=True)
        raise Broken(response.text)


class ElksCaller(Caller):
    """A call of 46elks'."""

    whenhangup = ""

    def sign(self, request: httpx.Request, url: str, fields: Mapping[str, str]) -> None:
        """It signs nothing; it has its addresses."""

    def fields(self, key: str | None = None) -> dict[str, str]:
        sent = {
            "callid": f"c{self.id}", "from": self.number, "to": CENTRE, "direction": "incoming",
            "created": "2026-11-29T12:00:00.000000",
        }  # fmt: skip
        return sent if key is None else {**sent, "result": key or "failed"}

    def after_dial(self, result: str) -> dict[str, str]:
        return {**self.fields(), "result": {"completed": "success", "no-answer": "failed"}.get(result, result)}

    def at_the_end(self) -> dict[str, str]:
        told = {"id": f"c{self.id}", "from": self.number, "to": CENTRE}
        return {**told, "duration": "17", "state": "success", "cost": "1"}

    def end_address(self) -> str:
        return self.whenhangup

    def read(self, response: httpx.Response) -> Asked:
        assert response.headers["content-type"] == "application/json"
        action = json.loads(response.content)
        self.whenhangup = action.get("whenhangup", self.whenhangup)
        match sorted(set(action) - {"whenhangup"}):
            case ["digits", "ivr", "next", "repeat", "timeout"]:
                assert (action["digits"], action["repeat"]) == (1, 1) and 1 <= action["timeout"] <= 30
                return Asked(action["ivr"], action["timeout"], action["next"])
            case ["callerid", "connect", "next", "timeout"]:
                return Asked(again=action["next"], dial={"to": action["connect"], "shows": action["callerid"]})
            case ["next", "play", "skippable"]:
                assert action["next"] == {"hangup": "reject"}
                return Asked(action["play"], over=True)
            case ["hangup"]:
                assert action["hangup"] in {"busy", "reject", "404"}
                return Asked(over=True, busy=action["hangup"] == "busy")
        raise Broken(response.text)


KINDS: Mapping[str, type[Caller]] = {"46elks": ElksCaller, "twilio": TwilioCaller}
