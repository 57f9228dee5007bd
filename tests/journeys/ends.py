"""A visitor, a visitor without JavaScript, and a staff member, as their pages speak; the methods are sentences."""

import asyncio
import re
from collections.abc import Mapping
from contextlib import suppress
from html import unescape
from html.parser import HTMLParser
from typing import Any, Protocol

import httpx
from websockets.exceptions import ConnectionClosed, InvalidStatus

from safety.devices import read_key
from safety.sealing import SealError
from safety.text64 import write64
from tests.journeys.wire import PATIENCE, Frame, Wire
from tests.sealed import StaffPage, VisitorPage

COOKIE = re.compile(r"__Host-console=([^;]+)")


class Addresses(Protocol):
    """Where a running house is found."""

    @property
    def visitors(self) -> str: ...

    @property
    def staff(self) -> str: ...

    @property
    def demo_staff(self) -> str: ...

    @property
    def demo_coordinator(self) -> str: ...


def http(base: str, headers: Mapping[str, str] | None = None, source: str = "127.0.0.1") -> httpx.AsyncClient:
    """A client that follows nothing, keeps no cookie that it was not given, and speaks from `source`."""
    transport = httpx.AsyncHTTPTransport(local_address=source)
    return httpx.AsyncClient(base_url=base, headers=headers, transport=transport, timeout=PATIENCE, trust_env=False)


class Page(HTMLParser):
    """The form of a page without JavaScript: hidden fields, and the draft in its text box."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.fields: dict[str, str] = {}
        self.organisation = ""  # whose devices the page trusts
        self.choices: list[str] = []
        self.html = html
        self.text = unescape(re.sub(r"<[^>]+>", " ", html))
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.organisation = found.get("data-organisation") or self.organisation
        if tag == "input" and found.get("type") == "hidden":
            self.fields[found.get("name") or ""] = found.get("value") or ""
        if tag == "button" and found.get("name") == "choice":
            self.choices.append(found.get("value") or "")


class VisitorClient:
    """A visitor whose page runs our script."""

    def __init__(
        self, house: Addresses, headers: Mapping[str, str] | None = None, source: str = "127.0.0.1", query: str = ""
    ) -> None:
        self._address = house.visitors
        self._headers = {"Accept-Language": "en", **(headers or {})}
        self._source = source
        self.query = query
        self.http = http(house.visitors, self._headers, source)
        self.state = ""
        self.talk = ""  # the talk's token
        self.down = 0  # number of the last message from the person that the page has
        self.wire: Wire | None = None
        self.sealing = VisitorPage(b"")
        self.sealed: dict[tuple[int, str], str] = {}  # own bodies: a resend is the same bytes
        self.opened: dict[int, str] = {}  # the person's words

    @property
    def live(self) -> Wire:
        assert self.wire is not None, "the page has no socket"
        return self.wire

    async def opens_the_page(self) -> httpx.Response:
        answer = await self.http.get(f"/{self.query}")
        assert answer.status_code == 200
        page = Page(answer.text)
        self.state = page.fields["state"]
        self.sealing = VisitorPage(read_key(page.organisation))
        return answer

    async def chooses(self, *choices: str) -> dict[str, Any]:
        """Press these buttons, one after the other; what the last one was answered with."""
        answer: dict[str, Any] = {}
        for choice in choices:
            answer = await self._takes_a_turn({"choice": choice})
        return answer

    async def asks_the_bot(self, text: str) -> dict[str, Any]:
        return await self._takes_a_turn({"text": text})

    async def asks_for_a_person(self) -> dict[str, Any]:
        """See the briefing, confirm it, and join the waiting room if somebody is there."""
        return await self.chooses("person", "join")

    async def connects(self) -> Wire:
        """Open the talk's socket, or open it again after it was lost, from where the page stands."""
        self.wire = await Wire.open(self._address, self._headers, self._source, reads=self._reads)
        await self.wire.send("open", v=1, talk=self.talk, down=self.down)
        return self.wire

    async def waits(self) -> Frame:
        """Ask for a person, and see the place in the waiting room."""
        await self.asks_for_a_person()
        assert self.talk, "nobody was there to wait for"
        return await (await self.connects()).expect("waiting")

    async def says(self, seq: int, text: str, message_id: str = "") -> None:
        if (seq, text) not in self.sealed:
            self.sealed[seq, text] = self.sealing.words.seal(text)
        await self.live.send("say", seq=seq, id=message_id or f"visitor-{seq:08}", body=self.sealed[seq, text])
        await self.live.expect("ack", seq=seq)

    async def hears(self, seq: int) -> str:
        """The person's message of that number, shown on the screen."""
        await self.live.expect("said", seq=seq)
        self.down = max(self.down, seq)
        await self.live.send("heard", seq=seq)
        return self.opened[seq]

    def _reads(self, frame: Frame) -> list[Frame]:
        """As the page does: a key for whoever takes the talk, and words opened as they come."""
        if frame["type"] == "said" and frame["seq"] not in self.opened:
            self.opened[frame["seq"]] = self.sealing.hear(frame)
        return [self.sealing.taken(frame)] if frame["type"] == "taken" else []

    async def ends_the_talk(self) -> None:
        await self.live.send("end")
        await self.live.expect("ended", reason="visitor")
        assert await self.live.closed() == 4000

    async def leaves_by_the_exit(self) -> None:
        """As the page does it: a frame, a close code and a beacon; whichever arrives is enough."""
        if self.talk:
            answer = await self.http.post("/leave", content=self.talk, headers={"Content-Type": "text/plain"})
            assert answer.status_code == 204
        if self.wire is not None:
            await self.wire.close(4001)

    async def goes_home(self) -> None:
        """Whatever is left of the visit ends."""
        if self.talk:
            await self.http.post("/leave", content=self.talk)
        if self.wire is not None:
            await self.wire.close()
        await self.http.aclose()

    async def _takes_a_turn(self, what: dict[str, str]) -> dict[str, Any]:
        asked: dict[str, Any] = {"state": self.state, "input": what}
        if self.talk:
            asked["talk"] = self.talk
        answer = await self.http.post(f"/turn{self.query}", json=asked)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        self.state = found["state"]
        self.talk = found.get("talk", self.talk)
        return found


