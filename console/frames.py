"""What a desk's page may ask for on the live path: one JSON object per frame, closed shapes.

A message's words come sealed (safety.sealing). The server cannot open them, but refuses what is not sealed by its form.
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

from console.desk_frames import Point, read_point
from console.duty_frames import Duty, Habits, Ready, read_duty, read_habits
from console.frame_fields import BadFrame, BadVersion, read_handle, read_seq, read_text
from console.help_frames import READERS as HELP
from console.help_frames import HelpFrame
from console.phone_frames import READERS as PHONE
from console.phone_frames import PhoneFrame
from console.room_frames import Guide, ShutDesk, read_guide, read_shut
from console.sign_frames import Writing, read_writing
from console.together_frames import READERS as TOGETHER
from console.together_frames import TogetherFrame
from console.visible_frames import More, Visible, read_visible
from handover.values import MessageId
from safety.devices import BadDevice, read_key
from safety.format import is_near
from safety.sealing import SealError, read_head
from safety.text64 import read64

MAX_FRAME = 16 * 1024  # characters; the longest sealed message takes a third
MAX_CHOICES = 80
MAX_TICKET = 512  # characters; ours have 180

_MESSAGE_ID = re.compile(r"[A-Za-z0-9_-]{8,40}")


@dataclass(frozen=True, slots=True)
class Device:
    """The page's own device: its public key, as text. The first thing that a page says."""

    action: ClassVar[str] = "device"
    key: str


@dataclass(frozen=True, slots=True)
class Take:
    action: ClassVar[str] = "take"
    talk: str


@dataclass(frozen=True, slots=True)
class Say:
    action: ClassVar[str] = "say"
    talk: str
    seq: int
    id: MessageId
    body: bytes


@dataclass(frozen=True, slots=True)
class Unsayable:
    """A message that is not sealed, and is not relayed. That message fails, and no other."""

    action: ClassVar[str] = "say"
    talk: str
    id: MessageId


@dataclass(frozen=True, slots=True)
class Heard:
    """Everything up to `seq` is on the screen."""

    action: ClassVar[str] = "heard"
    talk: str
    seq: int


@dataclass(frozen=True, slots=True)
class Release:
    action: ClassVar[str] = "release"
    talk: str


@dataclass(frozen=True, slots=True)
class End:
    action: ClassVar[str] = "end"
    talk: str


@dataclass(frozen=True, slots=True)
class WrapUp:
    """Closed choices about a talk that has ended; none at all when it is skipped."""

    action: ClassVar[str] = "wrapup"
    talk: str
    choices: tuple[str, ...]
    ticket: str = ""  # of `ended`: any process of the console takes it


@dataclass(frozen=True, slots=True)
class Hand:
    """What can be sent in this talk: phrases, texts, services."""

    action: ClassVar[str] = "hand"
    talk: str


DutyFrame = Duty | Ready | Habits | Visible
RoomFrame = Take | ShutDesk | Guide | More
TalkFrame = Say | Unsayable | Heard | Writing | Release | End | WrapUp | Hand | Point
Frame = Device | DutyFrame | RoomFrame | TalkFrame | TogetherFrame | HelpFrame | PhoneFrame


def parse_frame(text: str) -> Frame:
    """The frame in `text`. BadFrame for anything else."""
    if len(text) > MAX_FRAME:
        raise BadFrame
    try:
        raw = json.loads(text)
    except (ValueError, RecursionError):
        raise BadFrame from None
    if not isinstance(raw, dict):
        raise BadFrame
    reader = _READERS.get(read_text(raw, "type"))
    if reader is None:
        raise BadFrame
    return reader(raw)


def _device(raw: dict[str, Any]) -> Device:
    key = read_text(raw, "key")
    if not is_near(raw.get("v")):
        raise BadVersion
    try:
        read_key(key)
    except BadDevice:
        raise BadFrame from None
    return Device(key)


def _say(raw: dict[str, Any]) -> Say | Unsayable:
    identity = read_text(raw, "id")
    if not _MESSAGE_ID.fullmatch(identity):
        raise BadFrame
    talk, seq, text = read_handle(raw), read_seq(raw), read_text(raw, "body")
    try:
        body = read64(text)
        read_head(body)
    except (ValueError, SealError):
        return Unsayable(talk, MessageId(identity))
    return Say(talk, seq, MessageId(identity), body)


def _wrapup(raw: dict[str, Any]) -> WrapUp:
    choices = raw.get("choices")
    if not isinstance(choices, list) or len(choices) > MAX_CHOICES:
        raise BadFrame
    if not all(isinstance(choice, str) for choice in choices):
        raise BadFrame
    ticket = read_text(raw, "ticket") if "ticket" in raw else ""
    if len(ticket) > MAX_TICKET:
        raise BadFrame
    return WrapUp(read_handle(raw), tuple(choices), ticket)


_READERS: dict[str, Callable[[dict[str, Any]], Frame]] = {
    "device": _device,
    "duty": read_duty,
    "ready": lambda _: Ready(),
    "habits": read_habits,
    "take": lambda raw: Take(read_handle(raw)),
    "say": _say,
    "heard": lambda raw: Heard(read_handle(raw), read_seq(raw)),
    "release": lambda raw: Release(read_handle(raw)),
    "end": lambda raw: End(read_handle(raw)),
    "wrapup": _wrapup,
    "hand": lambda raw: Hand(read_handle(raw)),
    **TOGETHER,
    **HELP,
    **PHONE,
    "shut": read_shut,
    "guide": read_guide,
    "point": read_point,
    "writing": read_writing,
    "visible": read_visible,
}
