"""The console's table of who answers at other desks than their home desk, and how a sign-in learns of it."""

from sqlalchemy import ColumnElement, ForeignKey, ScalarSelect, String, func, or_, select
from sqlalchemy.orm import Mapped, mapped_column

from console.tables import Base, Staff


class StaffDeskRow(Base):
    """A desk at which somebody answers besides their home desk."""

    __tablename__ = "staff_desk"

    staff_id: Mapped[str] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"), primary_key=True)
    desk: Mapped[str] = mapped_column(String(64), primary_key=True, index=True)


def other_desks() -> ScalarSelect[str | None]:
    """For a query about accounts: each one's other desks, with spaces between; None for none."""
    desks = func.aggregate_strings(StaffDeskRow.desk, " ")
    return select(desks).where(StaffDeskRow.staff_id == Staff.id).correlate(Staff).scalar_subquery()


def answers_at(desk: str) -> ColumnElement[bool]:
    """For a query about accounts: whose home desk this is, or who answers there too."""
    guests = select(StaffDeskRow.staff_id).where(StaffDeskRow.desk == desk)
    return or_(Staff.desk == desk, Staff.id.in_(guests))
