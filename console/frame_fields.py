"""The fields of a frame from a desk's page, each checked while it is read."""

import re
from typing import Any

_HIGHEST = 2**53 - 1  # a talk has no highest number; what a page's own numbers still count exactly
_HANDLE = re.compile(r"[A-Za-z0-9_-]{22}")


class BadFrame(ValueError):
    """Not a frame of this protocol. Carries nothing of what came."""


class BadVersion(BadFrame):
    """The page is of a version that is too far from this one: it loads itself again."""


def read_text(raw: dict[str, Any], key: str) -> str:
    """The text under `key`. BadFrame for anything else, as everywhere here."""
    value = raw.get(key)
    if not isinstance(value, str):
        raise BadFrame
    return value


def read_flag(raw: dict[str, Any], key: str) -> bool:
    """The true or false under `key`."""
    value = raw.get(key)
    if not isinstance(value, bool):
        raise BadFrame
    return value


def read_handle(raw: dict[str, Any]) -> str:
    """The handle of the talk that the frame is about."""
    handle = read_text(raw, "talk")
    if not _HANDLE.fullmatch(handle):
        raise BadFrame
    return handle


def read_seq(raw: dict[str, Any]) -> int:
    """A message's number: a whole one from 1."""
    value = raw.get("seq")
    if type(value) is not int or not 1 <= value <= _HIGHEST:
        raise BadFrame
    return value
