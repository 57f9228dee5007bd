"""The fuzzer's targets themselves: each runs, and each can fail."""

import random
from importlib import import_module
from types import ModuleType

import pytest

from tests.fuzz.run import all_targets, find_room

HERE = [name for name, room in all_targets() if find_room(room)]
MUST_BE_THERE = {"codec", "frames", "tokens", "languages", "understanding"}


def module(name: str) -> ModuleType:
    return import_module(f"tests.fuzz.targets.{name}")


def test_what_the_first_version_had_is_still_fuzzed() -> None:
    assert set(HERE) >= MUST_BE_THERE


@pytest.mark.parametrize("name", HERE)
def test_a_target_takes_what_it_begins_with_and_noise(name: str) -> None:
    target, noise = module(name).target, random.Random(20261129)
    for seed in module(name).SEEDS:
        target(seed)
    for _ in range(100):
        target(noise.randbytes(noise.randrange(200)))


def test_a_broken_promise_is_found() -> None:
    with pytest.raises(AssertionError, match="not ours was taken"):
        module("tokens")._expect_refusal(module("tokens").seal(bytes(range(32)), "state", b"", 1_800_000_000))
