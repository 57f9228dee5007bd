"""WebSocket frames as a server reads and writes them (RFC 6455, section 5), without extensions. Knows no socket."""

from enum import IntEnum

_MASK = 4  # bytes
_LONGEST_CONTROL = 125  # bytes of payload
# RFC 6455 section 7.4 and the registry that it founded: what may stand in a close frame.
_NAMED = frozenset({1000, 1001, 1002, 1003, *range(1007, 1015)})
NO_CODE = 1005  # stands for a close frame without a code; never sent


class Opcode(IntEnum):
    MORE = 0x0
    TEXT = 0x1
    BYTES = 0x2
    CLOSE = 0x8
    PING = 0x9
    PONG = 0xA


_KNOWN = frozenset(Opcode)


class Broken(Exception):
    """The other end broke the protocol. `code` is what it is closed with."""

    def __init__(self, code: int) -> None:
        super().__init__(f"closed with {code}")
        self.code = code


class FrameReader:
    """Puts frames of a client together. `most` bytes may one message have."""

    __slots__ = ("_kind", "_most", "_parts", "_rest")

    def __init__(self, most: int) -> None:
        self._most = most
        self._rest = b""  # the beginning of a frame
        self._kind: Opcode | None = None  # of the message whose first part has come
        self._parts = bytearray()

    def feed(self, data: bytes) -> list[tuple[Opcode, bytes]]:
        """Messages and control frames that are whole now, in order. Broken for what no client may send; what came
        before it is lost with the connection."""
        if self._rest:
            data = self._rest + data
        found: list[tuple[Opcode, bytes]] = []
        begin = 0
        while (frame := self._frame(data, begin)) is not None:
            first, mask, end = frame
            self._take(first, unmask(data[mask + _MASK : end], data[mask : mask + _MASK]), found)
            begin = end
        self._rest = data[begin:]
        return found

    def _frame(self, data: bytes, begin: int) -> tuple[int, int, int] | None:
        """First byte, place of the mask and end of the frame that begins there; None when it is not whole. What may not
        come is refused as soon as its head is there."""
        have = len(data) - begin
        if have < 2:
            return None
        first, second = data[begin], data[begin + 1]
        length, mask = second & 0x7F, begin + 2
        if length > _LONGEST_CONTROL:
            size = 2 if length == 126 else 8
            if have < 2 + size:
                return None
            length, mask = int.from_bytes(data[mask : mask + size], "big"), mask + size
            if length <= (_LONGEST_CONTROL if size == 2 else 0xFFFF):
                raise Broken(1002)  # more bytes than it takes
        self._check(first, second, length)
        end = mask + _MASK + length
        return (first, mask, end) if len(data) >= end else None

    def _check(self, first: int, second: int, length: int) -> None:
        opcode = first & 0x0F
        if not second & 0x80 or first & 0x70 or opcode not in _KNOWN:
            raise Broken(1002)
        if opcode >= Opcode.CLOSE:
            if not first & 0x80 or length > _LONGEST_CONTROL:
                raise Broken(1002)
        elif (opcode == Opcode.MORE) is (self._kind is None):
            raise Broken(1002)
        elif len(self._parts) + length > self._most:
            raise Broken(1009)

    def _take(self, first: int, payload: bytes, found: list[tuple[Opcode, bytes]]) -> None:
        opcode, last = Opcode(first & 0x0F), bool(first & 0x80)
        if opcode >= Opcode.CLOSE or (last and self._kind is None):
            found.append((opcode, payload))
            return
        if opcode is not Opcode.MORE:
            self._kind = opcode
        self._parts += payload
        if last and self._kind is not None:
            found.append((self._kind, bytes(self._parts)))
            self._kind, self._parts = None, bytearray()


def unmask(payload: bytes, mask: bytes) -> bytes:
    """The payload without its mask of 4 bytes; the same once more masks it."""
    size = len(payload)
    repeated = (mask * (size // _MASK + 1))[:size]
    return (int.from_bytes(payload, "little") ^ int.from_bytes(repeated, "little")).to_bytes(size, "little")


def write_frame(opcode: Opcode, payload: bytes) -> bytes:
    """A whole frame of a server's."""
    size = len(payload)
    if size <= _LONGEST_CONTROL:
        return bytes((0x80 | opcode, size)) + payload
    if size <= 0xFFFF:
        return bytes((0x80 | opcode, 126)) + size.to_bytes(2, "big") + payload
    return bytes((0x80 | opcode, 127)) + size.to_bytes(8, "big") + payload


def write_close(code: int, reason: str = "") -> bytes:
    """A close frame; a reason that is too long is cut off."""
    told = reason.encode()[: _LONGEST_CONTROL - 2].decode(errors="ignore").encode()
    return write_frame(Opcode.CLOSE, b"" if code == NO_CODE else code.to_bytes(2, "big") + told)


def read_close(payload: bytes) -> int:
    """The code of a client's close frame; NO_CODE when it has none. Broken for what may not stand in one."""
    if not payload:
        return NO_CODE
    code = int.from_bytes(payload[:2], "big")
    if len(payload) == 1 or not (code in _NAMED or 3000 <= code < 5000):
        raise Broken(1002)
    try:
        payload[2:].decode()
    except UnicodeDecodeError:
        raise Broken(1007) from None
    return code
