"""What the documents promise is held by tests that exist: each `file::test` they name is one."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
DOCUMENTS = ("SECURITY.md", "docs/safety.md", "docs/asvs.md")
# `file.py`, `file.py::test`, and `::test`, which belongs to the file named last.
_REFERENCE = re.compile(r"`(?:tests/)?([\w/]+\.py)?(?:::(\w+))?`")
_MARKER = re.compile(r"\[(sealing|guard|codes|abuse|exit)\]")


def references(text: str) -> Iterator[tuple[str, str]]:
    """File below `tests/`, and the test in it or nothing. Python files of ours that are no tests are left out."""
    last = ""
    for file, test in _REFERENCE.findall(text):
        if file and not (ROOT / "tests" / file).is_file() and (ROOT / file).is_file():
            continue
        last = file or last
        if file or test:
            yield last, test


@pytest.mark.parametrize("document", [each for each in DOCUMENTS if (ROOT / each).is_file()])
def test_every_test_that_a_document_names_exists(document: str) -> None:
    found = list(references((ROOT / document).read_text(encoding="utf-8")))
    assert found
    assert [f"{file}::{test}" for file, test in found if not _exists(file, test)] == []


@pytest.mark.parametrize("document", [each for each in DOCUMENTS if (ROOT / each).is_file()])
def test_no_claim_waits_for_its_test(document: str) -> None:
    assert _MARKER.findall((ROOT / document).read_text(encoding="utf-8")) == []


def test_a_name_that_is_wrong_would_be_found() -> None:
    text = (
        "`test_rooms.py::test_nothing`, `test_nowhere.py`, `test_rooms.py`, `::test_nothing_either`, `safety/logs.py`"
    )
    assert [_exists(*each) for each in references(text)] == [False, False, True, False]


def _exists(file: str, test: str) -> bool:
    path = ROOT / "tests" / file
    return path.is_file() and (not test or re.search(rf"def {test}\(", path.read_text(encoding="utf-8")) is not None)
