"""How a WebSocket begins (RFC 6455, section 4.2), or is refused: the head of the request, and what is answered."""

import hashlib
from base64 import b64decode, b64encode
from collections.abc import Iterable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import unquote

_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"  # RFC 6455, section 1.3
_KEY = 16  # bytes
_VERSION = b"13"

Headers = list[tuple[bytes, bytes]]


class Unfit(Exception):
    """Not the request of a client that knows this protocol; `answer` is sent to it."""

    def __init__(self, answer: bytes) -> None:
        super().__init__("no WebSocket can begin like this")
        self.answer = answer


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks for a WebSocket: the address' path and query, and the header fields, their names in lower case."""

    target: bytes
    headers: Headers
    key: bytes

    def values(self, name: bytes) -> list[bytes]:
        """All fields of this name."""
        return [value for own, value in self.headers if own == name]

    def scope(self, root: str) -> dict[str, Any]:
        """What ASGI's scope says of the request; `root` is the path below which the app was put."""
        path, _, query = self.target.partition(b"?")
        listed = b",".join(self.values(b"sec-websocket-protocol")).decode("latin-1")
        return {
            "type": "websocket",
            "http_version": "1.1",
            "root_path": root,
            "path": root + unquote(path.decode("ascii")),
            "raw_path": root.encode("ascii") + path,
            "query_string": query,
            "headers": self.headers,
            "subprotocols": [each.strip() for each in listed.split(",") if each.strip()],
        }


def read_request(head: bytes) -> Asked:
    """The request with this head, which the HTTP parser has found well-formed. Raises Unfit."""
    first, *lines = head.partition(b"\r\n\r\n")[0].split(b"\r\n")
    method, target, _ = first.split(b" ", 2)
    headers = [(name.lower(), value.strip()) for name, _, value in (line.partition(b":") for line in lines)]
    asked = Asked(target, headers, b"".join(value for name, value in headers if name == b"sec-websocket-key"))
    if asked.values(b"sec-websocket-version") != [_VERSION]:
        raise Unfit(refusal(HTTPStatus.UPGRADE_REQUIRED, [(b"sec-websocket-version", _VERSION)]))
    if method != b"GET" or not _is_key(asked.key):
        raise Unfit(refusal(HTTPStatus.BAD_REQUEST))
    return asked


def _is_key(key: bytes) -> bool:
    try:
        return len(b64decode(key, validate=True)) == _KEY
    except ValueError:
        return False


def acceptance(asked: Asked, headers: Iterable[tuple[bytes, bytes]]) -> bytes:
    """The answer after which frames follow. Without what the server adds to every answer while it goes
    (`connection: close`): it is not true of this one."""
    proof = b64encode(hashlib.sha1(asked.key + _GUID, usedforsecurity=False).digest())
    own = [(b"upgrade", b"websocket"), (b"connection", b"Upgrade"), (b"sec-websocket-accept", proof)]
    given = [each for each in headers if each[0].lower() != b"connection"]
    return _head(HTTPStatus.SWITCHING_PROTOCOLS, [*own, *given])


def refusal(status: int, headers: Iterable[tuple[bytes, bytes]] = (), body: bytes = b"") -> bytes:
    """An ordinary answer, after which the connection is closed."""
    taken = [(name.lower(), value) for name, value in headers]
    taken = [each for each in taken if each[0] not in {b"connection", b"content-length"}]
    length = str(len(body)).encode()
    return _head(status, [*taken, (b"content-length", length), (b"connection", b"close")]) + body


def _head(status: int, headers: Iterable[tuple[bytes, bytes]]) -> bytes:
    try:
        phrase = HTTPStatus(status).phrase
    except ValueError:
        phrase = ""
    fields = b"".join(name + b": " + value + b"\r\n" for name, value in headers)
    return f"HTTP/1.1 {int(status)} {phrase}\r\n".encode() + fields + b"\r\n"
