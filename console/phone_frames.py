"""Frames about answering calls: with what, and a caller who is to wait for a moment."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, ClassVar

from console.frame_fields import BadFrame, read_flag, read_handle, read_text
from console.phone_lines import By

_FILLING = re.compile(r"[\s().-]")  # what people put into numbers
_NUMBER = re.compile(r"(?:\+|00)([1-9][0-9]{6,14})|0([1-9][0-9]{6,11})")
_SWEDEN = "46"


@dataclass(frozen=True, slots=True)
class Answering:
    """Answer calls with this from now on; `number` of an own telephone as E.164, None when it is no number."""

    action: ClassVar[str] = "phone"
    by: By
    number: str | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class Hold:
    """The caller of this talk hears music for a moment, or the person again."""

    action: ClassVar[str] = "hold"
    talk: str
    on: bool


PhoneFrame = Answering | Hold


def read_number(text: str) -> str | None:
    """A telephone number as E.164; one that begins with a single 0 is a Swedish one. None for anything else."""
    found = _NUMBER.fullmatch(_FILLING.sub("", text))
    return f"+{found[1] or _SWEDEN + found[2]}" if found else None


def _answering(raw: dict[str, Any]) -> Answering:
    try:
        by = By(read_text(raw, "by"))
    except ValueError:
        raise BadFrame from None
    number = read_text(raw, "number")
    if bool(number) != (by is By.OWN) and by is not By.OWN:
        raise BadFrame
    return Answering(by, read_number(number) if by is By.OWN else "")


READERS: dict[str, Callable[[dict[str, Any]], PhoneFrame]] = {
    "phone": _answering,
    "hold": lambda raw: Hold(read_handle(raw), read_flag(raw, "on")),
}
