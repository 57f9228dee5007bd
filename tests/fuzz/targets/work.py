"""Proof of work: nothing but an answer to a question of ours counts."""

from functools import cache
from importlib import import_module
from typing import Any

ROOM = "safety.work"
SEEDS = (b"", b"e30=", b"eyJjaGFsbGVuZ2UiOnsicGFyYW1ldGVycyI6e30sInNpZ25hdHVyZSI6IiJ9fQ==")


def target(data: bytes) -> None:
    module, work = import_module(ROOM), _work()
    try:
        work.check("talk", data.decode("latin-1"), 1_800_000_000)
    except module.BadWork:
        return
    raise AssertionError("an answer to no question of ours was taken")


@cache
def _work() -> Any:
    return import_module(ROOM).Work(b"k" * 32)
