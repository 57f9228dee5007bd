"""When a door is open: midnight, holidays, and the two nights of the year on which the clocks change."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

import pytest
from holidays.countries.sweden import Sweden
from hypothesis import example, given
from hypothesis import strategies as st

from dialogues.doors import Hours, Span
from dialogues.hours import HORIZON, SWEDEN, Opening, holidays, opening, read_hours

OFFICE = ["mon-fri 09:00-16:00"]
DAILY = ["mon-sun 07:00-22:00", "holidays"]
NIGHTS = ["fri,sat 20:00-03:00"]


def hours(raw: object) -> Hours:
    read = read_hours(raw)
    assert read is not None
    return read


def sweden(year: int, month: int, day: int, hour: int = 0, minute: int = 0, *, fold: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=SWEDEN, fold=fold)


# --- The form ---


def test_hours_are_always_or_a_list_or_not_known() -> None:
    assert read_hours(None) is None
    assert read_hours("always") == Hours(always=True)
    assert read_hours(["mon,wed-fri 09:00-12:30", "holidays"]) == Hours(
        spans=(Span(frozenset({0, 2, 3, 4}), time(9), time(12, 30)),), holidays=True
    )


def test_days_may_run_over_the_week_s_end_and_a_day_may_end_at_24() -> None:
    span = hours(["sat-mon 18:00-24:00"]).spans[0]
    assert (span.days, span.closes) == (frozenset({5, 6, 0}), time(0))


@pytest.mark.parametrize(
    "raw",
    [
        "never",
        "mon-fri 09:00-16:00",
        [],
        ["holidays"],
        ["holiday", "mon 09:00-16:00"],
        ["mon-fri 9-16"],
        ["mon-fri 09:00-25:00"],
        ["mon-fri 09:60-16:00"],
        ["man-fre 09:00-16:00"],
        ["mon--fri 09:00-16:00"],
        ["mon, fri 09:00-16:00"],
        [9],
        {"mon": "09:00-16:00"},
        True,
        7,
    ],
)
def test_what_is_no_hours_is_refused(raw: object) -> None:
    with pytest.raises(ValueError, match=r"hours|opening time|time of day|names no days"):
        read_hours(raw)


# --- Open or not ---


@pytest.mark.parametrize(
    ("raw", "now", "expected"),
    [
        ("always", sweden(2026, 12, 24, 3), Opening(True)),
        (OFFICE, sweden(2026, 12, 1, 9), Opening(True, until=sweden(2026, 12, 1, 16))),
        (OFFICE, sweden(2026, 12, 1, 16), Opening(False, next=sweden(2026, 12, 2, 9))),
        (OFFICE, sweden(2026, 12, 4, 17), Opening(False, next=sweden(2026, 12, 7, 9))),
        # A span that touches the next is one with it.
        (["tue 00:00-12:00", "tue 12:00-23:00"], sweden(2026, 12, 1, 3), Opening(True, sweden(2026, 12, 1, 23))),
        # Over midnight, also into a day that has no hours of its own.
        (NIGHTS, sweden(2026, 12, 5, 2, 59), Opening(True, until=sweden(2026, 12, 5, 3))),
        (NIGHTS, sweden(2026, 12, 6, 1), Opening(True, until=sweden(2026, 12, 6, 3))),
        (NIGHTS, sweden(2026, 12, 6, 3), Opening(False, next=sweden(2026, 12, 11, 20))),
        # Open day and night by its spans alone: it never closes.
        (["mon-sun 00:00-24:00", "holidays"], sweden(2026, 12, 24, 12), Opening(True)),
        # Christmas 2026: Thursday 24 to Saturday 26; New Year's Eve is a Thursday.
        (OFFICE, sweden(2026, 12, 23, 16), Opening(False, next=sweden(2026, 12, 28, 9))),
        (OFFICE, sweden(2026, 12, 24, 10), Opening(False, next=sweden(2026, 12, 28, 9))),
        (OFFICE, sweden(2026, 12, 31, 10), Opening(False, next=sweden(2027, 1, 4, 9))),
        (DAILY, sweden(2026, 12, 24, 10), Opening(True, until=sweden(2026, 12, 24, 22))),
        # Midsummer 2027: the eve is Friday 25 June.
        (OFFICE, sweden(2027, 6, 24, 18), Opening(False, next=sweden(2027, 6, 28, 9))),
        # Friday's opening lasts into a holiday; the holiday itself does not open. 1 May 2027 is a Saturday.
        (NIGHTS, sweden(2027, 5, 1, 1), Opening(True, until=sweden(2027, 5, 1, 3))),
        (NIGHTS, sweden(2027, 5, 1, 21), Opening(False, next=sweden(2027, 5, 7, 20))),
        # Only on Thursdays, and both Christmas Eve and New Year's Eve are Thursdays: nothing within 14 days.
        (["thu 09:00-10:00"], sweden(2026, 12, 18, 9), Opening(False)),
        (["thu 09:00-10:00"], sweden(2026, 12, 24, 9), Opening(False, next=sweden(2027, 1, 7, 9))),
    ],
)
def test_opening(raw: object, now: datetime, expected: Opening) -> None:
    assert opening(hours(raw), now) == expected
    assert opening(hours(raw), now.astimezone(UTC)) == expected


# --- Summer time: 29 March 2026 has no 02:00-03:00, 25 October 2026 has it twice ---


def test_a_night_is_an_hour_shorter_when_summer_time_begins() -> None:
    night = hours(["sat 22:00-06:00"])
    found = opening(night, sweden(2026, 3, 28, 23))
    assert found.until == sweden(2026, 3, 29, 6)
    assert found.until.astimezone(UTC) - sweden(2026, 3, 28, 22).astimezone(UTC) == timedelta(hours=7)


def test_a_night_is_an_hour_longer_when_summer_time_ends() -> None:
    night = hours(["sat 22:00-06:00"])
    # The second half past two: on the wall it is the same time as the first, an hour later it is not.
    for fold in (0, 1):
        assert opening(night, sweden(2026, 10, 25, 2, 30, fold=fold)).open
    found = opening(night, sweden(2026, 10, 25, 2, 30, fold=1))
    assert found.until is not None
    assert found.until.astimezone(UTC) - sweden(2026, 10, 24, 22).astimezone(UTC) == timedelta(hours=9)


def test_a_closing_time_that_comes_twice_is_the_first() -> None:
    early = hours(["sun 00:00-02:30"])
    assert opening(early, sweden(2026, 10, 25, 2, 15)).open
    assert not opening(early, sweden(2026, 10, 25, 2, 15, fold=1)).open


def test_a_time_that_does_not_come_is_when_the_clock_has_jumped() -> None:
    early = hours(["sun 02:30-05:00"])
    found = opening(early, sweden(2026, 3, 29, 1, 59))
    assert found.next is not None
    assert (found.next.hour, found.next.minute) == (3, 30)
    assert not opening(hours(["sun 02:00-03:00"]), sweden(2026, 3, 29, 3)).open


def test_an_hour_before_opening_is_not_missed_when_the_clocks_go_back() -> None:
    found = opening(hours(["sun 03:00-05:00"]), sweden(2026, 10, 25, 2, 59))
    assert found.next == sweden(2026, 10, 25, 3)
    assert not found.open


# --- Holidays ---


def test_holidays_are_those_that_others_count() -> None:
    """Another's count of the public days and of the eves that are holidays in fact; ordinary Sundays are not in it."""
    for year in range(2005, 2101):
        assert holidays(year) == set(Sweden(years=year, include_sundays=False, categories=("public", "de_facto")))


