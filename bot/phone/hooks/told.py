"""What a provider may tell us: two or three fields of its callbacks. Whatever else stands in them, first of all the
caller's number, is dropped by the function that reads the body (`take`) and seen by nothing else."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from urllib.parse import unquote_to_bytes

KEYS = frozenset("0123456789*#")
FORM = "application/x-www-form-urlencoded"
_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_LONGEST = 256  # bytes of a field as it is sent


class Unwanted(Exception):
    """A request that no provider of ours has sent, or not in its form. It carries nothing of what was sent."""


@dataclass(frozen=True, slots=True)
class Callback:
    """A request as it came: the address that the provider called, its signature or "", the address it came from."""

    url: str
    body: bytes
    signature: str
    peer: str | None


@dataclass(frozen=True, slots=True)
class Told:
    """`call`: the provider's id of the call, a key to its records; `key`: what was pressed, or ""; `goes_on`: it says
    of itself that the call is not over."""

    call: str
    key: str = ""
    goes_on: bool = False


def take(body: bytes, names: Collection[str]) -> dict[str, str]:
    """These fields of a form and no others, each the first of its name. Nothing else is ever decoded."""
    found: dict[str, str] = {}
    for part in body.split(b"&"):
        name, _, value = part.partition(b"=")
        wanted = name.decode("ascii", "replace") if len(name) <= _LONGEST else ""
        if wanted in names and wanted not in found and len(value) <= _LONGEST:
            found[wanted] = unquote_to_bytes(value.replace(b"+", b" ")).decode("ascii", "replace")
    return found


def call_id(value: str) -> str:
    """An id of a call. Unwanted when it is none."""
    if not _ID.fullmatch(value):
        raise Unwanted
    return value


def key_of(value: str) -> str:
    """What was pressed; "" for everything that is not one key."""
    return value if value in KEYS else ""
