"""The pace of words: one talk at a time, over all its sockets and forms, with a bounded memory."""

import asyncio
from collections.abc import Callable

import pytest

from bot.web.frames import Close, Refused, SayFrame
from bot.web.paces import _MOST, _MOST_HELD, BURST, RATE, Held, Paces
from handover.ports import EngineUnavailable
from handover.values import DeskId, MessageId, TalkId, TalkRef


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


class Listener:
    """Hears what is said, and fails once when told to."""

    def __init__(self) -> None:
        self.heard: list[int] = []
        self.fails = False
        self.troubles = 0

    async def say(self, frame: SayFrame) -> None:
        if self.fails:
            self.fails = False
            raise EngineUnavailable
        self.heard.append(frame.seq)

    async def trouble(self) -> None:
        self.troubles += 1


def words(seq: int) -> SayFrame:
    return SayFrame(seq, MessageId(f"message-{seq}"), b"words")


def delays(*seconds: float) -> Callable[[], float]:
    left = list(seconds)
    return lambda: left.pop(0) if left else 0.0


async def test_held_words_keep_their_order_also_with_those_that_need_not_wait() -> None:
    listener = Listener()
    held = Held(delays(0, 0.05, 0.1), listener.say, listener.trouble)
    for seq in range(1, 7):
        await held.take(words(seq))
    assert listener.heard == [1]
    await asyncio.sleep(0.5)
    await held.stop()
    assert listener.heard == [1, 2, 3, 4, 5, 6]


async def test_when_the_engine_fails_the_page_is_told_and_the_rest_goes_on() -> None:
    listener = Listener()
    held = Held(delays(0.01, 0.01), listener.say, listener.trouble)
    listener.fails = True
    for seq in (1, 2):
        await held.take(words(seq))
    await asyncio.sleep(0.3)
    await held.stop()
    assert (listener.heard, listener.troubles) == ([2], 1)


async def test_a_socket_that_floods_is_closed_before_it_fills_the_memory() -> None:
    listener = Listener()
    held = Held(lambda: 60, listener.say, listener.trouble)
    for seq in range(1, _MOST_HELD + 1):
        await held.take(words(seq))
    with pytest.raises(Refused) as refused:
        await held.take(words(_MOST_HELD + 1))
    assert refused.value.close == Close.TOO_FAST
