"""The frames that a page may send over its socket, and the codes that close it; all else is refused.

A message's words come sealed (safety.sealing). The server cannot open them, but refuses what is not sealed by its form.

BadFrame                      not one of these frames; the message names nothing of what came
├── BadVersion                a first frame of a page that is too old or too new
└── Passed                    one that is refused by itself; the socket goes on
    ├── BadWords              a message whose words cannot be relayed; names its number
    └── UnknownFrame          of a type that only another version knows
Refused                       one frame too many, or one that ends the socket
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from handover.values import MAX_DEVICE, MAX_WRAPPED, MessageId
from safety.draining import RESTARTING
from safety.format import is_near
from safety.limits import FrameBudget
from safety.sealing import SealError, read_head
from safety.text64 import read64

FRAME_LIMIT = 16 * 1024  # bytes

_HIGHEST = 1_000_000_000
_MESSAGE_ID = re.compile(r"[A-Za-z0-9_-]{8,40}")
_TYPE = re.compile(r"[a-z][a-z_-]{0,31}")


class Close(IntEnum):
    """Close codes of this protocol."""

    RESTARTING = RESTARTING  # this process goes: connect again at once
    BROKEN = 1011  # something of ours is: connect again
    ENDED = 4000
    EXIT = 4001
    BAD_FRAME = 4400
    UNKNOWN = 4401
    LATE = 4408
    TOO_LARGE = 4413
    TOO_FAST = 4429


class BadFrame(Exception):
    """Not a frame of this protocol."""


class Refused(Exception):
    """The page broke the protocol: what to tell it, and the code that closes its socket."""

    def __init__(self, code: str, close: Close) -> None:
        super().__init__(code)
        self.code = code
        self.close = close


class BadVersion(BadFrame):
    """The page is of a version that is too far from this one."""


class Passed(BadFrame):
    """Only this frame is refused: `answer` tells the page, and the socket goes on."""

    def __init__(self, **answer: object) -> None:
        super().__init__("refused by itself")
        self.answer = answer


class BadWords(Passed):
    """A numbered message whose words cannot be relayed: no text, none at all, or too long."""

    def __init__(self, seq: int) -> None:
        super().__init__(code="words", seq=seq)
        self.seq = seq


class UnknownFrame(Passed):
    """Of a type that a page of the next version may know. It does without."""

    def __init__(self) -> None:
        super().__init__(code="unknown")


@dataclass(frozen=True, slots=True)
class Open:
    """Always the first: the talk's token, the number of the last message that the page has, and the newest epoch that
    it has a key of; 0 also of a page that does not say it."""

    talk: str
    down: int
    epoch: int = 0


@dataclass(frozen=True, slots=True)
class SayFrame:
    seq: int
    id: MessageId
    body: bytes


@dataclass(frozen=True, slots=True)
class KeyFrame:
    """The key of an epoch for the person's device; empty bytes refuse that device. While a colleague reads along on the
    device `helper`, `also` is the same key for that one."""

    epoch: int
    device: str
    wrapped: bytes
    helper: str = ""
    also: bytes = b""


@dataclass(frozen=True, slots=True)
class HeardFrame:
    seq: int


@dataclass(frozen=True, slots=True)
class AnswerFrame:
    """The visitor's yes or no to what the frame `asked` of this number asked."""

    ask: int
    yes: bool


@dataclass(frozen=True, slots=True)
class Part:
    """The visitor does not want that a colleague reads along, or not any more."""


@dataclass(frozen=True, slots=True)
class End:
    """The visitor ended the talk."""


@dataclass(frozen=True, slots=True)
class Leave:
    """The visitor left by the exit."""


@dataclass(frozen=True, slots=True)
class Writing:
    """The visitor writes just now. What else such a frame carries makes it as long as a short message, and is read by
    nobody."""


@dataclass(frozen=True, slots=True)
class Ping:
    """Is the server still there?"""


