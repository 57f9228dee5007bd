"""The socket of a talk over a real server and a real engine."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest
import pytest_asyncio
import uvicorn
from fastapi import FastAPI
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from bot.web.frames import Close
from bot.web.hearing import Hearing
from bot.web.live_page import LivePage
from bot.web.paces import BURST
from bot.web.partings import Partings
from bot.web.site import Site
from bot.web.state import Talk
from bot.web.tellings import Tellings
from fristad.bounded_http import BoundedHttp
from fristad.lean_socket import LeanSocket
from handover.keys import binding
from handover.mending import Known
from handover.outlook import Shut
from handover.values import Briefing, Channel, Claimed, Done, Gone, Joined, Pseudonym, Taken, TalkRef, WithStaff
from safety.text64 import write64
from tests.bot.conftest import DESK, KIM, LEE, ORGANISATION, Clock, Colleague, frozen, until
from tests.bot.test_frames import SEALED as SEALED_BYTES
from tests.engines import Engine
from tests.forgetting import forget_since, held
from tests.sealed import Organisation, StaffPage, VisitorPage

SEALED = write64(SEALED_BYTES)
PATIENCE = 30.0  # seconds; nothing here takes that long, but the machine is shared


class Line:
    """A page's socket. As the page does, it answers a person's device with a key, seals, and opens."""

    def __init__(self, socket: ClientConnection, page: VisitorPage) -> None:
        self.socket = socket
        self.page = page

    async def tells(self, kind: str, **fields: Any) -> None:
        await self.socket.send(json.dumps({"type": kind, **fields}))

    async def says(self, seq: int, words: str) -> None:
        await self.tells("say", seq=seq, id=f"message-{seq}", body=self.page.words.seal(words))

    async def renews(self) -> None:
        """Go on in the next epoch, whose key the engine has from now on."""
        key = self.page.renew()
        await self.socket.send(json.dumps(key))
        while (await self.hears("keyed"))["epoch"] != key["epoch"]:
            pass

    async def reads(self) -> dict[str, Any]:
        """The next frame that is not about the wait, unanswered."""
        async with asyncio.timeout(PATIENCE):
            while True:
                frame: dict[str, Any] = json.loads(await self.socket.recv())
                if frame["type"] not in {"waiting", "news", "trouble"}:
                    return frame

    async def hears(self, *kinds: str) -> dict[str, Any]:
        """The next frame of one of these kinds; others are passed over."""
        async with asyncio.timeout(PATIENCE):
            while True:
                frame: dict[str, Any] = json.loads(await self.socket.recv())
                if frame["type"] == "taken":
                    await self.socket.send(json.dumps(self.page.taken(frame)))
                if frame["type"] == "said":
                    frame["body"] = self.page.hear(frame)
                if frame["type"] in kinds:
                    return frame

    async def is_closed_with(self) -> int:
        async with asyncio.timeout(PATIENCE):
            try:
                while True:
                    await self.socket.recv()
            except ConnectionClosed as closed:
                assert closed.rcvd is not None
                return closed.rcvd.code


class House:
    """The app behind a real server, and a way to open sockets to it."""

    def __init__(self, site: Site, port: int) -> None:
        self.site = site
        self.port = port
        self.open_lines: list[ClientConnection] = []
        self.pages: dict[TalkRef, VisitorPage] = {}

    async def joins(self) -> TalkRef:
        joined = await self.site.end.join(DESK, Briefing("en", Channel.WEB), Pseudonym(1, 2))
        assert isinstance(joined, Joined)
        return joined.ref

    def token(self, ref: TalkRef) -> str:
        return self.site.tokens.seal_talk(Talk(ref, Channel.WEB))

    async def dials(self, origin: str | None = "same", page: VisitorPage | None = None) -> Line:
        address = f"127.0.0.1:{self.port}"
        named = f"http://{address}" if origin == "same" else origin
        socket = await connect(f"ws://{address}/live", origin=named, proxy=None)  # type: ignore[arg-type]
        self.open_lines.append(socket)
        return Line(socket, page or VisitorPage(ORGANISATION.public))

    async def calls(self, ref: TalkRef, down: int = 0, **more: int) -> Line:
        line = await self.dials(page=self.pages.setdefault(ref, VisitorPage(ORGANISATION.public)))
        await line.tells("open", v=1, talk=self.token(ref), down=down, **more)
        return line


@pytest_asyncio.fixture
async def house(app: FastAPI) -> AsyncIterator[House]:
    async with serving(app, LeanSocket) as house:
        yield house


@asynccontextmanager
async def serving(app: FastAPI, ws: type[LeanSocket] | str) -> AsyncIterator[House]:
    # The lifespan has been opened by `app`; the server must not open the end a second time.
    config = uvicorn.Config(app, port=0, lifespan="off", log_config=None, access_log=False, http=BoundedHttp, ws=ws)
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110  # the server has no event for it
        await asyncio.sleep(0.01)
    house = House(app.state.site, server.servers[0].sockets[0].getsockname()[1])
    yield house
    for socket in house.open_lines:
        await socket.close()
    server.should_exit = True
    await serving


async def taken(house: House, kim: Colleague) -> tuple[Line, TalkRef]:
    ref = await house.joins()
    line = await house.calls(ref)
    await line.hears("waiting")
    await kim.comes()
    await kim.takes_the_first()
    await line.hears("keyed")
    return line, ref


async def test_waiting_tells_the_place_and_the_time_left(house: House) -> None:
    first, second = await house.joins(), await house.joins()
    waiting = await (await house.calls(second)).hears("waiting")
    assert waiting["place"] == 2
    assert 590 <= waiting["left"] <= 600
    assert (await (await house.calls(first)).hears("waiting"))["place"] == 1


async def test_a_place_that_gets_better_is_told(house: House, kim: Colleague) -> None:
    await house.joins()
    line = await house.calls(await house.joins())
    await line.hears("waiting")
    await kim.comes()
    await kim.takes_the_first()
    while (await line.hears("waiting"))["place"] != 1:
        pass  # that somebody came on duty is told, too


async def test_a_talk_from_taking_to_ending(house: House, kim: Colleague, engine: Engine) -> None:
    ref = await house.joins()
    line = await house.calls(ref)
    await line.hears("waiting")
    await kim.comes()
    talk = await kim.takes_the_first()
    assert await line.hears("taken") == {
        "type": "taken",
        "name": "Kim",
        "up": 0,
        "heard": 0,
        "epoch": 1,
        "device": kim.line,
        "talk": write64(binding(ref)),
    }
    assert await line.hears("keyed") == {"type": "keyed", "epoch": 1}
    await line.says(1, "hello")
    assert await line.hears("ack") == {"type": "ack", "seq": 1}
    await kim.end.heard(talk.ref, KIM, 1)
    assert await line.hears("delivered") == {"type": "delivered", "seq": 1}
    await kim.says("hi")
    assert await line.hears("said") == {"type": "said", "seq": 1, "body": "hi"}
    await line.tells("heard", seq=1)
    await line.tells("end")
    assert await line.hears("ended") == {"type": "ended", "reason": "visitor"}
    assert await line.is_closed_with() == Close.ENDED
    assert await kim.has_heard() == []
    with engine.client() as client:
        assert [key for key in client.keys("*") if ref.talk.encode() in key] == []


async def test_a_page_that_asks_whether_we_are_there_is_answered(house: House) -> None:
    line = await house.calls(await house.joins())
    await line.tells("ping")
    assert await line.hears("pong") == {"type": "pong"}


async def test_staff_who_end_are_named_as_the_reason(house: House, kim: Colleague) -> None:
    line, ref = await taken(house, kim)
    await kim.end.end(ref, KIM)
    assert (await line.hears("ended"))["reason"] == "staff"
    assert await line.is_closed_with() == Close.ENDED


async def test_a_talk_that_is_gone_is_told_at_once(house: House) -> None:
    ref = await house.joins()
    await house.site.end.end(ref, "visitor")  # type: ignore[arg-type]
    line = await house.calls(ref)
    assert (await line.hears("ended"))["reason"] == "lost"


async def test_a_resend_is_acknowledged_and_relayed_once(house: House, kim: Colleague) -> None:
    line, _ = await taken(house, kim)
    for _ in range(3):
        await line.says(1, "once")
        assert (await line.hears("ack"))["seq"] == 1
    assert await kim.has_heard() == ["once"]


async def test_a_gap_is_refused_with_what_is_expected(house: House, kim: Colleague) -> None:
    line, _ = await taken(house, kim)
    await line.says(7, "too early")
    assert await line.hears("refused") == {"type": "refused", "code": "order", "seq": 7, "expected": 1}
    await line.says(1, "in time")
    await line.hears("ack")


async def test_words_in_the_waiting_room_are_refused(house: House) -> None:
    line = await house.calls(await house.joins())
    await line.tells("say", seq=1, id="message-1", body=SEALED)
    assert (await line.hears("refused"))["code"] == "not-taken"


async def test_a_page_that_comes_back_gets_what_it_missed(house: House, kim: Colleague) -> None:
    line, ref = await taken(house, kim)
    await kim.says("one")
    await line.hears("said")
    await line.says(1, "mine")
    await line.hears("ack")
    await line.socket.close()
    for words in ("two", "three"):
        await kim.says(words)
    again = await house.calls(ref, down=1)
    assert [(await again.hears("said"))["body"] for _ in range(2)] == ["two", "three"]
    told = await again.hears("taken")
    assert (told["name"], told["up"], told["heard"], told["epoch"]) == ("Kim", 1, 0, 1)


async def test_a_lost_person_is_told_and_the_next_one_too(house: House, kim: Colleague) -> None:
    line, ref = await taken(house, kim)
    await kim.end.release(ref, KIM)
    await line.hears("returned")
    assert (await line.hears("waiting"))["place"] == 1
    await kim.takes_the_first()
    assert (await line.hears("taken"))["name"] == "Kim"


async def test_who_comes_back_to_another_person_gets_the_words_of_the_one_before_first(
    house: House, kim: Colleague
) -> None:
    """Else they would stand under the name of the next one."""
    line, ref = await taken(house, kim)
    await line.socket.close()
    await kim.says("I have to go")
    await kim.end.release(ref, KIM)
    await kim.end.go_on_duty(DESK, LEE, "Lee", paused=False)
    await kim.end.claim(ref, LEE, "Lee")
    await kim.end.begin(ref, LEE, kim.line)
    again = await house.calls(ref, down=0)
    frames = [await again.hears("said", "taken") for _ in range(2)]
    assert [frame["type"] for frame in frames] == ["said", "taken"]
    assert frames[1]["name"] == "Lee"


async def test_a_late_word_that_somebody_left_does_not_send_the_page_back_into_line(
    house: House, kim: Colleague, engine: Engine
) -> None:
    """A connection to the engine that was cut brings it when the page has met the next one."""
    line, ref = await taken(house, kim)
    with engine.client() as client:
        client.publish(f"talk:{{{DESK}}}:{ref.talk}", "r")
    await kim.says("still here")
    told = await line.hears("said", "returned", "taken")
    assert (told["type"], told["body"]) == ("said", "still here")


async def test_who_was_away_when_the_person_left_gets_the_last_words_before_the_place(
    house: House, kim: Colleague
) -> None:
    line, ref = await taken(house, kim)
    await line.socket.close()
    await kim.says("I have to go")
    await kim.end.release(ref, KIM)
    again = await house.calls(ref)
    assert (await again.hears("said", "waiting"))["body"] == "I have to go"
    assert (await again.hears("said", "waiting"))["place"] == 1


async def test_a_muted_page_is_told_and_its_words_stay_with_it(house: House, kim: Colleague) -> None:
    line, ref = await taken(house, kim)
    await kim.mutes(ref)
    taking = await line.hears("taken")
    assert (taking["name"], taking["up"], taking["heard"], taking["muted"]) == ("Kim", 0, 0, True)
    await line.says(1, "words")
    assert await line.hears("refused") == {"type": "refused", "code": "muted", "seq": 1}
    again = await house.calls(ref)
    assert (await again.hears("taken"))["muted"]
    await again.renews()  # a counter went with the words that were refused
    await kim.end.unmute(ref, KIM)
    assert "muted" not in await again.hears("taken")
    await again.says(1, "calmer words")
    assert (await again.hears("ack"))["seq"] == 1
    assert await kim.has_heard() == ["calmer words"]


async def test_a_visitor_is_asked_once_and_answers_and_meets_who_comes(house: House, kim: Colleague) -> None:
    line, ref = await taken(house, kim)
    number = await kim.asks_to_hand_over(ref)
    assert await line.hears("asked") == {"type": "asked", "ask": number, "about": "move", "to": "Lee"}
    again = await house.calls(ref)
    assert (await again.hears("asked"))["to"] == "Lee"
    await again.tells("answer", ask=number, yes=True)
    assert (await again.hears("asked"))["ask"] == 0
    assert isinstance(await kim.end.move(ref, LEE, "Lee"), Claimed)
    await kim.end.begin(ref, LEE, kim.line)
    assert (await again.hears("taken"))["name"] == "Lee"


async def test_an_answer_that_comes_too_late_or_to_nothing_changes_nothing(house: House, kim: Colleague) -> None:
    line, ref = await taken(house, kim)
    await line.tells("answer", ask=1, yes=True)
    number = await kim.asks_to_hand_over(ref)
    await line.hears("asked")
    assert await kim.end.answer(ref, KIM, number, yes=False) == Done()
    assert (await line.hears("asked"))["ask"] == 0
    await line.tells("answer", ask=number, yes=True)
    await line.tells("ping")
    await line.hears("pong")
    assert await kim.end.move(ref, LEE, "Lee") == Taken()


async def test_words_for_the_person_before_fail_and_are_not_read_by_the_next(house: House, kim: Colleague) -> None:
    line, ref = await taken(house, kim)
    number = await kim.asks_to_hand_over(ref)
    await line.tells("answer", ask=number, yes=True)
    while (await line.hears("asked"))["ask"]:
        pass  # until the answer has arrived
    assert isinstance(await kim.end.move(ref, LEE, "Lee"), Claimed)
    await line.says(1, "for Kim alone")
    assert await line.hears("refused") == {"type": "refused", "code": "not-taken", "seq": 1}
    assert await kim.end.hear(ref, LEE, 0) == []


async def test_words_under_the_key_of_before_do_not_arrive_beside_those_that_follow(
    house: House, kim: Colleague
) -> None:
    """Told of a new key, the page seals anew what has not arrived: both copies would leave a gap in the counters."""
    line, _ = await taken(house, kim)
    before = line.page.words.seal("held up on its way")
    await kim.opens()
    assert (await line.hears("taken"))["epoch"] == 2
    await line.tells("say", seq=1, id="message-1", body=before)
    await line.says(1, "held up on its way")
    await line.says(2, "what follows")
    assert [(await line.hears("ack"))["seq"] for _ in range(2)] == [1, 2]
    assert await kim.has_heard() == ["held up on its way", "what follows"]


async def test_words_under_the_key_of_before_do_not_arrive_over_a_new_socket_either(
    house: House, kim: Colleague
) -> None:
    """Sent before the page has given a key over this socket."""
    line, ref = await taken(house, kim)
    before = line.page.words.seal("held up on its way")
    await line.socket.close()
    await kim.opens()
    again = await house.calls(ref)
    while (told := json.loads(await again.socket.recv()))["type"] != "taken":
        pass
    assert told["epoch"] == 2
    await again.tells("say", seq=1, id="message-1", body=before)
    await again.socket.send(json.dumps(again.page.taken(told)))
    await again.says(1, "held up on its way")
    await again.says(2, "what follows")
    assert [(await again.hears("keyed", "ack"))["type"] for _ in range(3)] == ["keyed", "ack", "ack"]
    assert await kim.has_heard() == ["held up on its way", "what follows"]


async def test_more_words_than_anybody_writes_are_held_back_and_none_is_lost(house: House, kim: Colleague) -> None:
    line, _ = await taken(house, kim)
    last = BURST + 15
    begun = time.monotonic()
    for seq in range(1, last + 1):
        await line.says(seq, f"number {seq}")
    await line.tells("ping")
    frames = [await line.hears("ack", "pong") for _ in range(last + 1)]
    assert [frame["seq"] for frame in frames if frame["type"] == "ack"] == list(range(1, last + 1))
    assert frames[-1]["type"] == "ack", "nothing else waits for held words"
    assert time.monotonic() - begun > 1.5
    assert await kim.has_heard() == [f"number {seq}" for seq in range(1, last + 1)]


async def test_words_that_cannot_be_relayed_are_refused_alone(house: House, kim: Colleague) -> None:
    line, _ = await taken(house, kim)
    for body in ("not sealed", "half \ud83d", "", None):
        await line.tells("say", seq=1, id="message-1", body=body)
        assert await line.hears("refused") == {"type": "refused", "code": "words", "seq": 1}
    await line.says(1, "whole")
    assert (await line.hears("ack"))["seq"] == 1
    assert await kim.has_heard() == ["whole"]


async def test_five_hundred_messages_arrive_in_order(house: House, kim: Colleague) -> None:
    line, _ = await taken(house, kim)
    for number in range(500):
        await kim.says(f"number {number}")
    assert [(await line.hears("said"))["body"] for _ in range(500)] == [f"number {number}" for number in range(500)]


@pytest.mark.parametrize("way", ["code", "frame"])
async def test_the_exit_erases_at_once(house: House, kim: Colleague, way: str) -> None:
    line, ref = await taken(house, kim)
    if way == "frame":
        await line.tells("leave")
    else:
        await line.socket.close(Close.EXIT)
    async with asyncio.timeout(PATIENCE):  # the limit of silence is far away
        while not isinstance(await house.site.end.attend(ref), Gone):  # noqa: ASYNC110  # the engine's state is what counts
            await asyncio.sleep(0.02)


async def test_a_plain_close_keeps_the_talk_and_tells_staff(house: House, kim: Colleague) -> None:
    line, ref = await taken(house, kim)
    async with kim.end.follow(ref) as events:
        await line.socket.close()
        async with asyncio.timeout(PATIENCE):
            assert type(await anext(events)).__name__ == "WentAway"


async def test_only_the_last_socket_of_a_talk_tells_that_nobody_is_there(house: House, kim: Colleague) -> None:
    line, ref = await taken(house, kim)
    again = await house.calls(ref)
    await again.hears("taken")
    async with kim.end.follow(ref) as events, asyncio.timeout(PATIENCE):
        await line.socket.close()
        await asyncio.sleep(0.3)  # enough for a wrong word about it to come first
        await again.says(1, "still here")
        assert type(await anext(events)).__name__ == "Said"
        await again.socket.close()
        assert type(await anext(events)).__name__ == "WentAway"


async def test_an_end_that_does_not_reach_the_engine_is_not_called_erased(
    house: House, app: FastAPI, engine: Engine
) -> None:
    site = house.site
    app.state.site = replace(site, partings=Partings(site.end, site.reception, tries=1))
    line = await house.calls(await house.joins())
    await line.hears("waiting")
    with frozen(engine):
        await line.tells("end")
        assert await line.hears("ended") == {"type": "ended", "reason": "unerased"}
    assert await line.is_closed_with() == Close.ENDED


async def test_an_engine_that_is_lost_is_told_in_words_and_found_again(
    house: House, kim: Colleague, engine: Engine
) -> None:
    line, _ = await taken(house, kim)
    with frozen(engine):
        await line.says(1, "into the void")
        await line.hears("trouble")
    await line.hears("taken", "waiting")


async def test_the_deadline_is_told_once(house: House, kim: Colleague, engine: Engine) -> None:
    ref = await house.joins()
    with engine.client() as client:
        client.hincrby(f"talk:{{demo}}:{ref.talk}", "joined", -601 * 1_000_000)
    line = await house.calls(ref)
    assert (await line.hears("waiting"))["left"] == 0
    await line.hears("deadline")


async def test_another_origin_is_refused_before_it_is_accepted(house: House) -> None:
    for origin in ("http://elsewhere.test", "null", "file://", None, f"http://127.0.0.1:{house.port}.elsewhere.test"):
        with pytest.raises(InvalidStatus) as refused:
            await house.dials(origin)
        assert refused.value.response.status_code == 403
        assert "content-security-policy" in refused.value.response.headers


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        ("", Close.BAD_FRAME),
        ("{", Close.BAD_FRAME),
        (b"\x00\x01", Close.BAD_FRAME),
        ("[" * 16_000, Close.BAD_FRAME),
        ('{"type": "say"}', Close.BAD_FRAME),
        ('{"v": 9, "type": "open", "talk": "t", "down": 0}', Close.UNKNOWN),
        ('{"v": 1, "type": "open", "talk": "t", "down": 0}', Close.UNKNOWN),
        ("x" * 20_000, Close.BAD_FRAME),
    ],
)
async def test_a_first_frame_that_is_none_is_refused(house: House, frame: str | bytes, code: Close) -> None:
    line = await house.dials()
    await line.socket.send(frame)
    assert await line.is_closed_with() == code


@pytest.mark.parametrize(
    ("frame", "code", "close"),
    [
        (b"\x00", "binary", Close.BAD_FRAME),
        ("garbage", "frame", Close.BAD_FRAME),
        ('{"type": "open", "v": 1, "talk": "x", "down": 0}', "frame", Close.BAD_FRAME),
        ("x" * 20_000, "size", Close.TOO_LARGE),
    ],
)
async def test_a_bad_frame_closes_the_socket_and_not_the_talk(
    house: House, kim: Colleague, frame: str | bytes, code: str, close: Close
) -> None:
    line, ref = await taken(house, kim)
    await line.socket.send(frame)
    assert (await line.hears("refused"))["code"] == code
    assert await line.is_closed_with() == close
    assert (await (await house.calls(ref)).hears("taken"))["name"] == "Kim"


async def test_ten_thousand_tiny_frames_end_one_socket_and_nothing_else(house: House, kim: Colleague) -> None:
    line, ref = await taken(house, kim)
    try:
        for _ in range(10_000):
            await line.tells("heard", seq=0)
    except ConnectionClosed:
        pass
    assert await line.is_closed_with() == Close.TOO_FAST
    await (await house.calls(ref)).hears("taken")


async def test_a_token_that_is_too_old_is_refused(house: House, clock: Clock) -> None:
    ref = await house.joins()
    line = await house.dials()
    token = house.token(ref)
    clock.now += 25 * 60 * 60
    await line.tells("open", v=1, talk=token, down=0)
    assert (await line.hears("refused"))["code"] == "token"


async def test_nobody_is_told_of_a_person_whose_page_cannot_read_yet(house: House, kim: Colleague) -> None:
    ref = await house.joins()
    line = await house.calls(ref)
    await line.hears("waiting")
    await kim.comes()
    await kim.end.claim(ref, KIM, "Kim")
    await line.tells("ping")
    assert (await line.hears("taken", "pong"))["type"] == "pong"
    await kim.end.begin(ref, KIM, kim.line)
    assert (await line.hears("taken"))["epoch"] == 1


async def test_a_desk_that_is_opened_anew_gets_a_fresh_key(house: House, kim: Colleague) -> None:
    line, _ = await taken(house, kim)
    await line.says(1, "before")
    await line.hears("ack")
    await kim.opens()
    assert (await line.hears("taken"))["epoch"] == 2
    await line.hears("keyed")
    await line.says(2, "after")
    await line.hears("ack")
    assert await kim.has_heard() == ["before", "after"]


async def test_a_key_that_came_twice_is_acknowledged_twice_and_kept_once(house: House, kim: Colleague) -> None:
    line, _ = await taken(house, kim)
    first = await kim.has_keys()
    await line.tells("key", epoch=1, device=kim.line, wrapped="AAAA")
    assert await line.hears("taken", "keyed") == {"type": "keyed", "epoch": 1}
    assert await kim.has_keys() == first


async def test_a_key_for_another_device_is_answered_with_the_one_of_now(house: House, kim: Colleague) -> None:
    line, _ = await taken(house, kim)
    await line.tells("key", epoch=1, device=ORGANISATION.line(StaffPage().key), wrapped="AAAA")
    assert (await line.hears("taken", "keyed"))["device"] == kim.line


async def test_a_device_of_somebody_else_gets_no_key_and_its_person_learns_why(house: House, kim: Colleague) -> None:
    line, _ = await taken(house, kim)
    await kim.opens(Organisation().line(StaffPage().key))
    assert (await line.hears("taken"))["epoch"] == 2
    await line.hears("keyed")
    assert await kim.has_keys() == {2: b""}


def hears(house: House, ref: TalkRef, page: LivePage) -> Hearing:
    """What a page is told, without its socket."""
    site = house.site
    hearing = Hearing(page, site.end, ref, Known(), Tellings(page, ref, site.prospects, site.reception.overdue))
    hearing.look_soon()
    return hearing


class Listener:
    """A page that only listens: what was written to it at once, and what it had to be waited for with."""

    def __init__(self) -> None:
        self.told: list[tuple[str, str, int]] = []
        self.reads = True

    async def receive(self) -> None:
        """Nothing ever comes."""

    async def send(self, message: dict[str, Any]) -> None:
        self.note("later", message["text"])

    def write(self, text: str) -> bool:
        if self.reads:
            self.note("at once", text)
        return self.reads

    def note(self, how: str, text: str) -> None:
        frame = json.loads(text)
        self.told.append((how, frame["type"], frame.get("seq", 0)))


async def test_words_are_told_as_they_come_when_nothing_else_is_to_be_told(house: House, kim: Colleague) -> None:
    line, ref = await taken(house, kim)
    listener = Listener()
    hearing = hears(house, ref, LivePage(listener.receive, listener.send, listener.write))
    await until(lambda: _is(hearing.still() is not None))
    before = hearing.still()
    assert before is not None
    await kim.says("one")
    await line.says(1, "two")
    await line.hears("ack")
    await until(lambda: _is(len(listener.told) == 2))
    await kim.end.heard(ref, KIM, 1)
    await until(lambda: _is(len(listener.told) == 3))
    assert listener.told == [("later", "taken", 0), ("at once", "said", 1), ("at once", "delivered", 1)]
    assert hearing.still() == before + 2, "a look that began before would not know that the page was told"
    await hearing.stop()
    await kim.says("three")
    await asyncio.sleep(0.1)
    assert len(listener.told) == 3, "nothing is told of a socket that is gone"


async def test_words_that_cannot_be_written_at_once_come_in_their_order(house: House, kim: Colleague) -> None:
    _, ref = await taken(house, kim)
    listener = Listener()
    hearing = hears(house, ref, LivePage(listener.receive, listener.send, listener.write))
    await until(lambda: _is(hearing.still() is not None))
    async with hearing.turn:  # the page is being told something
        for words in ("one", "two"):
            await kim.says(words)
        await asyncio.sleep(0.1)
        assert [kind for _, kind, _ in listener.told] == ["taken"]
    await until(lambda: _is(len(listener.told) == 3))
    await until(lambda: _is(hearing.still() is not None))
    await kim.says("three")
    await until(lambda: _is(len(listener.told) == 4))
    listener.reads = False
    await kim.says("four")
    await until(lambda: _is(len(listener.told) == 5))
    assert [(kind, seq) for _, kind, seq in listener.told[1:]] == [("said", number) for number in range(1, 5)]
    assert [how for how, _, _ in listener.told[-2:]] == ["at once", "later"]
    await hearing.stop()


async def test_last_words_that_an_end_has_overtaken_are_told_before_it(house: House, kim: Colleague) -> None:
    """A look finds the talk gone while its last events have come and were not told yet."""
    _, ref = await taken(house, kim)
    told: list[dict[str, Any]] = []

    async def send(message: dict[str, Any]) -> None:
        if message["type"] == "websocket.send":
            told.append(json.loads(message["text"]))

    async def receive() -> None:
        """Of a page that only listens."""

    hearing = hears(house, ref, LivePage(receive, send))
    await until(lambda: _is(hearing.still() is not None))
    async with hearing.turn:
        hearing.look_soon()
        await kim.says("goodbye")
        await kim.end.end(ref, KIM)
    await until(lambda: _is(hearing.over))
    await hearing.stop()
    assert [frame["type"] for frame in told] == ["taken", "said", "ended"]
    assert told[-1]["reason"] == "staff"


async def _is(state: bool) -> bool:
    return state


# --- What is told of the wait besides the place ---


async def test_a_desk_that_is_shut_is_news_and_so_is_that_it_opens_again(house: House, kim: Colleague) -> None:
    await kim.comes()
    line = await house.calls(await house.joins())
    assert (await line.hears("waiting"))["about"] == "5"
    await kim.end.shut(DESK, Shut.TONIGHT)
    frames = [await line.hears("waiting", "news"), await line.hears("waiting", "news")]
    assert frames[0] == {
        "type": "waiting",
        "place": 1,
        "waited": frames[0]["waited"],
        "left": frames[0]["left"],
        "about": "unknown",
    }
    assert frames[1] == {"type": "news"}
    await kim.end.shut(DESK, None)
    assert (await line.hears("waiting"))["about"] == "5"
    assert await line.hears("news") == {"type": "news", "again": True}


async def test_that_nobody_is_on_duty_any_more_is_news_once(house: House, kim: Colleague) -> None:
    await kim.comes()
    line = await house.calls(await house.joins())
    await line.hears("waiting")
    await kim.end.go_off_duty(DESK, KIM)
    await line.hears("news")
    await kim.comes()
    assert (await line.hears("waiting"))["about"] == "5"
    await kim.end.go_off_duty(DESK, KIM)
    await kim.end.shut(DESK, Shut.HOURS)
    await line.hears("news")
    await line.tells("ping")
    await line.hears("pong")


async def test_who_is_guided_on_is_told_so_at_once_and_the_socket_ends(house: House, kim: Colleague) -> None:
    await kim.comes()
    ref = await house.joins()
    line = await house.calls(ref)
    await line.hears("waiting")
    await kim.end.guide(ref)
    assert await line.hears("ended") == {"type": "ended", "reason": "guided"}
    assert await line.is_closed_with() == Close.ENDED


async def test_a_page_that_was_not_connected_learns_that_it_was_guided_on(house: House, kim: Colleague) -> None:
    await kim.comes()
    ref = await house.joins()
    line = await house.calls(ref)
    await line.hears("waiting")
    await line.socket.close()
    await kim.end.guide(ref)
    again = await house.calls(ref)
    assert (await again.hears("ended"))["reason"] == "guided"


async def test_what_a_failover_forgot_comes_under_a_new_key(engine: Engine, house: House, kim: Colleague) -> None:
    """The page learns that its words are to be sent again; the person's next words have numbers of their own."""
    line, ref = await taken(house, kim)
    before = held(engine)
    await line.says(1, "forgotten")
    await line.hears("ack")
    await kim.says("heard")
    assert (await line.hears("said"))["body"] == "heard"
    forget_since(engine, before)
    told = await line.hears("taken")
    assert (told["up"], told["epoch"]) == (0, 2)
    await line.hears("keyed")
    await line.says(1, "forgotten")
    assert (await line.hears("ack"))["seq"] == 1
    standing = await house.site.end.attend(ref)
    assert isinstance(standing, WithStaff)
    assert standing.down_seq == 1
    assert await kim.has_heard() == ["forgotten"]


async def test_a_forgotten_claim_is_told_as_a_return(engine: Engine, house: House, kim: Colleague) -> None:
    ref = await house.joins()
    line = await house.calls(ref)
    await line.hears("waiting")
    await kim.comes()
    before = held(engine)
    await kim.takes_the_first()
    await line.hears("keyed")
    forget_since(engine, before)
    assert (await line.hears("waiting"))["place"] == 1
    await kim.takes_the_first()
    assert (await line.hears("taken"))["epoch"] == 3
