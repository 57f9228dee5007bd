"""The waiting room: joining, one's place, the list that staff see."""

import asyncio

from handover.events import RoomChanged
from handover.order import FIRST
from handover.staff_redis import RedisStaffEnd
from handover.values import (
    Briefing,
    Channel,
    Claimed,
    Danger,
    DeskId,
    Done,
    Full,
    Gone,
    Joined,
    Limits,
    Load,
    Opening,
    TalkId,
    TalkRef,
    Waiting,
    WaitingVisitor,
)
from handover.visitor_redis import RedisVisitorEnd
from tests.contract.ends import ANNA, BO, BRIEFING, DESK, PSEUDONYM, Ends, joined, on_duty, open_ends, soon
from tests.engines import Engine


async def test_a_visitor_who_joins_is_last_and_staff_see_the_briefing(
    visitor: RedisVisitorEnd, staff: RedisStaffEnd
) -> None:
    first, second = await joined(visitor), await joined(visitor)
    assert await visitor.attend(first) == Waiting(place=1, waited=0)
    assert await visitor.attend(second) == Waiting(place=2, waited=0)
    assert await staff.waiting(DESK) == [WaitingVisitor(ref, PSEUDONYM, BRIEFING, 0) for ref in (first, second)]


async def test_an_urgent_visitor_is_listed_first_and_the_others_by_waiting_time(
    visitor: RedisVisitorEnd, staff: RedisStaffEnd
) -> None:
    calm = [await joined(visitor) for _ in range(3)]
    urgent = [await joined(visitor, Briefing("sv", Channel.WEB, danger=Danger.URGENT)) for _ in range(2)]
    assert [row.ref for row in await staff.waiting(DESK)] == [*urgent, *calm]


async def test_a_flood_of_urgent_ones_does_not_hide_those_who_wait(
    visitor: RedisVisitorEnd, staff: RedisStaffEnd
) -> None:
    before = [await joined(visitor) for _ in range(2)]
    flood = [await joined(visitor, Briefing("sv", Channel.WEB, danger=Danger.URGENT)) for _ in range(FIRST + 5)]
    after = await joined(visitor)
    rows = [row.ref for row in await staff.waiting(DESK)]
    assert rows == [*flood[:FIRST], *before, *flood[FIRST:], after]


async def test_the_list_tells_how_long_somebody_has_waited(visitor: RedisVisitorEnd, staff: RedisStaffEnd) -> None:
    ref = await joined(visitor)
    await asyncio.sleep(1.1)
    standing = await visitor.attend(ref)
    assert isinstance(standing, Waiting)
    assert standing.waited == 1
    assert (await staff.waiting(DESK))[0].waited in (1, 2)


async def test_the_opening_counts_staff_who_can_take_somebody(visitor: RedisVisitorEnd, staff: RedisStaffEnd) -> None:
    assert await visitor.opening(DESK) == Opening(available=0, waiting=0, on_duty=0)
    await on_duty(staff, ANNA, BO)
    await staff.go_on_duty(DESK, BO, "Bo", paused=True)
    await joined(visitor)
    assert await visitor.opening(DESK) == Opening(available=1, waiting=1, on_duty=2, lately=1)
    assert await staff.load(DESK) == Load(waiting=1, on_duty=2, available=1)


async def test_a_lapsed_lease_is_not_available(engine: Engine) -> None:
    async with open_ends(engine, Limits(lease=1)) as ends:
        await on_duty(ends.staff)
        await asyncio.sleep(1.1)
        assert await ends.visitor.opening(DESK) == Opening(0, 0, 0)
        assert await ends.staff.load(DESK) == Load(0, 0, 0)


async def test_a_lost_connection_shortens_a_lease_and_never_lengthens_it(ends: Ends) -> None:
    await ends.staff.shorten_lease(DESK, ANNA, 60)
    assert (await ends.staff.load(DESK)).on_duty == 0
    await on_duty(ends.staff)
    await ends.staff.shorten_lease(DESK, ANNA, 1)
    await ends.staff.shorten_lease(DESK, ANNA, 60)
    await asyncio.sleep(1.1)
    assert await ends.staff.load(DESK) == Load(0, 0, 0)


async def test_a_full_room_takes_nobody_more(engine: Engine) -> None:
    async with open_ends(engine, Limits(room=2)) as ends:
        await joined(ends.visitor)
        await joined(ends.visitor)
        assert await ends.visitor.join(DESK, BRIEFING, PSEUDONYM) == Full()
        assert len(await ends.staff.waiting(DESK)) == 2


async def test_desks_know_nothing_of_each_other(visitor: RedisVisitorEnd, staff: RedisStaffEnd) -> None:
    await joined(visitor)
    assert await staff.waiting(DeskId("other")) == []
    elsewhere = await visitor.join(DeskId("other"), BRIEFING, PSEUDONYM)
    assert isinstance(elsewhere, Joined)
    assert await visitor.attend(elsewhere.ref) == Waiting(1, 0)


async def test_a_changed_briefing_is_in_the_list_at_once(visitor: RedisVisitorEnd, staff: RedisStaffEnd) -> None:
    ref = await joined(visitor)
    changed = Briefing("en", Channel.WEB_PLAIN, "money", "friend", "16_17", "Skåne län", Danger.CONCERN)
    async with staff.follow_room([DESK]) as room:
        assert await visitor.brief(ref, changed) == Done()
        assert await soon(room) == RoomChanged()
    assert (await staff.waiting(DESK))[0].briefing == changed


async def test_the_room_is_told_of_joins_claims_and_presence(ends: Ends) -> None:
    async with ends.staff.follow_room([DESK, DeskId("other")]) as room:
        await on_duty(ends.staff)
        assert await soon(room) == RoomChanged()
        ref = await joined(ends.visitor)
        assert await soon(room) == RoomChanged()
        assert isinstance(await ends.staff.claim(ref, ANNA, "Anna"), Claimed)
        assert await soon(room) == RoomChanged()


async def test_a_renewed_lease_does_not_wake_the_room(ends: Ends) -> None:
    await on_duty(ends.staff)
    async with ends.staff.follow_room([DESK]) as room, asyncio.TaskGroup() as group:
        event = group.create_task(soon(room))
        for _ in range(5):
            await on_duty(ends.staff)
        assert not event.done()
        await ends.staff.go_on_duty(DESK, ANNA, "Anna", paused=True)
        assert await event == RoomChanged()


async def test_a_ref_that_no_talk_can_have_is_gone(ends: Ends) -> None:
    for desk, talk in (("demo", "x"), ("demo", "A" * 22), ("}:{", "A" * 22), ("demo", "ä\n" * 11), ("", "")):
        ref = TalkRef(DeskId(desk), TalkId(talk))
        assert await ends.visitor.attend(ref) == Gone()
        assert await ends.visitor.hear(ref, 0) == Gone()
        assert await ends.staff.release(ref, ANNA) == Gone()
        async with ends.visitor.follow(ref):
            assert await ends.visitor.brief(ref, BRIEFING) == Gone()
