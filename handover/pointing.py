"""Pointing a visitor to another desk: they read who answers there, and go or stay. Nothing of the talk goes along."""

from typing import Protocol

from handover.asks import Busy
from handover.values import DeskId, Done, Gone, NotYours, StaffId, TalkRef

POINT_SECONDS = 300  # there is something to read before one answers


class StaffPointing(Protocol):
    """What the staff's side may do. The answer is `VisitorAsks.consent`; a yes ends nothing by itself."""

    async def point(self, ref: TalkRef, staff: StaffId, desk: DeskId) -> Done | Busy | NotYours | Gone:
        """Ask the visitor whether they would rather go on at another desk. Busy while another question is open."""
