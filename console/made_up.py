"""What the demonstration's figures are made of: invented counts for the months before it began, with the shares of the
report of Göteborg 2020 (table B1 of the domain rules). Each publication of them says that it is made up."""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from console.periods import Period
from console.publishing import Publishing
from handover.counters import HOUR_BANDS, WAITING_BANDS
from handover.values import DeskId

# Talks a month at the demonstration's own desk and at its neighbours; two of those are small ones of one county.
OWN = 280
NEIGHBOURS = (("resursteam-heder-goteborg", 120), ("origo", 70), ("una-norrbotten", 4), ("resurscentra-norrbotten", 5))
_CASES = 0.3  # of all talks are wrapped up as a case

_OF_TALKS = {
    "talk.joined": 1.0,
    "talk.taken": 0.86,
    "talk.returned": 0.04,
    "talk.ended.visitor": 0.42,
    "talk.ended.exit": 0.17,
    "talk.ended.staff": 0.2,
    "talk.ended.silence": 0.07,
    "talk.left-waiting": 0.11,
    "talk.overdue": 0.05,
    "talk.guided": 0.02,
    "talk.closed": 0.22,
    "talk.full": 0.03,
    "hours.within": 0.9,
    "hours.outside": 0.1,
    "hours.missed-within": 0.06,
    "hours.missed-outside": 0.19,
    "contact.web": 0.74,
    "contact.web-plain": 0.02,
    "contact.phone": 0.18,
    "contact.telegram": 0.06,
    **dict(zip((f"hour.{band}" for band, _ in HOUR_BANDS), (0.06, 0.07, 0.2, 0.25, 0.32, 0.1), strict=True)),
    **dict(zip((f"waited.{band}" for band, _ in WAITING_BANDS), (0.42, 0.28, 0.12, 0.04), strict=True)),
    "language.sv": 0.62,
    "language.en": 0.1,
    "language.ar": 0.12,
    "language.fa": 0.06,
    "language.so": 0.05,
    "language.ckb": 0.03,
    "language.ti": 0.02,
    "danger.concern": 0.19,
    "danger.urgent": 0.06,
    "rated.helped": 0.24,
    "rated.partly": 0.09,
    "rated.not": 0.04,
    "topic.my-rights": 0.3,
    "topic.control-at-home": 0.28,
    "topic.violence-at-home": 0.2,
    "topic.threats": 0.15,
    "topic.forced-marriage": 0.17,
    "topic.taken-abroad": 0.12,
    "topic.feelings": 0.14,
}
_OF_CASES = {
    "kind.talk": 0.8,
    "kind.consultation": 0.2,
    "initiator.exposed_person": 0.3,
    "initiator.friend": 0.1,
    "initiator.sibling": 0.05,
    "initiator.professional_social_services": 0.2,
    "initiator.professional_school": 0.15,
    "profession.professional_social_services": 0.1,
    "profession.professional_school": 0.07,
    "violence.control_restriction": 0.54,
    "violence.physical": 0.38,
    "violence.psychological": 0.36,
    "violence.sexual": 0.11,
    "violence.fgm": 0.06,
    "violence.forced_marriage": 0.09,
    "violence.threats": 0.2,
    "relation.parent": 0.66,
    "relation.sibling": 0.26,
    "relation.other_relative": 0.22,
    "relation.partner": 0.11,
    "entry.lgbtq": 0.06,
    "entry.boy_or_man": 0.12,
    "entry.about_to_be_taken_abroad": 0.08,
    "age.13_15": 0.2,
    "age.16_17": 0.33,
    "age.18_20": 0.22,
    "age.21_26": 0.12,
    "age.under_13": 0.04,
    "outcome.information": 0.6,
    "outcome.conversation": 0.7,
    "outcome.referral": 0.35,
    "outcome.report_of_concern": 0.1,
    "outcome.urgent_help": 0.04,
    "referred.social_services": 0.2,
    "referred.shelter": 0.08,
    "referred.helpline": 0.1,
    "referred.school": 0.06,
    "referral.arranged": 0.25,
    "referral.closed": 0.05,
    "contact.yes": 0.08,
    "contact.no": 0.07,
    "satisfaction.satisfied": 0.17,
    "satisfaction.partly": 0.02,
}


class MadeUp:
    """Publishes them once, from January of the year before `month`, while the demonstration is there already."""

    def __init__(self, publishing: Publishing, own: DeskId, month: str) -> None:
        self._publishing = publishing
        self._own = own
        self._since = f"{int(month[:4]) - 1:04}-01"

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """It goes on beside the body, and is not waited for at the end: what is missing is not made up later."""
        task = asyncio.create_task(self.make_up())
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def make_up(self) -> None:
        """All of it."""
        below = random.Random().randrange  # noqa: S311  # hides nobody
        await self._publishing.make_up(self._since, lambda period: invent(period, self._own), below)


def invent(period: Period, own: DeskId) -> dict[DeskId, Counter[str]]:
    """What was counted at each desk in a period, as if; the same each time, so that months, quarters and years fit."""
    sums: dict[DeskId, Counter[str]] = {}
    for desk, talks in _sizes(own).items():
        sums[desk] = Counter()
        for month in period.months:
            sums[desk].update(_month(month, desk, talks))
    return sums


def _sizes(own: DeskId) -> Mapping[DeskId, int]:
    return {DeskId(desk): talks for desk, talks in NEIGHBOURS} | {own: OWN}


def _month(month: str, desk: DeskId, talks: int) -> Counter[str]:
    drawn = random.Random(f"{month}/{desk}")  # noqa: S311  # invented, and guards nothing
    year, number = map(int, month.split("-"))
    season = 0.7 if number in (7, 8) else 1.15 if number in (3, 5, 6, 11) else 1.0  # before and after the summer
    joined = talks * season * (1 + 0.12 * (year % 3))
    counts: Counter[str] = Counter()
    for shares, of, prefix in ((_OF_TALKS, joined, ""), (_OF_CASES, joined * _CASES, "wrapup.")):
        for name, share in shares.items():
            mean = of * share
            counts[prefix + name] = max(0, round(drawn.gauss(mean, mean**0.5 / 2)))
    sessions = drawn.randrange(4) if talks > 50 else 0
    counts["education.sessions"], counts["education.participants"] = sessions, sessions * drawn.randrange(12, 60)
    counts["education.social_workers"] = counts["education.participants"] // 3
    return counts
