"""Planned hours on their way: read as they were written, dates before weekdays, and nothing that breaks a page."""

from datetime import date, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogues.doors import Hours, Span
from dialogues.hours import SWEDEN, opening
from dialogues.plan import read_plan, write_plan

WEDNESDAY = datetime(2026, 12, 2, 12, tzinfo=SWEDEN)
OFFICE = Span(frozenset({0, 1, 2, 3, 4}), time(9), time(16))
NIGHT = Span(frozenset({4}), time(20), time(3))


def on(day: date, opens: int, closes: int) -> dict[date, tuple[Span, ...]]:
    return {day: (Span(frozenset({day.weekday()}), time(opens), time(closes)),)}


def there_and_back(hours: Hours) -> Hours:
    read = read_plan(write_plan(hours))
    assert read is not None
    return read


def test_hours_are_read_as_they_were_written() -> None:
    hours = there_and_back(Hours(spans=(OFFICE, NIGHT), holidays=True, dates=on(date(2026, 12, 24), 10, 12)))
    assert opening(hours, WEDNESDAY).until == datetime(2026, 12, 2, 16, tzinfo=SWEDEN)
    assert opening(hours, datetime(2026, 12, 5, 1, tzinfo=SWEDEN)).until == datetime(2026, 12, 5, 3, tzinfo=SWEDEN)
    assert opening(hours, datetime(2026, 12, 24, 9, tzinfo=SWEDEN)).next == datetime(2026, 12, 24, 10, tzinfo=SWEDEN)


def test_a_date_holds_in_the_place_of_its_weekday() -> None:
    closed = Hours(spans=(OFFICE,), holidays=True, dates={date(2026, 12, 2): (), **on(date(2026, 12, 3), 13, 14)})
    now = opening(there_and_back(closed), WEDNESDAY)
    assert (now.open, now.next) == (False, datetime(2026, 12, 3, 13, tzinfo=SWEDEN))


def test_a_date_holds_on_a_public_holiday_too() -> None:
    for holidays in (True, False):
        hours = Hours(spans=(OFFICE,), holidays=holidays, dates=on(date(2026, 12, 24), 10, 12))
        assert opening(hours, datetime(2026, 12, 24, 11, tzinfo=SWEDEN)).open


def test_a_plan_without_anything_is_closed_and_not_unknown() -> None:
    now = opening(there_and_back(Hours(holidays=True)), WEDNESDAY)
    assert (now.open, now.next) == (False, None)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "null",
        "7",
        '{"weekly": []}',
        '{"weekly": "mon 09:00-16:00", "dates": {}}',
        '{"weekly": ["someday 09:00-16:00"], "dates": {}}',
        '{"weekly": ["mon 09:00-25:00"], "dates": {}}',
        '{"weekly": [1], "dates": {}}',
        '{"weekly": [], "dates": []}',
        '{"weekly": [], "dates": {"tomorrow": []}}',
        '{"weekly": [], "dates": {"2026-12-24": {}}}',
        '{"weekly": [], "dates": {"2026-12-24": ["closed"]}}',
        "[" * 100_000,
    ],
)
def test_what_cannot_be_read_is_no_plan(text: str) -> None:
    assert read_plan(text) is None


@given(st.text() | st.recursive(st.text() | st.integers(), st.lists).map(str))
def test_nothing_that_comes_breaks_the_reader(text: str) -> None:
    assert read_plan(text) is None or isinstance(read_plan(text), Hours)
