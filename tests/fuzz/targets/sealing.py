"""Sealed words: what was sealed opens once and in its place, and nothing else opens."""

from importlib import import_module
from typing import Any

from tests.fuzz.doling import Dole

ROOM = "safety.sealing"
SEEDS = (b"\0" * 40, b"\1\0\1words", b"\2\0\0\0\1\0\0\0\1")


def target(data: bytes) -> None:
    sealing: Any = import_module(ROOM)
    epoch = sealing.Epoch(b"t" * sealing.TALK, 1, b"k" * sealing.KEY)
    dole = Dole(data)
    way = dole.pick(list(sealing.Direction))
    match dole.number() % 3:
        case 0:
            _refuse(sealing, epoch, way, dole.rest())
        case 1:
            words = dole.rest()[: sealing.MAX_WORDS].decode("utf-8", "ignore")
            sealed = sealing.seal(epoch, way, 1, words, b"s" * sealing.SALT)
            assert sealing.open_sealed(epoch, way, 0, sealed) == words
            place = dole.number(2) % len(sealed)
            _refuse(sealing, epoch, way, sealed[:place] + bytes([sealed[place] ^ 1]) + sealed[place + 1 :])
            _refuse(sealing, epoch, way, sealed[:-1])
        case _:
            size = dole.pick(sealing.SIZES)
            body = dole.rest()[:size].ljust(size, b"\0")
            _refuse(sealing, epoch, way, bytes([sealing.VERSION]) + body[: 8 + sealing.SALT] + body + b"\0" * 16)


def _refuse(sealing: Any, epoch: Any, way: Any, sealed: bytes) -> None:
    try:
        sealing.open_sealed(epoch, way, 0, sealed)
    except sealing.SealError as error:
        assert len(str(error)) < 100
        return
    raise AssertionError("something that was never sealed was opened")