Frame = Open | SayFrame | KeyFrame | HeardFrame | AnswerFrame | Part | End | Leave | Ping | Writing


def read_frame(text: str) -> Frame:
    """The frame that the text is. Raises BadFrame for everything else."""
    try:
        fields = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadFrame("not JSON") from error
    if not isinstance(fields, dict):
        raise BadFrame("not an object")
    kind = fields.get("type")
    if not isinstance(kind, str) or not _TYPE.fullmatch(kind):
        raise BadFrame("no type")
    if kind not in _READERS:
        raise UnknownFrame
    return _READERS[kind](fields)


def take_frame(text: str | None, budget: FrameBudget) -> Frame:
    """The next frame of an open socket; None stands for bytes. Raises BadWords, or Refused for everything that may not
    come."""
    if not budget.take():
        raise Refused("pace", Close.TOO_FAST)
    if text is None:
        raise Refused("binary", Close.BAD_FRAME)
    if len(text) > FRAME_LIMIT:
        raise Refused("size", Close.TOO_LARGE)
    try:
        return read_frame(text)
    except Passed:
        raise  # a page would send it again over every new socket
    except BadFrame as error:
        raise Refused("frame", Close.BAD_FRAME) from error


def _open(fields: Mapping[str, Any]) -> Open:
    version = fields.get("v")
    if type(version) is not int or version < 1:
        raise BadFrame("no version")
    if not is_near(version):
        raise BadVersion("too far")
    epoch = _number(fields, "epoch", lowest=0) if "epoch" in fields else 0
    return Open(_text(fields, "talk"), _number(fields, "down", lowest=0), epoch)


def _say(fields: Mapping[str, Any]) -> SayFrame:
    message_id, seq = _text(fields, "id"), _number(fields, "seq", lowest=1)
    if not _MESSAGE_ID.fullmatch(message_id):
        raise BadFrame("not an id")
    try:
        body = read64(_text(fields, "body"))
        read_head(body)
    except (BadFrame, ValueError, SealError) as error:
        raise BadWords(seq) from error
    return SayFrame(seq, MessageId(message_id), body)


def _key(fields: Mapping[str, Any]) -> KeyFrame:
    epoch, device, wrapped = _number(fields, "epoch", lowest=1), *_wrapped(fields, "device", "wrapped")
    return KeyFrame(epoch, device, wrapped, *(_wrapped(fields, "helper", "also") if "helper" in fields else ()))


def _wrapped(fields: Mapping[str, Any], whose: str, name: str) -> tuple[str, bytes]:
    device = _text(fields, whose)
    try:
        wrapped = read64(_text(fields, name))
    except ValueError as error:
        raise BadFrame("not a key") from error
    if not device.isascii() or len(device) > MAX_DEVICE or len(wrapped) > MAX_WRAPPED:
        raise BadFrame("not a key")
    return device, wrapped


def _answer(fields: Mapping[str, Any]) -> AnswerFrame:
    yes = fields.get("yes")
    if not isinstance(yes, bool):
        raise BadFrame("neither yes nor no")
    return AnswerFrame(_number(fields, "ask", lowest=1), yes)


def _number(fields: Mapping[str, Any], name: str, lowest: int) -> int:
    value = fields.get(name)
    if type(value) is not int or not lowest <= value <= _HIGHEST:
        raise BadFrame("not a number")
    return value


def _text(fields: Mapping[str, Any], name: str) -> str:
    value = fields.get(name)
    if not isinstance(value, str):
        raise BadFrame("not text")
    return value


_READERS: Mapping[str, Callable[[Mapping[str, Any]], Frame]] = {
    "open": _open,
    "say": _say,
    "key": _key,
    "heard": lambda fields: HeardFrame(_number(fields, "seq", lowest=0)),
    "answer": _answer,
    "part": lambda _: Part(),
    "end": lambda _: End(),
    "leave": lambda _: Leave(),
    "ping": lambda _: Ping(),
    "writing": lambda _: Writing(),
}
