"""Servers of the centre's own that help a softphone to reach the telephone engine: STUN, and TURN with passing keys.

A TURN server knows no member of staff: it takes whoever shows a name that is a time, and the keyed hash of that name
(the scheme of coturn's `use-auth-secret`, draft-uberti-behave-turn-rest-00). So the page is told of no lasting secret,
and the name says nothing of its person.
"""

import hmac
import re
from base64 import b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from console.views import Json

LASTS = 24 * 3600  # seconds that a key is good for: longer than a shift, in which no new one is told
_STUN = re.compile(r"stuns?:[A-Za-z0-9.:\[\]-]+")
_TURN = re.compile(r"turns?:[A-Za-z0-9.:\[\]-]+(\?transport=(udp|tcp))?")


def read_stun(value: str) -> str:
    """The address of a STUN server. ValueError when it is none."""
    if not _STUN.fullmatch(value):
        raise ValueError("must be an address such as stun:turn.example.org:3478")
    return value


def read_turn(value: str) -> str:
    """The address of a TURN server. ValueError when it is none."""
    if not _TURN.fullmatch(value):
        raise ValueError("must be an address such as turns:turn.example.org:5349?transport=tcp")
    return value


@dataclass(frozen=True)
class Relays:
    """What there is of both; `secret` is shared with the TURN server. `now` in seconds since the epoch."""

    now: Callable[[], float]
    stun: str | None = None
    turn: str | None = None
    secret: bytes = b""

    def servers(self) -> Sequence[Json]:
        """As a browser wants them (RTCIceServer), with a key that has just been made."""
        found: list[Json] = []
        if self.stun:
            found.append({"urls": self.stun})
        if self.turn:
            name = str(int(self.now()) + LASTS)
            key = b64encode(hmac.digest(self.secret, name.encode(), "sha1")).decode()
            found.append({"urls": self.turn, "username": name, "credential": key})
        return found
