"""One marked visit to a running house: reading, being refused in every way, talking through crashes."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

import pytest
from websockets.exceptions import InvalidStatus

from tests.fristad.processes import children, eventually
from tests.journeys.ends import PlainVisitorClient, StaffClient, VisitorClient, http
from tests.journeys.helping import reads_along, stops_reading
from tests.journeys.letters import LeftLetter
from tests.journeys.marks import Marks
from tests.journeys.wire import Wire
from tests.running import House, Sides

GIVEN_UP = 40.0  # seconds; the server does it after 15, and the machine is shared


@dataclass(frozen=True)
class Visit:
    """One marked visitor; `talks` is the visit's second half, with staff."""

    house: House | Sides
    marks: Marks

    def visitor(self) -> VisitorClient:
        return VisitorClient(self.house, self.marks.headers, self.marks.address, f"?q={self.marks.query}")

    async def reads(self) -> None:
        visitor = self.visitor()
        answer = await visitor.opens_the_page()
        address, _ = answer.extensions["network_stream"].get_extra_info("client_addr")
        assert address == self.marks.address  # what the server sees is marked, not only what it is told
        await visitor.chooses("start", "safe-yes", "for-self")
        for phrase in self.marks.phrases(self.marks.to_bot):
            await visitor.asks_the_bot(phrase)
        await visitor.goes_home()

    async def reads_by_form_posts(self) -> None:
        plain = PlainVisitorClient(self.house, self.marks.headers, self.marks.address, f"?q={self.marks.query}")
        await plain.opens_the_page()
        for phrase in self.marks.phrases(self.marks.to_bot):
            await plain.sends(phrase)
        await plain.goes_home()

    async def leaves_a_letter(self) -> LeftLetter:
        """Left, answered and read."""
        up, down = (self.marks.phrases(mark)[0] for mark in (self.marks.to_person, self.marks.from_person))
        letter = LeftLetter(self.visitor(), StaffClient(self.house), up, down, self.marks.code)
        await letter.is_left()
        await letter.is_answered()
        return letter

    async def is_counted(self) -> None:
        """One more talk, whose counts are in the engine afterwards: the visitor app brings them there as it ends."""
        async with self.talks():
            pass
        bot = _children(self.house)["bot"]
        os.kill(bot, signal.SIGTERM)
        eventually(lambda: _children(self.house).get("bot", bot) != bot)

    async def sends_garbage(self, address: str) -> None:
        """Each kind of refusal: 404, 405, 413, 422 and other bad requests, refused sockets, no HTTP at all."""
        marks = self.marks
        form = address if address == self.house.visitors else f"{address}sign-in"
        turn = f"{address}turn" if address == self.house.visitors else form
        async with http(address, {**marks.headers, "Origin": address.rstrip("/")}, marks.address) as client:
            query = f"?q={marks.query}"
            statuses = [
                (await client.get(f"/{marks.path}{query}")).status_code,
                (await client.put(f"/healthz{query}", content=marks.garbage)).status_code,
                (await client.post(form, content=marks.garbage * 2000)).status_code,
                (await client.post(turn, json={"state": marks.garbage, "input": {"text": marks.garbage}})).status_code,
                (await client.post(turn, json={"state": [marks.garbage]})).status_code,
                (await client.post(turn, content=f'{{"state": "{marks.garbage}')).status_code,
                (await client.post(form, data={"state": marks.garbage, "name": marks.garbage})).status_code,
            ]
        assert {404, 405, 413} <= set(statuses)
        assert address != self.house.visitors or 422 in statuses
        assert all(400 <= status < 500 for status in statuses), statuses
        await self._is_refused_sockets(address)
        await _says_no_http(address, marks)

    async def stalls(self, address: str) -> None:
        """A request that never ends, and a socket that says nothing: the server gives both up."""
        marks = self.marks
        head = f"GET /{marks.path}?q={marks.query} HTTP/1.1\r\nHost: {marks.garbage}\r\nX-Mark: {marks.garbage}"
        origin, host = address.rstrip("/"), urlsplit(address).netloc
        upgrade = (
            f"GET /live?q={marks.query} HTTP/1.1\r\nHost: {host}\r\nOrigin: {origin}\r\nUser-Agent: {marks.agent}\r\n"
            f"X-Forwarded-For: {marks.forwarded}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
            "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
        )
        refused, opened = await asyncio.gather(*(_waits_for_the_end(address, marks, raw) for raw in (head, upgrade)))
        assert refused == b""
        assert opened.startswith(b"HTTP/1.1 101 ")

    async def _is_refused_sockets(self, address: str) -> None:
        marks = self.marks
        with pytest.raises(InvalidStatus) as refused:
            await Wire.open(address, {**marks.headers, "Origin": f"https://{marks.garbage}.example"}, marks.address)
        assert refused.value.response.status_code == 403
        if address == self.house.visitors:
            for frame in (f'{{"v": 1, "type": "open", "talk": "{marks.garbage}", "down": 0}}', marks.garbage):
                wire = await Wire.open(address, marks.headers, marks.address)
                await wire.send_raw(frame)
                assert await wire.closed() in {4400, 4401}
        else:
            wire = await Wire.open(address, {**marks.headers, "Cookie": f"__Host-console={marks.cookie}"})
            assert await wire.closed() == 4401

    @asynccontextmanager
    async def talks(self) -> AsyncIterator["Talk"]:
        """A talk in which every phrase has gone both ways; ended by the exit."""
        talk = await self._begins_to_talk()
        yield talk
        await talk.ends()

    @asynccontextmanager
    async def talks_until_the_engine_dies(self) -> AsyncIterator["Talk"]:
        """The same, with nobody left to tell of its end."""
        talk = await self._begins_to_talk()
        yield talk
        await _hang_up(talk.staff, talk.visitor)

    async def _begins_to_talk(self) -> "Talk":
        staff, visitor = StaffClient(self.house), self.visitor()
        await staff.comes_to_work()
        await visitor.opens_the_page()
        await visitor.waits()
        handle = (await staff.takes_whoever_waits())["talk"]
        await visitor.live.expect("taken")
        talk = Talk(self.house, self.marks, visitor, staff, handle)
        await talk.goes_on(0)
        # As if the page had not sealed it: what the engine is given may lie nowhere else, and not outlast the talk.
        await staff.notes(handle, self.marks.phrases(self.marks.note)[0].encode())
        helper, line = StaffClient(self.house), self.marks.phrases(self.marks.aside)[0].encode()
        await helper.comes_to_work()
        await reads_along(visitor, staff, helper, handle, line)
        await stops_reading(visitor, helper, handle)
        await helper.goes_home()
        return talk

    @asynccontextmanager
    async def talks_by_form_posts(self) -> AsyncIterator["PlainTalk"]:
        staff = StaffClient(self.house)
        visitor = PlainVisitorClient(self.house, self.marks.headers, self.marks.address, f"?q={self.marks.query}")
        await staff.comes_to_work()
        await visitor.opens_the_page()
        await visitor.asks_for_a_person()
        handle = (await staff.takes_whoever_waits())["talk"]
        await visitor.does("refresh")
        for number, phrase in enumerate(self.marks.phrases(self.marks.to_person), 1):
            await visitor.sends(phrase)
            assert await staff.hears(handle, number) == phrase
        yield PlainTalk(self.house, self.marks, visitor, staff, handle)
        await _hang_up(staff, visitor)


