"""Months, quarters and years: which hold what, and which are over."""

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

_FORM = re.compile(r"(\d{4})(?:-(?:(\d{2})|Q([1-4])))?")


class Rhythm(StrEnum):
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


@dataclass(frozen=True, slots=True)
class Period:
    """A month (`part` 1 to 12), a quarter (1 to 4) or a year (0)."""

    rhythm: Rhythm
    year: int
    part: int = 0

    @property
    def id(self) -> str:
        """`2026-03`, `2026-Q1` or `2026`."""
        if self.rhythm is Rhythm.YEAR:
            return f"{self.year:04}"
        return f"{self.year:04}-{self.part:02}" if self.rhythm is Rhythm.MONTH else f"{self.year:04}-Q{self.part}"

    @property
    def months(self) -> tuple[str, ...]:
        """The months in it, by id."""
        first, count = {
            Rhythm.MONTH: (self.part, 1),
            Rhythm.QUARTER: (3 * self.part - 2, 3),
            Rhythm.YEAR: (1, 12),
        }[self.rhythm]
        return tuple(f"{self.year:04}-{month:02}" for month in range(first, first + count))

    @property
    def before(self) -> "Period":
        """The same one of last year for months and quarters, so that seasons do not look like change; the year
        before."""
        return Period(self.rhythm, self.year - 1, self.part)


def read_period(text: str) -> Period | None:
    """The period of an id; None for anything else."""
    found = _FORM.fullmatch(text)
    if found is None:
        return None
    year = int(found[1])
    if found[3]:
        return Period(Rhythm.QUARTER, year, int(found[3]))
    if found[2]:
        return Period(Rhythm.MONTH, year, int(found[2])) if 1 <= int(found[2]) <= 12 else None
    return Period(Rhythm.YEAR, year)


def month_of(now: datetime) -> str:
    """The month that is going on, in Swedish time."""
    return f"{now.year:04}-{now.month:02}"


def over(first: str, now: str) -> list[Period]:
    """Every period from the month `first` that is over in the month `now`, in the order of closing: a quarter after
    its last month, a year last."""
    year, month = map(int, first.split("-"))
    periods = []
    while f"{year:04}-{month:02}" < now:
        periods.append(Period(Rhythm.MONTH, year, month))
        if month % 3 == 0:
            periods.append(Period(Rhythm.QUARTER, year, month // 3))
        if month == 12:
            periods.append(Period(Rhythm.YEAR, year))
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    return periods
