"""The front of a waiting room: what a desk's page shows of it, whatever waits behind."""

import asyncio
from dataclasses import replace

import pytest

from handover.front import Front
from handover.front_redis import TIDIED
from handover.order import FIRST
from handover.staff_redis import RedisStaffEnd
from handover.values import (
    Briefing,
    Channel,
    Claimed,
    Danger,
    Done,
    EndReason,
    Limits,
    StaffId,
    TalkId,
    TalkRef,
    WaitingVisitor,
)
from handover.visitor_redis import RedisVisitorEnd
from tests.contract.ends import ANNA, BO, BRIEFING, DESK, PSEUDONYM, Ends, joined, on_duty, open_ends, taken
from tests.engines import Engine

URGENT = replace(BRIEFING, danger=Danger.URGENT)
URGENT_KEY, BACK_KEY, ROOM = f"urgent:{{{DESK}}}", f"back:{{{DESK}}}", f"room:{{{DESK}}}"


async def front(staff: RedisStaffEnd, most: int = 5) -> list[TalkRef]:
    return [row.ref for row in (await staff.front(DESK, most)).rows]


def indexed(engine: Engine) -> tuple[set[bytes], set[bytes]]:
    with engine.client() as admin:
        return set(admin.zrange(URGENT_KEY, 0, -1)), set(admin.hkeys(BACK_KEY))


async def lapsed(ends: Ends) -> None:
    """Somebody's lease is over, and a sweep gave back what they had."""
    async with asyncio.timeout(30):
        while not await ends.staff.sweep(DESK):  # noqa: ASYNC110  # a lease that lapses tells nobody
            await asyncio.sleep(0.05)


async def test_of_an_empty_room_there_is_nothing(staff: RedisStaffEnd) -> None:
    assert await staff.front(DESK, 5) == Front([], 0)


async def test_all_of_a_short_room_are_read_and_nobody_is_behind(
    visitor: RedisVisitorEnd, staff: RedisStaffEnd
) -> None:
    refs = [await joined(visitor) for _ in range(5)]
    found = await staff.front(DESK, 5)
    assert found.rows == [WaitingVisitor(ref, PSEUDONYM, BRIEFING, 0) for ref in refs] == await staff.waiting(DESK)
    assert (found.waiting, found.until) == (5, None)


async def test_the_longest_waiting_of_many_are_read_and_the_others_counted(
    visitor: RedisVisitorEnd, staff: RedisStaffEnd
) -> None:
    refs = [await joined(visitor) for _ in range(12)]
    found = await staff.front(DESK, 5)
    assert [row.ref for row in found.rows] == refs[:5]
    assert found.waiting == 12
    last = await joined(visitor)
    again = await staff.front(DESK, 5)
    assert again.newest > found.newest
    assert last not in [row.ref for row in again.rows]


async def test_who_is_in_danger_is_read_wherever_they_stand(visitor: RedisVisitorEnd, staff: RedisStaffEnd) -> None:
    calm = [await joined(visitor) for _ in range(8)]
    urgent = [await joined(visitor, URGENT) for _ in range(2)]
    await joined(visitor)
    assert await front(staff) == [*urgent, *calm[:5]]


async def test_a_flood_of_those_in_danger_hides_nobody(visitor: RedisVisitorEnd, staff: RedisStaffEnd) -> None:
    calm = [await joined(visitor) for _ in range(6)]
    flood = [await joined(visitor, URGENT) for _ in range(FIRST + 5)]
    assert await front(staff) == [*flood[:FIRST], *calm[:5]]
    assert (await staff.front(DESK, 5)).waiting == FIRST + 11


async def test_who_comes_to_be_in_danger_while_waiting_goes_first_and_back_again(
    visitor: RedisVisitorEnd, staff: RedisStaffEnd
) -> None:
    refs = [await joined(visitor) for _ in range(8)]
    assert await visitor.brief(refs[7], URGENT) == Done()
    assert await front(staff) == [refs[7], *refs[:5]]
    assert await visitor.brief(refs[7], BRIEFING) == Done()
    assert await front(staff) == refs[:5]


