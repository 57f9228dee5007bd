"""A master dies in the middle of talks: the Sentinels choose another one, and what was accepted is there once."""

import asyncio
import signal
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import ExitStack
from functools import partial
from typing import TypeVar

import pytest
import redis

from handover.events import Resync, Said, TalkEvent
from handover.ports import EngineUnavailable, HandoverError
from handover.values import Accepted, Claimed, Message, OutOfOrder, StaffId, TalkRef
from handover.visitor_redis import RedisVisitorEnd
from tests.contract.ends import ANNA, BO, DESK, Ends, joined, message, on_duty, open_ends, taken
from tests.spread.machines import Machines, replicated, wait_for

Answer = TypeVar("Answer")
TALKS = 3  # as many as one person may hold
WORDS = 60  # messages of each talk
BACK = 12.0  # seconds within which words are taken again: the tests' Sentinels need two or three
NEVER_WRITTEN = (".rdb", ".aof", ".manifest", "dump", "temp-")


both = pytest.mark.parametrize("machines", ["valkey", "redis-7.0"], indirect=True)


@pytest.fixture(scope="module")
def sets() -> Iterator[Callable[[str], Machines]]:
    """One set for each kind of engine, made when it is first asked for."""
    made: dict[str, Machines] = {}
    with ExitStack() as stack:

        def of(kind: str) -> Machines:
            if kind not in made:
                made[kind] = stack.enter_context(replicated(kind))
            return made[kind]

        yield of


@pytest.fixture
def machines(request: pytest.FixtureRequest, sets: Callable[[str], Machines]) -> Machines:
    found = sets(getattr(request, "param", "valkey"))
    if found.master().runs:
        found.master().ask("FLUSHALL")
    return found


async def write(ends: Ends, ref: TalkRef, done: dict[int, float]) -> None:
    """As a page does: one after the other, again until it is acknowledged, from where the engine says."""
    number = 1
    while number <= WORDS:
        try:
            outcome = await ends.visitor.say(ref, number, message(number), b"words %d" % number)
        except HandoverError:
            await asyncio.sleep(0.1)
            continue
        if isinstance(outcome, OutOfOrder):
            number = outcome.expected  # what a failover forgot comes again, as it was
            continue
        assert outcome == Accepted(number)
        done[number] = time.monotonic()
        number += 1
        await asyncio.sleep(0.05)


async def read(ends: Ends, ref: TalkRef, events: AsyncIterator[TalkEvent], seen: list[Message]) -> None:
    """As a console does: what is not the next one is healed from the log."""
    while len(seen) < WORDS:
        event = await anext(events)
        found = [event.message] if isinstance(event, Said) else []
        if isinstance(event, Resync) or (found and found[0].seq > len(seen) + 1):
            log = await retried(partial(ends.staff.hear, ref, ANNA, len(seen)))
            assert isinstance(log, list)
            found = log
        for each in found:
            if each.seq == len(seen) + 1:
                seen.append(each)


async def retried(call: Callable[[], Awaitable[Answer]]) -> Answer:
    deadline = time.monotonic() + BACK
    while True:
        try:
            return await call()
        except HandoverError:
            assert time.monotonic() < deadline, "no engine answers"
            await asyncio.sleep(0.1)


@both
def test_the_users_may_do_what_they_are_for_and_nothing_else(machines: Machines) -> None:
    engine, sentinel = machines.engines[0], machines.sentinels[0]
    refused: dict[tuple[str, bool], tuple[tuple[str, ...], ...]] = {
        ("replica", True): (("GET", "x"), ("KEYS", "*"), ("SUBSCRIBE", "x"), ("CONFIG", "GET", "*"), ("FLUSHALL",)),
        ("sentinel", True): (
            ("GET", "x"),
            ("KEYS", "*"),
            ("CONFIG", "SET", "save", "1 1"),
            ("PSYNC", "?", "-1"),
            ("FLUSHALL",),
        ),
        ("visitor", True): (("REPLICAOF", "NO", "ONE"), ("INFO",), ("ROLE",), ("PSYNC", "?", "-1")),
        ("visitor", False): (
            ("SENTINEL", "MASTERS"),
            ("SENTINEL", "FAILOVER", "talks"),
            ("INFO",),
            ("SENTINEL", "RESET", "*"),
        ),
        ("peer", False): (("SENTINEL", "FAILOVER", "talks"), ("SENTINEL", "REMOVE", "talks"), ("SENTINEL", "MASTERS")),
    }
    for (user, at_engine), commands in refused.items():
        with (engine if at_engine else sentinel).client(user) as client:
            assert client.ping()
            for command in commands:
                with pytest.raises(redis.exceptions.NoPermissionError):
                    client.execute_command(*command)


