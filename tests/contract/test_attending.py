"""Many talks attended in one call: each as if it were alone."""

import asyncio

from handover.events import WasReturned
from handover.values import (
    Claimed,
    DeskId,
    EndReason,
    Gone,
    Joined,
    Limits,
    TalkId,
    TalkRef,
    Waiting,
    WithStaff,
)
from tests.contract.ends import ANNA, BO, BRIEFING, DESK, PSEUDONYM, joined, on_duty, open_ends, soon, taken
from tests.engines import Engine


async def test_each_stands_where_it_stands_alone_and_in_the_order_asked(engine: Engine) -> None:
    async with open_ends(engine) as ends:
        held = await taken(ends)
        first, second, ended = [await joined(ends.visitor) for _ in range(3)]
        await ends.visitor.end(ended, EndReason.VISITOR)
        elsewhere = await ends.visitor.join(DeskId("other"), BRIEFING, PSEUDONYM)
        assert isinstance(elsewhere, Joined)
        refs = [second, ended, held, TalkRef(DESK, TalkId("no talk")), elsewhere.ref, first, second]
        together = await ends.visitor.attend_all(refs)
        assert together == [await ends.visitor.attend(ref) for ref in refs]
        assert [type(standing) for standing in together] == [Waiting, Gone, WithStaff, Gone, Waiting, Waiting, Waiting]
        assert [standing.place for standing in together if isinstance(standing, Waiting)] == [2, 1, 1, 2]
        assert await ends.visitor.attend_all([]) == []


async def test_who_waits_is_told_the_same_of_the_desk_as_alone(engine: Engine) -> None:
    async with open_ends(engine) as ends:
        await taken(ends)
        await on_duty(ends.staff, BO)
        refs = [await joined(ends.visitor) for _ in range(3)]
        alone = await ends.visitor.attend(refs[0])
        assert isinstance(alone, Waiting)
        assert (alone.outlook.on_duty, alone.outlook.in_hand) == (2, 1)
        for standing in await ends.visitor.attend_all(refs):
            assert isinstance(standing, Waiting)
            assert standing.outlook == alone.outlook


async def test_a_lost_person_among_them_is_found_and_those_behind_are_told_of_it(engine: Engine) -> None:
    async with open_ends(engine, Limits(lease=1)) as ends:
        before = await joined(ends.visitor)
        held = await taken(ends)
        behind = await joined(ends.visitor)
        async with ends.visitor.follow(held) as to_visitor:
            await asyncio.sleep(1.1)
            standings = await ends.visitor.attend_all([before, held, behind])
            assert [standing.place for standing in standings if isinstance(standing, Waiting)] == [1, 2, 3]
            assert await soon(to_visitor) == WasReturned()
        last = standings[2]
        assert isinstance(last, Waiting)
        assert last.outlook.in_hand == 0, "looked up before the talk came back, it would still count"


async def test_all_of_them_live_on(engine: Engine) -> None:
    limits = Limits(silence=2, waiting_silence=2)
    async with open_ends(engine, limits) as ends:
        held, waiting, left = await taken(ends), await joined(ends.visitor), await joined(ends.visitor)
        for _ in range(3):
            await asyncio.sleep(1)
            await ends.visitor.attend_all([held, waiting])
        assert isinstance(await ends.visitor.attend(held), WithStaff)
        assert await ends.visitor.attend(waiting) == Waiting(1, 3)
        assert await ends.visitor.attend(left) == Gone()
        assert [row.ref for row in await ends.staff.waiting(DESK)] == [waiting]
        assert [row.ref for row in await ends.staff.mine(DESK, ANNA)] == [held]


async def test_a_claim_of_one_is_seen_by_all(engine: Engine) -> None:
    async with open_ends(engine) as ends:
        await on_duty(ends.staff)
        refs = [await joined(ends.visitor) for _ in range(60)]
        assert isinstance(await ends.staff.claim(refs[0], ANNA, "Anna"), Claimed)
        first, *others = await ends.visitor.attend_all(refs)
        assert first == WithStaff("Anna", 0, 0, 0)
        assert [standing.place for standing in others if isinstance(standing, Waiting)] == list(range(1, 60))


async def test_a_watch_calls_when_something_came_and_hears_nothing_once_closed(engine: Engine) -> None:
    async with open_ends(engine, Limits(lease=60)) as ends:
        ref = await joined(ends.visitor)
        await on_duty(ends.staff)
        woken = asyncio.Event()
        watching = await ends.visitor.watch(ref)
        watching.wake = woken.set
        assert watching.pop() is None
        await ends.staff.claim(ref, ANNA, "Anna")
        await ends.staff.release(ref, ANNA)
        heard: list[str] = []
        async with asyncio.timeout(30):
            while heard[-1:] != ["WasReturned"]:
                await woken.wait()
                woken.clear()
                while (event := watching.pop()) is not None:
                    heard.append(type(event).__name__)
        assert heard == ["WasTaken", "WasReturned"]
        watching.close()
        watching.close()
        async with ends.visitor.follow(ref) as events:
            await ends.staff.claim(ref, ANNA, "Anna")
            await soon(events)
        assert watching.pop() is None