@dataclass
class Talk:
    house: House | Sides
    marks: Marks
    visitor: VisitorClient
    staff: StaffClient
    handle: str

    async def goes_on(self, after: int) -> None:
        """Every phrase once in each direction, numbered from `after`."""
        up, down = self.marks.phrases(self.marks.to_person), self.marks.phrases(self.marks.from_person)
        for number, (ours, theirs) in enumerate(zip(up, down, strict=True), after + 1):
            await self.visitor.says(number, ours)
            assert await self.staff.hears(self.handle, number) == ours
            await self.staff.says(self.handle, number, theirs)
            assert await self.visitor.hears(number) == theirs

    async def ends(self) -> None:
        await self.visitor.leaves_by_the_exit()
        await self.staff.live.expect("ended", talk=self.handle, reason="exit")
        await self.staff.goes_home()
        await self.visitor.http.aclose()

    async def survives_a_killed_visitor_app(self) -> None:
        # A crash as the kernel knows it: it would leave a core dump, if it might.
        os.kill(_children(self.house)["bot"], signal.SIGSEGV)
        await self.visitor.live.closed()
        await self.visitor.connects()
        await self.visitor.live.expect("taken")
        await self.goes_on(3)

    async def survives_a_killed_console(self) -> None:
        os.kill(_children(self.house)["console"], signal.SIGABRT)
        await self.staff.live.closed()
        await self.staff.opens_the_desk_as_soon_as_it_can()
        await self.staff.live.expect("talk", talk=self.handle)
        await self.staff.has_the_key(self.handle)  # words under the key before it are not taken any more
        await self.goes_on(6)

    async def meets_an_engine_that_freezes_and_dies(self) -> None:
        """Words are on their way when the engine stops answering; then it dies with them in its memory."""
        engine = _children(self.house)["engine"]
        os.kill(engine, signal.SIGSTOP)
        words = self.marks.phrases(self.marks.to_person)[0]
        await self.visitor.live.send("say", seq=4, id="visitor-00000004", body=words)
        await self.visitor.live.expect("trouble")
        _crash_the_engine(self.house, engine)
        await self.visitor.live.expect("ended")


