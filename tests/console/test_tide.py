"""The light of the last day: against what is usual, for every console alike, and never so that one talk moves it."""

import pytest

from console.tide import Tide, Tides, longest_band
from handover.staff_redis import RedisStaffEnd
from tests.console.conftest import DESK, Clock

HOUR = 3600


@pytest.mark.parametrize(("came", "tide"), [(0, Tide.LOW), (9, Tide.LOW), (20, Tide.NORMAL), (31, Tide.HIGH)])
async def test_the_last_day_against_the_usual(end: RedisStaffEnd, clock: Clock, came: int, tide: Tide) -> None:
    tides = Tides(end, clock)
    await tides.note(DESK, 0)
    for _ in range(3):  # a console asks more often than once a day
        clock.now += 10 * HOUR
        await tides.note(DESK, 0)
    await tides.note(DESK, came)
    assert await tides.of(DESK, 20) is tide
    for _ in range(3):
        clock.now += 8 * HOUR
        await tides.note(DESK, 0)
    assert await tides.of(DESK, 20) is Tide.LOW  # what is older than a day is gone


async def test_several_consoles_see_one_light_and_a_new_one_sees_it_at_once(end: RedisStaffEnd, clock: Clock) -> None:
    first, second = Tides(end, clock), Tides(end, clock)
    await first.note(DESK, 16)
    clock.now += 23 * HOUR
    await second.note(DESK, 17)
    assert await first.of(DESK, 20) is Tide.UNKNOWN
    clock.now += 1 * HOUR
    await first.note(DESK, 18)
    for console in (first, second, Tides(end, clock)):
        assert await console.of(DESK, 20) is Tide.HIGH  # 17 and 18: the first 16 are a day old


async def test_it_says_nothing_too_early_or_of_few(end: RedisStaffEnd, clock: Clock) -> None:
    tides = Tides(end, clock)
    await tides.note(DESK, 50)
    assert await tides.of(DESK, 20) is Tide.UNKNOWN
    clock.now += 30 * HOUR
    assert await tides.of(DESK, 7.9) is Tide.UNKNOWN


@pytest.mark.parametrize(
    ("waited", "band"), [([], "none"), ([0], "short"), ([299, 3], "short"), ([300], "while"), ([4, 900], "long")]
)
def test_the_longest_wait_is_a_band(waited: list[int], band: str) -> None:
    assert longest_band(waited) == band
