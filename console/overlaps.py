"""Whether a shift that is wanted lasts while the same person has another one: allowed, and worth a word."""

from collections.abc import Iterable, Set
from datetime import date, timedelta

from console.rota import WHOLE_DAY, Shift, Wanted, day_of


def overlapping(wanted: Wanted, shifts: Iterable[Shift], closed: Set[int]) -> bool:
    """Whether any of the person's `shifts` meets it on a day to come; weekly shifts do not hold on `closed` days."""
    new = Shift(
        id=0,
        name="",
        account=wanted.account,
        weekday=wanted.weekday,
        day=None if wanted.day is None else day_of(wanted.day),
        opens=wanted.opens,
        closes=wanted.closes,
        holidays=wanted.holidays,
        since=day_of(wanted.since),
        until=None,
    )
    return any(_meet(new, each, closed) for each in shifts if each.account == wanted.account)


def _meet(new: Shift, other: Shift, closed: Set[int]) -> bool:
    # The other one may be of the same day, of the day before and last over midnight, or begin in the night after.
    return any(_times_meet(new, other, ahead) and _days_meet(new, other, ahead, closed) for ahead in (-1, 0, 1))


def _times_meet(new: Shift, other: Shift, ahead: int) -> bool:
    later = ahead * WHOLE_DAY
    return new.opens < _end(other) + later and other.opens + later < _end(new)


def _days_meet(new: Shift, other: Shift, ahead: int, closed: Set[int]) -> bool:
    """Whether there is a day of the new one whose `ahead` next day is one of the other."""
    if new.day is not None:
        return _holds(other, new.day + ahead, closed)
    if other.day is not None:
        return other.day - ahead >= new.since and _holds(new, other.day - ahead, closed)
    if new.weekday is None or (new.weekday + ahead) % 7 != other.weekday:
        return False
    return other.until is None or other.until - ahead >= new.since


def _holds(shift: Shift, day: int, closed: Set[int]) -> bool:
    return shift.holds(date(1970, 1, 1) + timedelta(days=day), closed=day in closed)


def _end(shift: Shift) -> int:
    return shift.closes if shift.closes > shift.opens else shift.closes + WHOLE_DAY