@dataclass
class PlainTalk:
    house: House | Sides
    marks: Marks
    visitor: PlainVisitorClient
    staff: StaffClient
    handle: str

    async def ends(self) -> None:
        await self.visitor.does("end-ask")
        await self.visitor.does("end-yes")
        await self.staff.live.expect("ended", talk=self.handle)

    async def survives_a_killed_visitor_app(self) -> None:
        bot = _children(self.house)["bot"]
        os.kill(bot, signal.SIGSEGV)
        eventually(lambda: _children(self.house).get("bot", bot) != bot)
        await self._goes_on(4)

    async def survives_a_killed_console(self) -> None:
        os.kill(_children(self.house)["console"], signal.SIGABRT)
        await self.staff.live.closed()
        await self.staff.opens_the_desk_as_soon_as_it_can()
        await self.staff.live.expect("talk", talk=self.handle)
        await self._goes_on(5)

    async def _goes_on(self, number: int) -> None:
        phrase = self.marks.phrases(self.marks.to_person)[number % 3]
        await self.visitor.sends(phrase)
        assert await self.staff.hears(self.handle, number) == phrase

    async def meets_an_engine_that_freezes_and_dies(self) -> None:
        """Words are on their way when the engine stops answering; then it dies with them in its memory."""
        engine = _children(self.house)["engine"]
        os.kill(engine, signal.SIGSTOP)
        left, page = await asyncio.gather(
            self.visitor.http.post(f"/leave?q={self.marks.query}", content=self.visitor.page.fields["talk"]),
            self.visitor.sends(self.marks.phrases(self.marks.to_person)[0]),
        )
        assert left.status_code == 503
        assert "112" in left.text
        assert self.marks.to_person in page.html  # the words are still in the page, to be sent again
        _crash_the_engine(self.house, engine)
        await asyncio.sleep(1)
        page = await self.visitor.does("refresh")
        assert not page.fields["talk"]


async def _hang_up(staff: StaffClient, visitor: VisitorClient | PlainVisitorClient) -> None:
    """What is left when the other side may be dead: nothing is said any more."""
    for client in (staff, visitor):
        if isinstance(client, StaffClient | VisitorClient) and client.wire is not None:
            await client.wire.close()
        await client.http.aclose()


def _children(house: House | Sides) -> dict[str, int]:
    """The processes below the supervisor; two apps that were started apart have none, and are not killed here."""
    assert isinstance(house, House)
    return children(house.process.pid)


def _crash_the_engine(house: House | Sides, engine: int) -> None:
    """It is stopped, so that only what cannot be caught reaches it at once; another one is started."""
    os.kill(engine, signal.SIGABRT)
    os.kill(engine, signal.SIGCONT)
    eventually(lambda: _children(house).get("engine", engine) != engine)


async def _waits_for_the_end(address: str, marks: Marks, raw: str) -> bytes:
    """Everything that comes until the other side closes."""
    parts = urlsplit(address)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port, local_addr=(marks.address, 0))
    writer.write(raw.encode())
    async with asyncio.timeout(GIVEN_UP):
        try:
            return await reader.read()
        finally:
            writer.close()


async def _says_no_http(address: str, marks: Marks) -> None:
    """Bytes that are no request, and a request that is never finished."""
    host, port = urlsplit(address).hostname, urlsplit(address).port
    for raw in (
        f"{marks.garbage} / HTTP/9.9\r\nX: {marks.garbage}\r\n\r\n",
        f"POST /{marks.path} HTTP/1.1\r\nHost: {marks.garbage}\r\nContent-Length: 999\r\n\r\n{marks.garbage}",
        f"GET /live?q={marks.query} HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: upgrade\r\n"
        f"Sec-WebSocket-Key: {marks.garbage}\r\n\r\n",
    ):
        reader, writer = await asyncio.open_connection(host, port, local_addr=(marks.address, 0))
        writer.write(raw.encode())
        await writer.drain()
        with_timeout = asyncio.wait_for(reader.read(4096), 0.5)
        await asyncio.gather(with_timeout, return_exceptions=True)
        writer.close()
