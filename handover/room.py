"""The two narrow ports of a waiting room that closes: shut at once, opened again, and who waits guided on."""

from typing import Protocol

from handover.outlook import Outlook, Shut, Wished
from handover.values import DeskId, Done, Gone, StaffId, Taken, TalkRef


class VisitorRoom(Protocol):
    """What the visitor's side may know of a desk. It can neither shut nor open one."""

    async def outlook(self, desk: DeskId) -> Outlook:
        """What somebody may be told before joining."""

    async def asked(self, desk: DeskId) -> list[Wished]:
        """Whom visitors may ask for among those who are on duty now, by shown name; no id of staff."""


class StaffRoom(Protocol):
    """What staff may do with a waiting room."""

    async def shut(self, desk: DeskId, reason: Shut | None) -> None:
        """Shut the desk at once, or open it again (None). It stays so until staff change it: nobody new joins, and who
        waits keeps their place. It outlives every console, not the engine, which takes the waiting room along."""

    async def why_shut(self, desk: DeskId) -> Shut | None:
        """Why the desk is shut; None when it is not."""

    async def be_asked(self, desk: DeskId, staff: StaffId, asked: Wished | None) -> None:
        """What visitors may wish for in this staff member while on duty; None: nothing."""

    async def asked(self, desk: DeskId) -> list[Wished]:
        """As the visitor's side reads it."""

    async def guide(self, ref: TalkRef) -> Done | Taken | Gone:
        """End a wait with the ways on. Everything of the talk is deleted at once but that this is so, which the
        visitor's next look reads, also after a lost connection; it goes with the silence limit."""
