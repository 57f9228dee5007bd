"""What the benches under load measure with: a message counted is a message delivered, late is late from when it was
due, and a bar that was missed is said to be missed."""

import asyncio
import math
import mmap
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.load import fristad_house, plain
from tests.load.figures import Bar, Figure, median, percentile, table
from tests.load.fristad_ends import SealedEnd, opens
from tests.load.gauges import exactly, memory, processor
from tests.load.pairs import WORDS, Count, Pair, keep_timetable, saturate

PAIRS = 5


class Here:
    """An end without a server: what it says is handed to `carry`."""

    def __init__(self) -> None:
        self.came: Callable[[str], None] = lambda _: None
        self.carry: Callable[[str], None] = lambda _: None
        self._made = 0
        self._said = 0

    def prepare(self, count: int) -> list[str]:
        self._made += count
        return [str(number) for number in range(self._made - count, self._made)]

    def say(self) -> None:
        self._said += 1
        self.carry(str(self._said - 1))


@pytest.mark.parametrize("name", ["bare", "floor"])
async def test_a_reference_delivers_what_is_counted(name: str, tmp_path: Path) -> None:
    with plain.serving(name, tmp_path) as server:
        pairs = await server.pairs(PAIRS)
        await asyncio.sleep(1)  # subscribed
        both = await saturate(pairs, 20, 0, 2, lambda: processor(server.pids)), await _second(pairs, server.pids)
    assert [count.sent for count in both] == [PAIRS * 2 * 20 * 2, PAIRS * 4]
    for count in both:
        _assert_all_delivered(count)


async def test_fristad_delivers_what_is_counted_by_every_door_of_its_own(tmp_path: Path) -> None:
    with fristad_house.running(tmp_path) as house:
        await house.staff(1)
        pairs = await house.pairs(PAIRS)  # joined and taken as people do
        pairs = await house.crowd(2 * PAIRS)  # five more, found by a second desk as after a reload
        came = _listening(pairs[0], pairs[-1])
        both = await saturate(pairs, 3, 0, 1, lambda: processor(house.pids)), await _second(pairs, house.pids)
        assert house.faults == []
        for end, bodies in came:
            assert {len(words) for words in opens(end, bodies)} == {WORDS}
            assert len(bodies) >= 3
    for count in both:
        _assert_all_delivered(count)
        assert count.used > 0  # of the processor


async def test_a_server_that_pauses_shows_in_every_message_of_that_time(tmp_path: Path) -> None:
    with plain.serving("floor", tmp_path) as server:
        pairs = await server.pairs(PAIRS)
        await asyncio.sleep(1)
        paused = server.pids[-1]
        loop = asyncio.get_running_loop()
        loop.call_later(0.5, os.kill, paused, signal.SIGSTOP)
        loop.call_later(1.5, os.kill, paused, signal.SIGCONT)
        count = await keep_timetable(pairs, 100, 2, lambda: 0.0)
    assert count.delivered == count.sent == 200
    # 100 messages were due in that second, and the first of them waited for all of it.
    assert max(count.took) >= 0.9
    assert sum(took > 0.25 for took in count.took) >= 60
    assert percentile(count.late, 0.5) < 0.25  # the generator kept its times


async def test_a_generator_that_is_late_says_so() -> None:
    one, other = Here(), Here()
    one.carry, other.carry = (lambda words: other.came(words)), (lambda words: one.came(words))
    asyncio.get_running_loop().call_later(0.2, time.sleep, 0.4)
    count = await keep_timetable([Pair(one, other)], 50, 1, lambda: 0.0)
    assert count.delivered == 50
    assert max(count.late) > 0.3
    assert max(count.took) > 0.3  # and the messages were late all the same


@pytest.mark.parametrize(
    ("how", "lost", "wrong"),
    [
        (lambda came, words: came(words), 0, 0),
        (lambda came, words: None if words == "4" else came(words), 6, 5),
        (lambda came, words: [came(words), came(words)], 0, 10),
        (lambda came, words: came(words + "!"), 10, 10),
    ],
    ids=["as it was", "one dropped", "doubled", "changed"],
)
async def test_what_is_not_the_next_message_does_not_count(
    how: Callable[[Callable[[str], None], str], object], lost: int, wrong: int
) -> None:
    one, other = Here(), Here()
    one.carry = lambda words: (how(other.came, words), None)[1]
    other.carry = lambda words: one.came(words)
    count = await keep_timetable([Pair(one, other)], 100, 0.2, lambda: 0.0, drain=0.1)
    assert (count.sent, count.lost, count.wrong) == (20, lost, wrong)


async def test_a_burst_in_which_something_is_lost_is_the_last_one() -> None:
    one, other = Here(), Here()
    count = await saturate([Pair(one, other)], 5, 0, 9, lambda: 0.0, drain=0.1)
    assert (count.sent, count.lost) == (1, 1)


def test_a_missed_bar_is_called_missed() -> None:
    lines = [
        Figure("a", 2, "s", 1, Bar(1.3)),
        Figure("b", 1.2, "s", 1, Bar(1.3)),
        Figure("c", 31, "kB", bar=Bar(30, of="value")),
        Figure("d", 0.4, "", 1, Bar(0.5, least=True)),
        Figure("e", math.nan, "s", 1, Bar(1.3)),
        Figure("f", 7, "s", 3),
    ]
    assert [line.verdict for line in lines] == ["missed", "met", "missed", "missed", "missed", ""]
    assert lines[-1].ratio == pytest.approx(7 / 3)
    shown = table(lines).splitlines()
    assert len(shown) == 2 + len(lines)
    assert "ratio <= 1.3" in shown[2] and "missed" in shown[2]
    assert len({len(line) for line in shown}) == 1


def test_percentiles_are_values_that_were_seen() -> None:
    assert percentile([3, 1, 2, 4], 0.5) == 2
    assert percentile(list(range(1, 101)), 0.99) == 99
    assert percentile([5], 0.99) == 5
    assert median([4, 1, 3, 2]) == 2.5
    assert math.isnan(percentile([], 0.5)) and math.isnan(median([]))


def test_the_gauges_see_work_and_memory() -> None:
    own = os.getpid()
    worked, exact, held = processor([own]), exactly(own), memory(own)
    until = time.process_time() + 0.2
    while time.process_time() < until:
        pass
    block = mmap.mmap(-1, 30_000_000)  # bytes that nobody had before: what Python frees it may give again
    block.write(b"x" * len(block))
    assert processor([own]) - worked >= 0.15
    assert exactly(own) - exact >= 0.15
    assert memory(own) - held > 25_000
    block.close()


async def _second(pairs: list[Pair], pids: list[int]) -> Count:
    return await keep_timetable(pairs, PAIRS * 4, 1, lambda: processor(pids))


def _assert_all_delivered(count: Count) -> None:
    assert (count.delivered, count.lost, count.wrong) == (count.sent, 0, 0)
    assert len(count.took) == count.sent > 0
    assert min(count.took) > 0


def _listening(*pairs: Pair) -> list[tuple[SealedEnd, list[str]]]:
    """What comes to the ends of these pairs, as it comes."""
    heard: list[tuple[SealedEnd, list[str]]] = []
    for pair in pairs:
        for stream in (pair.up, pair.down):
            end = stream.hears
            assert isinstance(end, SealedEnd)
            heard.append((end, _noting(end)))
    return heard


def _noting(end: SealedEnd) -> list[str]:
    bodies: list[str] = []
    count = end.came

    def note(body: str) -> None:
        bodies.append(body)
        count(body)

    end.came = note
    return bodies
