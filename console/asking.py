"""What staff let visitors wish for in them: as a woman, as a man, by the shown name. Not said unless they say so."""

from console.database import one_at_a_time
from console.tables import AskedRow, Sessions
from handover.outlook import Wished
from handover.values import StaffId

KINDS = ("", "woman", "man")


class Asking:
    """What each staff member has said of it."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    async def of(self, staff: StaffId, name: str) -> Wished | None:
        """What visitors may wish for in somebody with this shown name; None: nothing."""
        async with self._sessions() as session:
            row = await session.get(AskedRow, staff)
            return Wished(name, row.kind, row.by_name) if row and (row.kind or row.by_name) else None

    async def say(self, staff: StaffId, kind: str, *, by_name: bool) -> None:
        """Say it anew. ValueError for a kind that is not one of KINDS."""
        if kind not in KINDS:
            raise ValueError("a kind is one of the closed list")
        async with self._sessions.begin() as session:
            await one_at_a_time(session, f"staff {staff}")
            await session.merge(AskedRow(staff_id=staff, kind=kind, by_name=by_name))
