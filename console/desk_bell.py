"""When the bell of an open desk rings: somebody came to wait, and its person could come but does not look."""

from collections.abc import Callable, Iterable

from console.accounts import Member
from console.bells import Bells
from console.presence import DutyState, Presence
from console.talks import Talks
from console.visible_frames import Visible


class DeskBell:
    """The bell of one open desk. `capacity` is how many talks its person takes at most. Quiet off duty, while paused,
    with all hands full, and while the page says that it is on a screen."""

    def __init__(
        self, member: Member, presence: Presence, talks: Talks, bells: Bells, capacity: Callable[[], int]
    ) -> None:
        self._member = member
        self._presence = presence
        self._talks = talks
        self._bells = bells
        self._capacity = capacity
        self._visible = True
        self._known: frozenset[str] | None = None  # who waited when it was last looked at

    def note(self, frame: Visible) -> None:
        """The page came onto the screen, or went away from it."""
        self._visible = frame.visible

    def look(self, handles: Iterable[str]) -> None:
        """Who waits now. The first look after the page opened rings for nobody."""
        now = frozenset(handles)
        came = self._known is not None and bool(now - self._known)
        self._known = now
        free = self._presence.duty is DutyState.ON and len(self._talks) < self._capacity()
        if came and free and not self._visible:
            self._bells.ring(self._member.id)