class PlainVisitorClient:
    """A visitor whose browser runs no script: every step is a form post, everything travels in the form."""

    def __init__(
        self, house: Addresses, headers: Mapping[str, str] | None = None, source: str = "127.0.0.1", query: str = ""
    ) -> None:
        self.http = http(house.visitors, {"Accept-Language": "en", **(headers or {})}, source)
        self._query = query
        self.page = Page("")

    async def opens_the_page(self) -> Page:
        return self._shows(await self.http.get(f"/{self._query}"))

    async def presses(self, choice: str) -> Page:
        return await self._posts(choice=choice)

    async def does(self, what: str) -> Page:
        """Press a button that is not the bot's: refresh, stop, end-ask, end-yes."""
        return await self._posts(do=what)

    async def sends(self, text: str) -> Page:
        return await self._posts(do="send-anyway", text=text)  # marks look like what the guard asks about

    async def sends_the_same_form_again(self, form: dict[str, str]) -> Page:
        """As after Back, or when the first answer never came."""
        return self._shows(await self._post(form))

    def filled_in(self, text: str) -> dict[str, str]:
        """The form as it would be sent with this text."""
        return {**self.page.fields, "do": "send", "text": text}

    async def asks_for_a_person(self) -> Page:
        await self.presses("person")
        return await self.presses("join")

    async def goes_home(self) -> None:
        if self.page.fields.get("talk"):
            await self.http.post("/leave", content=self.page.fields["talk"])
        await self.http.aclose()

    async def _posts(self, **fields: str) -> Page:
        return self._shows(await self._post({**self.page.fields, **fields}))

    async def _post(self, fields: Mapping[str, str]) -> httpx.Response:
        # As files without names: that is how httpx writes multipart fields.
        return await self.http.post(f"/{self._query}", files={name: (None, value) for name, value in fields.items()})

    def _shows(self, answer: httpx.Response) -> Page:
        assert answer.status_code == 200, answer.text
        self.page = Page(answer.text)
        return self.page


