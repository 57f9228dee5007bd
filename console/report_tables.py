"""The closed tables that are published: one question each, never crossed with another; what a talk adds at most, and
what their noise costs. Source: design section 10, tables T1 to T12 of the domain rules.

A table's noise has the scale `most / epsilon`: whatever one talk adds to its cells changes how likely any publication
is by a factor of exp(epsilon) at most (differential privacy of one talk; several talks of one person add up, because
nobody can know that they are one person's)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from console.periods import Rhythm
from console.wrapup import GROUPS, PARTICIPANTS, SESSION, SOCIAL_WORKERS
from handover.counters import HOUR_BANDS, RATINGS, WAITING_BANDS
from handover.values import Channel, Danger, EndReason

# By kind of table and rhythm. Years are what reports are written of, so they get most of the case tables' budget.
EPSILON: dict[tuple[bool, Rhythm], Fraction] = {
    (False, Rhythm.MONTH): Fraction(2, 5),
    (False, Rhythm.YEAR): Fraction(7, 20),
    (True, Rhythm.QUARTER): Fraction(1, 4),
    (True, Rhythm.YEAR): Fraction(3, 4),
}
SIZE_EPSILON = Fraction(1, 4)  # of the noisy number that decides which desks are put together, each period
LEAST = 10  # a desk with fewer has no figures of its own (requirement 6.2.5)
CAP = Fraction(20)  # what one talk may cost in a year, over all tables that it can be in; more is refused


class TooCostly(Exception):
    """The tables together would tell more of one talk than the cap allows; nothing is published."""


@dataclass(frozen=True, slots=True)
class Table:
    """Cells by id, each the sum of its counters. A talk adds `most` at most over all cells. `cases`: from wrap-ups,
    published by quarter and year; else by month and year. `several`: one talk may be in several cells."""

    id: str
    cells: Mapping[str, tuple[str, ...]]
    most: int = 1
    cases: bool = False

    @property
    def several(self) -> bool:
        """Whether its parts may be more than there are talks."""
        return self.most > 1

    def epsilon(self, rhythm: Rhythm) -> Fraction | None:
        """What it costs in such a period; None when it is not in it."""
        return EPSILON.get((self.cases, rhythm))

    def scale(self, rhythm: Rhythm) -> Fraction:
        """Of its noise. KeyError when it is not in such a period."""
        return self.most / EPSILON[self.cases, rhythm]


def _one(prefix: str, names: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """A cell for each counter."""
    return {str(name): (f"{prefix}.{name}",) for name in names}


def report_tables(topics: Iterable[str], languages: Iterable[str]) -> tuple[Table, ...]:
    """All tables, in the order of a report."""
    channels = [channel for channel in Channel if channel is not Channel.WEB_PLAIN]
    contacts = _one("contact", channels) | {"web": ("contact.web", "contact.web-plain")}
    endings = {f"ended-{reason}": (f"talk.ended.{reason}",) for reason in EndReason}
    return (
        Table("talks", _one("talk", ("joined", "taken", "returned")), most=3),
        Table("endings", endings | _one("talk", ("left-waiting", "overdue", "guided")), most=2),
        Table("unmet", _one("talk", ("closed", "full"))),
        Table("hours", _one("hours", ("within", "outside", "missed-within", "missed-outside"))),
        Table("channel", contacts),
        Table("hour", _one("hour", (band for band, _ in HOUR_BANDS))),
        Table("language", _one("language", sorted(languages))),
        Table("waited", _one("waited", (band for band, _ in WAITING_BANDS))),
        Table("topic", _one("topic", sorted(topics)), most=3),
        Table("danger", _one("danger", (level for level in Danger if level is not Danger.NONE)), most=2),
        Table("rated", _one("rated", RATINGS)),
        *(Table(group.id, _one(f"wrapup.{group.id}", group.values), group.most, cases=True) for group in GROUPS),
        Table(
            "education",
            {"sessions": (SESSION,), "participants": (PARTICIPANTS,), "social-workers": (SOCIAL_WORKERS,)},
            most=2,
            cases=True,
        ),
    )


SIZES: dict[Rhythm, tuple[str, ...]] = {
    Rhythm.MONTH: ("talk.joined",),
    Rhythm.QUARTER: ("wrapup.kind.talk", "wrapup.kind.consultation"),
    Rhythm.YEAR: ("wrapup.kind.talk", "wrapup.kind.consultation"),
}
# What one wrap-up answers depends on what it is: a talk has an initiator, a consultation the other three.
_TALK, _CONSULTATION = {"initiator"}, {"profession", "contact", "satisfaction"}
_NOT_OF_A_TALK = {"education"}


def cost(tables: Iterable[Table]) -> Fraction:
    """What one talk costs in a year: each table that it can be in, by month or quarter and by year, and the sizes of
    three periods. TooCostly above CAP."""
    spent = {
        table.id: sum((table.epsilon(rhythm) or Fraction(0) for rhythm in Rhythm), Fraction(0))
        for table in tables
        if table.id not in _NOT_OF_A_TALK
    }
    either = [sum((spent.get(id, Fraction(0)) for id in way), Fraction(0)) for way in (_TALK, _CONSULTATION)]
    always = sum((value for id, value in spent.items() if id not in _TALK | _CONSULTATION), Fraction(0))
    total = always + max(either) + 3 * SIZE_EPSILON
    if total > CAP:
        raise TooCostly(f"{float(total):g} of {float(CAP):g}")
    return total


def period_cost(tables: Iterable[Table], rhythm: Rhythm) -> Fraction:
    """What one talk costs in one such period, of whatever kind it is."""
    return SIZE_EPSILON + sum(
        (table.epsilon(rhythm) or Fraction(0) for table in tables if table.id not in _NOT_OF_A_TALK), Fraction(0)
    )
