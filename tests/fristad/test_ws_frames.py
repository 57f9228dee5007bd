"""Frames of a WebSocket against another implementation, cut in any way, and what no client may send (RFC 6455)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.frames import Frame
from websockets.frames import Opcode as Theirs

from fristad.ws_frames import (
    NO_CODE,
    Broken,
    FrameReader,
    Opcode,
    read_close,
    unmask,
    write_close,
    write_frame,
)

MOST = 70_000


def sent(opcode: int, payload: bytes, *, fin: bool = True) -> bytes:
    """A client's frame as another implementation writes it."""
    return Frame(Theirs(opcode), payload, fin=fin).serialize(mask=True)


def head(first: int, length: int) -> bytes:
    return bytes((first, 0x80 | length))


@given(st.lists(st.tuples(st.sampled_from([1, 2]), st.binary(max_size=300)), max_size=8), st.data())
def test_messages_come_whole_however_the_network_cuts_them(
    messages: list[tuple[int, bytes]], data: st.DataObject
) -> None:
    wire = b"".join(sent(opcode, payload) for opcode, payload in messages)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(wire)), max_size=10)))
    reader = FrameReader(MOST)
    found = []
    for begin, end in zip([0, *cuts], [*cuts, len(wire)], strict=True):
        found += reader.feed(wire[begin:end])
    assert found == messages


@pytest.mark.parametrize("size", [0, 1, 125, 126, 127, 0xFFFF, 0x10000])
def test_every_way_to_write_a_length_is_read_and_written(size: int) -> None:
    payload = bytes(size)
    assert FrameReader(MOST).feed(sent(2, payload)) == [(Opcode.BYTES, payload)]
    assert write_frame(Opcode.BYTES, payload) == Frame(Theirs.BINARY, payload).serialize(mask=False)


def test_a_message_in_parts_is_put_together_and_a_ping_may_come_between() -> None:
    reader = FrameReader(MOST)
    wire = sent(1, b"one ", fin=False) + sent(0, b"two ", fin=False) + sent(9, b"?") + sent(0, b"three")
    assert reader.feed(wire) == [(Opcode.PING, b"?"), (Opcode.TEXT, b"one two three")]
    assert reader.feed(sent(1, b"next")) == [(Opcode.TEXT, b"next")]


@pytest.mark.parametrize(
    ("wire", "code"),
    [
        pytest.param(sent(0, b"more of nothing"), 1002, id="nothing to go on with"),
        pytest.param(sent(1, b"a", fin=False) + sent(1, b"b"), 1002, id="two beginnings"),
        pytest.param(head(0x09, 0), 1002, id="a ping in parts"),
        pytest.param(head(0x89, 126) + bytes((0, 126)), 1002, id="a ping too long"),
        pytest.param(head(0xC1, 1), 1002, id="a reserved bit"),
        pytest.param(head(0x83, 1), 1002, id="an unknown opcode"),
        pytest.param(head(0x8B, 1), 1002, id="an unknown control opcode"),
        pytest.param(bytes((0x81, 1)) + b"x", 1002, id="not masked"),
        pytest.param(head(0x82, 126) + bytes((0, 125)), 1002, id="a length of 125 in two bytes"),
        pytest.param(head(0x82, 127) + (0xFFFF).to_bytes(8, "big"), 1002, id="a short length in eight bytes"),
        pytest.param(head(0x82, 127) + (2**63).to_bytes(8, "big"), 1009, id="longer than any length"),
        pytest.param(head(0x82, 127) + (MOST + 1).to_bytes(8, "big"), 1009, id="longer than allowed"),
        pytest.param(sent(2, bytes(MOST), fin=False) + head(0x80, 1), 1009, id="longer than allowed in parts"),
    ],
)
def test_what_no_client_may_send_is_refused_as_soon_as_its_head_is_there(wire: bytes, code: int) -> None:
    with pytest.raises(Broken) as broken:
        FrameReader(MOST).feed(wire)
    assert broken.value.code == code


@given(st.binary(max_size=400))
def test_any_bytes_are_frames_or_refused(wire: bytes) -> None:
    try:
        for opcode, payload in FrameReader(MOST).feed(wire):
            assert opcode in Opcode
            assert len(payload) <= len(wire)
    except Broken as broken:
        assert broken.code in {1002, 1009}


@given(st.binary(max_size=100), st.binary(min_size=4, max_size=4))
def test_a_mask_taken_twice_is_none(payload: bytes, mask: bytes) -> None:
    assert unmask(unmask(payload, mask), mask) == payload


@pytest.mark.parametrize("code", [1000, 1003, 1007, 1014, 3000, 4999])
def test_a_close_frame_tells_its_code(code: int) -> None:
    assert read_close(code.to_bytes(2, "big") + b"why") == code
    assert write_close(code, "why") == Frame(Theirs.CLOSE, code.to_bytes(2, "big") + b"why").serialize(mask=False)


def test_a_close_frame_may_say_nothing_and_never_too_much() -> None:
    assert read_close(b"") == NO_CODE
    assert write_close(NO_CODE) == bytes((0x88, 0))
    assert write_close(1000, "å" * 100)[2:] == (1000).to_bytes(2, "big") + "å".encode() * 61


@pytest.mark.parametrize(
    "payload", [b"\x03", *(code.to_bytes(2, "big") for code in (0, 999, 1004, 1005, 1006, 1015, 5000))]
)
def test_a_close_frame_with_a_code_that_is_none_is_refused(payload: bytes) -> None:
    with pytest.raises(Broken) as broken:
        read_close(payload)
    assert broken.value.code == 1002


def test_a_close_frame_that_is_no_text_is_refused() -> None:
    with pytest.raises(Broken) as broken:
        read_close(b"\x03\xe8\xff")
    assert broken.value.code == 1007
