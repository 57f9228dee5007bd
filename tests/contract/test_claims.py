"""Claim, release and lost staff: a talk is never taken by two, and never lost."""

import asyncio
import random

from handover.events import WasReturned, WasTaken
from handover.staff_redis import RedisStaffEnd
from handover.values import (
    AtCapacity,
    Claimed,
    Done,
    EndReason,
    Gone,
    Limits,
    NotOnDuty,
    NotYours,
    OwnTalk,
    StaffId,
    Taken,
    TalkRef,
    Waiting,
    WithStaff,
)
from handover.visitor_redis import RedisVisitorEnd
from tests.contract.ends import (
    ANNA,
    BO,
    BRIEFING,
    DESK,
    PSEUDONYM,
    Ends,
    joined,
    keys,
    message,
    on_duty,
    open_ends,
    soon,
    taken,
)
from tests.engines import Engine


async def test_a_claim_tells_the_visitor_who_took_the_talk(ends: Ends) -> None:
    ref = await joined(ends.visitor)
    await on_duty(ends.staff)
    async with ends.visitor.follow(ref) as events:
        own = OwnTalk(ref, PSEUDONYM, BRIEFING, up_seq=0, down_seq=0, down_heard=0)
        assert await ends.staff.claim(ref, ANNA, "Anna på Origo") == Claimed(own)
        assert await soon(events) == WasTaken("Anna på Origo")
    assert await ends.visitor.attend(ref) == WithStaff("Anna på Origo", up_seq=0, up_heard=0, down_seq=0)
    assert await ends.staff.waiting(DESK) == []
    assert await ends.staff.mine(DESK, ANNA) == [own]


async def test_a_reload_still_knows_that_the_visitors_connection_is_gone(ends: Ends) -> None:
    ref = await taken(ends)
    assert [talk.away for talk in await ends.staff.mine(DESK, ANNA)] == [False]
    await ends.visitor.away(ref)
    assert [talk.away for talk in await ends.staff.mine(DESK, ANNA)] == [True]
    again = await ends.staff.claim(ref, ANNA, "Anna")
    assert isinstance(again, Claimed)
    assert again.talk.away
    await ends.visitor.attend(ref)
    assert [talk.away for talk in await ends.staff.mine(DESK, ANNA)] == [False]


async def test_a_losing_claim_changes_nothing(engine: Engine, ends: Ends) -> None:
    ref = await taken(ends)
    await on_duty(ends.staff, ANNA, BO)
    before = keys(engine)
    assert await ends.staff.claim(ref, BO, "Bo") == Taken()
    assert await ends.staff.mine(DESK, BO) == []
    assert await ends.visitor.attend(ref) == WithStaff("Anna", 0, 0, 0)
    assert keys(engine) == before


async def test_a_repeated_claim_by_the_winner_is_the_same_claim(ends: Ends) -> None:
    ref = await taken(ends)
    assert isinstance(await ends.staff.claim(ref, ANNA, "Anna"), Claimed)
    assert len(await ends.staff.mine(DESK, ANNA)) == 1


async def test_who_is_not_on_duty_cannot_claim(visitor: RedisVisitorEnd, staff: RedisStaffEnd) -> None:
    ref = await joined(visitor)
    assert await staff.claim(ref, ANNA, "Anna") == NotOnDuty()
    assert await visitor.attend(ref) == Waiting(1, 0)


async def test_nobody_holds_more_talks_than_the_capacity(ends: Ends) -> None:
    held = [await taken(ends) for _ in range(3)]
    fourth = await joined(ends.visitor)
    assert await ends.staff.claim(fourth, ANNA, "Anna") == AtCapacity()
    assert await ends.staff.release(held[1], ANNA) == Done()
    assert isinstance(await ends.staff.claim(fourth, ANNA, "Anna"), Claimed)
    assert [talk.ref for talk in await ends.staff.mine(DESK, ANNA)] == [held[0], held[2], fourth]


async def test_staff_whose_ids_begin_alike_are_not_confused(ends: Ends) -> None:
    await taken(ends, StaffId("anna"))
    assert await ends.staff.mine(DESK, StaffId("ann")) == []
    assert await ends.staff.mine(DESK, StaffId("anna-2")) == []


async def test_a_visitor_who_fell_silent_does_not_use_up_capacity(engine: Engine) -> None:
    async with open_ends(engine, Limits(capacity=1, silence=1, waiting_silence=1)) as ends:
        await taken(ends)
        await asyncio.sleep(1.1)
        assert isinstance(await ends.staff.claim(await joined(ends.visitor), ANNA, "Anna"), Claimed)


