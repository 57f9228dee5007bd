"""The records of a chat app: one per chat, gone in time, written by whoever fetches; one fetches at a time."""

import asyncio

import pytest

from handover.chats import LIFE, MOST_RECORD
from handover.events import WasUnsure
from handover.values import Done, EndReason, Gone
from tests.contract.ends import ANNA, DESK, Ends, keys, message, open_ends, taken
from tests.engines import Engine

ONE, OTHER = "a" * 22, "b" * 22


async def test_a_record_is_there_until_it_is_forgotten(ends: Ends, engine: Engine) -> None:
    assert await ends.visitor.fetch(DESK, "first", 5_000)
    assert await ends.visitor.recall(DESK, ONE) is None
    assert await ends.visitor.remember(DESK, "first", ONE, b"\0sealed\xff", live=False)
    assert await ends.visitor.recall(DESK, ONE) == b"\0sealed\xff"
    assert await ends.visitor.forget(DESK, ONE)
    assert not await ends.visitor.forget(DESK, ONE)
    assert await ends.visitor.recall(DESK, ONE) is None
    assert keys(engine) == {f"poll:{{{DESK}}}"}


async def test_it_lasts_48_hours_at_most(ends: Ends, engine: Engine) -> None:
    await ends.visitor.fetch(DESK, "first", 5_000)
    await ends.visitor.remember(DESK, "first", ONE, b"sealed", live=True)
    with engine.client() as admin:
        for key in (f"chat:{{{DESK}}}:{ONE}", f"chats:{{{DESK}}}"):
            assert 0 < int(admin.pttl(key)) <= LIFE * 1000
    assert LIFE == 48 * 3600


async def test_live_records_are_found_by_the_next_process(engine: Engine) -> None:
    async with open_ends(engine) as before, open_ends(engine) as after:
        await before.visitor.fetch(DESK, "first", 5_000)
        await before.visitor.remember(DESK, "first", ONE, b"talks", live=True)
        await before.visitor.remember(DESK, "first", OTHER, b"reads", live=False)
        assert await after.visitor.live_chats(DESK) == [ONE]
        await before.visitor.remember(DESK, "first", ONE, b"reads", live=False)
        assert await after.visitor.live_chats(DESK) == []
        await before.visitor.remember(DESK, "first", OTHER, b"talks", live=True)
        await after.visitor.forget(DESK, OTHER)
        assert await before.visitor.live_chats(DESK) == []


async def test_one_fetches_and_the_next_one_when_its_time_is_over(engine: Engine) -> None:
    async with open_ends(engine) as one, open_ends(engine) as other:
        assert await one.visitor.fetch(DESK, "first", 300)
        assert not await other.visitor.fetch(DESK, "second", 300)
        assert await one.visitor.fetch(DESK, "first", 300)
        await asyncio.sleep(0.4)
        assert await other.visitor.fetch(DESK, "second", 5_000)
        assert not await one.visitor.fetch(DESK, "first", 300)


async def test_who_was_frozen_writes_nothing_any_more(engine: Engine) -> None:
    async with open_ends(engine) as one, open_ends(engine) as other:
        await one.visitor.fetch(DESK, "first", 100)
        await one.visitor.remember(DESK, "first", ONE, b"older", live=True)
        await asyncio.sleep(0.2)
        assert not await one.visitor.remember(DESK, "first", ONE, b"late", live=True)
        await other.visitor.fetch(DESK, "second", 5_000)
        await other.visitor.remember(DESK, "second", ONE, b"newer", live=True)
        assert not await one.visitor.remember(DESK, "first", ONE, b"late", live=True)
        assert await other.visitor.recall(DESK, ONE) == b"newer"


@pytest.mark.parametrize("name", ["", "a" * 21, "a" * 23, "a" * 21 + "}", "å" * 22])
async def test_a_malformed_name_has_no_record(ends: Ends, name: str) -> None:
    with pytest.raises((ValueError, KeyError)):
        await ends.visitor.recall(DESK, name)


async def test_an_oversized_record_is_refused(ends: Ends) -> None:
    with pytest.raises(ValueError, match="record"):
        await ends.visitor.remember(DESK, "first", ONE, b"x" * (MOST_RECORD + 1), live=False)


async def test_staff_are_told_what_nobody_knows_to_have_arrived(ends: Ends) -> None:
    ref = await taken(ends)
    async with ends.staff.follow(ref) as events:
        for number in (1, 2):
            await ends.staff.say(ref, ANNA, number, message(number), b"words")
        assert await ends.visitor.be_unsure(ref, 2) == Done()
        assert await anext(events) == WasUnsure(2)
    assert await ends.visitor.be_unsure(ref, 3) == Done()  # there is no such message
    (own,) = await ends.staff.mine(DESK, ANNA)
    assert own.unsure == (2,)
    await ends.visitor.be_unsure(ref, 1)
    await ends.visitor.be_unsure(ref, 2)
    (own,) = await ends.staff.mine(DESK, ANNA)
    assert own.unsure == (1, 2)
    assert await ends.visitor.end(ref, EndReason.EXIT) == Done()
    assert await ends.visitor.be_unsure(ref, 1) == Gone()
