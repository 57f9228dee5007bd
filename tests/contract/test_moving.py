"""A visitor's page that was sent to another process: the engine tells whether it is there."""

import asyncio

from handover.events import WentAway
from handover.values import Done, EndReason, Gone, TalkId, TalkRef
from tests.contract.ends import ANNA, DESK, Ends, joined, soon, taken


async def test_each_sign_of_a_page_changes_its_presence(ends: Ends) -> None:
    ref = await joined(ends.visitor)
    seen = [await ends.visitor.presence(ref)]
    for sign in (ends.visitor.attend, ends.visitor.attend, ends.visitor.away):
        await asyncio.sleep(0.002)  # the engine counts milliseconds
        await sign(ref)
        seen.append(await ends.visitor.presence(ref))
    assert len(set(seen)) == 4
    assert min(seen) > 0
    assert await ends.visitor.presence(ref) == seen[-1]


async def test_a_page_that_came_elsewhere_is_not_away(ends: Ends) -> None:
    ref = await taken(ends)
    seen = await ends.visitor.presence(ref)
    await asyncio.sleep(0.002)
    await ends.visitor.attend(ref)  # in the other process
    assert await ends.visitor.away(ref, seen) == Done()
    assert [talk.away for talk in await ends.staff.mine(DESK, ANNA)] == [False]


async def test_a_page_that_came_nowhere_is_away(ends: Ends) -> None:
    ref = await taken(ends)
    async with ends.staff.follow(ref) as to_staff:
        assert await ends.visitor.away(ref, await ends.visitor.presence(ref)) == Done()
        assert await soon(to_staff) == WentAway()
    assert [talk.away for talk in await ends.staff.mine(DESK, ANNA)] == [True]


async def test_of_a_talk_that_is_gone_nothing_is_seen(ends: Ends) -> None:
    ref = await taken(ends)
    seen = await ends.visitor.presence(ref)
    await ends.visitor.end(ref, EndReason.VISITOR)
    assert await ends.visitor.presence(ref) == 0
    assert await ends.visitor.away(ref, seen) == Gone()
    for odd in (TalkRef(DESK, TalkId("*")), TalkRef(DESK, TalkId("A" * 22))):
        assert await ends.visitor.presence(odd) == 0
