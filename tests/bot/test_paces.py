"""The pace of words: one talk at a time, over all its sockets and forms, with a bounded memory."""

import pytest

from bot.web.paces import _MOST, BURST, RATE, Paces
from handover.values import DeskId, TalkId, TalkRef


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def talk(number: int = 0) -> TalkRef:
    return TalkRef(DeskId("demo"), TalkId(f"{number:022}"))


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def paces(clock: Clock) -> Paces:
    return Paces(clock)


def test_a_burst_passes_and_what_follows_is_held_back_evenly(paces: Paces) -> None:
    assert [paces.delay(talk()) for _ in range(BURST)] == [0] * BURST
    assert [paces.delay(talk()) for _ in range(3)] == [1 / RATE, 2 / RATE, 3 / RATE]
    assert paces.delay(talk(1)) == 0


def test_who_keeps_the_pace_is_never_held_back(paces: Paces, clock: Clock) -> None:
    for _ in range(500):
        assert paces.delay(talk()) == 0
        clock.now += 1 / RATE


def test_nobody_is_held_back_longer_than_a_minute(paces: Paces) -> None:
    assert max(paces.delay(talk()) for _ in range(10_000)) == 60


def test_the_memory_is_bounded(paces: Paces) -> None:
    for number in range(_MOST + 100):
        paces.delay(talk(number))
    assert len(paces._budgets) == _MOST
