"""Following events: subscribed before the body runs, healed after a loss, on a fixed number of connections."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest

from handover.events import Resync, RoomChanged, Said, TalkEvent, WentAway
from handover.ports import EngineUnavailable, HandoverError
from handover.staff_redis import RedisStaffEnd
from handover.values import Accepted, EndReason, Message, TalkId, TalkRef, Waiting, WithStaff
from handover.visitor_redis import RedisVisitorEnd
from tests.contract.ends import ANNA, DESK, Ends, joined, keys, message, on_duty, open_ends, soon, taken
from tests.engines import Engine, running


def _kill_listeners(engine: Engine) -> None:
    with engine.client() as admin:
        admin.execute_command("CLIENT", "KILL", "TYPE", "pubsub")


async def test_after_a_lost_subscription_both_ends_are_told_and_the_log_is_whole(engine: Engine, ends: Ends) -> None:
    ref = await taken(ends)
    async with ends.visitor.follow(ref) as to_visitor, ends.staff.follow(ref) as to_staff:
        await ends.visitor.say(ref, 1, message(1), b"before")
        assert await soon(to_staff) == Said(Message(1, message(1), b"before"))
        _kill_listeners(engine)
        # Published while nobody listens: only the log has it.
        assert await ends.visitor.say(ref, 2, message(2), b"meanwhile") == Accepted(2)
        assert await ends.staff.say(ref, ANNA, 1, message(3), b"meanwhile") == Accepted(1)
        assert await soon(to_staff) == Resync()
        assert await soon(to_visitor) == Resync()
        assert await ends.staff.hear(ref, ANNA, 1) == [Message(2, message(2), b"meanwhile")]
        assert await ends.visitor.hear(ref, 0) == [Message(1, message(3), b"meanwhile")]
        await ends.visitor.say(ref, 3, message(4), b"after")
        assert await soon(to_staff) == Said(Message(3, message(4), b"after"))


async def test_a_reader_who_heals_on_resync_misses_nothing_through_many_losses(engine: Engine, ends: Ends) -> None:
    ref = await taken(ends)
    read: list[int] = []

    async def listen(events: AsyncIterator[TalkEvent]) -> None:
        while len(read) < 100:
            event = await soon(events)
            said = [event.message] if isinstance(event, Said) else await ends.staff.hear(ref, ANNA, len(read))
            assert isinstance(said, list)
            for entry in said:
                if entry.seq == len(read) + 1:
                    read.append(entry.seq)

    async with ends.staff.follow(ref) as events, asyncio.TaskGroup() as group:
        group.create_task(listen(events))
        for number in range(1, 101):
            await ends.visitor.say(ref, number, message(number), b"words")
            if number % 20 == 0:
                _kill_listeners(engine)
                await asyncio.sleep(0.06)  # about as long as the listener needs to be back
    assert read == list(range(1, 101))


async def test_whoever_meets_events_is_given_each_while_none_is_left_and_leaves_what_has_to_wait(ends: Ends) -> None:
    ref = await taken(ends)
    given: asyncio.Queue[TalkEvent] = asyncio.Queue()
    wanted = [1, 4]

    def meet(event: TalkEvent) -> bool:
        given.put_nowait(event)
        return isinstance(event, Said) and event.message.seq in wanted

    def said(number: int) -> Said:
        return Said(Message(number, message(number), b"words"))

    async with ends.staff.follow(ref) as events, asyncio.timeout(30):
        events.meet = meet
        for number in (1, 2):
            await ends.visitor.say(ref, number, message(number), b"words")
            assert await given.get() == said(number)
        await ends.visitor.say(ref, 3, message(3), b"words")
        await ends.visitor.away(ref)
        assert [await soon(events) for _ in range(3)] == [said(2), said(3), WentAway()]
        assert given.empty(), "what comes behind something that was left is left, too"
        await ends.visitor.say(ref, 4, message(4), b"words")
        assert await given.get() == said(4)


async def test_room_followers_are_told_of_a_lost_subscription(engine: Engine, ends: Ends) -> None:
    async with ends.staff.follow_room([DESK]) as room:
        _kill_listeners(engine)
        assert await soon(room) == Resync()
        await joined(ends.visitor)
        assert await soon(room) == RoomChanged()


async def test_a_follower_who_does_not_keep_up_is_told_and_never_loses_in_silence(engine: Engine) -> None:
    async with open_ends(engine, queue=4) as ends:
        ref = await taken(ends)
        async with ends.staff.follow(ref) as slow, ends.staff.follow(ref) as quick:
            for number in range(1, 8):
                await ends.visitor.say(ref, number, message(number), b"words")
                assert await soon(quick) == Said(Message(number, message(number), b"words"))
            seen = [await soon(slow) for _ in range(3)]
            assert seen[0] == Resync()
            assert [event.message.seq for event in seen[1:] if isinstance(event, Said)] == [6, 7]


async def test_two_followers_of_one_talk_both_hear_and_one_may_leave(ends: Ends) -> None:
    ref = await taken(ends)
    async with ends.staff.follow(ref) as stays:
        async with ends.staff.follow(ref) as leaves:
            await ends.visitor.away(ref)
            assert await soon(leaves) == WentAway()
            assert await soon(stays) == WentAway()
        await ends.visitor.away(ref)
        assert await soon(stays) == WentAway()


async def test_a_channel_left_and_followed_again_at_once_is_heard(ends: Ends) -> None:
    ref = await taken(ends)
    for _ in range(50):
        async with ends.staff.follow(ref) as events:
            await ends.visitor.away(ref)
            assert await soon(events) == WentAway()


async def test_who_gives_up_following_disturbs_nobody(ends: Ends) -> None:
    ref, other = await taken(ends), await taken(ends)

    async def follow_and_leave() -> None:
        async with ends.staff.follow(other):
            await asyncio.sleep(1)

    async with ends.staff.follow(ref) as events:
        for _ in range(20):
            task = asyncio.create_task(follow_and_leave())
            await asyncio.sleep(0)
            task.cancel()
            await asyncio.wait([task])
        await ends.visitor.away(ref)
        assert await soon(events) == WentAway()


async def test_the_number_of_connections_does_not_grow_with_the_talks(engine: Engine, ends: Ends) -> None:
    await on_duty(ends.staff)
    async with AsyncExitStack() as stack:
        for _ in range(300):
            ref = await joined(ends.visitor)
            await stack.enter_async_context(ends.visitor.follow(ref))
            await stack.enter_async_context(ends.staff.follow(ref))
        refs = [row.ref for row in await ends.staff.waiting(DESK)]
        await asyncio.gather(*(ends.visitor.attend(ref) for ref in refs))
        await asyncio.gather(*(ends.staff.release(ref, ANNA) for ref in refs))
        with engine.client() as admin:
            users = [client["user"] for client in admin.client_list()]
        assert {side: users.count(side) for side in ("visitor", "staff")} == {"visitor": 2, "staff": 2}


async def test_a_lost_engine_is_told_by_our_own_exception() -> None:
    with running("redis-7.0") as engine:
        async with open_ends(engine) as ends:
            ref = await taken(ends)
            async with ends.visitor.follow(ref):
                engine.process.terminate()
                engine.process.wait(10)
                with pytest.raises(EngineUnavailable) as caught:
                    await ends.visitor.say(ref, 1, message(1), b"secret words")
                assert "secret" not in str(caught.value)
                assert caught.value.__cause__ is None
                assert caught.value.__suppress_context__
                with pytest.raises(EngineUnavailable):
                    async with ends.visitor.follow(TalkRef(DESK, TalkId("A" * 22))):
                        pass


async def test_a_call_given_up_in_the_middle_never_answers_another(ends: Ends) -> None:
    refs = [await joined(ends.visitor) for _ in range(5)]
    rng = random.Random(7)

    async def ask(place: int) -> None:
        standing = await ends.visitor.attend(refs[place - 1])
        assert isinstance(standing, Waiting)
        assert standing.place == place

    for _ in range(40):
        tasks = [asyncio.create_task(ask(place)) for place in (1, 2, 3, 4, 5)]
        await asyncio.sleep(rng.random() / 500)
        for task in rng.sample(tasks, 2):
            task.cancel()
        await asyncio.wait(tasks)
        for task in tasks:
            assert task.cancelled() or task.exception() is None


async def test_calls_go_on_after_their_connections_were_cut(engine: Engine, ends: Ends) -> None:
    await asyncio.gather(*(ends.visitor.opening(DESK) for _ in range(20)))
    with engine.client() as admin:
        assert admin.execute_command("CLIENT", "KILL", "TYPE", "normal", "USER", "visitor") > 0
    await asyncio.sleep(0.05)
    for _ in range(10):
        assert (await ends.visitor.opening(DESK)).waiting == 0


async def test_an_engine_that_hangs_is_given_up_after_the_time_limit(engine: Engine) -> None:
    end = RedisVisitorEnd(engine.visitor, timeout=0.3)
    await end.open()
    try:
        with engine.client() as admin:
            admin.execute_command("CLIENT", "PAUSE", "1000", "ALL")
            with pytest.raises(EngineUnavailable):
                await end.opening(DESK)
            admin.execute_command("CLIENT", "UNPAUSE")
        assert (await end.opening(DESK)).waiting == 0
    finally:
        await end.close()


async def test_an_engine_that_is_not_there_or_refuses_us_is_told_at_the_start(engine: Engine) -> None:
    absent = RedisVisitorEnd(f"unix://visitor:x@{engine.socket}.absent", timeout=0.5)
    with pytest.raises(EngineUnavailable):
        await absent.open()
    await absent.close()
    stranger = RedisStaffEnd(f"unix://staff:wrong@{engine.socket}")
    with pytest.raises(HandoverError, match="refused the user") as caught:
        await stranger.open()
    assert not isinstance(caught.value, EngineUnavailable)
    await stranger.close()


async def test_an_engine_without_memory_refuses_words_whole_and_still_lets_people_leave(
    engine: Engine, ends: Ends
) -> None:
    ref = await taken(ends)
    with engine.client() as admin:
        limit = admin.config_get("maxmemory")["maxmemory"]
        admin.config_set("maxmemory", "1")
        try:
            with pytest.raises(HandoverError):
                await ends.visitor.say(ref, 1, message(1), b"words")
            assert await ends.visitor.attend(ref) == WithStaff("Anna", up_seq=0, up_heard=0, down_seq=0)
            assert {key for key in keys(engine) if key.startswith("up:")} == set()
            assert await ends.staff.go_off_duty(DESK, ANNA) == [ref]
            await ends.visitor.end(ref, EndReason.EXIT)
            assert {key for key in keys(engine) if ref.talk in key} == set()
        finally:
            admin.config_set("maxmemory", limit)
