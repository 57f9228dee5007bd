"""Bad frames on both live sockets: closed with a code that says why, the talk unharmed, the process alive."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
import pytest_asyncio
from websockets.exceptions import InvalidStatus

from tests.garbage.refusals import GARBAGE, raw
from tests.garbage.sockets import BINARY, PING, TEXT, RawSocket, frame
from tests.journeys.ends import StaffClient, VisitorClient, http
from tests.journeys.people import People
from tests.journeys.wire import Wire
from tests.running import House
from tests.sealed import some_body

OPEN = {"type": "open", "v": 1, "down": 0}


@dataclass
class Talk:
    visitor: VisitorClient
    staff: StaffClient
    handle: str

    @property
    def opening(self) -> str:
        return json.dumps({**OPEN, "talk": self.visitor.talk})

    async def still_goes_on(self, up: int = 1) -> None:
        """The next message arrives, and it is the first that did."""
        await self.visitor.connects()
        await self.visitor.live.expect("taken")
        await self.visitor.says(up, "still here")
        assert await self.staff.hears(self.handle, up) == "still here"
        assert [said["seq"] for said in self.staff.live.seen("said")] == list(range(1, up + 1))
        await self.staff.says(self.handle, 1, "me too")
        assert await self.visitor.hears(1) == "me too"


@pytest_asyncio.fixture
async def talk(people: People) -> AsyncIterator[Talk]:
    staff, visitor = await people.staff(), await people.visitor()
    await visitor.waits()
    handle = (await staff.takes_whoever_waits())["talk"]
    await visitor.live.expect("taken")
    yield Talk(visitor, staff, handle)


# --- Who may open one ---

ORIGINS = ["https://other.example", "null", "", "http://", "http://[", "file://", "http://127.0.0.1.evil.example", "//"]


@pytest.mark.parametrize("side", ["visitors", "staff"])
@pytest.mark.parametrize("origin", ORIGINS)
async def test_a_page_of_another_origin_is_refused(house: House, side: str, origin: str) -> None:
    address = getattr(house, side)
    with pytest.raises(InvalidStatus) as refused:
        await Wire.open(address, {"Origin": origin})
    assert refused.value.response.status_code == 403
    assert not refused.value.response.body


@pytest.mark.parametrize("side", ["visitors", "staff"])
async def test_a_socket_without_an_origin_is_refused(house: House, side: str) -> None:
    address = getattr(house, side)
    head = (
        "GET /live HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    )
    assert (await raw(address, head.encode())).startswith(b"HTTP/1.1 403")


@pytest.mark.parametrize("side", ["visitors", "staff"])
@pytest.mark.parametrize(
    "headers",
    [
        "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n",
        "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 99\r\nSec-WebSocket-Key: YQ==\r\n",
        f"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: {GARBAGE}\r\nSec-WebSocket-Key: a\r\n",
        "Upgrade: websocket\r\nConnection: close\r\n",
        f"Upgrade: {GARBAGE}\r\nConnection: Upgrade\r\n",
        "",
    ],
)
async def test_half_a_handshake_is_refused(house: House, side: str, headers: str) -> None:
    address = getattr(house, side)
    got = await raw(address, f"GET /live HTTP/1.1\r\nHost: x\r\nOrigin: http://x\r\n{headers}\r\n".encode())
    assert got.startswith(b"HTTP/1.1 4")
    assert GARBAGE.encode() not in got


# --- The visitor's first frame ---

FIRST = {
    "no JSON": GARBAGE,
    "a list": f'["{GARBAGE}"]',
    "nothing": "{}",
    "no version": json.dumps({"type": "open", "talk": GARBAGE, "down": 0}),
    "a version that is none": json.dumps({**OPEN, "v": 0, "talk": GARBAGE}),
    "a version of letters": json.dumps({**OPEN, "v": "1", "talk": GARBAGE}),
    "a frame that comes later": json.dumps({"type": "end"}),
    "an unknown type": json.dumps({"type": GARBAGE}),
    "a type that is a list": json.dumps({"type": [GARBAGE]}),
    "a talk that is a number": json.dumps({**OPEN, "talk": 7}),
    "epoch below zero": json.dumps({**OPEN, "talk": GARBAGE, "epoch": -1}),
    "epoch of letters": json.dumps({**OPEN, "talk": GARBAGE, "epoch": "1"}),
    "epoch without end": json.dumps({**OPEN, "talk": GARBAGE, "epoch": 10**30}),
    "down below zero": json.dumps({**OPEN, "talk": GARBAGE, "down": -1}),
    "down of letters": json.dumps({**OPEN, "talk": GARBAGE, "down": "0"}),
    "down true": json.dumps({**OPEN, "talk": GARBAGE, "down": True}),
    "down infinite": '{"type": "open", "v": 1, "talk": "a", "down": 1e999}',
    "deep": "[" * 16_000,
    "half a surrogate": '{"type": "open", "v": 1, "down": 0, "talk": 7, "x": "\\ud800"}',
}


@pytest.mark.parametrize("kind", FIRST)
async def test_a_first_frame_that_is_none_closes_the_socket(house: House, kind: str) -> None:
    wire = await Wire.open(house.visitors, {})
    await wire.send_raw(FIRST[kind])
    assert await wire.closed() == 4400
    assert wire.frames == [{"type": "refused", "code": "frame"}]


async def test_a_page_of_a_far_version_is_told_that_its_talk_is_over(house: House) -> None:
    wire = await Wire.open(house.visitors, {})
    await wire.send_raw(json.dumps({**OPEN, "v": 9, "talk": GARBAGE}))
    assert await wire.closed() == 4401
    assert wire.frames == [{"type": "refused", "code": "version"}]


@pytest.mark.parametrize("token", [GARBAGE, "", "å" * 40, "\ud800", "x" * 15_000, "=" * 100])
async def test_a_token_that_is_none_closes_the_socket(house: House, token: str) -> None:
    wire = await Wire.open(house.visitors, {})
    await wire.send_raw(json.dumps({**OPEN, "talk": token}))
    assert await wire.closed() == 4401
    assert wire.frames == [{"type": "refused", "code": "token"}]


async def test_sockets_that_say_nothing_are_closed(house: House) -> None:
    wires = [await Wire.open(house.visitors, {}) for _ in range(20)]
    assert {await wire.closed() for wire in wires} == {4408}


# --- Frames in a talk ---

BAD_NUMBERS = ["0", "-1", str(2**63), str(10**30), "1.0", "1.5", '"1"', "true", "null", "[]", "NaN", "Infinity", "1e2"]


@pytest.mark.parametrize("seq", BAD_NUMBERS)
async def test_a_number_that_is_none_closes_the_socket_and_not_the_talk(talk: Talk, seq: str) -> None:
    await talk.visitor.live.send_raw(f'{{"type": "say", "seq": {seq}, "id": "garbage-1", "body": "{GARBAGE}"}}')
    assert await talk.visitor.live.closed() == 4400
    await talk.still_goes_on()


async def test_a_gap_is_refused_and_nothing_of_it_relayed(talk: Talk) -> None:
    for seq in (2, 3, 1000, 1_000_000_000):
        await talk.visitor.live.send("say", seq=seq, id=f"garbage-{seq}", body=some_body())
        refused = await talk.visitor.live.expect("refused", seq=seq)
        assert (refused["code"], refused["expected"]) == ("order", 1)
    await talk.still_goes_on()


async def test_an_id_that_comes_again_with_other_words_is_relayed_once(talk: Talk) -> None:
    await talk.visitor.says(1, "first", "same-id-1")
    await talk.visitor.live.send("say", seq=1, id="same-id-1", body=some_body("other words"))
    await talk.visitor.live.expect("ack", seq=1)
    assert await talk.staff.hears(talk.handle, 1) == "first"
    await talk.still_goes_on(2)


SAYINGS = {
    "an id too short": {"seq": 1, "id": "a", "body": GARBAGE},
    "an id too long": {"seq": 1, "id": "a" * 41, "body": GARBAGE},
    "an id of other characters": {"seq": 1, "id": "a b c d e f\n", "body": GARBAGE},
    "an id that is a number": {"seq": 1, "id": 12345678, "body": GARBAGE},
    "no id": {"seq": 1, "body": GARBAGE},
}
WORDLESS = {
    "no body": {"seq": 1, "id": "garbage-1"},
    "an empty body": {"seq": 1, "id": "garbage-1", "body": ""},
    "a body that is a list": {"seq": 1, "id": "garbage-1", "body": [GARBAGE]},
    "a body too long": {"seq": 1, "id": "garbage-1", "body": "x" * 4001},
    "a body too long in bytes": {"seq": 1, "id": "garbage-1", "body": "å" * 2001},
    "half a surrogate": {"seq": 1, "id": "garbage-1", "body": "\ud800"},
}


@pytest.mark.parametrize("kind", SAYINGS)
async def test_a_message_of_another_shape_closes_the_socket_and_not_the_talk(talk: Talk, kind: str) -> None:
    await talk.visitor.live.send("say", **SAYINGS[kind])
    assert await talk.visitor.live.closed() == 4400
    await talk.still_goes_on()


@pytest.mark.parametrize("kind", WORDLESS)
async def test_words_that_cannot_be_relayed_fail_alone_and_the_socket_goes_on(talk: Talk, kind: str) -> None:
    await talk.visitor.live.send("say", **WORDLESS[kind])
    assert (await talk.visitor.live.expect("refused", seq=1))["code"] == "words"
    await talk.visitor.says(1, "and these can")
    assert await talk.staff.hears(talk.handle, 1) == "and these can"
    await talk.still_goes_on(2)


async def test_a_frame_that_only_the_next_version_knows_is_refused_alone(talk: Talk) -> None:
    await talk.visitor.live.send("telepathy", to=[1])
    assert (await talk.visitor.live.expect("refused"))["code"] == "unknown"
    await talk.visitor.says(1, "and this is known")
    assert await talk.staff.hears(talk.handle, 1) == "and this is known"
    await talk.still_goes_on(2)


async def test_a_second_opening_closes_the_socket(talk: Talk) -> None:
    await talk.visitor.live.send_raw(talk.opening)
    assert await talk.visitor.live.closed() == 4400
    await talk.still_goes_on()


async def test_a_heard_that_cannot_be_is_harmless(talk: Talk) -> None:
    for seq in (0, 1, 5, 1_000_000_000):
        await talk.visitor.live.send("heard", seq=seq)
    await talk.visitor.live.quiet(0.3)
    talk.visitor.live.cut()
    await talk.still_goes_on()


async def test_ten_thousand_tiny_frames_close_the_socket_and_not_the_talk(house: House, talk: Talk) -> None:
    socket = await RawSocket.open(house.visitors)
    await socket.send(frame(talk.opening.encode()) + frame(b"{}") * 10_000)
    code, got = await socket.ending()
    assert code in {4400, 4429}
    socket = await RawSocket.open(house.visitors)
    await socket.send(frame(talk.opening.encode()) + frame(b'{"type":"heard","seq":0}') * 10_000)
    code, got = await socket.ending()
    assert code == 4429
    assert b'"code":"pace"' in got
    talk.visitor.live.cut()
    await talk.still_goes_on()


BYTES = {
    "a binary frame": (frame(GARBAGE.encode(), BINARY), {4400}),
    "a frame over the limit": (frame(b"x" * 20_000), {1009}),
    "a frame of a megabyte": (frame(b"x" * 1_000_000), {1009}),
    "a length of 2 to the 62": (b"\x81\xff" + (2**62).to_bytes(8, "big") + bytes(4) + b"x" * 100, {1009}),
    "a length beyond numbers": (b"\x81\xff" + b"\xff" * 8 + bytes(4) + b"x" * 100, {1002, 1009}),
    "a frame without a mask": (frame(GARBAGE.encode(), masked=False), {1002}),
    "reserved bits": (frame(GARBAGE.encode(), reserved=7), {1002}),
    "an unknown opcode": (frame(GARBAGE.encode(), 5), {1002}),
    "a continuation of nothing": (frame(GARBAGE.encode(), 0), {1002}),
    "a ping over 125 bytes": (frame(b"x" * 200, PING), {1002}),
    "a ping in pieces": (frame(b"x", PING, final=False), {1002}),
    "no UTF-8": (frame(b"\xff\xfe" + GARBAGE.encode()), {1007}),
    "fragments without end": (frame(b"x" * 9000, TEXT, final=False) + frame(b"x" * 9000, 0, final=False), {1009}),
    "a close code that is none": (frame(b"\x00\x05", 8), {1002}),
    "a close of one byte": (frame(b"\x03", 8), {1002}),
    "no frames": (GARBAGE.encode() * 100, {1002, 1009}),
}


@pytest.mark.parametrize("kind", BYTES)
async def test_bytes_that_are_no_frame_close_the_visitors_socket(house: House, talk: Talk, kind: str) -> None:
    data, codes = BYTES[kind]
    socket = await RawSocket.open(house.visitors)
    await socket.send(frame(talk.opening.encode()))
    await socket.send(data)
    code, got = await socket.ending()
    assert code in codes
    assert GARBAGE.encode() not in got
    talk.visitor.live.cut()
    await talk.still_goes_on()


@pytest.mark.parametrize("kind", BYTES)
async def test_bytes_that_are_no_frame_harm_no_desk(house: House, people: People, kind: str) -> None:
    staff = await people.staff()
    data, codes = BYTES[kind]
    socket = await RawSocket.open(house.staff, f"Cookie: {staff.cookie}")
    await socket.send(data)
    if kind == "a binary frame":
        await asyncio.sleep(0.3)
        await socket.send(frame(b"\x03\xe8", 8))
        codes = {1000}
    code, got = await socket.ending()
    assert code in codes
    assert GARBAGE.encode() not in got
    await staff.opens_the_desk_as_soon_as_it_can()


async def test_half_open_sockets_keep_nobody_out(house: House, people: People) -> None:
    sockets = [await RawSocket.open(house.visitors) for _ in range(50)]
    for socket in sockets:
        await socket.send(b"\x81\xfe\x20")  # the beginning of a frame
    heads = [await asyncio.open_connection("127.0.0.1", int(house.visitors.rpartition(":")[2][:-1])) for _ in range(50)]
    for _, writer in heads:
        writer.write(b"GET / HTTP/1.1\r\nHost:")
    async with http(house.visitors) as client:
        assert (await client.get("/")).status_code == 200
    await people.visitor()
    for socket in sockets:
        socket.cut()
    for _, writer in heads:
        writer.close()


async def test_a_flood_of_pings_is_survived(house: House, talk: Talk) -> None:
    socket = await RawSocket.open(house.visitors)
    await socket.send(frame(talk.opening.encode()) + frame(b"x" * 125, PING) * 5000)
    await socket.send(frame(b"\x03\xe8", 8))
    code, _ = await socket.ending()
    assert code in {1000, 4429}
    talk.visitor.live.cut()
    await talk.still_goes_on()


# --- Frames at the desk ---

HANDLE = "A" * 22


DESK = {
    "no JSON": GARBAGE,
    "a list": f'["{GARBAGE}"]',
    "nothing": "{}",
    "an unknown type": json.dumps({"type": GARBAGE}),
    "a type that is a list": json.dumps({"type": [GARBAGE]}),
    "a duty that is none": json.dumps({"type": "duty", "to": GARBAGE}),
    "a duty that is a list": json.dumps({"type": "duty", "to": ["on"]}),
    "a handle too short": json.dumps({"type": "take", "talk": GARBAGE[:10]}),
    "a handle with a line end": json.dumps({"type": "take", "talk": HANDLE + "\n"}),
    "a handle that is a number": json.dumps({"type": "take", "talk": 7}),
    "too many choices": json.dumps({"type": "wrapup", "talk": HANDLE, "choices": ["a"] * 100}),
    "choices that are no list": json.dumps({"type": "wrapup", "talk": HANDLE, "choices": GARBAGE}),
    "choices that are numbers": json.dumps({"type": "wrapup", "talk": HANDLE, "choices": [1]}),
    "a device that is none": json.dumps({"type": "device", "key": GARBAGE}),
    "a device that is a number": json.dumps({"type": "device", "key": 7}),
    "a device that is no point of the curve": json.dumps({"type": "device", "key": "BA" + "A" * 85}),
    "deep": "[" * 16_000,
    **{
        f"seq {seq}": f'{{"type": "say", "talk": "{HANDLE}", "seq": {seq}, "id": "garbage-1", "body": "a"}}'
        for seq in BAD_NUMBERS
    },
    **{f"say {kind}": json.dumps({"type": "say", "talk": HANDLE, **fields}) for kind, fields in SAYINGS.items()},
    "say no body": json.dumps({"type": "say", "talk": HANDLE, "seq": 1, "id": "garbage-1"}),
    "say a list": json.dumps({"type": "say", "talk": HANDLE, "seq": 1, "id": "garbage-1", "body": [GARBAGE]}),
}
UNSAYABLE = [
    text for text in (field["body"] for field in WORDLESS.values() if "body" in field) if isinstance(text, str)
]


async def test_frames_of_another_shape_are_refused_and_the_desk_goes_on(people: People) -> None:
    staff = await people.staff()
    for kind, text in DESK.items():
        await staff.live.send_raw(text)
        refused = await staff.live.expect("refused")
        assert refused == {"type": "refused", "code": "frame"}, kind
        await asyncio.sleep(0.05)  # a person's pace
    assert GARBAGE not in json.dumps(staff.live.frames)
    await staff.live.send("duty", to="paused")
    await staff.live.expect("duty", duty="paused")


async def test_words_that_staff_cannot_relay_fail_alone(people: People) -> None:
    staff = await people.staff()
    assert len(UNSAYABLE) == 4
    for text in UNSAYABLE:
        await staff.live.send("say", talk=HANDLE, seq=1, id="garbage-1", body=text)
        refused = await staff.live.expect("refused")
        assert (refused["code"], refused["id"]) == ("message", "garbage-1")
    await staff.live.send("duty", to="paused")
    await staff.live.expect("duty", duty="paused")


async def test_a_talk_that_the_page_was_never_shown_cannot_be_touched(people: People, talk: Talk) -> None:
    other = await people.staff()
    asked: dict[str, dict[str, object]] = {
        "take": {},
        "release": {},
        "unmute": {},
        "colleagues": {},
        "answer": {"number": 1, "yes": True},
        "call": {"on": True},
        "come": {},
        "note": {"sealed": ""},
        "part": {},
        "aside": {"sealed": "AAAA"},
        "end": {},
        "say": {"seq": 1, "id": "garbage-1", "body": some_body()},
        "wrapup": {"choices": ["outcome.conversation"]},
        "hand": {},
    }
    for kind, fields in asked.items():
        for handle in (HANDLE, talk.handle):
            await other.live.send(kind, talk=handle, **fields)
            refused = await other.live.expect("refused", talk=handle)
            assert refused["code"] in {"gone", "not_yours", "no_wrapup", "taken", "ask_over", "call_over", "help_over"}
    await other.live.send("heard", talk=talk.handle, seq=1)
    talk.visitor.live.cut()
    await talk.still_goes_on()


async def test_ten_thousand_frames_close_the_desk_and_it_can_be_opened_again(house: House, people: People) -> None:
    staff = await people.staff()
    socket = await RawSocket.open(house.staff, f"Cookie: {staff.cookie}")
    await socket.send(frame(b'{"type":"duty","to":"on"}') * 10_000)
    code, _ = await socket.ending()
    assert code == 1008
    await staff.opens_the_desk_as_soon_as_it_can()
    await staff.goes_on_duty()


@pytest.mark.parametrize("cookie", [GARBAGE, "", "å".encode().decode("latin-1"), "x" * 8000])
async def test_a_desk_without_a_sign_in_is_closed_at_once(house: House, cookie: str) -> None:
    wire = await Wire.open(house.staff, {"Cookie": f"__Host-console={cookie}"})
    assert await wire.closed() == 4401
    assert wire.frames == []
