"""How a talk ends: by either side or by silence, and nothing of it is left."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from handover.events import CameBack, RoomChanged, WasEnded
from handover.values import Accepted, Claimed, Done, EndReason, Gone, Joined, Limits, TalkRef, Waiting, WithStaff
from tests.contract.ends import (
    ANNA,
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

LEFT = {
    "duty:{demo}",
    "free:{demo}",
    "crew:{demo}",
    "pace:{demo}",
}  # who is on duty, and how long talks last


async def _talk_with_words(ends: Ends) -> TalkRef:
    ref = await taken(ends)
    await ends.visitor.say(ref, 1, message(1), b"words")
    await ends.staff.say(ref, ANNA, 1, message(2), b"words")
    return ref


async def test_an_end_by_the_visitor_erases_everything_at_once_and_tells_staff(engine: Engine, ends: Ends) -> None:
    ref = await _talk_with_words(ends)
    async with ends.staff.follow(ref) as events:
        assert await ends.visitor.end(ref, EndReason.EXIT) == Done()
        assert keys(engine) == LEFT
        assert await soon(events) == WasEnded(EndReason.EXIT)


async def test_an_end_by_staff_erases_everything_at_once_and_tells_the_visitor(engine: Engine, ends: Ends) -> None:
    ref = await _talk_with_words(ends)
    async with ends.visitor.follow(ref) as events:
        assert await ends.staff.end(ref, ANNA) == Done()
        assert keys(engine) == LEFT
        assert await soon(events) == WasEnded(EndReason.STAFF)


async def test_a_waiting_visitor_who_ends_leaves_the_room(engine: Engine, ends: Ends) -> None:
    ref = await joined(ends.visitor)
    async with ends.staff.follow_room([DESK]) as room:
        assert await ends.visitor.end(ref, EndReason.VISITOR) == Done()
        assert await soon(room) == RoomChanged()
    assert keys(engine) == set()


async def test_nothing_brings_an_ended_talk_back(engine: Engine, ends: Ends) -> None:
    ref = await _talk_with_words(ends)
    await ends.visitor.end(ref, EndReason.VISITOR)
    attempts: list[Callable[[], Awaitable[object]]] = [
        lambda: ends.visitor.attend(ref),
        lambda: ends.visitor.brief(ref, BRIEFING),
        lambda: ends.visitor.say(ref, 2, message(3), b"words"),
        lambda: ends.visitor.say(ref, 1, message(1), b"words"),
        lambda: ends.visitor.hear(ref, 0),
        lambda: ends.visitor.heard(ref, 1),
        lambda: ends.visitor.away(ref),
        lambda: ends.visitor.end(ref, EndReason.VISITOR),
        lambda: ends.staff.claim(ref, ANNA, "Anna"),
        lambda: ends.staff.release(ref, ANNA),
        lambda: ends.staff.say(ref, ANNA, 2, message(3), b"words"),
        lambda: ends.staff.hear(ref, ANNA, 0),
        lambda: ends.staff.said(ref, ANNA, 0),
        lambda: ends.staff.heard(ref, ANNA, 1),
        lambda: ends.staff.end(ref, ANNA),
    ]
    for attempt in attempts:
        assert await attempt() == Gone()
    assert await ends.staff.sweep(DESK) == []
    assert keys(engine) == LEFT


async def test_a_silent_visitor_in_the_waiting_room_is_erased_and_dropped(engine: Engine) -> None:
    async with open_ends(engine, Limits(waiting_silence=1)) as ends:
        silent = await joined(ends.visitor)
        async with open_ends(engine) as patient, ends.staff.follow_room([DESK]) as room:
            present = await joined(patient.visitor)
            assert await soon(room) == RoomChanged()
            await asyncio.sleep(1.1)
            assert [row.ref for row in await ends.staff.waiting(DESK)] == [present]
            assert await ends.staff.sweep(DESK) == []
            assert await soon(room) == RoomChanged()
            assert await patient.visitor.attend(present) == Waiting(1, 1)
        assert await ends.visitor.attend(silent) == Gone()


async def _lost_join(ends: Ends) -> TalkRef:
    """A talk whose visitor never learned of it: the answer was lost on its way to the page."""
    outcome = await ends.visitor.join(DESK, BRIEFING, PSEUDONYM)
    assert isinstance(outcome, Joined)
    return outcome.ref


async def test_a_join_whose_answer_was_lost_leaves_the_room_soon(engine: Engine) -> None:
    async with open_ends(engine, Limits(first_sign=1)) as ends:
        await _lost_join(ends)
        known = await joined(ends.visitor)
        await asyncio.sleep(1.1)
        assert [row.ref for row in await ends.staff.waiting(DESK)] == [known]
        await ends.staff.sweep(DESK)
        assert await ends.visitor.attend(known) == Waiting(1, 1)


@pytest.mark.parametrize(("limits", "longest"), [(Limits(), 60_000), (Limits(waiting_silence=5), 5_000)])
async def test_the_first_attend_begins_the_whole_waiting_limit(engine: Engine, limits: Limits, longest: int) -> None:
    async with open_ends(engine, limits) as ends:
        ref = await _lost_join(ends)
        with engine.client() as admin:
            key = f"talk:{{{DESK}}}:{ref.talk}"
            assert 0 < admin.pttl(key) <= longest
            await ends.visitor.attend(ref)
            assert (limits.waiting_silence - 3) * 1_000 < admin.pttl(key) <= limits.waiting_silence * 1_000
            assert admin.pttl(f"room:{{{DESK}}}") > admin.pttl(key)


async def test_staff_who_take_a_lost_join_see_that_nobody_is_there_until_somebody_comes(ends: Ends) -> None:
    ref = await _lost_join(ends)
    await on_duty(ends.staff)
    claimed = await ends.staff.claim(ref, ANNA, "Anna")
    assert isinstance(claimed, Claimed)
    assert claimed.talk.away
    async with ends.staff.follow(ref) as events:
        assert await ends.visitor.attend(ref) == WithStaff("Anna", 0, 0, 0)
        assert await soon(events) == CameBack()
    assert [talk.away for talk in await ends.staff.mine(DESK, ANNA)] == [False]


async def test_a_visitor_silent_in_a_talk_is_erased_and_staff_are_told(engine: Engine) -> None:
    async with open_ends(engine, Limits(silence=1)) as ends:
        ref = await _talk_with_words(ends)
        async with ends.staff.follow(ref) as events:
            await asyncio.sleep(1.1)
            assert keys(engine) == {"held:{demo}", "duty:{demo}", "free:{demo}", "crew:{demo}"}
            assert await ends.staff.mine(DESK, ANNA) == []
            assert await ends.staff.sweep(DESK) == []
            assert await soon(events) == WasEnded(EndReason.SILENCE)
        assert keys(engine) == {"duty:{demo}", "free:{demo}", "crew:{demo}"}


async def test_nothing_that_staff_do_keeps_a_silent_visitors_talk(engine: Engine) -> None:
    async with open_ends(engine, Limits(silence=1)) as ends:
        ref = await _talk_with_words(ends)
        ended = asyncio.get_running_loop().time() + 1.1
        number = 2
        while asyncio.get_running_loop().time() < ended:
            await on_duty(ends.staff)
            if isinstance(await ends.staff.say(ref, ANNA, number, message(number), b"words"), Accepted):
                number += 1
            await ends.staff.heard(ref, ANNA, 1)
            await ends.staff.hear(ref, ANNA, 0)
            await ends.staff.release(ref, ANNA)
            await ends.staff.claim(ref, ANNA, "Anna")
            await ends.staff.sweep(DESK)
        assert number > 2
        assert {key for key in keys(engine) if ref.talk in key} == set()


@pytest.mark.parametrize("lasts", ["attend", "away"])
async def test_a_visitors_sign_of_life_keeps_the_talk(engine: Engine, lasts: str) -> None:
    async with open_ends(engine, Limits(silence=1)) as ends:
        ref = await _talk_with_words(ends)
        for _ in range(3):
            await asyncio.sleep(0.6)
            await (ends.visitor.attend(ref) if lasts == "attend" else ends.visitor.away(ref))
        assert await ends.visitor.attend(ref) == WithStaff("Anna", 1, 0, 1)
        assert len(await ends.staff.hear(ref, ANNA, 0)) == 1  # type: ignore[arg-type]


async def test_a_claim_begins_the_shorter_limit(engine: Engine) -> None:
    async with open_ends(engine, Limits(silence=1, waiting_silence=600)) as ends:
        ref = await joined(ends.visitor)
        await on_duty(ends.staff)
        assert isinstance(await ends.staff.claim(ref, ANNA, "Anna"), Claimed)
        await asyncio.sleep(1.1)
        assert await ends.visitor.attend(ref) == Gone()


async def test_every_key_disappears_by_itself_when_all_our_processes_are_dead(engine: Engine) -> None:
    async with open_ends(engine, Limits(lease=2, silence=2, waiting_silence=3)) as ends:
        await _talk_with_words(ends)
        await joined(ends.visitor)
        await ends.visitor.count(DESK, {"talk.joined": 1})
    with engine.client() as admin:
        lives = {key.decode().partition(":")[0]: admin.pttl(key) for key in admin.keys("*")}
    assert lives.keys() == {"talk", "up", "down", "room", "held", "duty", "free", "crew", "count"}
    assert all(0 < lives[kind] <= 3_000 for kind in ("talk", "up", "down"))
    assert all(0 < lives[kind] <= 63_000 for kind in ("room", "held", "duty", "free", "crew"))
    assert 0 < lives["count"] <= 7 * 86_400_000
