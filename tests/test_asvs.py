"""docs/asvs.md has a row for every requirement of ASVS 5.0.0 up to level 2, and for what we name of level 3."""

import re
from collections.abc import Iterable
from pathlib import Path

import pytest

TABLE = Path(__file__).parents[1] / "docs/asvs.md"

# Chapter and section: the numbers of levels 1 and 2 in it. V10 and V17, which do not apply, have the other 36 of 253.
WANTED: dict[str, dict[int, Iterable[int]]] = {
    "1": {1: [1, 2], 2: range(1, 10), 3: range(1, 12), 4: range(1, 4), 5: [1, 2]},
    "2": {1: range(1, 4), 2: range(1, 4), 3: range(1, 5), 4: [1]},
    "3": {2: [1, 2], 3: range(1, 5), 4: range(1, 7), 5: range(1, 6), 7: [1, 2]},
    "4": {1: range(1, 4), 2: [1], 3: [1, 2], 4: range(1, 5)},
    "5": {1: [1], 2: range(1, 4), 3: [1, 2], 4: range(1, 4)},
    "6": {
        1: range(1, 4),
        2: range(1, 13),
        3: range(1, 5),
        4: range(1, 5),
        5: range(1, 6),
        6: range(1, 4),
        8: range(1, 5),
    },
    "7": {1: range(1, 4), 2: range(1, 5), 3: [1, 2], 4: range(1, 6), 5: [1, 2], 6: [1, 2]},
    "8": {1: [1, 2], 2: range(1, 4), 3: [1], 4: [1]},
    "9": {1: range(1, 4), 2: range(1, 5)},
    "11": {1: [1, 2], 2: range(1, 4), 3: range(1, 4), 4: range(1, 5), 5: [1], 6: [1]},
    "12": {1: range(1, 4), 2: [1, 2], 3: range(1, 5)},
    "13": {1: [1], 2: range(1, 6), 3: [1, 2], 4: range(1, 6)},
    "14": {1: [1, 2], 2: range(1, 5), 3: range(1, 4)},
    "15": {1: range(1, 4), 2: range(1, 4), 3: range(1, 8)},
    "16": {1: [1], 2: range(1, 6), 3: range(1, 5), 4: range(1, 4), 5: range(1, 4)},
}
# Of level 3: what protects somebody who is looked for (6.3.3's part stands in its own row).
NAMED = {"2.4.2", "3.4.8", "3.5.8", "3.7.3", "6.3.8", "7.5.3", "8.3.2", "11.3.4", "12.1.5", "14.2.7", "16.5.4"}


def rows() -> list[tuple[list[str], list[str]]]:
    """The numbers of each row, and its other cells."""
    lines = TABLE.read_text(encoding="utf-8").partition("## Level 2")[2].splitlines()
    cells = [[each.strip() for each in line.strip("|").split("|")] for line in lines if re.match(r"\| \d", line)]
    return [(re.findall(r"\d+\.\d+\.\d+", first), rest) for first, *rest in cells]


def test_every_requirement_has_one_row() -> None:
    wanted = {
        f"{chapter}.{section}.{number}"
        for chapter, sections in WANTED.items()
        for section, numbers in sections.items()
        for number in numbers
    }
    found = [number for numbers, _ in rows() for number in numbers]
    assert len(wanted) == 217
    assert sorted(found) == sorted(set(found)), "each has one row"
    assert (wanted | NAMED) - set(found) == set()


@pytest.mark.parametrize("numbers_and_cells", rows(), ids=lambda row: row[0][0])
def test_a_row_says_how_and_names_a_test_or_why_there_is_none(numbers_and_cells: tuple[list[str], list[str]]) -> None:
    _, (how, test, still_open) = numbers_and_cells
    assert how
    assert "`" in test or how == "above" or still_open != "-" or "not apply" in how
