"""When the bell of an open desk rings: somebody came to wait, and its person could come but does not look."""

from collections.abc import Callable, Sequence

from console.accounts import Member
from console.bells import Bells
from console.presence import DutyState, Presence
from console.talks import Talks
from console.visible_frames import Visible
from handover.front import Front


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
        self._seen: Sequence[Front] = ()  # the waiting lists of all desks when they were last looked at

    def note(self, frame: Visible) -> None:
        """The page came onto the screen, or went away from it."""
        self._visible = frame.visible

    def look(self, fronts: Sequence[Front]) -> None:
        """Who waits now, desk by desk. The first look after the page opened rings for nobody."""
        came = any(map(_came, self._seen, fronts))
        self._seen = fronts
        free = self._presence.duty is DutyState.ON and len(self._talks) < self._capacity()
        if came and free and not self._visible:
            self._bells.ring(self._member.id)


def _came(before: Front, now: Front) -> bool:
    """Whether somebody waits who did not. Of a list that is not read to its end, only who joined since is known."""
    if before.until is None:
        return bool({row.ref for row in now.rows} - {row.ref for row in before.rows})
    return now.newest > before.newest
