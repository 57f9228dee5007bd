"""The console's tables about staff at work: their habits, and when they are meant to be on duty."""

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from console.tables import Base


class HabitRow(Base):
    """How one person likes to work; who chose nothing has no row."""

    __tablename__ = "habit"

    staff_id: Mapped[str] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"), primary_key=True)
    capacity: Mapped[int | None]  # talks side by side
    breath: Mapped[int]  # minutes between two visitors


class ShiftRow(Base):
    """When somebody is meant to be on duty: every week on `weekday`, or once on `day`; never both.

    Days are since 1970-01-01, times are minutes after midnight in Sweden; an end that is not after the beginning is on
    the next day."""

    __tablename__ = "shift"

    id: Mapped[int] = mapped_column(primary_key=True)
    desk: Mapped[str] = mapped_column(String(64), index=True)
    staff_id: Mapped[str] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"), index=True)
    weekday: Mapped[int | None]  # 0 is Monday
    day: Mapped[int | None]
    opens: Mapped[int]
    closes: Mapped[int]
    holidays: Mapped[bool]  # a weekly one: also on public holidays
    since: Mapped[int]  # the first day that it may hold
    until: Mapped[int | None]  # the last one


class ClosedDayRow(Base):
    """A day on which the weekly shifts of a desk do not hold."""

    __tablename__ = "closed_day"

    desk: Mapped[str] = mapped_column(String(64), primary_key=True)
    day: Mapped[int] = mapped_column(primary_key=True)
