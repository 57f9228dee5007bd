"""Versions with known trouble: a dated list (`known.yml`), and whether what runs here is on it.

The same list is held against the lock files by the tests, so that `make check` finds them without a network.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.metadata import distributions
from pathlib import Path
from typing import Any

import yaml

from fristad.doctor.findings import Finding, Weight

_FILE = Path(__file__).with_name("known.yml")
_OLD = 180  # days; half a year of news is too much to be left out
_NUMBERS = re.compile(r"\d+(?:\.\d+)*")


@dataclass(frozen=True)
class Trouble:
    """One row. `below`: lower versions have it; `exactly`: only that one; neither: every version. `series` narrows an
    engine's row to versions that begin so; `product` says that the package may be anywhere but where we run; `advice`
    that the version alone does not decide."""

    name: str
    why: str
    below: str = ""
    exactly: str = ""
    series: str = ""
    product: bool = False
    advice: bool = False

    def has(self, version: str) -> bool:
        """Whether that version has this trouble."""
        if self.series and not f"{version}.".startswith(f"{self.series}."):
            return False
        if self.exactly:
            return _numbers(version) == _numbers(self.exactly)
        return not self.below or _numbers(version) < _numbers(self.below)


@dataclass(frozen=True)
class Known:
    """The list: when it was brought up to date, and its rows."""

    dated: date
    packages: tuple[Trouble, ...]
    engines: tuple[Trouble, ...]

    def engine(self, name: str, version: str) -> list[Finding]:
        """Findings about an engine of that name and version."""
        rows = [row for row in self.engines if row.name == name.lower() and row.has(version)]
        to_do = "Bring it up to date; both users may run scripts in it."
        return [
            Finding(Weight.ADVICE if row.advice else Weight.DOORS, f"The engine is {name} {version}: {row.why}.", to_do)
            for row in rows
        ]

    def troubles(self, pins: Mapping[str, str], *, product: bool) -> list[tuple[Trouble, str]]:
        """Rows that packages (name to version) meet, with the version; `product`: they are what the product runs on."""
        return [
            (row, pins[row.name])
            for row in self.packages
            if row.name in pins and (product or not row.product) and row.has(pins[row.name])
        ]

    def installed(self, today: date, pins: Mapping[str, str] | None = None) -> list[Finding]:
        """Findings about the packages beside us (or `pins`), and about the age of the list itself."""
        found = []
        for row, version in self.troubles(pins if pins is not None else _installed(), product=False):
            to_do = "Install what requirements.lock holds, in an environment of its own."
            found.append(Finding(Weight.MINOR, f"{row.name} {version} is installed here: {row.why}.", to_do))
        if (today - self.dated).days > _OLD:
            what = f"The list of versions with known trouble is from {self.dated}."
            found.append(Finding(Weight.ADVICE, what, "Bring Fristad up to date, and run `make audit`."))
        return found


@cache
def read_known() -> Known:
    """The list as it is shipped."""
    rows: dict[str, Any] = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    return Known(rows["dated"], _troubles(rows["packages"]), _troubles(rows["engines"]))


def _troubles(rows: Iterable[Mapping[str, Any]]) -> tuple[Trouble, ...]:
    return tuple(Trouble(**row) for row in rows)


def _installed() -> dict[str, str]:
    found = [(each.metadata["Name"], each.version) for each in distributions()]
    return {re.sub(r"[-_.]+", "-", name).lower(): version for name, version in found if name}


def _numbers(version: str) -> tuple[int, ...]:
    """The leading numbers of a version; what follows them (rc1, post2) never decides here."""
    found = _NUMBERS.match(version)
    numbers = tuple(map(int, found[0].split("."))) if found else ()
    return numbers + (0,) * (4 - len(numbers))
