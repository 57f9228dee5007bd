"""A visitor's side that has been broken into: what it may still write spoils its own rows and nobody else's."""

import asyncio
from collections.abc import Iterator

import pytest
import redis

from handover.codec import NAMELESS, UNREADABLE
from handover.values import Limits, Message, StaffId, TalkRef
from tests.contract.ends import ANNA, BO, BRIEFING, DESK, PSEUDONYM, Ends, joined, message, open_ends, taken
from tests.engines import Engine

ROOM = f"room:{{{DESK}}}"
JUNK = (b"junk", b"\xff\xfe", b"", b"}:{", b"A" * 23, b"A" * 21 + b"\n")


@pytest.fixture
def intruder(engine: Engine) -> Iterator[redis.Redis]:
    """Bare commands with the rights of the visitor's side."""
    with redis.Redis.from_url(engine.visitor, protocol=2, driver_info=None) as client:
        yield client


def _talk(ref: TalkRef) -> str:
    return f"talk:{{{DESK}}}:{ref.talk}"


async def test_junk_in_the_room_hides_nobody_and_the_sweep_removes_it(
    engine: Engine, ends: Ends, intruder: redis.Redis
) -> None:
    ref = await joined(ends.visitor)
    for score, member in zip((1, 2, "-inf", "+inf", 2**60, 3), JUNK, strict=True):
        intruder.execute_command("ZADD", ROOM, score, member)  # type: ignore[no-untyped-call]
    intruder.execute_command("ZADD", ROOM, "+inf", "A" * 22)  # type: ignore[no-untyped-call]
    assert [row.ref for row in await ends.staff.waiting(DESK)] == [ref]
    await ends.staff.sweep(DESK)
    with engine.client() as admin:
        assert admin.zrange(ROOM, 0, -1) == [ref.talk.encode()]


@pytest.mark.parametrize("score", ["-inf", "+inf", "9e300", "0.5"])
async def test_a_time_that_nobody_joined_at_hides_nobody(ends: Ends, intruder: redis.Redis, score: str) -> None:
    odd, ref = await joined(ends.visitor), await joined(ends.visitor)
    intruder.execute_command("ZADD", ROOM, score, odd.talk)  # type: ignore[no-untyped-call]
    rows = await ends.staff.waiting(DESK)
    assert {row.ref for row in rows} == {odd, ref}
    assert all(row.waited >= 0 for row in rows)


@pytest.mark.parametrize("spoilt", ["x", "", "[" * 100_000, "9" * 5_000], ids=["word", "empty", "nested", "endless"])
async def test_a_spoilt_row_still_shows_a_person_and_hides_no_other(
    ends: Ends, intruder: redis.Redis, spoilt: str
) -> None:
    bad, good = await joined(ends.visitor), await joined(ends.visitor)
    intruder.hset(_talk(bad), mapping={"pseudonym": spoilt, "briefing": spoilt})
    rows = {row.ref: (row.pseudonym, row.briefing) for row in await ends.staff.waiting(DESK)}
    assert rows == {bad: (NAMELESS, UNREADABLE), good: (PSEUDONYM, BRIEFING)}
    intruder.hdel(_talk(bad), "pseudonym", "briefing")
    assert len(await ends.staff.waiting(DESK)) == 2


async def test_a_spoilt_talk_in_hand_does_not_hide_the_others(ends: Ends, intruder: redis.Redis) -> None:
    bad, good = await taken(ends), await taken(ends)
    spoilt = dict.fromkeys(("pseudonym", "briefing", "up_seq", "down_seq", "down_heard"), "x")
    intruder.hset(_talk(bad), mapping=spoilt)  # type: ignore[arg-type]
    assert [talk.ref for talk in await ends.staff.mine(DESK, ANNA)] == [bad, good]
    intruder.execute_command("XADD", f"up:{{{DESK}}}:{good.talk}", "1-0", "x", "y")  # type: ignore[no-untyped-call]
    intruder.execute_command(  # type: ignore[no-untyped-call]
        "XADD", f"up:{{{DESK}}}:{good.talk}", "2-0", "id", message(2), "body", "words"
    )
    assert await ends.staff.hear(good, ANNA, 0) == [Message(2, message(2), b"words")]


@pytest.mark.parametrize(("field", "value"), [("state", "x"), ("joined", "x")])
async def test_a_talk_that_cannot_go_back_does_not_end_the_sweep(
    engine: Engine, intruder: redis.Redis, field: str, value: str
) -> None:
    async with open_ends(engine, Limits(lease=1)) as ends:
        bad, good = await taken(ends, ANNA), await taken(ends, StaffId("anna-2"))
        intruder.hset(_talk(bad), field, value)
        intruder.execute_command("ZADD", ROOM, 1, "junk")  # type: ignore[no-untyped-call]
        await asyncio.sleep(1.1)
        assert await ends.staff.sweep(DESK) == [good]
        assert [row.ref for row in await ends.staff.waiting(DESK)] == [good]
        with engine.client() as admin:
            assert admin.zscore(ROOM, "junk") is None
        assert await ends.staff.mine(DESK, BO) == []


async def test_a_counter_with_a_name_that_is_no_text_does_not_lose_the_others(
    ends: Ends, intruder: redis.Redis
) -> None:
    await ends.visitor.count(DESK, {"talk.joined": 2})
    intruder.hincrby(f"count:{{{DESK}}}", b"\xff", 1)
    drained = await ends.staff.drain(DESK, "a")
    assert drained is not None
    assert drained.counts["talk.joined"] == 2
