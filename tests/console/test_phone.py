"""Answering calls at an open desk: with what, which call, and the door for softphones. The other end is played here."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.client import connect
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.typing import Subprotocol

from console.phone_frames import read_number
from console.phone_lines import SOCKET
from console.signins import COOKIE
from console.views import handle_of
from dialogues.values import Content
from handover.values import Briefing, Channel, Done, Joined, Pseudonym, TalkRef, Waiting, WithStaff
from safety.devices import read_device
from tests.console.conftest import DESK, Console, started
from tests.console.desks import Live, Page, serving
from tests.console.test_sip_gate import message
from tests.engines import Engine
from tests.running import free_port
from tests.sealed import ORGANISATION, today

SIP = Subprotocol("sip")
NUMBER = "070-174 06 99"


@dataclass
class Taker:
    """The process that takes calls, as far as the console knows it."""

    asked: list[dict[str, Any]] = field(default_factory=list)
    writer: asyncio.StreamWriter | None = None

    async def meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.writer = writer
        try:
            await self.read(reader)
        finally:
            writer.close()

    async def read(self, reader: asyncio.StreamReader) -> None:
        while text := await reader.readline():
            self.asked.append(json.loads(text))
            if self.asked[-1]["do"] == "open":
                self.says(self.asked[-1]["line"], "open")

    def says(self, line: str, news: str) -> None:
        assert self.writer is not None
        self.writer.write(json.dumps({"line": line, "is": news}).encode() + b"\n")

    @property
    def line(self) -> str:
        """The one that was opened last."""
        return str([each for each in self.asked if each["do"] == "open"][-1]["line"])

    async def is_asked(self, **values: object) -> None:
        for _ in range(3_000):
            if any(all(each.get(key) == value for key, value in values.items()) for each in self.asked):
                return
            await asyncio.sleep(0.01)
        raise AssertionError(self.asked)


@pytest.fixture
async def taker(tmp_path: Path) -> AsyncIterator[Taker]:
    taker = Taker()
    server = await asyncio.start_unix_server(taker.meet, tmp_path / SOCKET)
    yield taker
    server.close()


@pytest.fixture
def control() -> int:
    return free_port()


@pytest.fixture
async def console(
    tmp_path: Path, engine: Engine, content: Content, taker: Taker, control: int
) -> AsyncIterator[Console]:
    async with started(
        tmp_path / "data", engine.staff, content, phone_folder=tmp_path, phone_control_port=control
    ) as console:
        yield console


@pytest.fixture
async def live(console: Console, engine: Engine) -> AsyncIterator[Live]:
    async with serving(console, engine) as live:
        yield live


async def calls(live: Live) -> TalkRef:
    joined = await live.visitor.join(DESK, Briefing("sv", Channel.PHONE), Pseudonym(2, 0))
    assert isinstance(joined, Joined)
    await live.visitor.attend(joined.ref)
    return joined.ref


@asynccontextmanager
async def answering(live: Live, name: str = "kim", token: str = "") -> AsyncIterator[Page]:
    """Somebody on duty who answers on a telephone of their own."""
    async with live.page(token or await live.token(name)) as page:
        await page.see("device", state="ready")
        await page.goes_on_duty()
        await page.send("phone", by="own", number=NUMBER)
        await page.see("phone", ready=True)
        yield page


async def takes(page: Page, ref: TalkRef) -> None:
    await page.see_waiting(ref)
    await page.send("take", talk=handle_of(ref))
    await page.see("talk", talk=handle_of(ref), phone=True)


async def test_a_call_is_taken_only_with_a_telephone(live: Live) -> None:
    ref = await calls(live)
    async with live.page(await live.token("kim")) as page:
        await page.see("device", state="ready")
        await page.send("phone", by="own", number=NUMBER)
        await page.see("refused", code="not_on_duty")
        await page.goes_on_duty()
        await page.see_waiting(ref)
        await page.send("take", talk=handle_of(ref))
        await page.see("refused", code="phone_first")
        await page.send("phone", by="own", number="nobody")
        await page.see("refused", code="phone_number")
        assert isinstance(await live.visitor.attend(ref), Waiting)


async def test_a_call_rings_on_the_line_and_the_number_is_told_nobody(live: Live, taker: Taker) -> None:
    ref, second = await calls(live), await calls(live)
    async with answering(live) as page:
        await taker.is_asked(do="open", number="+46701740699")
        await takes(page, ref)
        for _ in range(1_500):
            standing = await live.visitor.attend(ref)
            if isinstance(standing, WithStaff) and standing.device:
                break
            await asyncio.sleep(0.02)
        assert isinstance(standing, WithStaff)
        line, _, device = standing.device.partition(" ")
        assert line == taker.line
        assert read_device(ORGANISATION.public, device, today()).key == page.device.key
        taker.says(taker.line, "ringing")
        await page.see("line", talk=handle_of(ref), **{"is": "ringing"})
        await page.send("hold", talk=handle_of(ref), on=True)
        await taker.is_asked(do="hold", line=taker.line, on=True)
        await page.send("take", talk=handle_of(second))
        await page.see("refused", code="phone_busy")
        await page.send("phone", by="off", number="")
        await page.see("refused", code="phone_in_call")
        assert "701740699" not in json.dumps(page.seen)


async def test_a_line_that_fails_gives_the_caller_back_at_once(live: Live, taker: Taker) -> None:
    ref = await calls(live)
    await calls(live)
    async with answering(live) as page:
        await takes(page, ref)
        taker.says(taker.line, "ringing")
        taker.says(taker.line, "failed")
        await page.see("left", talk=handle_of(ref), code="phone_failed")
        standing = await live.visitor.attend(ref)
        assert isinstance(standing, Waiting)
        assert standing.place == 1
    assert (await live.tally())["talk.returned"] == 1


async def test_a_line_that_fails_is_no_reason_of_another_talk(live: Live, taker: Taker) -> None:
    ref, other = await calls(live), await live.visitor_joins()
    async with answering(live) as page:
        await takes(page, ref)
        await page.takes(other)
        taker.says(taker.line, "failed")
        await page.see("left", talk=handle_of(ref), code="phone_failed")
        end = live.console.house.staff_end
        (staff,) = [each.staff for each in await end.crew(DESK)]
        assert await end.release(other, staff) == Done()
        assert (await page.see("left", talk=handle_of(other)))["code"] == "returned"


async def test_a_call_that_was_lost_is_given_back_after_a_moment(live: Live, taker: Taker) -> None:
    ref = await calls(live)
    async with answering(live) as page:
        await takes(page, ref)
        for news in ("ringing", "connected", "failed"):
            taker.says(taker.line, news)
        await page.see("line", **{"is": "failed"})
        assert isinstance(await live.visitor.attend(ref), WithStaff)
        await page.see("left", talk=handle_of(ref), code="phone_failed")


async def test_a_line_goes_with_the_duty(live: Live, taker: Taker) -> None:
    async with answering(live) as page:
        await page.send("duty", to="off", sure=True)
        await page.see("phone", by="off", line="")
        await taker.is_asked(do="close", line=taker.line)
        assert "701740699" not in repr(live.console.house.presences.__dict__)


@asynccontextmanager
async def door(live: Live, token: str, **headers: str) -> AsyncIterator[Any]:
    address = f"127.0.0.1:{live.port}"
    sent = {"cookie": f"{COOKIE}={token}", "origin": live.console.house.origin or "", **headers}
    async with connect(f"ws://{address}/phone/ws", additional_headers=sent, proxy=None, subprotocols=[SIP]) as socket:
        yield socket


@pytest.mark.parametrize("origin", ["https://elsewhere.test", "null", ""])
async def test_a_foreign_page_finds_no_door(live: Live, origin: str) -> None:
    token = await live.token("kim")
    with pytest.raises(InvalidStatus) as refused:
        async with door(live, token, origin=origin):
            pass
    assert refused.value.response.status_code == 403


async def test_who_answers_no_calls_in_the_browser_finds_no_door(live: Live) -> None:
    for token in (await live.token("kim"), await live.token("boss", "coordinator"), "x" * 43):
        with pytest.raises((InvalidStatus, ConnectionClosed)):
            async with door(live, token) as socket:
                await socket.recv()


async def test_only_a_closed_set_passes_the_door_and_it_ends_with_the_line(
    live: Live, taker: Taker, control: int
) -> None:
    came: list[str | bytes] = []

    async def engine(socket: ServerConnection) -> None:
        assert socket.request is not None
        assert socket.request.path == "/ws"
        async for text in socket:
            came.append(text)
            await socket.send("NOTIFY sip:x SIP/2.0\r\nCSeq: 1 NOTIFY\r\n\r\n")
            await socket.send(message("SIP/2.0 200 OK", "REGISTER", taker.line))

    token = await live.token("kim")
    async with serve(engine, "127.0.0.1", control, subprotocols=[SIP]), live.page(token) as page:
        await page.see("device", state="ready")
        await page.goes_on_duty()
        await page.send("phone", by="browser", number="")
        shown = await page.see("phone", open=True, ready=False)
        assert shown["line"] == taker.line
        async with door(live, token) as socket:
            assert socket.subprotocol == SIP
            await socket.send(message("INVITE sip:112@line.invalid SIP/2.0", "INVITE", taker.line))
            register = message("REGISTER sip:line.invalid SIP/2.0", "REGISTER", taker.line)
            await socket.send(register)
            assert str(await socket.recv()).startswith("SIP/2.0 200")
            assert came == [register]
            await page.see("phone", ready=True)
            await page.send("duty", to="off", sure=True)
            with pytest.raises(ConnectionClosed):
                await asyncio.wait_for(socket.recv(), 10)
            assert socket.close_code == 4403


def test_a_number_is_written_as_people_write_it() -> None:
    for text in ("070-174 06 99", "+46 70 174 06 99", "0046701740699", "(070) 1740699"):
        assert read_number(text) == "+46701740699"
    for text in ("", "112", "070", "+46701740699@evil", "sip:x", "+0701740699", "1" * 40):
        assert read_number(text) is None


async def test_the_microphone_is_for_the_desk_alone(console: Console) -> None:
    async with console.signed_in("anna") as browser:
        desk, account = await browser.get("/desk"), await browser.get("/account")
        assert "microphone=(self)" in desk.headers["permissions-policy"]
        assert "microphone=()" in account.headers["permissions-policy"]
        assert 'id="phone"' in desk.text


async def test_a_console_without_a_line_offers_none(tmp_path: Path, engine: Engine, content: Content) -> None:
    async with started(tmp_path / "other", engine.staff, content) as console, console.signed_in("anna") as browser:
        desk = await browser.get("/desk")
        assert "microphone=()" in desk.headers["permissions-policy"]
        assert 'id="phone"' not in desk.text