@both
async def test_a_killed_master_costs_seconds_and_no_word(machines: Machines) -> None:
    old = machines.master()
    async with open_ends(machines) as ends:
        refs = [await taken(ends) for _ in range(TALKS)]
        waits = await joined(ends.visitor)
        await on_duty(ends.staff, BO)
        done: list[dict[int, float]] = [{} for _ in refs]
        seen: list[list[Message]] = [[] for _ in refs]
        async with asyncio.timeout(40), asyncio.TaskGroup() as group:
            for ref, times, heard in zip(refs, done, seen, strict=True):
                group.create_task(_talk(ends, ref, times, heard))
            await asyncio.sleep(0.6)
            killed = time.monotonic()
            await asyncio.to_thread(old.kill)
            claims = [retried(partial(ends.staff.claim, waits, who, who)) for who in (BO, StaffId("cia"))]
            await on_duty_again(ends)
            outcomes = await asyncio.gather(*claims)
        assert sum(isinstance(outcome, Claimed) for outcome in outcomes) == 1
        for times, heard in zip(done, seen, strict=True):
            assert [each.body for each in heard] == [b"words %d" % number for number in range(1, WORDS + 1)]
            after = min(moment for moment in times.values() if moment > killed + 0.2)
            assert after - killed < BACK
    assert machines.master() is not old
    _check_disks(machines)


async def on_duty_again(ends: Ends) -> None:
    for who in (ANNA, BO, StaffId("cia")):
        await retried(partial(ends.staff.go_on_duty, DESK, who, "Anna", paused=False))


async def _talk(ends: Ends, ref: TalkRef, times: dict[int, float], heard: list[Message]) -> None:
    async with ends.staff.follow(ref) as events, asyncio.TaskGroup() as both:
        both.create_task(write(ends, ref, times))
        both.create_task(read(ends, ref, events, heard))


async def test_whoever_was_master_comes_back_as_a_copy(machines: Machines) -> None:
    """Started again after the failover, it is empty: the talks come to it, and not its emptiness to the others."""
    if all(engine.runs for engine in machines.engines):
        machines.master().kill()
    old = next(engine for engine in machines.engines if not engine.runs)
    wait_for(lambda: machines.master().runs, "no failover", BACK)
    new = machines.master()
    async with open_ends(machines) as ends:
        await retried(partial(joined, ends.visitor))
    held = new.ask("DBSIZE")
    old.start()
    wait_for(lambda: old.info()["role"] == "slave" and old.info().get("master_link_status") == "up", "no copy", 20)
    assert old.ask("DBSIZE") == new.ask("DBSIZE") == held > 1
    _check_disks(machines)


def _check_disks(machines: Machines) -> None:
    for engine in machines.engines:
        if not engine.runs:
            continue
        assert not [name for name in engine.left() if any(part in name for part in NEVER_WRITTEN)]
        assert engine.info("persistence")["rdb_saves"] == 0


