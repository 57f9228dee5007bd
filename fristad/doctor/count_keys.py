"""The keys of what is counted: who may read them, whether backups leave them out, and whether any is missing.

A year's raw counts can be read for as long as its key exists anywhere (requirement ST-2): a copy of a key in a backup
undoes its destruction."""

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

from fristad.doctor.files import OTHERS
from fristad.doctor.findings import Finding, Weight

_TAG, _BEGINS = "CACHEDIR.TAG", b"Signature: 8a477f597d28d172789f06886806bc55"


def check_count_keys(folder: Path, years: Iterable[str]) -> list[Finding]:
    """Findings about the folder; none while nothing was counted. `years` are those that have rows."""
    needed = [f"{year}.key" for year in sorted(years)]
    if not folder.is_dir():
        return _missing(folder, needed)
    folder = folder.resolve()
    found = [
        Finding(Weight.DOORS, f"Other users of this machine may open the count keys in {path}.", f"chmod {mode} {path}")
        for path, mode in ((folder, 700), *((file, 600) for file in sorted(folder.glob("*.key"))))
        if path.stat().st_mode & OTHERS
    ]
    if not _is_tagged(folder):
        what = f"{folder} has no {_TAG}, by which backups know what to leave out."
        found.append(Finding(Weight.TRACES, what, "Restart the console, and delete the folder from backups."))
    what = f"Whether backups leave out {folder}: a copy of a key there would open what is counted for ever."
    found.append(Finding(Weight.ELSEWHERE, what, "Restore the latest backup somewhere, and see that it is not in it."))
    return found + _missing(folder, [name for name in needed if not (folder / name).is_file()])


def counted_years(file: Path) -> set[str]:
    """The years that a console's file of SQLite has raw counts of; none where there is none."""
    if not file.is_file():
        return set()
    try:
        with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as database:
            return {year for (year,) in database.execute("SELECT DISTINCT substr(month, 1, 4) FROM raw_count")}
    except sqlite3.Error:
        return set()


def _is_tagged(folder: Path) -> bool:
    try:
        return (folder / _TAG).read_bytes().startswith(_BEGINS)
    except OSError:
        return False


def _missing(folder: Path, names: Iterable[str]) -> list[Finding]:
    to_do = "Put it back, or its year's figures are never published: FRISTAD_COUNT_KEYS names the folder."
    return [
        Finding(Weight.ADVICE, f"{name} is not in {folder}, and there are counts that it opens.", to_do)
        for name in names
    ]
