"""A table of figures beside their references, with the bars that they are to meet; it says so when one is missed."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Bar:
    """At most, or at least, this number; `of` says whether the value or its ratio to the reference is meant."""

    number: float
    least: bool = False
    of: str = "ratio"

    def met(self, value: float, ratio: float) -> bool:
        """Never met by what was not measured (nan)."""
        judged = ratio if self.of == "ratio" else value
        return judged >= self.number if self.least else judged <= self.number

    def __str__(self) -> str:
        return f"{self.of} {'>=' if self.least else '<='} {self.number:g}"


@dataclass(frozen=True, slots=True)
class Figure:
    """One line. `reference` is in the same unit, from the same run; nan where there is none."""

    what: str
    value: float
    unit: str
    reference: float = math.nan
    bar: Bar | None = None

    @property
    def ratio(self) -> float:
        """Value by reference; nan without one."""
        return self.value / self.reference if self.reference else math.nan

    @property
    def verdict(self) -> str:
        """`met`, `missed`, or nothing where no bar is set."""
        if self.bar is None:
            return ""
        return "met" if self.bar.met(self.value, self.ratio) else "missed"


def table(figures: Iterable[Figure]) -> str:
    """The lines in Markdown, so that they can go into a document as they are."""
    rows: list[Sequence[str]] = [("figure", "value", "reference", "ratio", "bar", "")]
    rows += [
        (
            each.what,
            f"{_short(each.value)} {each.unit}".strip(),
            _short(each.reference),
            _short(each.ratio),
            str(each.bar or ""),
            each.verdict,
        )
        for each in figures
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(6)]
    padded = [[cell.ljust(width) for cell, width in zip(row, widths, strict=True)] for row in rows]
    lines = [f"| {' | '.join(cells)} |" for cells in padded]
    rule = "|" + "|".join("-" * (width + 2) for width in widths) + "|"
    return "\n".join([lines[0], rule, *lines[1:]])


def percentile(took: Sequence[float], share: float) -> float:
    """The value that this share (0 to 1) of all do not exceed; nan of none."""
    ordered = sorted(took)
    return ordered[min(len(ordered) - 1, math.ceil(len(ordered) * share) - 1)] if ordered else math.nan


def median(values: Sequence[float]) -> float:
    """nan of none."""
    ordered = sorted(values)
    middle = len(ordered) // 2
    if not ordered:
        return math.nan
    return ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2


def _short(number: float) -> str:
    if math.isnan(number):
        return "-"
    digits = 0 if abs(number) >= 1000 else 1 if abs(number) >= 100 else 2
    return f"{number:,.{digits}f}"
