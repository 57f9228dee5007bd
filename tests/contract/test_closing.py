"""A desk that staff shut at once, those who wait meanwhile, and what may be said of how long it takes."""

import asyncio

import pytest

from handover.events import Resync
from handover.outlook import Closed, GuidedOn, Outlook, Shut
from handover.staff_redis import RedisStaffEnd
from handover.values import (
    AtCapacity,
    Claimed,
    Done,
    EndReason,
    Gone,
    Joined,
    Limits,
    MessageId,
    NotTaken,
    Taken,
    TalkRef,
    Waiting,
)
from handover.visitor_redis import RedisVisitorEnd
from tests.contract.ends import ANNA, BO, BRIEFING, DESK, PSEUDONYM, Ends, joined, message, on_duty, open_ends, soon
from tests.engines import Engine


@pytest.mark.parametrize("reason", Shut)
async def test_nobody_joins_a_desk_that_is_shut_and_everybody_again_when_it_opens(
    visitor: RedisVisitorEnd, staff: RedisStaffEnd, reason: Shut
) -> None:
    await staff.shut(DESK, reason)
    assert await staff.why_shut(DESK) is reason
    assert (await visitor.outlook(DESK)).shut is reason
    assert await visitor.join(DESK, BRIEFING, PSEUDONYM) == Closed(reason)
    assert await staff.waiting(DESK) == []
    await staff.shut(DESK, None)
    assert await staff.why_shut(DESK) is None
    assert isinstance(await visitor.join(DESK, BRIEFING, PSEUDONYM), Joined)


async def test_of_many_who_join_while_it_closes_none_is_let_in_after_it(
    visitor: RedisVisitorEnd, staff: RedisStaffEnd
) -> None:
    joins = [asyncio.create_task(visitor.join(DESK, BRIEFING, PSEUDONYM)) for _ in range(30)]
    await staff.shut(DESK, Shut.TONIGHT)
    inside = len(await staff.waiting(DESK))
    outcomes = await asyncio.gather(*joins)
    assert sum(isinstance(outcome, Joined) for outcome in outcomes) == len(await staff.waiting(DESK))
    assert len(await staff.waiting(DESK)) == inside


async def test_who_waits_keeps_the_place_learns_why_and_can_still_be_taken(
    visitor: RedisVisitorEnd, staff: RedisStaffEnd
) -> None:
    await on_duty(staff)
    first, second = await joined(visitor), await joined(visitor)
    await staff.shut(DESK, Shut.DISTURBANCE)
    standing = await visitor.attend(second)
    assert standing == Waiting(place=2, waited=0)
    assert isinstance(standing, Waiting)
    assert standing.outlook.shut is Shut.DISTURBANCE
    assert isinstance(await staff.claim(first, ANNA, "Anna"), Claimed)
    assert await staff.release(first, ANNA) == Done()
    assert await visitor.attend(first) == Waiting(place=1, waited=0), "given back, it has its old place all the same"


async def test_shut_it_stays_through_another_console_and_has_no_end_of_its_own(
    engine: Engine, staff: RedisStaffEnd
) -> None:
    await staff.shut(DESK, Shut.HOURS)
    async with open_ends(engine) as others:
        assert await others.staff.why_shut(DESK) is Shut.HOURS
        assert (await others.visitor.outlook(DESK)).shut is Shut.HOURS
    with engine.client() as admin:
        assert admin.ttl(f"shut:{{{DESK}}}") == -1


async def test_a_reason_that_this_version_does_not_know_is_shut_all_the_same(
    engine: Engine, visitor: RedisVisitorEnd, staff: RedisStaffEnd
) -> None:
    with engine.client() as admin:
        admin.set(f"shut:{{{DESK}}}", b"\xffother")
    assert await staff.why_shut(DESK) is Shut.DISTURBANCE
    assert await visitor.join(DESK, BRIEFING, PSEUDONYM) == Closed(Shut.DISTURBANCE)


async def test_the_waiting_list_hears_of_it(staff: RedisStaffEnd) -> None:
    async with staff.follow_room([DESK]) as events:
        await staff.shut(DESK, Shut.TONIGHT)
        await soon(events)
        await staff.shut(DESK, None)
        await soon(events)


async def test_who_is_guided_on_learns_it_at_the_next_look_and_nothing_else_is_left(
    engine: Engine, visitor: RedisVisitorEnd, staff: RedisStaffEnd
) -> None:
    await on_duty(staff)
    ref, other = await joined(visitor), await joined(visitor)
    await visitor.attend(ref)
    await staff.claim(ref, ANNA, "Anna")
    await visitor.say(ref, 1, message(1), b"words")
    await staff.release(ref, ANNA)
    await staff.shut(DESK, Shut.TONIGHT)
    async with visitor.follow(ref) as events:
        assert await staff.guide(ref) == Done()
        assert await soon(events) == Resync()
    assert await staff.guide(ref) == Done()
    await staff.shut(DESK, None)
    assert await visitor.attend(ref) == GuidedOn(Shut.TONIGHT), "as it was then"
    assert await visitor.attend(ref) == GuidedOn(Shut.TONIGHT), "a page that lost the answer reads it again"
    assert [row.ref for row in await staff.waiting(DESK)] == [other]
    with engine.client() as admin:
        assert admin.hgetall(f"talk:{{{DESK}}}:{ref.talk}") == {b"state": b"guided", b"why": b"tonight"}
        assert 0 < admin.ttl(f"talk:{{{DESK}}}:{ref.talk}") <= Limits().waiting_silence
        assert not admin.exists(f"up:{{{DESK}}}:{ref.talk}")


