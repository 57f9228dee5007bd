"""When a desk closes, and how near that is: the one place that knows where its hours come from. Pure."""

from datetime import datetime, timedelta
from enum import StrEnum

from dialogues.doors import Desk
from dialogues.hours import Opening, opening

SOON = timedelta(minutes=15)  # who waits is told so long before


class Stage(StrEnum):
    """Where a desk stands in its hours. One that states none is open whenever somebody is on duty."""

    OPEN = "open"
    CLOSING = "closing"  # within SOON of its end
    CLOSED = "closed"


def hours_of(desk: Desk, now: datetime) -> Opening:
    """Whether the desk's hours say open at `now` (aware), until when, and when it opens again."""
    return Opening(True) if desk.hours is None else opening(desk.hours, now)


def stage(hours: Opening, now: datetime) -> Stage:
    """How near the end of its hours is, by `hours` as `hours_of` gives them."""
    if not hours.open:
        return Stage.CLOSED
    return Stage.CLOSING if hours.until and hours.until - now <= SOON else Stage.OPEN
