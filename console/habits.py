"""How each of the staff likes to work: talks side by side, and minutes of quiet between two visitors. Their own choice,
kept with the account."""

from dataclasses import dataclass

from console.database import one_at_a_time
from console.duty_tables import HabitRow
from console.tables import Sessions
from dialogues.values import Content
from handover.crew import MOST
from handover.values import DeskId, StaffId

BREATHS = (0, 2, 5, 10)  # minutes


@dataclass(frozen=True, slots=True)
class Habit:
    """`capacity`: 1 to MOST, None when it was never chosen; `breath`: one of BREATHS."""

    capacity: int | None = None
    breath: int = 0

    def takes(self, usual: int, most: int) -> int:
        """How many talks this person takes at a desk where nobody takes more than `most`; `usual` is for who has not
        chosen."""
        return max(1, min(self.capacity or usual, most, MOST))


def most_of(content: Content, desk: DeskId) -> int:
    """How many talks anybody takes at this desk."""
    found = content.desks.get(desk)
    return found.capacity if found else MOST


class Habits:
    """The habits of all staff."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    async def of(self, staff: StaffId) -> Habit:
        """What this person chose; a row that another version wrote counts as far as this one knows it."""
        async with self._sessions() as session:
            row = await session.get(HabitRow, staff)
        if row is None:
            return Habit()
        capacity = row.capacity if row.capacity in range(1, MOST + 1) else None
        return Habit(capacity, row.breath if row.breath in BREATHS else 0)

    async def keep(self, staff: StaffId, habit: Habit) -> None:
        """From now on this."""
        async with self._sessions.begin() as session:
            await one_at_a_time(session, f"staff {staff}")
            await session.merge(HabitRow(staff_id=staff, capacity=habit.capacity, breath=habit.breath))