async def test_nothing_can_be_done_any_more_with_a_talk_that_was_guided_on(
    visitor: RedisVisitorEnd, staff: RedisStaffEnd
) -> None:
    await on_duty(staff)
    ref = await joined(visitor)
    await staff.guide(ref)
    assert await staff.claim(ref, ANNA, "Anna") == Gone()
    assert await visitor.say(ref, 1, MessageId("message-1"), b"words") == NotTaken()
    assert await visitor.brief(ref, BRIEFING) == Gone()
    assert await visitor.heard(ref, 1) == Gone()
    assert await visitor.away(ref) == Gone()
    assert await visitor.attend(ref) == GuidedOn(None)
    assert await visitor.end(ref, EndReason.VISITOR) == Done()
    assert await visitor.attend(ref) == Gone()


async def test_a_talk_that_somebody_took_meanwhile_is_not_guided_on(
    visitor: RedisVisitorEnd, staff: RedisStaffEnd
) -> None:
    await on_duty(staff, ANNA, BO)
    ref = await joined(visitor)
    assert isinstance(await staff.claim(ref, BO, "Bo"), Claimed)
    assert await staff.guide(ref) == Taken()
    await staff.end(ref, BO)
    assert await staff.guide(ref) == Gone()


async def test_the_outlook_counts_people_and_talks(visitor: RedisVisitorEnd, staff: RedisStaffEnd) -> None:
    assert await visitor.outlook(DESK) == Outlook()
    await on_duty(staff, ANNA, BO)
    await staff.go_on_duty(DESK, BO, "Bo", paused=True)
    taken, waits = await joined(visitor), await joined(visitor)
    await staff.claim(taken, ANNA, "Anna")
    assert await visitor.outlook(DESK) == Outlook(on_duty=2, available=1, in_hand=1)
    standing = await visitor.attend(waits)
    assert isinstance(standing, Waiting)
    assert standing.outlook == Outlook(on_duty=2, available=1, in_hand=1)


async def _lasts(engine: Engine, ends: Ends, ref: TalkRef, seconds: int) -> None:
    """A talk that began so many seconds ago ends now."""
    with engine.client() as admin:
        talk, held = f"talk:{{{DESK}}}:{ref.talk}", f"held:{{{DESK}}}"
        holding = admin.hget(talk, "holding")
        assert isinstance(holding, bytes)
        who, claimed, name = holding.decode().split(" ")
        earlier = f"{who} {int(claimed) - seconds * 1_000_000} {name}"
        admin.hset(talk, "holding", earlier)
        admin.zrem(held, holding)
        admin.zadd(held, {earlier: 0})
    assert await ends.visitor.end(ref, EndReason.VISITOR) == Done()


async def test_a_pace_is_known_after_five_talks_and_follows_the_last_ones(engine: Engine, ends: Ends) -> None:
    await on_duty(ends.staff)
    paces = []
    for seconds in (600, 600, 600, 600, 600, *[1_800] * 20):
        ref = await joined(ends.visitor)
        outcome = await ends.staff.claim(ref, ANNA, "Anna")
        assert not isinstance(outcome, AtCapacity)
        await _lasts(engine, ends, ref, seconds)
        paces.append((await ends.visitor.outlook(DESK)).pace)
    assert paces[:4] == [0, 0, 0, 0]
    assert 600 < paces[4] < 1_200, "it begins at twenty minutes, and has come nearer to the ten of these"
    assert paces[5:] == sorted(paces[5:])
    assert 1_800 - 4 * 60 <= paces[-1] <= 1_800, "whole minutes hold it back when it is within four"
    assert all(pace % 60 == 0 for pace in paces)
    with engine.client() as admin:
        assert set(admin.hgetall(f"pace:{{{DESK}}}")) == {b"mean", b"talks"}
        assert 11 * 3600 < admin.ttl(f"pace:{{{DESK}}}") <= 12 * 3600


async def test_no_single_talk_shows_in_the_pace_more_exactly_than_to_minutes(engine: Engine, ends: Ends) -> None:
    await on_duty(ends.staff)
    means = set()
    for seconds in (1_000, 1_100, 1_200, 1_300, 1_400):
        with engine.client() as admin:
            admin.delete(f"pace:{{{DESK}}}")
        ref = await joined(ends.visitor)
        await ends.staff.claim(ref, ANNA, "Anna")
        await _lasts(engine, ends, ref, seconds)
        with engine.client() as admin:
            means.add(admin.hget(f"pace:{{{DESK}}}", "mean"))
    assert means == {b"1200"}


async def test_one_odd_talk_counts_as_a_minute_or_two_hours_at_most(engine: Engine, ends: Ends) -> None:
    await on_duty(ends.staff)
    for seconds, mean in ((0, b"1080"), (90_000, b"1860")):
        ref = await joined(ends.visitor)
        await ends.staff.claim(ref, ANNA, "Anna")
        await _lasts(engine, ends, ref, seconds)
        with engine.client() as admin:
            assert admin.hget(f"pace:{{{DESK}}}", "mean") == mean