def test_the_eves_are_holidays_and_ordinary_sundays_are_not() -> None:
    assert {date(2026, 6, 19), date(2026, 12, 24), date(2026, 12, 31)} <= holidays(2026)
    assert date(2026, 11, 22) not in holidays(2026)


# --- Always ---

MOMENTS = st.datetimes(datetime(2025, 1, 1), datetime(2029, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001 - bounds
TIMES = st.builds(time, st.integers(0, 23), st.sampled_from((0, 15, 30, 45)))
SPANS = st.builds(Span, st.frozensets(st.integers(0, 6), min_size=1), TIMES, TIMES)
ANY = st.builds(Hours, st.just(False), st.lists(SPANS, min_size=1, max_size=3).map(tuple), st.booleans())


@given(ANY, MOMENTS)
@example(hours(["sat 22:00-06:00"]), datetime(2026, 10, 25, 0, 30, tzinfo=UTC))
@example(hours(["sun 02:30-05:00"]), datetime(2026, 3, 29, 0, 30, tzinfo=UTC))
def test_the_next_opening_is_open_and_nothing_before_it_is(these: Hours, now: datetime) -> None:
    found = opening(these, now)
    turn = found.until if found.open else found.next
    assert (found.next is None) if found.open else (found.until is None)
    end = turn.astimezone(UTC) if turn else now + HORIZON
    assert now < end <= now + HORIZON
    if turn:
        assert opening(these, turn).open is not found.open
    # Openings begin and end on quarters: one look in each is every look there is.
    quarter = now.replace(minute=now.minute // 15 * 15, second=0, microsecond=0) + timedelta(minutes=15)
    looks = [now, *(at for at in (quarter + timedelta(hours=n * 0.25) for n in range(14 * 96)) if at < end)]
    for look in looks[:: max(1, len(looks) // 40)] + looks[-4:]:
        assert opening(these, look).open is found.open


@given(ANY, MOMENTS)
def test_what_comes_next_does_not_change_until_it_comes(these: Hours, now: datetime) -> None:
    found = opening(these, now)
    turn = found.until or found.next
    if turn:
        between = now + (turn.astimezone(UTC) - now) / 2
        assert opening(these, between) == found


def test_a_year_of_office_hours_opens_on_every_working_day() -> None:
    now, opened = sweden(2026, 1, 1), []
    while now.year == 2026:
        found = opening(hours(OFFICE), now)
        turn = found.until or found.next
        assert turn is not None
        opened += [turn.date()] if found.next else []
        now = turn
    days = [date(2026, 1, 1) + timedelta(days=n) for n in range(365)]
    worked = [day for day in days if day.weekday() < 5 and day not in holidays(2026)]
    assert [day for day in opened if day.year == 2026] == worked
    assert all(before < after for before, after in pairwise(opened))