async def test_a_released_talk_has_its_old_place_and_both_are_told(ends: Ends) -> None:
    ref = await taken(ends)
    later = await joined(ends.visitor)
    async with ends.visitor.follow(ref) as to_visitor, ends.staff.follow(ref) as to_staff:
        assert await ends.staff.release(ref, ANNA) == Done()
        assert await soon(to_visitor) == WasReturned()
        assert await soon(to_staff) == WasReturned()
    assert await ends.visitor.attend(ref) == Waiting(1, 0)
    assert await ends.visitor.attend(later) == Waiting(2, 0)
    assert [row.ref for row in await ends.staff.waiting(DESK)] == [ref, later]


async def test_only_its_holder_may_touch_a_talk(ends: Ends) -> None:
    ref = await taken(ends)
    await on_duty(ends.staff, BO)
    assert await ends.staff.release(ref, BO) == NotYours()
    assert await ends.staff.end(ref, BO) == NotYours()
    assert await ends.staff.say(ref, BO, 1, message(1), b"words") == NotYours()
    assert await ends.staff.hear(ref, BO, 0) == NotYours()
    assert await ends.staff.said(ref, BO, 0) == NotYours()
    assert await ends.staff.heard(ref, BO, 1) == NotYours()
    assert await ends.staff.release(ref, ANNA) == Done()
    assert await ends.staff.release(ref, ANNA) == NotYours()
    assert await ends.staff.end(ref, ANNA) == NotYours()


async def test_going_off_duty_gives_every_talk_back(ends: Ends) -> None:
    held = [await taken(ends) for _ in range(2)]
    async with ends.visitor.follow(held[0]) as events:
        assert await ends.staff.go_off_duty(DESK, ANNA) == held
        assert await soon(events) == WasReturned()
    assert [row.ref for row in await ends.staff.waiting(DESK)] == held
    assert await ends.staff.claim(held[0], ANNA, "Anna") == NotOnDuty()


async def test_a_visitor_who_attends_finds_a_lost_staff_member_out(engine: Engine) -> None:
    async with open_ends(engine, Limits(lease=1)) as ends:
        ref = await taken(ends)
        later = await joined(ends.visitor)
        async with ends.visitor.follow(ref) as to_visitor, ends.staff.follow(ref) as to_staff:
            await asyncio.sleep(1.1)
            standing = await ends.visitor.attend(ref)
            assert isinstance(standing, Waiting)
            assert standing.place == 1
            assert await soon(to_visitor) == WasReturned()
            assert await soon(to_staff) == WasReturned()
        assert [row.ref for row in await ends.staff.waiting(DESK)] == [ref, later]
        assert await ends.staff.mine(DESK, ANNA) == []


async def test_a_sweep_returns_the_talks_of_lost_staff_and_of_nobody_else(engine: Engine) -> None:
    async with open_ends(engine, Limits(lease=1)) as ends:
        lost = await taken(ends, ANNA)
        await asyncio.sleep(1.1)
        kept = await taken(ends, BO)
        async with ends.visitor.follow(lost) as events:
            assert await ends.staff.sweep(DESK) == [lost]
            assert await soon(events) == WasReturned()
        assert await ends.staff.sweep(DESK) == []
        assert [talk.ref for talk in await ends.staff.mine(DESK, BO)] == [kept]


async def test_many_claimers_and_leavers_never_double_and_never_lose_a_talk(engine: Engine) -> None:
    limits = Limits(capacity=1_000)
    rng = random.Random(4)
    crew = [StaffId(f"staff-{number}") for number in range(6)]
    wins: dict[TalkRef, list[StaffId]] = {}
    left: set[TalkRef] = set()

    async def claim(ends: Ends, ref: TalkRef, who: StaffId) -> None:
        await asyncio.sleep(rng.random() / 20)
        outcome = await ends.staff.claim(ref, who, "Anna")
        assert isinstance(outcome, Claimed | Taken | Gone)
        if isinstance(outcome, Claimed):
            wins.setdefault(ref, []).append(who)

    async def leave(ends: Ends, ref: TalkRef) -> None:
        await asyncio.sleep(rng.random() / 20)
        assert await ends.visitor.end(ref, EndReason.VISITOR) == Done()
        left.add(ref)

    # A thousand calls wait in line for a few connections: on a busy machine longer than one call may.
    async with open_ends(engine, limits, patience=30) as ends, open_ends(engine, limits, patience=30) as others:
        await on_duty(ends.staff, *crew)
        refs = [await joined(ends.visitor) for _ in range(150)]
        async with asyncio.TaskGroup() as group:
            for ref in refs:
                for index, who in enumerate(crew):
                    group.create_task(claim(others if index % 2 else ends, ref, who))
                if rng.random() < 0.3:
                    group.create_task(leave(ends, ref))
        assert all(len(winners) == 1 for winners in wins.values())
        assert wins.keys() | left == set(refs)
        held = {talk.ref: who for who in crew for talk in await ends.staff.mine(DESK, who)}
        assert held == {ref: winners[0] for ref, winners in wins.items() if ref not in left}
        assert await ends.staff.waiting(DESK) == []
