"""Published figures as people read them: rows in words, with margins, and what differs from earlier ones by more than
chance. Nothing in it knows anything that was not published."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from console.language import Words
from console.periods import Period, Rhythm
from safety.figures import FEW, Figure, differ

Label = Callable[[str, str], str]  # table, cell -> what it is called
Document = Mapping[str, Any]

ALL = "all"
HEADLINE = (("talks", "joined"), ("talks", "taken"), ("kind", "talk"), ("kind", "consultation"))
_PAST = 8  # earlier periods of a small chart


@dataclass(frozen=True, slots=True)
class Row:
    """One figure. `low` and `high` bound it in 19 of 20 cases; `change` is `more`, `less`, `same`, or empty when there
    is nothing to compare with; `past` are those of earlier periods that have it, by period, oldest first, itself
    last."""

    id: str
    label: str
    figure: Figure
    low: int
    high: int
    change: str
    past: tuple[tuple[str, Figure], ...]


@dataclass(frozen=True, slots=True)
class TableView:
    id: str
    title: str
    several: bool
    margin: int
    rows: tuple[Row, ...]

    @property
    def top(self) -> int:
        """The largest number that a chart of it has to show."""
        return max((row.high for row in self.rows), default=FEW)


@dataclass(frozen=True, slots=True)
class Report:
    """One group's figures of a period; `compared` is the id of the earlier period, if any."""

    period: Period
    group: str
    tables: tuple[TableView, ...]
    compared: str
    document: Document
    past: tuple[Period, ...]  # of which the rows may have figures, oldest first

    def row(self, table: str, cell: str) -> Row | None:
        """A row by its names."""
        rows = (row for view in self.tables if view.id == table for row in view.rows)
        return next((row for row in rows if row.id == cell), None)

    @property
    def made_up(self) -> bool:
        """Whether a demonstration invented what was counted."""
        return bool(self.document.get("demonstration"))

    @property
    def headline(self) -> list[Row]:
        """What the period is told by first."""
        found = [self.row(*names) for names in HEADLINE]
        return [row for row in found if row is not None]


def report(
    period: Period,
    document: Document,
    earlier: Sequence[tuple[Period, Document]],
    words: Words,
    label: Label,
    group: str = ALL,
) -> Report | None:
    """The figures of a group; None when it has none of its own. `earlier` are documents of the same rhythm, latest
    first."""
    if figures_of_group(document, group) is None:
        return None
    usable = [(when, past) for when, past in earlier if figures_of_group(past, group) is not None]
    compared = _compared(period, usable)
    past = [*reversed(usable[:_PAST]), (period, document)]
    tables = tuple(
        _table(id, document, compared[1] if compared else None, past, words, label, group) for id in _order(document)
    )
    return Report(period, group, tables, compared[0].id if compared else "", document, tuple(when for when, _ in past))


def figures_of_group(document: Document, group: str) -> Mapping[str, Sequence[Figure]] | None:
    """A group's figures by table."""
    if group == ALL:
        figures: Mapping[str, Sequence[Figure]] = document["all"]
        return figures
    return next((each["figures"] for each in document["groups"] if each["id"] == group), None)


def groups_of(document: Document) -> list[str]:
    """All together first, then every group; where there is one desk they are the same, and it stands alone."""
    ids = [each["id"] for each in document["groups"]]
    return [ALL, *ids] if len(ids) > 1 else [ALL]


def shown(figure: Figure, words: Words) -> str:
    """A figure as it is read."""
    return words("figures.fewer", few=FEW) if figure is None else str(figure)


def period_name(period: Period, words: Words) -> str:
    """A period as it is read."""
    if period.rhythm is Rhythm.YEAR:
        return str(period.year)
    if period.rhythm is Rhythm.QUARTER:
        return words("figures.quarter", quarter=period.part, year=period.year)
    return words("figures.month", month=words(f"figures.month.{period.part}"), year=period.year)


def _order(document: Document) -> list[str]:
    """As in a report: what happened, then whom and what it was about. A document's keys are in the alphabet's order."""
    known = [id for id in _ORDER if id in document["tables"]]
    return known + sorted(set(document["tables"]) - set(known))


_ORDER = (
    *("talks", "endings", "unmet", "hours", "channel", "hour", "language", "waited", "topic", "danger", "rated"),
    *("kind", "initiator", "profession", "violence", "relation", "entry", "age", "outcome", "referred", "referral"),
    *("contact", "satisfaction", "education"),
)


def _compared(period: Period, earlier: Sequence[tuple[Period, Document]]) -> tuple[Period, Document] | None:
    """The same season of last year where there is one, else the one before."""
    return next((each for each in earlier if each[0] == period.before), earlier[0] if earlier else None)


def _table(
    id: str,
    document: Document,
    compared: Document | None,
    past: Sequence[tuple[Period, Document]],
    words: Words,
    label: Label,
    group: str,
) -> TableView:
    margin = _margin(document, id, group)
    rows = []
    for cell in document["tables"][id]:
        figure = _find(document, id, cell, group)
        change = ""
        if compared is not None and cell in compared["tables"].get(id, ()):
            before = _find(compared, id, cell, group)
            certain = differ(figure, before, (margin, _margin(compared, id, group)))
            change = ("more" if (figure or 0) > (before or 0) else "less") if certain else "same"
        line = tuple(
            (when.id, _find(each, id, cell, group)) for when, each in past if cell in each["tables"].get(id, ())
        )
        low = 0 if figure is None else max(0, figure - margin)
        high = FEW - 1 + margin if figure is None else figure + margin
        rows.append(Row(cell, label(id, cell), figure, low, high, change, line))
    return TableView(id, words(f"figures.table.{id}"), id in document["several"], margin, tuple(rows))


def _margin(document: Document, table: str, group: str) -> int:
    return int(document["margins_all" if group == ALL else "margins"][table])


def _find(document: Document, table: str, cell: str, group: str) -> Figure:
    figures = figures_of_group(document, group)
    assert figures is not None  # noqa: S101  # both callers have looked
    figure = figures[table][document["tables"][table].index(cell)]
    return None if figure is None else int(figure)
