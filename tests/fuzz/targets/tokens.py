"""Sealed tokens: ours come back whole, changed ones are refused, and whatever is in one of ours breaks nothing."""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime

from bot.web.state import Tokens
from dialogues.hours import SWEDEN
from dialogues.loader import load_content
from safety.tokens import TokenError, seal, unseal
from tests.fuzz.doling import Dole

ROOM = "safety.tokens"
SEEDS = (
    b"\0abc",
    b"\1\0\5words",
    b'\2["sv","start",null,null,null,null,"none",0,0]',
    b'\3["demo","AAAAAAAAAAAAAAAAAAAAAA","web"]',
)
_KEY = bytes(range(32))
_NOW = 1_800_000_000
_TOKENS = Tokens(_KEY, load_content(now=datetime(2026, 11, 22, 12, tzinfo=SWEDEN), demo=True), lambda: float(_NOW))


def target(data: bytes) -> None:
    dole = Dole(data)
    match dole.number() % 4:
        case 0:
            _expect_refusal(dole.rest().decode("utf-8", "replace"))
        case 1:
            place, by = dole.number(), dole.number() % 61 + 1
            plain = dole.rest()[:4000]
            token = seal(_KEY, "state", plain, _NOW)
            assert unseal(_KEY, "state", token, _NOW, 60) == plain
            signs = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
            place %= len(token) - 1  # the last sign may have bits that mean nothing
            other = signs[(signs.index(token[place]) + by) % len(signs)]
            _expect_refusal(token[:place] + other + token[place + 1 :])
        case 2:
            _open(_TOKENS.open_state, seal(_KEY, "state", dole.rest()[:4000], _NOW))
        case _:
            _open(_TOKENS.open_talk, seal(_KEY, "talk", dole.rest()[:4000], _NOW))


def _expect_refusal(token: str) -> None:
    try:
        unseal(_KEY, "state", token, _NOW, 60)
    except TokenError:
        return
    raise AssertionError("a token that is not ours was taken")


def _open(read: Callable[[str], object], token: str) -> None:
    with suppress(TokenError):
        read(token)
