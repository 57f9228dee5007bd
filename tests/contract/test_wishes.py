"""Whom visitors may ask for: told by staff while they are on duty, and by nobody else."""

import asyncio
import json

import pytest

from handover.outlook import Wished
from handover.staff_redis import RedisStaffEnd
from handover.values import Briefing, Channel, Limits
from handover.visitor_redis import RedisVisitorEnd
from tests.contract.ends import ANNA, BO, DESK, joined, on_duty, open_ends
from tests.engines import Engine

AN = Wished("Anna", "woman", by_name=True)
BOS = Wished("Bo", "man")


async def test_only_those_on_duty_can_be_asked_for_and_both_sides_read_the_same(
    visitor: RedisVisitorEnd, staff: RedisStaffEnd
) -> None:
    await staff.be_asked(DESK, ANNA, AN)
    await staff.be_asked(DESK, BO, BOS)
    assert await visitor.asked(DESK) == []
    await on_duty(staff, ANNA, BO)
    await staff.go_on_duty(DESK, BO, "Bo", paused=True)
    assert await visitor.asked(DESK) == await staff.asked(DESK) == [AN, BOS]
    await staff.go_off_duty(DESK, ANNA)
    assert await visitor.asked(DESK) == [BOS]
    await staff.be_asked(DESK, BO, None)
    assert await visitor.asked(DESK) == []


async def test_who_lost_the_connection_is_not_asked_for_once_the_lease_has_lapsed(engine: Engine) -> None:
    async with open_ends(engine, Limits(lease=1)) as ends:
        await ends.staff.be_asked(DESK, ANNA, AN)
        await on_duty(ends.staff)
        assert await ends.visitor.asked(DESK) == [AN]
        await asyncio.sleep(1.1)
        assert await ends.visitor.asked(DESK) == []


@pytest.mark.parametrize("row", [b"", b"x", b"[]", b'{"kind": "woman"}', b'{"name": "Eva", "v": 9}', b"\xff"])
async def test_a_row_that_nobody_can_read_is_left_out(
    engine: Engine, visitor: RedisVisitorEnd, staff: RedisStaffEnd, row: bytes
) -> None:
    await on_duty(staff, ANNA, BO)
    await staff.be_asked(DESK, ANNA, AN)
    with engine.client() as admin:
        admin.hset(f"asked:{{{DESK}}}", "bo", row)
    assert await visitor.asked(DESK) == [AN]


async def test_what_the_next_version_may_add_is_passed_over(
    engine: Engine, visitor: RedisVisitorEnd, staff: RedisStaffEnd
) -> None:
    await on_duty(staff, BO)
    with engine.client() as admin:
        admin.hset(f"asked:{{{DESK}}}", "bo", b'{"name": "Bo", "kind": "man", "other": 1, "v": 2}')
    assert await visitor.asked(DESK) == [BOS]


async def test_it_is_gone_a_day_after_somebody_said_so_last(engine: Engine, staff: RedisStaffEnd) -> None:
    await staff.be_asked(DESK, ANNA, AN)
    with engine.client() as admin:
        assert 86_000 < admin.ttl(f"asked:{{{DESK}}}") <= 86_400
        kept = admin.hget(f"asked:{{{DESK}}}", "anna")
    assert json.loads(kept or b"") == {"v": 1, "name": "Anna", "kind": "woman", "by_name": True}


@pytest.mark.parametrize(
    ("wish", "fits"),
    [
        (None, [False, False]),
        ("woman", [True, False]),
        ("man", [False, True]),
        ("by:Anna", [True, False]),
        ("by:Bo", [False, False]),
        ("", [False, False]),
        ("by:", [False, False]),
    ],
)
def test_a_wish_fits_who_said_so(wish: str | None, fits: list[bool]) -> None:
    assert [asked.fits(wish) for asked in (AN, BOS)] == fits


async def test_a_wish_travels_in_the_briefing_and_moves_nobody_in_line(
    visitor: RedisVisitorEnd, staff: RedisStaffEnd
) -> None:
    first = await joined(visitor, Briefing("sv", Channel.WEB, wish="by:Anna"))
    second = await joined(visitor)
    rows = await staff.waiting(DESK)
    assert [(row.ref, row.briefing.wish) for row in rows] == [(first, "by:Anna"), (second, None)]
