"""What comes over a WebSocket, as the first to look at it reads it: messages within their limit, or a close code."""

from fristad.ws_frames import NO_CODE, Broken, FrameReader, Opcode, read_close, unmask
from tests.fuzz.doling import Dole

ROOM = "fristad.ws_frames"
MOST = 300
_MASK = b"mask"


def _sent(first: int, payload: bytes) -> bytes:
    """A client's frame."""
    size = len(payload)
    length = bytes((0x80 | size,)) if size < 126 else bytes((0x80 | 126,)) + size.to_bytes(2, "big")
    return bytes((first,)) + length + _MASK + unmask(payload, _MASK)


SEEDS = (
    b"\3" + _sent(0x81, b'{"type":"ping"}'),
    b"\1" + _sent(0x01, b"first ") + _sent(0x89, b"between") + _sent(0x80, b"last"),
    b"\7" + _sent(0x82, b"x" * 200) + _sent(0x88, (1000).to_bytes(2, "big") + b"gone"),
    b"\0" + _sent(0x81, b"x" * (MOST + 1)),
    b"\0" + _sent(0xC1, b"compressed") + _sent(0x83, b"unknown"),
)

Heard = list[tuple[Opcode, bytes]]


def target(data: bytes) -> None:
    dole = Dole(data)
    step, sent = dole.number() % 16 + 1, dole.rest()
    heard, code = _read([sent])
    pieces, same = _read([sent[begin : begin + step] for begin in range(0, len(sent), step)])
    assert code == same, "where the network cuts decides what is refused"
    assert code is not None or heard == pieces, "where the network cuts decides what is read"
    for opcode, payload in pieces:
        assert opcode is not Opcode.MORE
        assert len(payload) <= (125 if opcode >= Opcode.CLOSE else MOST)
        if opcode is Opcode.CLOSE:
            _close(payload)


def _read(pieces: list[bytes]) -> tuple[Heard, int | None]:
    """What came, and the code that it was broken off with."""
    reader, heard = FrameReader(MOST), Heard()
    for piece in pieces:
        try:
            heard += reader.feed(piece)
        except Broken as broken:
            assert broken.code in {1002, 1009}
            return heard, broken.code
    return heard, None


def _close(payload: bytes) -> None:
    try:
        code = read_close(payload)
    except Broken as broken:
        assert broken.code in {1002, 1007}
        return
    assert code == NO_CODE or 1000 <= code < 5000
