"""What somebody who waits can honestly be told: why nobody may come, when the desk closes, a rough estimate. Pure."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.words import Words
from dialogues.closing import Stage, hours_of, stage
from dialogues.doors import Desk
from dialogues.hours import Opening
from dialogues.wording import clock
from handover.outlook import Outlook, Shut
from handover.values import Waiting

_MINUTE = 60


class Band(StrEnum):
    """About how long it takes; each has its sentence `waiting.about-<band>`. Coarse, because nobody can know more."""

    FIVE = "5"  # under 5 minutes
    TEN = "10"  # 5 to 15
    TWENTY = "20"  # 15 to 30
    LONGER = "30"  # more than 30
    UNKNOWN = "unknown"


class News(StrEnum):
    """Why nobody may come in time; the first that holds is said first."""

    SHUT = "shut"  # staff closed the desk at once
    CLOSED = "closed"  # its hours are over
    CLOSING = "closing"  # they soon are
    NOBODY = "nobody"  # nobody is on duty any more
    PAUSED = "paused"  # who is on duty takes nobody now, and has no talk that could end
    OVERDUE = "overdue"  # the deadline has passed


@dataclass(frozen=True, slots=True)
class Prospect:
    band: Band
    news: tuple[News, ...] = ()
    shut: Shut | None = None
    left: int = 0  # whole seconds until the deadline


class Prospects:
    """Of one desk, as it is planned now. `now` gives aware Swedish time, `deadline` is in seconds since joining."""

    def __init__(self, words: Words, desk: Callable[[], Desk], now: Callable[[], datetime], deadline: int) -> None:
        self._words = words
        self._desk = desk
        self._now = now
        self._deadline = deadline

    def of(self, standing: Waiting) -> Prospect:
        """What holds for somebody who stands there in line."""
        outlook, left = standing.outlook, max(0, self._deadline - standing.waited)
        news = tuple(news for news, holds in self._reasons(outlook, left) if holds)
        hopeless = {News.SHUT, News.CLOSED, News.NOBODY, News.PAUSED} & set(news)
        band = Band.UNKNOWN if hopeless else estimate(standing.place, outlook)
        return Prospect(band, news, outlook.shut, left)

    def sentences(self, language: str, prospect: Prospect) -> tuple[str, ...]:
        """What is said of it, the last sentence being what there is to do; nothing when all goes well."""
        words = self._words.of(language)
        said = [self._sentence(language, news, prospect.shut) for news in prospect.news]
        return (*said, words["news.keep"]) if said else ()

    def shut(self, language: str, reason: Shut) -> str:
        """Why the desk is shut."""
        return self._words.of(language)[f"news.shut-{reason}"]

    def before(self, language: str) -> str:
        """What somebody reads before joining: that the desk soon closes, or has closed. Empty when it is open."""
        match self._stage():
            case Stage.CLOSED:
                return self._words.of(language)["news.after-hours"]
            case Stage.CLOSING:
                return self._closing(language, "news.late")
        return ""

    def _hours(self) -> Opening:
        return hours_of(self._desk(), self._now())

    def _stage(self) -> Stage:
        return stage(self._hours(), self._now())

    def _reasons(self, outlook: Outlook, left: int) -> tuple[tuple[News, bool], ...]:
        at = self._stage()
        shut = outlook.shut is not None
        idle = outlook.available == 0 and outlook.in_hand == 0
        return (
            (News.SHUT, shut),
            (News.CLOSED, at is Stage.CLOSED and not shut),
            (News.CLOSING, at is Stage.CLOSING and not shut),
            (News.NOBODY, outlook.on_duty == 0 and not shut),
            (News.PAUSED, outlook.on_duty > 0 and idle and not shut),
            (News.OVERDUE, left == 0),
        )

    def _sentence(self, language: str, news: News, shut: Shut | None) -> str:
        if news is News.SHUT and shut:
            return self.shut(language, shut)
        if news is News.CLOSING:
            return self._closing(language, "news.closing")
        return self._words.of(language)["waiting.overdue" if news is News.OVERDUE else f"news.{news}"]

    def _closing(self, language: str, key: str) -> str:
        until = self._hours().until
        return self._words.of(language)[key].replace("{time}", clock(until) if until else "")


def estimate(place: int, outlook: Outlook) -> Band:
    """How long it takes for the one at `place`: at once while somebody has room for each of those before; beyond that,
    talks end one after another at the pace of the last ones. Unknown where that pace is."""
    room = outlook.available
    if place <= room:
        return Band.FIVE
    if not outlook.pace or not outlook.in_hand:
        return Band.UNKNOWN
    minutes = (place - room) * outlook.pace / outlook.in_hand / _MINUTE
    bounds = ((5, Band.FIVE), (15, Band.TEN), (30, Band.TWENTY))
    return next((band for bound, band in bounds if minutes < bound), Band.LONGER)
