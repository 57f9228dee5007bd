"""The light of the last day: against what is usual, and never so that one talk moves it."""

import pytest

from console.tide import Tide, Tides, longest_band
from tests.console.conftest import DESK, Clock

HOUR = 3600


@pytest.mark.parametrize(("came", "tide"), [(0, Tide.LOW), (9, Tide.LOW), (20, Tide.NORMAL), (31, Tide.HIGH)])
def test_the_last_day_against_the_usual(clock: Clock, came: int, tide: Tide) -> None:
    tides = Tides(clock)
    clock.now += 30 * HOUR
    tides.note(DESK, came)
    assert tides.of(DESK, 20) is tide
    clock.now += 24 * HOUR
    assert tides.of(DESK, 20) is Tide.LOW  # what is older than a day is gone


def test_it_says_nothing_too_early_or_of_few(clock: Clock) -> None:
    tides = Tides(clock)
    tides.note(DESK, 50)
    assert tides.of(DESK, 20) is Tide.UNKNOWN
    clock.now += 30 * HOUR
    assert tides.of(DESK, 7.9) is Tide.UNKNOWN


@pytest.mark.parametrize(
    ("waited", "band"), [([], "none"), ([0], "short"), ([299, 3], "short"), ([300], "while"), ([4, 900], "long")]
)
def test_the_longest_wait_is_a_band(waited: list[int], band: str) -> None:
    assert longest_band(waited) == band
