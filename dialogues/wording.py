"""Small phrases about doors, said in a language: names, age bands, days and times. Pure."""

from collections.abc import Mapping
from datetime import datetime

from dialogues.doors import Ages
from dialogues.values import AgeBand

BANDS: dict[AgeBand, Ages] = {
    AgeBand.UNDER_13: Ages(0, 12),
    AgeBand.FROM_13: Ages(13, 15),
    AgeBand.FROM_16: Ages(16, 17),
    AgeBand.FROM_18: Ages(18, 20),
    AgeBand.FROM_21: Ages(21, 26),
    AgeBand.OVER_26: Ages(27, None),
}
MINORS = frozenset({AgeBand.UNDER_13, AgeBand.FROM_13, AgeBand.FROM_16})


def in_language(texts: Mapping[str, str], language: str) -> str:
    """The text in the language, else in English, else the first there is; empty when there is none."""
    return texts.get(language) or texts.get("en") or next(iter(texts.values()), "")


def overlap(limits: Ages, band: AgeBand) -> bool:
    """Whether somebody in the band can be within the limits."""
    ages = BANDS[band]
    return not _below(ages.most, limits.least) and not _below(limits.most, ages.least)


def within(limits: Ages, band: AgeBand) -> bool:
    """Whether everybody in the band is within the limits."""
    ages = BANDS[band]
    too_young = limits.least is not None and (ages.least or 0) < limits.least
    too_old = limits.most is not None and (ages.most is None or ages.most > limits.most)
    return not too_young and not too_old


def _below(age: int | None, other: int | None) -> bool:
    return age is not None and other is not None and age < other


def age_words(flow: Mapping[str, str], ages: Ages) -> str:
    """The limits in words, such as "13–26 years old"; empty when there are none."""
    if ages.least is not None and ages.most is not None:
        return flow["ages.between"].format(least=ages.least, most=ages.most)
    if ages.least is not None:
        return flow["ages.from"].format(least=ages.least)
    return flow["ages.to"].format(most=ages.most) if ages.most is not None else ""


def day_words(flow: Mapping[str, str], moment: datetime, now: datetime) -> str:
    """The day of a coming moment: today, tomorrow, a weekday; its date when that weekday could be another one."""
    days = (moment.date() - now.astimezone(moment.tzinfo).date()).days
    if days in {0, 1}:
        return flow["day.today" if days == 0 else "day.tomorrow"]
    return flow[f"day.{moment.weekday()}"] if days < 7 else moment.date().isoformat()


def clock(moment: datetime) -> str:
    """The time of day as it is read on a clock."""
    return f"{moment:%H:%M}"
