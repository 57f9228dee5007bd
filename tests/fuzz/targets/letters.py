"""What a page posts about left messages: a letter for a box, and the line of the desk's key in it."""

import json
from contextlib import suppress

from pydantic import ValidationError

from bot.web.post import PostRequest
from handover.post import LONGEST
from safety.desks import read_desk
from safety.devices import BadDevice
from safety.sealing import SealError, read_head
from safety.text64 import read64
from tests.fuzz.doling import Dole

ROOM = "bot.web.post"
_LETTER = {"number": 1, "after": 0, "visitor": "v", "line": "l", "body": "b", "days": 7}
SEEDS = (
    b"",
    b"\1" + b"A" * 87 + b".20000." + b"B" * 86,
    b"\2AQAA",
    b"\0" + json.dumps({"do": "leave", "box": "b", "letter": _LETTER}).encode(),
)


def target(data: bytes) -> None:
    dole = Dole(data)
    kind, rest = dole.number() % 3, dole.rest()
    if kind == 0:
        with suppress(ValidationError):
            asked = PostRequest.model_validate_json(rest)
            assert asked.letter is None or 1 <= asked.letter.days <= LONGEST
    elif kind == 1:
        with suppress(BadDevice):
            read_desk(b"\4" + b"o" * 64, "demo", rest.decode("latin-1"), 20_000)
            raise AssertionError("a signature was met by chance")
    else:
        with suppress(SealError, ValueError):
            read_head(read64(rest.decode("latin-1")))
