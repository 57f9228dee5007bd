"""What a desk's page may ask of colleagues: to take a talk over, to confirm a mute, to come and help. Closed shapes."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, ClassVar

from console.frame_fields import BadFrame, read_flag, read_handle, read_text
from handover.asks import MAX_NOTE
from handover.values import AskKind
from safety.text64 import read64

MUTE_REASONS = ("threats", "insults", "sexual", "flood", "not_serious")  # closed: never words

_COLLEAGUE = re.compile(r"[A-Za-z0-9_-]{22}")
_HIGHEST = 2**31


@dataclass(frozen=True, slots=True)
class Colleagues:
    """Who is on duty and could take this talk over, or read along."""

    action: ClassVar[str] = "colleagues"
    talk: str
    kind: AskKind


@dataclass(frozen=True, slots=True)
class Ask:
    """Hand over to a colleague (named as `colleagues` showed them), have them read along, or mute, for which any
    colleague is asked. `aloud`: that a caller has said yes to a colleague who listens along."""

    action: ClassVar[str] = "ask"
    talk: str
    kind: AskKind
    to: str
    why: tuple[str, ...]
    aloud: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """Yes or no to a question; a no to one's own takes it back."""

    action: ClassVar[str] = "answer"
    talk: str
    number: int
    yes: bool


@dataclass(frozen=True, slots=True)
class Unmute:
    action: ClassVar[str] = "unmute"
    talk: str


@dataclass(frozen=True, slots=True)
class Call:
    """Call everybody on duty for help in this talk, or end the call."""

    action: ClassVar[str] = "call"
    talk: str
    on: bool


@dataclass(frozen=True, slots=True)
class Come:
    """I come."""

    action: ClassVar[str] = "come"
    talk: str


@dataclass(frozen=True, slots=True)
class Note:
    """A note to oneself, sealed to one's own device; empty bytes delete it."""

    action: ClassVar[str] = "note"
    talk: str
    sealed: bytes = field(repr=False)


TogetherFrame = Colleagues | Ask | Answer | Unmute | Call | Come | Note


def _kind(raw: dict[str, Any]) -> AskKind:
    try:
        kind = AskKind(read_text(raw, "kind"))
    except ValueError:
        raise BadFrame from None
    if kind is AskKind.DESK:  # console.desk_frames.Point asks that
        raise BadFrame
    return kind


def _colleagues(raw: dict[str, Any]) -> Colleagues:
    kind = _kind(raw) if "kind" in raw else AskKind.MOVE
    if kind is AskKind.MUTE:  # any colleague may confirm: nobody is chosen
        raise BadFrame
    return Colleagues(read_handle(raw), kind)


def _ask(raw: dict[str, Any]) -> Ask:
    to, why, kind = read_text(raw, "to"), raw.get("why"), _kind(raw)
    if not isinstance(why, list) or len(why) > len(MUTE_REASONS) or any(reason not in MUTE_REASONS for reason in why):
        raise BadFrame
    fits = not to and why if kind is AskKind.MUTE else _COLLEAGUE.fullmatch(to) and not why
    if not fits or len(set(why)) < len(why):
        raise BadFrame
    return Ask(read_handle(raw), kind, to, tuple(why), "aloud" in raw and read_flag(raw, "aloud"))


def _answer(raw: dict[str, Any]) -> Answer:
    number = raw.get("number")
    if type(number) is not int or not 1 <= number <= _HIGHEST:
        raise BadFrame
    return Answer(read_handle(raw), number, read_flag(raw, "yes"))


def _note(raw: dict[str, Any]) -> Note:
    try:
        sealed = read64(read_text(raw, "sealed"))
    except ValueError:
        raise BadFrame from None
    if len(sealed) > MAX_NOTE:
        raise BadFrame
    return Note(read_handle(raw), sealed)


READERS: dict[str, Callable[[dict[str, Any]], TogetherFrame]] = {
    "colleagues": _colleagues,
    "ask": _ask,
    "answer": _answer,
    "unmute": lambda raw: Unmute(read_handle(raw)),
    "call": lambda raw: Call(read_handle(raw), read_flag(raw, "on")),
    "come": lambda raw: Come(read_handle(raw)),
    "note": _note,
}