async def test_those_behind_are_read_in_order_to_the_last(visitor: RedisVisitorEnd, staff: RedisStaffEnd) -> None:
    refs = [await joined(visitor) for _ in range(11)]
    until, read = (await staff.front(DESK, 4)).until, list[TalkRef]()
    while until is not None:
        stretch = await staff.behind(DESK, until, 3)
        read += [row.ref for row in stretch.rows]
        until = stretch.until
    assert read == refs[4:]


async def test_named_talks_are_read_when_they_wait(ends: Ends) -> None:
    held = await taken(ends)
    first, second = await joined(ends.visitor), await joined(ends.visitor)
    gone = TalkRef(DESK, TalkId("A" * 22))
    assert [row.ref for row in await ends.staff.rows([second, held, gone, first])] == [first, second]
    assert await ends.staff.rows([]) == []


async def test_who_is_taken_or_leaves_is_in_no_index(engine: Engine, ends: Ends) -> None:
    await on_duty(ends.staff)
    taken_one, ended, guided = [await joined(ends.visitor, URGENT) for _ in range(3)]
    assert indexed(engine) == ({ref.talk.encode() for ref in (taken_one, ended, guided)}, set())
    assert isinstance(await ends.staff.claim(taken_one, ANNA, "Anna"), Claimed)
    assert await ends.visitor.end(ended, EndReason.EXIT) == Done()
    assert await ends.staff.guide(guided) == Done()
    assert indexed(engine) == (set(), set())


async def test_who_was_in_danger_is_so_again_when_given_back(ends: Ends) -> None:
    await on_duty(ends.staff)
    calm = [await joined(ends.visitor) for _ in range(6)]
    ref = await joined(ends.visitor, URGENT)
    assert isinstance(await ends.staff.claim(ref, ANNA, "Anna"), Claimed)
    assert await front(ends.staff) == calm[:5]
    assert await ends.staff.release(ref, ANNA) == Done()
    assert await front(ends.staff) == [ref, *calm[:5]]


async def test_danger_that_is_learned_during_a_talk_counts_when_it_is_given_back(ends: Ends) -> None:
    await on_duty(ends.staff)
    calm = [await joined(ends.visitor) for _ in range(6)]
    ref = await joined(ends.visitor)
    assert isinstance(await ends.staff.claim(ref, ANNA, "Anna"), Claimed)
    await ends.visitor.brief(ref, URGENT)
    assert await front(ends.staff) == calm[:5]
    assert await ends.staff.release(ref, ANNA) == Done()
    assert await front(ends.staff) == [ref, *calm[:5]]


async def test_whose_person_was_lost_is_named_wherever_they_stand(engine: Engine) -> None:
    async with open_ends(engine, Limits(lease=1)) as ends:
        calm = [await joined(ends.visitor) for _ in range(6)]
        ref = await joined(ends.visitor)
        await on_duty(ends.staff, ANNA)
        assert isinstance(await ends.staff.claim(ref, ANNA, "Anna"), Claimed)
        assert (await ends.staff.front(DESK, 5)).back == {}
        await lapsed(ends)
        found = await ends.staff.front(DESK, 5)
        assert [row.ref for row in found.rows] == calm[:5]
        assert found.back == {ref: ANNA}
        await on_duty(ends.staff, BO)
        assert isinstance(await ends.staff.claim(ref, BO, "Bo"), Claimed)
        assert (await ends.staff.front(DESK, 5)).back == {}
        assert await ends.staff.release(ref, BO) == Done()
        assert (await ends.staff.front(DESK, 5)).back == {}


async def test_the_indexes_live_as_long_as_those_they_name(engine: Engine) -> None:
    async with open_ends(engine, Limits(first_sign=1, waiting_silence=5, lease=1)) as ends:
        ref = await joined(ends.visitor, URGENT)
        with engine.client() as admin:
            assert admin.pexpiretime(URGENT_KEY) == admin.pexpiretime(ROOM)
        await on_duty(ends.staff, ANNA)
        assert isinstance(await ends.staff.claim(ref, ANNA, "Anna"), Claimed)
        await lapsed(ends)
        await ends.visitor.attend(ref)
        with engine.client() as admin:
            assert admin.pexpiretime(URGENT_KEY) == admin.pexpiretime(BACK_KEY) == admin.pexpiretime(ROOM)


