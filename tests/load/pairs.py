"""Pairs of a visitor's and a staff member's end, the two ways in which they speak, and what is counted of it.

A message counts as delivered when the other end has read exactly the words that are next in its order: each is compared
with what was sent. What came doubled, out of order or otherwise is `wrong`, what never came is `lost`.
"""

import asyncio
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

WORDS = 200  # bytes of one message
DRAIN = 20.0  # seconds in which what was sent may still arrive
TAIL = 0.35  # seconds after the last one, whose work counts too: what was shown is told to the other end so late


class End(Protocol):
    """One end of one pair, its socket open."""

    came: Callable[[str], None]  # is called with each message that the other end said, as it is read

    def prepare(self, count: int) -> list[str]:
        """Make the next so many messages ready to be sent; each as the other end will read it."""

    def say(self) -> None:
        """Send the next of them."""


@dataclass(slots=True)
class Count:
    """What one run gave. Times in seconds."""

    took: list[float] = field(default_factory=list)  # of each delivered message, from when it was due
    late: list[float] = field(default_factory=list)  # of each sent message, behind when it was due
    sent: int = 0
    wrong: int = 0
    seconds: float = 0.0
    used: float = 0.0  # of the processor, by the servers
    own: float = 0.0  # of the processor, by the generator itself

    @property
    def delivered(self) -> int:
        return len(self.took)

    @property
    def lost(self) -> int:
        return self.sent - self.delivered


class Stream:
    """One way of one pair."""

    def __init__(self, speaks: End, hears: End) -> None:
        self._speaks = speaks
        self.hears = hears
        hears.came = self._arrive
        self._words: list[str] = []
        self._due: list[float] = []
        self._arrived = 0
        self.count = Count()
        self.then: Callable[[], None] | None = None

    def prepare(self, count: int) -> None:
        """So many more can be said."""
        missing = count - (len(self._words) - len(self._due))
        if missing > 0:
            self._words += self._speaks.prepare(missing)

    def say(self, due: float) -> None:
        """The next message, which should have been sent at `due` (time.perf_counter)."""
        self._due.append(due)
        self.count.sent += 1
        self._speaks.say()

    @property
    def waits(self) -> bool:
        """Whether something is on its way."""
        return self._arrived < len(self._due)

    def _arrive(self, words: str) -> None:
        place = self._arrived
        if place >= len(self._due) or words != self._words[place]:
            self.count.wrong += 1
            return
        self._arrived += 1
        self.count.took.append(time.perf_counter() - self._due[place])
        if self.then is not None:
            self.then()


class Pair:
    """A visitor and the staff member who has the talk."""

    def __init__(self, visitor: End, staff: End) -> None:
        self.up = Stream(visitor, staff)
        self.down = Stream(staff, visitor)


async def saturate(
    pairs: Sequence[Pair],
    rounds: int,
    rest: float,
    bursts: int,
    gauge: Callable[[], float],
    *,
    drain: float = DRAIN,
) -> Count:
    """Everybody at once, each the next message after the answer, `rounds` messages each way; `rest` seconds of silence
    between bursts, which count for nothing: neither in time nor in `gauge`, the seconds of the servers' processors."""
    count = Count()
    streams = _streams(pairs)
    for burst in range(bursts):
        if burst:
            await asyncio.sleep(rest)
        for stream in streams:
            stream.prepare(rounds)
        async with _Watch(count, streams, gauge):
            await _burst(pairs, rounds, drain)
        if count.lost:
            break  # nobody answers there any more
    return count


async def keep_timetable(
    pairs: Sequence[Pair],
    rate: float,
    seconds: float,
    gauge: Callable[[], float],
    *,
    seed: int = 1,
    drain: float = DRAIN,
) -> Count:
    """`rate` messages a second in all, each pair's ways in turn, whatever comes back. A message is late from when it
    was due, so a server that pauses, or a generator that does, shows in every message of that time."""
    count = Count()
    streams = _streams(pairs)
    random.Random(seed).shuffle(streams)
    total = int(rate * seconds)
    for stream in streams:
        stream.prepare(-(-total // len(streams)))
    async with _Watch(count, streams, gauge):
        begun = time.perf_counter() + 0.01
        said = 0
        while said < total:
            now = time.perf_counter()
            while said < total and (due := begun + said / rate) <= now:
                count.late.append(time.perf_counter() - due)
                streams[said % len(streams)].say(due)
                said += 1
            await asyncio.sleep(max(0.0, begun + said / rate - time.perf_counter()))
        await _arrived(streams, drain)
    return count


class _Watch:
    """Adds what happens within it to a count."""

    def __init__(self, count: Count, streams: Sequence[Stream], gauge: Callable[[], float]) -> None:
        self._count = count
        self._streams = streams
        self._gauge = gauge

    async def __aenter__(self) -> None:
        for stream in self._streams:
            stream.count = Count()
        self._begun, self._own, self._used = time.perf_counter(), time.process_time(), self._gauge()

    async def __aexit__(self, *_: object) -> None:
        count = self._count
        count.seconds += time.perf_counter() - self._begun
        count.own += time.process_time() - self._own
        await asyncio.sleep(TAIL)
        count.used += self._gauge() - self._used
        for stream in self._streams:
            count.took += stream.count.took
            count.sent += stream.count.sent
            count.wrong += stream.count.wrong


async def _burst(pairs: Sequence[Pair], rounds: int, drain: float) -> None:
    for pair in pairs:
        _play(pair, rounds)
    await _arrived(_streams(pairs), drain)
    for stream in _streams(pairs):
        stream.then = None


def _play(pair: Pair, rounds: int) -> None:
    left = rounds

    def ask() -> None:
        nonlocal left
        if left:
            left -= 1
            pair.up.say(time.perf_counter())

    pair.up.then = lambda: pair.down.say(time.perf_counter())
    pair.down.then = ask
    ask()


async def _arrived(streams: Sequence[Stream], drain: float) -> None:
    """Return when nothing is on its way any more, or nothing has come for `drain` seconds."""
    before, last = -1, time.perf_counter()
    while any(stream.waits for stream in streams):
        arrived = sum(stream.count.delivered for stream in streams)
        if arrived != before:
            before, last = arrived, time.perf_counter()
        elif time.perf_counter() - last > drain:
            return
        await asyncio.sleep(0.005)


def _streams(pairs: Sequence[Pair]) -> list[Stream]:
    return [stream for pair in pairs for stream in (pair.up, pair.down)]
