"""Who of a desk's staff is meant to be on duty when: weekly shifts and single dates. It is about staff only, decides
nothing about who may come in, and tells visitors only the hours that it adds up to."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from sqlalchemy import ColumnElement, delete, func, or_, select

from console.database import one_at_a_time
from console.desk_tables import answers_at
from console.duty_tables import ClosedDayRow, ShiftRow
from console.permissions import Role
from console.tables import Sessions, Staff
from dialogues.doors import Desk, Hours, Span
from dialogues.hours import HORIZON, SWEDEN, holidays
from handover.values import DeskId

MOST_SHIFTS = 200  # of one desk: what is published of them, and the page, stay small
KEPT = 90  # days that what is over is remembered
WHOLE_DAY = 24 * 60  # minutes

_EPOCH = date(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class Shift:
    """One person's shift. Times are minutes after midnight; `weekday` (0 is Monday) of a weekly one, else None."""

    id: int
    name: str
    account: str
    weekday: int | None
    day: int | None
    opens: int
    closes: int
    holidays: bool
    since: int
    until: int | None

    @property
    def over(self) -> int:
        """Minutes that it lasts into the day after; 0 when it ends by midnight."""
        return self.closes if self.closes <= self.opens else 0

    @property
    def last(self) -> int | None:
        """Its last day; None while it goes on."""
        return self.until if self.day is None else self.day

    def holds(self, on: date, *, closed: bool) -> bool:
        """Whether somebody is meant to come on this day; on a `closed` one only who was asked for it by date."""
        if self.day is not None:
            return self.day == day_of(on)
        if closed or self.weekday != on.weekday() or (on in holidays(on.year) and not self.holidays):
            return False
        return self.since <= day_of(on) and (self.until is None or day_of(on) <= self.until)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A shift as a coordinator asks for it; `account` is a sign-in name."""

    account: str
    weekday: int | None
    day: date | None
    opens: int
    closes: int
    holidays: bool
    since: date


@dataclass(frozen=True, slots=True)
class Day:
    """One day of a week. `over` are the shifts of the day before that last over midnight, whatever this day is; `open`
    the hours that all add up to, in minutes after its midnight, in order."""

    date: date
    closed: bool
    holiday: bool
    shifts: tuple[Shift, ...]
    over: tuple[Shift, ...]
    open: tuple[tuple[int, int], ...]

    @property
    def weekly(self) -> bool:
        """Whether anybody comes who comes every week."""
        return any(each.day is None for each in self.shifts)


class Rota:
    """The plans of all desks. `clock` tells the time of day."""

    def __init__(self, sessions: Sessions, clock: Callable[[], float]) -> None:
        self.known: dict[DeskId, Hours] = {}  # the hours that visitors were told last (console.plans)
        self._sessions = sessions
        self._clock = clock

    def planned(self, desk: Desk | None) -> Desk | None:
        """The desk with the hours that visitors were told last; without a plan those of its file hold."""
        hours = self.known.get(DeskId(desk.id)) if desk else None
        return replace(desk, hours=hours) if desk and hours else desk

    def today(self) -> date:
        """The day in Sweden."""
        return datetime.fromtimestamp(self._clock(), SWEDEN).date()

    async def people(self, desk: DeskId) -> dict[str, str]:
        """Shown names of who can be planned, by sign-in name."""
        query = select(Staff.sign_in_name, Staff.shown_name).where(*_able(desk)).order_by(Staff.shown_name)
        async with self._sessions() as session:
            return {row.sign_in_name: row.shown_name for row in await session.execute(query)}

    async def desks(self) -> set[DeskId]:
        """Those for which anything is planned, or was."""
        async with self._sessions() as session:
            return {DeskId(desk) for desk in await session.scalars(select(ShiftRow.desk).distinct())}

    async def plan(self, desk: DeskId) -> tuple[list[Shift], set[int]]:
        """The shifts of who can come, and the closed days."""
        query = (
            select(ShiftRow, Staff.shown_name, Staff.sign_in_name)
            .join(Staff, Staff.id == ShiftRow.staff_id)
            .where(ShiftRow.desk == desk, *_able(desk))
            .order_by(ShiftRow.opens, Staff.shown_name, ShiftRow.id)
        )
        async with self._sessions() as session:
            rows = (await session.execute(query)).all()
            closed = await session.scalars(select(ClosedDayRow.day).where(ClosedDayRow.desk == desk))
            return [_shift(row, name, account) for row, name, account in rows], set(closed)

    async def week(self, desk: DeskId, monday: date) -> list[Day]:
        """The seven days from `monday`."""
        shifts, closed = await self.plan(desk)
        return [_day(monday + timedelta(days=ahead), shifts, closed) for ahead in range(7)]

    async def hours(self, desk: DeskId) -> Hours | None:
        """What visitors read from now on; None where nothing is planned for today or later."""
        shifts, closed = await self.plan(desk)
        today = self.today()
        coming = [each for each in shifts if each.last is None or each.last >= day_of(today) - 1]
        if not coming:
            return None
        weekly = {
            weekday: _spans(weekday, [each for each in coming if each.weekday == weekday and _begun(each, today)])
            for weekday in range(7)
        }
        dates = {}
        # Yesterday's may last over midnight; one day more tells whether the last stretch goes on.
        for ahead in range(-1, HORIZON.days + 2):
            on = today + timedelta(days=ahead)
            spans = _spans(on.weekday(), [each for each in shifts if each.holds(on, closed=day_of(on) in closed)])
            if spans != weekly[on.weekday()]:
                dates[on] = spans
        return Hours(spans=tuple(span for spans in weekly.values() for span in spans), holidays=True, dates=dates)

    async def add(self, desk: DeskId, wanted: Wanted) -> str:
        """Plan a shift. Empty when it is planned, else the name of what is wrong: person, twice, many."""
        row = _row(desk, wanted)
        async with self._sessions.begin() as session:
            await one_at_a_time(session, f"rota {desk}")
            who = Staff.sign_in_name == wanted.account
            row.staff_id = await session.scalar(select(Staff.id).where(who, *_able(desk))) or ""
            if not row.staff_id:
                return "person"
            rows = list(await session.scalars(select(ShiftRow).where(ShiftRow.desk == desk)))
            if any(_same(row, each) for each in rows):
                return "twice"
            if len(rows) >= MOST_SHIFTS:
                return "many"
            session.add(row)
        return ""

    async def remove(self, desk: DeskId, shift: int, on: date) -> None:
        """Take a shift out; a weekly one from this day on."""
        async with self._sessions.begin() as session:
            row = await session.get(ShiftRow, shift)
            if row is None or row.desk != desk:
                return
            if row.day is not None or day_of(on) <= row.since:
                await session.delete(row)
            else:
                row.until = day_of(on) - 1 if row.until is None else min(row.until, day_of(on) - 1)

    async def close(self, desk: DeskId, on: date, *, closed: bool) -> None:
        """The weekly shifts do not hold on this day, or do again."""
        async with self._sessions.begin() as session:
            await one_at_a_time(session, f"rota {desk}")
            count = select(func.count()).where(ClosedDayRow.desk == desk)
            if closed and (await session.scalar(count) or 0) < MOST_SHIFTS:
                await session.merge(ClosedDayRow(desk=desk, day=day_of(on)))
            elif not closed:
                where = (ClosedDayRow.desk == desk, ClosedDayRow.day == day_of(on))
                await session.execute(delete(ClosedDayRow).where(*where))

    async def purge(self) -> None:
        """Forget what has been over for KEPT days."""
        before = day_of(self.today()) - KEPT
        async with self._sessions.begin() as session:
            await session.execute(delete(ShiftRow).where(or_(ShiftRow.day < before, ShiftRow.until < before)))
            await session.execute(delete(ClosedDayRow).where(ClosedDayRow.day < before))


def day_of(on: date) -> int:
    """Days since 1970-01-01."""
    return (on - _EPOCH).days


def joined(stretches: Iterable[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """Stretches of minutes in order; those that overlap or touch are one."""
    found: list[tuple[int, int]] = []
    for opens, closes in sorted(stretches):
        if found and opens <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], closes))
        else:
            found.append((opens, closes))
    return tuple(found)


def _able(desk: DeskId) -> tuple[ColumnElement[bool], ...]:
    return Staff.active.is_(True), answers_at(desk), Staff.role == Role.STAFF


def _begun(shift: Shift, today: date) -> bool:
    return shift.since <= day_of(today + HORIZON)


def _day(on: date, shifts: list[Shift], closed: set[int]) -> Day:
    there, before = _there(on, shifts, closed), _there(on - timedelta(days=1), shifts, closed)
    over = tuple(each for each in before if each.over)
    own = [(each.opens, each.closes + (WHOLE_DAY if each.closes <= each.opens else 0)) for each in there]
    hours = joined([*own, *((0, each.over) for each in over)])
    return Day(on, day_of(on) in closed, on in holidays(on.year), there, over, hours)


def _there(on: date, shifts: list[Shift], closed: set[int]) -> tuple[Shift, ...]:
    return tuple(each for each in shifts if each.holds(on, closed=day_of(on) in closed))


def _spans(weekday: int, shifts: Iterable[Shift]) -> tuple[Span, ...]:
    times = sorted({(each.opens, each.closes) for each in shifts})
    return tuple(Span(frozenset({weekday}), _time(opens), _time(closes)) for opens, closes in times)


def _time(minutes: int) -> time:
    return time(minutes // 60 % 24, minutes % 60)


def _row(desk: DeskId, wanted: Wanted) -> ShiftRow:
    return ShiftRow(
        desk=desk,
        weekday=wanted.weekday,
        day=None if wanted.day is None else day_of(wanted.day),
        opens=wanted.opens,
        closes=wanted.closes,
        holidays=wanted.holidays,
        since=day_of(wanted.since),
        until=None,
    )


def _same(row: ShiftRow, other: ShiftRow) -> bool:
    fields = ("staff_id", "weekday", "day", "opens", "closes", "until")
    return all(getattr(row, field) == getattr(other, field) for field in fields)


def _shift(row: ShiftRow, name: str, account: str) -> Shift:
    return Shift(row.id, name, account, row.weekday, row.day, row.opens, row.closes, row.holidays, row.since, row.until)