async def test_who_fell_silent_does_not_stand_in_the_way(engine: Engine, ends: Ends) -> None:
    silent = [await joined(ends.visitor, URGENT if at % 2 else BRIEFING) for at in range(12)]
    there = [await joined(ends.visitor) for _ in range(7)]
    with engine.client() as admin:
        admin.delete(*(f"talk:{{{DESK}}}:{ref.talk}" for ref in silent))
    assert (await front(ends.staff))[:5] == there[:5]
    await ends.staff.sweep(DESK)
    found = await ends.staff.front(DESK, 5)
    assert [row.ref for row in found.rows] == there[:5]
    assert found.waiting == 7
    assert indexed(engine) == (set(), set())


async def test_a_long_room_is_tidied_in_parts(engine: Engine, ends: Ends) -> None:
    """Whoever waits there is looked at once a round; the last of them is silent, and later the first."""
    with engine.client() as admin:
        names = [f"{at:022}" for at in range(TIDIED + 1)]
        for name in names[:-1]:
            admin.hset(f"talk:{{{DESK}}}:{name}", "state", "waiting")
        admin.zadd(ROOM, {name: at for at, name in enumerate(names)})
        for left in (TIDIED + 1, TIDIED):
            await ends.staff.sweep(DESK)
            assert admin.zcard(ROOM) == left
        admin.delete(f"talk:{{{DESK}}}:{names[0]}")
        await ends.staff.sweep(DESK)
        assert admin.zcard(ROOM) == TIDIED - 1


@pytest.mark.parametrize("briefing", [URGENT, Briefing("sv", Channel.PHONE, danger=Danger.URGENT)])
async def test_who_joined_by_an_earlier_version_is_found_in_danger_by_the_sweep(
    engine: Engine, ends: Ends, briefing: Briefing
) -> None:
    """Its scripts knew of no index: as if nothing had been listed."""
    calm = [await joined(ends.visitor) for _ in range(6)]
    ref = await joined(ends.visitor, briefing)
    with engine.client() as admin:
        admin.delete(URGENT_KEY)
        admin.hdel(f"talk:{{{DESK}}}:{ref.talk}", "urgent")
        assert await front(ends.staff) == calm[:5]
        await ends.staff.sweep(DESK)
        assert await front(ends.staff) == [ref, *calm[:5]]
        assert admin.pexpiretime(URGENT_KEY) > 0


async def test_what_an_earlier_version_left_in_the_indexes_is_forgotten(engine: Engine, ends: Ends) -> None:
    """Its scripts took nobody out: whoever is not in the room is read over, and dropped."""
    calm = [await joined(ends.visitor) for _ in range(6)]
    ref = await joined(ends.visitor, URGENT)
    with engine.client() as admin:
        for at in range(2 * FIRST):
            admin.zadd(URGENT_KEY, {f"{at:022}": at})
            admin.hset(BACK_KEY, f"{at:022}", "anna")
    found = await ends.staff.front(DESK, 5)
    assert [row.ref for row in found.rows] == [ref, *calm[:5]]
    assert found.back == {}
    assert indexed(engine) == ({ref.talk.encode()}, set())


async def test_the_front_of_a_long_room_costs_what_that_of_a_short_one_does(engine: Engine, ends: Ends) -> None:
    """Counted in commands at the engine: as many for 300 as for 10."""
    counts = []
    for size in (10, 300):
        with engine.client() as admin:
            while admin.zcard(ROOM) < size:
                await joined(ends.visitor)
            await ends.staff.front(DESK, 5)
            admin.config_resetstat()
            await ends.staff.front(DESK, 5)
            counts.append({name: figures["calls"] for name, figures in admin.info("commandstats").items()})
    own = [
        {name: calls for name, calls in each.items() if name in {"cmdstat_hmget", "cmdstat_zrange"}} for each in counts
    ]
    assert own[0] == own[1]
    assert own[0]["cmdstat_hmget"] == 5


@pytest.mark.parametrize("staff", ["anna", "x" * 64])
async def test_a_lost_persons_id_is_read_as_it_was_written(engine: Engine, ends: Ends, staff: str) -> None:
    ref = await joined(ends.visitor)
    with engine.client() as admin:
        admin.hset(BACK_KEY, ref.talk, staff)
    assert (await ends.staff.front(DESK, 5)).back == {ref: StaffId(staff)}