class StaffClient:
    """A staff member with the desk open. The cookie is carried by hand: Python's jars refuse it over http."""

    def __init__(self, house: Addresses, headers: Mapping[str, str] | None = None) -> None:
        self._house = house
        self._headers = {"Accept-Language": "en", **(headers or {})}
        self.http = http(house.staff, {**self._headers, "Origin": house.staff.rstrip("/")})
        self.name = ""
        self.wire: Wire | None = None
        self.page = StaffPage()
        self.sealed: dict[tuple[str, int, str], str] = {}  # own bodies: a resend is the same bytes
        self.opened: dict[tuple[str, int], str] = {}  # visitors' words, by talk and number

    @property
    def live(self) -> Wire:
        assert self.wire is not None, "the desk is not open"
        return self.wire

    @property
    def cookie(self) -> str:
        return str(self.http.headers.get("Cookie", ""))

    async def signs_in(self, link: str = "") -> None:
        answer = await self.http.get(link or self._house.demo_staff)
        assert answer.status_code == 303, answer.text
        found = COOKIE.search(answer.headers["set-cookie"])
        assert found
        self.http.headers["Cookie"] = f"__Host-console={found[1]}"

    async def opens_the_desk(self) -> Wire:
        """Open the desk's socket, or open it again after it was lost."""
        await self._connects()
        await self.live.expect("hello", v=1)
        return self.live

    async def opens_the_desk_as_soon_as_it_can(self) -> None:
        """As the page does after a failure: again and again, until it is answered."""
        async with asyncio.timeout(PATIENCE):
            while True:
                with suppress(ConnectionClosed, InvalidStatus, OSError):
                    await self.opens_the_desk()
                    return
                await asyncio.sleep(0.3)

    async def opens_the_load(self) -> None:
        """A coordinator's socket."""
        await self._connects()

    async def goes_on_duty(self) -> None:
        await self.live.expect("device", state="ready")
        await self.live.send("duty", to="on")
        await self.live.expect("duty", duty="on")

    async def comes_to_work(self) -> None:
        await self.signs_in()
        await self.opens_the_desk()
        await self.goes_on_duty()

    async def sees_waiting(self, count: int = 1) -> list[Frame]:
        """The rows of the waiting list, once there are so many."""
        while True:
            room = await self.live.expect("room")
            if len(room["rows"]) == count:
                rows: list[Frame] = room["rows"]
                return rows

    async def takes(self, talk: str) -> Frame:
        await self.live.send("take", talk=talk)
        return await self.live.expect("talk", talk=talk)

    async def takes_whoever_waits(self) -> Frame:
        while not (rows := (await self.live.expect("room"))["rows"]):
            pass
        return await self.takes(rows[0]["talk"])

    async def says(self, talk: str, seq: int, text: str) -> None:
        identity, place = f"staff-{seq:08}", (talk, seq, text)
        if place not in self.sealed:
            await self.has_the_key(talk)
            self.sealed[place] = self.page.talks[talk].seal(text)
        await self.live.send("say", talk=talk, seq=seq, id=identity, body=self.sealed[place])
        await self.live.expect("sent", talk=talk, id=identity, seq=seq)

    async def notes(self, talk: str, note: bytes) -> None:
        """A note to oneself, as it leaves the page; what is asked after it is answered after it."""
        await self.live.send("note", talk=talk, sealed=write64(note))
        await self.live.send("colleagues", talk=talk)
        await self.live.expect("colleagues", talk=talk)

    async def hears(self, talk: str, seq: int) -> str:
        await self.live.expect("said", talk=talk, seq=seq)
        await self.live.send("heard", talk=talk, seq=seq)
        return self.opened[talk, seq]

    async def ends_the_talk(self, talk: str) -> None:
        await self.live.send("end", talk=talk)
        await self.live.expect("ended", talk=talk, reason="staff")

    async def form_token(self) -> str:
        """What the forms of this sign-in carry."""
        answer = await self.http.get("/directory")
        assert answer.status_code == 200
        return Page(answer.text).fields["form_token"]

    async def _connects(self) -> None:
        """As after a load of the page: the same device, and nothing else of what was there."""
        self.page, self.sealed, self.opened = StaffPage(self.page.private), {}, {}
        self.wire = await Wire.open(self._house.staff, {**self._headers, "Cookie": self.cookie}, reads=self._reads)
        await self.wire.send("device", key=self.page.device()["key"])

    def _reads(self, frame: Frame) -> list[Frame]:
        """As the page does: keys are noted, and words opened as they come, as far as their keys are here."""
        if frame["type"] in {"talk", "keys"}:
            words = self.page.note(frame)
            for own, said in ((False, frame.get("heard", [])), (True, frame.get("said", []))):
                for message in said:
                    with suppress(SealError):  # closed: another device's
                        opened = words.open(message["body"], own=own)
                        if not own:
                            self.opened[frame["talk"], message["seq"]] = opened
        if frame["type"] == "said":
            self.opened[frame["talk"], frame["seq"]] = self.page.hear(frame)
        return []

    async def has_the_key(self, talk: str) -> None:
        async with asyncio.timeout(PATIENCE):
            while not self.page.has_key(talk):
                await self.live.more()

    async def goes_home(self) -> None:
        """Off duty and signed out, so that the account is free for the next one."""
        if self.cookie:
            fields = {"form_token": await self.form_token(), "sure": "1"}
            answer = await self.http.post("/sign-out", data=fields)
            assert answer.status_code == 303, answer.text
        if self.wire is not None:
            await self.wire.close()
        await self.http.aclose()
