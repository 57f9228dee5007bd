"""The sign that somebody writes: that, and nothing of what. It is told to whoever listens, and kept nowhere."""

from typing import Protocol

from handover.values import Done, Gone, NotYours, StaffId, TalkRef

EVERY = 3.0  # seconds between two signs of one side; more are dropped. What a page shows of one lapses after twice that


class VisitorSign(Protocol):
    """The visitor's side of it."""

    async def writing(self, ref: TalkRef) -> Done | Gone:
        """Tell staff that the visitor writes; nobody is told while the visitor waits or is muted."""


class StaffSign(Protocol):
    """The staff's side of it."""

    async def writing(self, ref: TalkRef, staff: StaffId) -> Done | NotYours | Gone:
        """Tell the visitor that the staff member who has the talk writes."""


class Pace:
    """At most one sign in EVERY seconds; the moments handed in are of one clock that never goes back."""

    def __init__(self) -> None:
        self._last = float("-inf")

    def take(self, now: float) -> bool:
        """Whether a sign may go at `now`, in seconds."""
        if now - self._last < EVERY:
            return False
        self._last = now
        return True