@both
async def test_a_master_that_starts_again_at_once_gives_its_emptiness_to_nobody(machines: Machines) -> None:
    """Before any Sentinel has missed it. It is nobody's master any more: the copies keep the talks until one of them
    is."""
    whole(machines)
    old = machines.master()
    async with open_ends(machines) as ends:
        ref = await taken(ends)
        for number in range(1, 6):
            assert await ends.visitor.say(ref, number, message(number), b"words") == Accepted(number)
        wait_for(lambda: old.ask("WAIT", 2, 1000) == 2, "not copied")
        await asyncio.to_thread(old.kill)
        await asyncio.to_thread(old.start)
        assert machines.master() is old, "the Sentinels were faster than this test"
        for user, command in (("visitor", ("ZCARD", "room:{demo}")), ("replica", ("PSYNC", "?", "-1"))):
            with old.client(user) as client, pytest.raises(redis.exceptions.MasterDownError):
                client.execute_command(*command)
        assert await retried(partial(ends.visitor.say, ref, 6, message(6), b"words")) == Accepted(6)
        heard = await retried(partial(ends.staff.hear, ref, ANNA, 0))
        assert isinstance(heard, list)
        assert [each.seq for each in heard] == [1, 2, 3, 4, 5, 6]
    assert machines.master() is not old
    wait_for(lambda: old.info().get("master_link_status") == "up", "no copy", 20)
    assert old.ask("DBSIZE") == machines.master().ask("DBSIZE") > 1


def whole(machines: Machines) -> None:
    """Whoever died in a test before is a copy again."""
    for engine in machines.engines:
        if not engine.runs:
            engine.start()
    wait_for(lambda: machines.master().info().get("connected_slaves") == 2, "no copies", 30)


async def test_a_set_that_lost_all_its_power_finds_a_master_by_itself(machines: Machines) -> None:
    whole(machines)
    for engine in machines.engines:
        engine.kill()
    for engine in machines.engines:
        engine.start()
    wait_for(lambda: machines.master().info()["role"] == "master", "no failover", 60)
    wait_for(lambda: machines.master().info().get("connected_slaves") == 2, "no copies", 60)
    async with open_ends(machines) as ends:
        await retried(partial(joined, ends.visitor))


async def test_a_master_that_hangs_is_left_by_those_who_listen_too(machines: Machines) -> None:
    """Nothing closes their connection: they learn of the new master from those who call."""
    old = machines.master()
    async with open_ends(machines) as ends:
        ref = await taken(ends)
        async with ends.staff.follow(ref) as events:
            assert old.process
            old.process.send_signal(signal.SIGSTOP)
            try:
                assert await retried(partial(ends.visitor.say, ref, 1, message(1), b"words")) == Accepted(1)
                await retried(partial(ends.staff.mine, DESK, ANNA))
                async with asyncio.timeout(BACK):
                    assert await anext(events) == Resync()
                assert await ends.visitor.say(ref, 2, message(2), b"more") == Accepted(2)
                async with asyncio.timeout(BACK):
                    assert await anext(events) == Said(Message(2, message(2), b"more"))
            finally:
                old.process.send_signal(signal.SIGCONT)
        assert machines.master() is not old
        assert await ends.visitor.say(ref, 3, message(3), b"on") == Accepted(3)


async def test_a_single_sentinel_is_not_believed(machines: Machines) -> None:
    async with open_ends(machines) as ends:
        await joined(ends.visitor)
        for sentinel in machines.sentinels[:2]:
            sentinel.kill()
        assert (await ends.visitor.opening(DESK)).waiting == 1  # who is connected goes on
        another = RedisVisitorEnd(machines.url("visitor"))
        with pytest.raises(EngineUnavailable):
            await another.open()
        await another.close()
        for sentinel in machines.sentinels[:2]:
            sentinel.start()


async def test_a_master_that_nobody_copies_takes_no_more_words(machines: Machines) -> None:
    """It may be the one that is cut off: what it accepted would be forgotten."""
    master = machines.master()
    async with open_ends(machines) as ends:
        ref = await taken(ends)
        assert await ends.visitor.say(ref, 1, message(1), b"words") == Accepted(1)
        waits = await joined(ends.visitor)
        await on_duty(ends.staff, BO)
        for engine in machines.engines:
            if engine is not master:
                engine.kill()
        await asyncio.sleep(4.5)
        with pytest.raises(HandoverError):
            await ends.visitor.say(ref, 2, message(2), b"words")
        with pytest.raises(HandoverError):
            await ends.staff.claim(waits, BO, "Bo")
