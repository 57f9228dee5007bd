"""What Telegram sends, and what anybody may put into a button: one of a few values or nothing, and never a failure."""

import json
from contextlib import suppress
from datetime import datetime

from bot.telegram.codes import Codes
from bot.telegram.incoming import read_update, update_number
from bot.telegram.record import BadRecord, read_record
from bot.telegram.rendering import split, split_bytes
from bot.telegram.words import folded
from dialogues.hours import SWEDEN
from dialogues.loader import load_content
from safety.chats import seal_code
from safety.tokens import TokenError
from tests.fuzz.doling import Dole

ROOM = "bot.telegram"
SEEDS = (
    b'\0{"update_id": 1, "message": {"message_id": 1, "chat": {"id": 1, "type": "private"}, "text": "hej"}}',
    b'\0{"update_id": 1, "callback_query": {"id": "1", "data": "x", "message": {"chat": {"id": 1}}}}',
    b"\1AAAA",
    b"\2\1abc",
    b'\3{"chat": 1, "state": [], "messages": [], "seen": [], "talk": null, "keys": [], "rest": []}',
    b"\4some words",
)
_KEY = bytes(range(32))
_CODES = Codes(_KEY, load_content(now=datetime(2026, 11, 22, 12, tzinfo=SWEDEN), demo=True), lambda: 1_800_000_000.0)


def target(data: bytes) -> None:
    dole = Dole(data)
    match dole.number() % 5:
        case 0:
            with suppress(ValueError, RecursionError):
                raw = json.loads(dole.rest())
                assert read_update(raw) is None or update_number(raw) >= 0
        case 1:
            with suppress(TokenError):
                _CODES.read(1, dole.rest().decode("utf-8", "replace"))
        case 2:
            with suppress(TokenError):
                _CODES.read(1, seal_code(_KEY, 1, (dole.rest() or b"x")[:32]))
        case 3:
            with suppress(BadRecord, RecursionError):
                read_record(dole.rest())
        case _:
            text = dole.rest().decode("utf-8", "replace")
            folded(text)
            for pieces in (split(text, 40), split_bytes(text, 40)):
                assert "".join("".join(pieces).split()) == "".join(text.split())
