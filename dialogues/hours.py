"""When a door is open, in Swedish local time: over midnight, summer time and public holidays. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from dialogues.doors import Hours, Span
from dialogues.problems import Problem

SWEDEN = ZoneInfo("Europe/Stockholm")
HORIZON = timedelta(days=14)  # no further ahead is an opening looked for

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_SPAN = re.compile(r"(?P<days>[a-z,-]+) (?P<opens>\d\d:\d\d)-(?P<closes>\d\d:\d\d)")
_FORM = '`always` or a list such as ["mon-fri 09:00-16:00", "sat,sun 10:00-14:00", "holidays"]'


@dataclass(frozen=True, slots=True)
class Opening:
    """Whether a door is open, and what comes next. Moments are aware, in Swedish time."""

    open: bool
    until: datetime | None = None  # when it closes; None: it is closed, or does not close within the horizon
    next: datetime | None = None  # when it opens; None: it is open, or does not open within the horizon


def read_hours(raw: object) -> Hours | None:
    """Hours out of a content file's form; None is "not known". Raises ValueError for anything else."""
    if raw is None:
        return None
    if raw == "always":
        return Hours(always=True)
    if not isinstance(raw, list) or not all(isinstance(item, str) for item in raw):
        raise ValueError(Problem("hours-form", form=_FORM, value=repr(raw)))
    spans = tuple(read_span(item) for item in raw if item != "holidays")
    if not spans:
        raise ValueError(Problem("hours-none", form=_FORM))
    return Hours(spans=spans, holidays="holidays" in raw)


def read_span(text: str) -> Span:
    """One span such as `mon-fri 09:00-16:00`. Raises ValueError for anything else."""
    match = _SPAN.fullmatch(text)
    if match is None:
        raise ValueError(Problem("hours-span", value=text, form=_FORM))
    opens, closes = _read_time(match["opens"]), _read_time(match["closes"])
    return Span(frozenset(day for part in match["days"].split(",") for day in _read_days(part)), opens, closes)


def opening(hours: Hours, now: datetime) -> Opening:
    """Whether it is open at `now` (aware), until when, and when it opens next if it is closed."""
    if hours.always:
        return Opening(True)
    # Moments of one zone are compared by the clock on the wall, which lies when the clocks go back: compare in UTC.
    at = now.astimezone(UTC)
    last = at + HORIZON
    for opens, closes in _merged(hours, at):
        if opens <= at < closes:
            return Opening(True, until=closes.astimezone(SWEDEN) if closes <= last else None)
        if at < opens <= last:
            return Opening(False, next=opens.astimezone(SWEDEN))
    return Opening(False)


@cache
def holidays(year: int) -> frozenset[date]:
    """Sweden's public holidays, and the three eves on which services close as on a holiday."""
    easter = _easter(year)
    fixed = {(1, 1), (1, 6), (5, 1), (6, 6), (12, 24), (12, 25), (12, 26), (12, 31)}
    midsummer = _saturday_from(date(year, 6, 20))
    return frozenset(
        {date(year, month, day) for month, day in fixed}
        | {easter + timedelta(days=days) for days in (-2, 0, 1, 39, 49)}  # Good Friday to Pentecost
        | {midsummer - timedelta(days=1), midsummer, _saturday_from(date(year, 10, 31))}  # the last: All Saints
    )


def _read_days(text: str) -> Iterator[int]:
    """`fri`, or `fri-mon` with all between."""
    first, _, last = text.partition("-")
    if first not in DAYS or (last or first) not in DAYS:
        raise ValueError(Problem("hours-days", value=text, known=", ".join(DAYS)))
    start = DAYS.index(first)
    for step in range((DAYS.index(last or first) - start) % 7 + 1):
        yield (start + step) % 7


def _read_time(text: str) -> time:
    try:
        return time(0) if text == "24:00" else time.fromisoformat(text)
    except ValueError:
        raise ValueError(Problem("hours-time", value=text)) from None


def _merged(hours: Hours, at: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Open stretches around and after a moment, in order; those that touch are one."""
    today = at.astimezone(SWEDEN).date()
    # Yesterday's may last over midnight; one day beyond the horizon tells whether its last stretch goes on.
    days = [today + timedelta(days=ahead) for ahead in range(-1, HORIZON.days + 2)]
    stretches = sorted(stretch for day in days for stretch in _stretches(hours, day))
    while stretches:
        opens, closes = stretches.pop(0)
        while stretches and stretches[0][0] <= closes:
            closes = max(closes, stretches.pop(0)[1])
        yield opens, closes


def _stretches(hours: Hours, day: date) -> Iterator[tuple[datetime, datetime]]:
    """What opens on a day, in UTC. A time that summer time skips or repeats is the first that a clock could mean."""
    if day not in hours.dates and day in holidays(day.year) and not hours.holidays:
        return
    for span in hours.dates.get(day, hours.spans):
        if day.weekday() in span.days:
            end = day if span.closes > span.opens else day + timedelta(days=1)
            opens = datetime.combine(day, span.opens, SWEDEN).astimezone(UTC)
            closes = datetime.combine(end, span.closes, SWEDEN).astimezone(UTC)
            if opens < closes:
                yield opens, closes


def _saturday_from(day: date) -> date:
    return day + timedelta(days=(5 - day.weekday()) % 7)


def _easter(year: int) -> date:
    """Easter Sunday of the Gregorian calendar, from the moon's 19-year cycle."""
    golden, century = year % 19, year // 100
    moon = (century - century // 4 - (8 * century + 13) // 25 + 19 * golden + 15) % 30
    moon -= moon // 28 * (1 - 29 // (moon + 1) * ((21 - golden) // 11))
    weekday = (year + year // 4 + moon + 2 - century + century // 4) % 7
    days = moon - weekday
    month = 3 + (days + 40) // 44
    return date(year, month, days + 28 - 31 * (month // 4))
