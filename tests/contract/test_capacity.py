"""Who counts as available: on duty, not paused, and with fewer talks in hand than they take."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from handover.crew import At, Colleague
from handover.staff_redis import RedisStaffEnd
from handover.values import AtCapacity, Claimed, Done, EndReason, Limits, Load, StaffId, TalkRef
from handover.visitor_redis import RedisVisitorEnd
from tests.contract.ends import ANNA, BO, DESK, Ends, joined, keys, open_ends
from tests.engines import Engine


async def takes(ends: Ends, capacity: int, who: StaffId = ANNA, *, paused: bool = False) -> None:
    await ends.staff.go_on_duty(DESK, who, who.title(), paused=paused, capacity=capacity)


async def claimed(ends: Ends, who: StaffId = ANNA) -> TalkRef:
    ref = await joined(ends.visitor)
    assert isinstance(await ends.staff.claim(ref, who, "Anna"), Claimed)
    return ref


async def available(ends: Ends) -> int:
    """As both sides see it: they must agree."""
    opening, load = await ends.visitor.opening(DESK), await ends.staff.load(DESK)
    assert (opening.available, opening.on_duty) == (load.available, load.on_duty)
    return opening.available


async def test_who_holds_as_many_as_they_take_is_on_duty_and_not_available(ends: Ends) -> None:
    await takes(ends, 2)
    await claimed(ends)
    assert await available(ends) == 1
    await claimed(ends)
    assert await available(ends) == 0
    assert await ends.staff.load(DESK) == Load(waiting=0, on_duty=1, available=0)
    third = await joined(ends.visitor)
    assert await ends.staff.claim(third, ANNA, "Anna") == AtCapacity()


async def test_a_colleague_with_room_is_still_available(ends: Ends) -> None:
    await takes(ends, 1)
    await takes(ends, 1, BO)
    await claimed(ends)
    assert await available(ends) == 1
    await claimed(ends, BO)
    assert await available(ends) == 0


async def test_whatever_ends_a_talk_makes_room_at_once(ends: Ends) -> None:
    ways: list[Callable[[TalkRef], Awaitable[object]]] = [
        lambda ref: ends.visitor.end(ref, EndReason.VISITOR),
        lambda ref: ends.visitor.end(ref, EndReason.EXIT),
        lambda ref: ends.staff.end(ref, ANNA),
        lambda ref: ends.staff.release(ref, ANNA),
    ]
    await takes(ends, 1)
    for end in ways:
        ref = await claimed(ends)
        assert await available(ends) == 0
        assert await end(ref) == Done()
        assert await available(ends) == 1
        await ends.visitor.end(ref, EndReason.VISITOR)  # the one that went back


async def test_a_visitor_who_fell_silent_makes_room_with_the_sweep(engine: Engine) -> None:
    async with open_ends(engine, Limits(silence=1, waiting_silence=1)) as ends:
        await takes(ends, 1)
        await claimed(ends)
        assert await available(ends) == 0
        await asyncio.sleep(1.1)
        assert await ends.staff.sweep(DESK) == []
        assert await available(ends) == 1


async def test_fewer_talks_than_are_in_hand_take_effect_as_they_end(ends: Ends) -> None:
    await takes(ends, 3)
    held = [await claimed(ends) for _ in range(3)]
    await takes(ends, 1)
    for ref in held:
        assert await available(ends) == 0
        await ends.visitor.end(ref, EndReason.VISITOR)
    assert await available(ends) == 1
    await claimed(ends)
    assert await ends.staff.claim(await joined(ends.visitor), ANNA, "Anna") == AtCapacity()


async def test_more_talks_make_room_with_the_next_renewal(ends: Ends) -> None:
    await takes(ends, 1)
    await claimed(ends)
    assert await available(ends) == 0
    await takes(ends, 2)
    assert await available(ends) == 1
    await claimed(ends)
    assert await available(ends) == 0


async def test_a_pause_and_a_full_hand_are_not_counted_twice(ends: Ends) -> None:
    await takes(ends, 1)
    await takes(ends, 1, BO)
    await claimed(ends)
    await takes(ends, 1, paused=True)
    assert await available(ends) == 1
    await takes(ends, 1)
    assert await available(ends) == 1
    await ends.staff.shorten_lease(DESK, ANNA, 0)
    assert await available(ends) == 1
    await ends.staff.go_off_duty(DESK, ANNA)
    assert await available(ends) == 1
    assert (await ends.staff.load(DESK)).on_duty == 1


async def test_a_lapsed_lease_takes_its_full_hand_along(engine: Engine) -> None:
    async with open_ends(engine, Limits(lease=1)) as ends:
        await takes(ends, 1)
        ref = await claimed(ends)
        await asyncio.sleep(1.1)
        await takes(ends, 1, BO)
        assert await available(ends) == 1
        assert await ends.staff.sweep(DESK) == [ref]
        await takes(ends, 1)
        assert await available(ends) == 2


async def test_many_claims_and_ends_leave_as_many_free_as_have_room(engine: Engine) -> None:
    crew = {StaffId(f"staff-{number}"): number % 3 + 1 for number in range(6)}
    async with open_ends(engine, patience=30) as ends:
        for who, capacity in crew.items():
            await takes(ends, capacity, who)
        refs = [await joined(ends.visitor) for _ in range(30)]
        async with asyncio.TaskGroup() as group:
            for number, ref in enumerate(refs):
                for who in crew:
                    group.create_task(ends.staff.claim(ref, who, "Anna"))
                if number % 3 == 0:
                    group.create_task(ends.visitor.end(ref, EndReason.VISITOR))
        held = {who: len(await ends.staff.mine(DESK, who)) for who in crew}
        assert all(held[who] <= capacity for who, capacity in crew.items())
        assert await available(ends) == sum(held[who] < capacity for who, capacity in crew.items())


@pytest.mark.parametrize(("paused", "at", "capacity"), [(True, At.ON, 1), (False, At.BREAK, 1), (False, None, -1)])
async def test_a_lease_that_contradicts_itself_is_refused(
    staff: RedisStaffEnd, paused: bool, at: At | None, capacity: int
) -> None:
    with pytest.raises(ValueError, match="on duty"):
        await staff.go_on_duty(DESK, ANNA, "Anna", paused=paused, at=at, capacity=capacity)


async def test_colleagues_see_who_is_at_work_and_how(engine: Engine, ends: Ends, staff: RedisStaffEnd) -> None:
    await staff.go_on_duty(DESK, BO, "Bo på Origo", paused=True, at=At.BREAK)
    await staff.go_on_duty(DESK, ANNA, "Anna", paused=False)
    assert await staff.crew(DESK) == [Colleague(ANNA, "Anna", At.ON, 3), Colleague(BO, "Bo på Origo", At.BREAK, 3)]
    await staff.go_off_duty(DESK, ANNA)
    await staff.shorten_lease(DESK, BO, 0)
    assert await staff.crew(DESK) == []
    await staff.go_off_duty(DESK, BO)
    assert keys(engine) == set()


async def test_the_planned_hours_are_read_until_they_are_taken_back(
    visitor: RedisVisitorEnd, staff: RedisStaffEnd
) -> None:
    assert await visitor.desk_hours(DESK) == ""
    await staff.offer_hours(DESK, '{"weekly": []}', 60)
    assert await visitor.desk_hours(DESK) == '{"weekly": []}'
    await staff.offer_hours(DESK, '{"weekly": []}', 1)
    await asyncio.sleep(1.1)
    assert await visitor.desk_hours(DESK) == "", "a console that is gone for long leaves the file's hours"
    await staff.offer_hours(DESK, '{"weekly": []}', 60)
    await staff.offer_hours(DESK, "", 60)
    assert await visitor.desk_hours(DESK) == ""
    with pytest.raises(ValueError, match="at most"):
        await staff.offer_hours(DESK, "x" * 20_000, 60)


async def test_who_has_no_room_left_is_on_duty_and_takes_nobody(ends: Ends) -> None:
    await takes(ends, 0)
    assert await ends.staff.load(DESK) == Load(waiting=0, on_duty=1, available=0)
    ref = await joined(ends.visitor)
    assert await ends.staff.claim(ref, ANNA, "Anna") == AtCapacity()
    assert [each.room for each in await ends.staff.crew(DESK)] == [0]
    await takes(ends, 1)
    assert await available(ends) == 1
    assert isinstance(await ends.staff.claim(ref, ANNA, "Anna"), Claimed)
    await takes(ends, 0)  # talks at another desk took the rest
    await ends.staff.end(ref, ANNA)
    assert await available(ends) == 0
