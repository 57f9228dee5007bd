"""Private help on a call, at two desks: the caller's yes comes first, and the colleague's telephone is what is rung."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from console.frame_fields import BadFrame
from console.frames import parse_frame
from console.phone_lines import SOCKET, device_of, line_at
from console.together_frames import Ask
from console.together_views import colleague_handle
from console.views import handle_of
from dialogues.values import Content
from handover.values import AskKind, Done, TalkRef, WithStaff
from safety.devices import read_device
from tests.console.conftest import Console, started
from tests.console.desks import Live, Page, serving
from tests.console.test_phone import Taker, answering, calls, takes
from tests.engines import Engine
from tests.sealed import ORGANISATION, today


@pytest.fixture
async def taker(tmp_path: Path) -> AsyncIterator[Taker]:
    taker = Taker()
    server = await asyncio.start_unix_server(taker.meet, tmp_path / SOCKET)
    yield taker
    server.close()


@pytest.fixture
async def console(tmp_path: Path, engine: Engine, content: Content, taker: Taker) -> AsyncIterator[Console]:
    async with started(tmp_path / "data", engine.staff, content, phone_folder=tmp_path) as console:
        yield console


@pytest.fixture
async def live(console: Console, engine: Engine) -> AsyncIterator[Live]:
    async with serving(console, engine) as live:
        yield live


@dataclass
class Two:
    """Kim has a call; Noor is on duty with a telephone, which was opened last."""

    live: Live
    kim: Page
    noor: Page
    ref: TalkRef
    noor_handle: str
    line: str  # Noor's

    async def asks(self, **said: object) -> None:
        await self.kim.send_frame({"type": "colleagues", "talk": handle_of(self.ref), "kind": "help"})
        await self.kim.see("colleagues")
        ask = {"type": "ask", "talk": handle_of(self.ref), "kind": "help", "to": self.noor_handle, "why": []}
        await self.kim.send_frame({**ask, **said})

    async def standing(self) -> WithStaff:
        standing = await self.live.visitor.attend(self.ref)
        assert isinstance(standing, WithStaff)
        return standing

    async def agree(self) -> None:
        """As both do; the process that takes calls passes the caller's yes on."""
        await self.asks(aloud=True)
        asked = await self.noor.is_asked(self.ref)
        assert asked["phone"]
        await self.noor.answers(asked, yes=True)
        for _ in range(1_500):
            if question := (await self.standing()).asked:
                break
            await asyncio.sleep(0.02)
        assert question
        assert await self.live.visitor.consent(self.ref, question.number, yes=True) == Done()
        assert (await self.noor.see("along", talk=handle_of(self.ref)))["phone"]


@asynccontextmanager
async def two(live: Live, taker: Taker) -> AsyncIterator[Two]:
    ref = await calls(live)
    noor_id = await live.console.add("noor")
    token = await live.console.house.signins.start(noor_id, "en")
    async with answering(live) as kim, answering(live, token=token) as noor:
        await takes(kim, ref)
        yield Two(live, kim, noor, ref, colleague_handle(noor_id), taker.line)


@pytest.mark.parametrize("said", [{}, {"aloud": False}])
async def test_nobody_is_asked_before_the_caller_said_yes(live: Live, taker: Taker, said: dict[str, bool]) -> None:
    async with two(live, taker) as both:
        await both.asks(**said)
        await both.kim.see("refused", code="ask_aloud")
        assert (await both.standing()).asked is None


async def test_the_colleagues_telephone_is_told_to_whoever_rings_it(live: Live, taker: Taker) -> None:
    async with two(live, taker) as both:
        await both.agree()
        helping = (await both.standing()).helping
        assert helping
        line, _, device = helping.device.partition(" ")
        assert (line, helping.name) == (both.line, "Noor")
        assert read_device(ORGANISATION.public, device, today()).key == both.noor.device.key
        for news in ("ringing", "connected"):
            taker.says(both.line, news)
            await both.noor.see("line", talk=handle_of(both.ref), **{"is": news})


async def test_who_listens_takes_no_other_call(live: Live, taker: Taker) -> None:
    async with two(live, taker) as both:
        await both.agree()
        other = await calls(live)
        await both.noor.see_waiting(other)
        await both.noor.send("take", talk=handle_of(other))
        await both.noor.see("refused", code="phone_busy")
        await both.noor.send("phone", by="off", number="")
        await both.noor.see("refused", code="phone_in_call")
        await both.noor.send("part", talk=handle_of(both.ref))
        await both.noor.see("along_over", talk=handle_of(both.ref))
        assert (await both.standing()).helping is None
        await both.noor.send("take", talk=handle_of(other))
        await both.noor.see("talk", talk=handle_of(other))


async def test_lines_between_the_two_are_sealed_between_their_devices(live: Live, taker: Taker) -> None:
    async with two(live, taker) as both:
        await both.agree()
        first = await both.noor.see("asides")
        assert read_device(ORGANISATION.public, first["device"], today()).key == both.kim.device.key
        await both.noor.send("aside", talk=handle_of(both.ref), sealed="AAAA")
        told = await both.kim.see("asides", lines=[{"number": 1, "own": False, "sealed": "AAAA"}])
        assert read_device(ORGANISATION.public, told["device"], today()).key == both.noor.device.key


async def test_a_colleague_without_a_telephone_cannot_say_yes(live: Live, taker: Taker) -> None:
    async with two(live, taker) as both:
        await both.noor.send("phone", by="off", number="")
        await both.noor.see("phone", by="off")
        await both.asks(aloud=True)
        await both.noor.answers(await both.noor.is_asked(both.ref), yes=True)
        await both.noor.see("refused", code="phone_first")


async def test_a_lost_line_of_the_colleague_gives_nobody_back(live: Live, taker: Taker) -> None:
    async with two(live, taker) as both:
        await both.agree()
        for news in ("ringing", "connected", "failed"):
            taker.says(both.line, news)
        await both.noor.see("line", **{"is": "failed"})
        await live.visitor.part(both.ref)  # as the process that takes calls does then
        await both.noor.see("along_over")
        assert (await both.standing()).name == "Kim"


def test_a_line_and_a_device_are_told_in_one_word_each() -> None:
    assert line_at(None, "device") is None
    assert line_at("line.x", "") == "line.x"
    assert line_at("line.x", "a.b.c") == "line.x a.b.c"
    assert device_of("line.x a.b.c") == "a.b.c"
    assert device_of("a.b.c") == "a.b.c"


def test_a_yes_aloud_is_true_or_false() -> None:
    handle = "A" * 22
    text = f'{{"type": "ask", "talk": "{handle}", "kind": "help", "to": "{handle}", "why": []'
    assert parse_frame(text + "}") == Ask(handle, AskKind.HELP, handle, ())
    assert parse_frame(text + ', "aloud": true}') == Ask(handle, AskKind.HELP, handle, (), aloud=True)
    for odd in ("1", '"yes"', "null"):
        with pytest.raises(BadFrame):
            parse_frame(text + f', "aloud": {odd}}}')
