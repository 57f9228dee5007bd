"""Mistakes in content stop the start, and are named by file and line."""

import shutil
from datetime import datetime
from pathlib import Path

import pytest

from dialogues.files import ContentError
from dialogues.hours import SWEDEN
from dialogues.loader import DEFAULT, load_content
from dialogues.values import Content


def load(root: Path) -> Content:
    return load_content(root, now=datetime(2026, 12, 1, 12, tzinfo=SWEDEN), demo=True)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return Path(shutil.copytree(DEFAULT, tmp_path / "content"))


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_the_shipped_content_loads(root: Path) -> None:
    content = load(root)
    assert set(content.languages) == {"sv", "en", "ar", "ckb", "fa", "so", "ti"}
    assert len(content.topics) == 38
    assert len(content.counties) == 21


@pytest.mark.parametrize(
    ("file", "old", "new", "says"),
    [
        ("flow.yml", "to: audience, kind: primary", "to: nowhere, kind: primary", "no node is called nowhere"),
        ("flow.yml", "after:\n", "alone:\n  say: [{text: after.thanks}]\nafter:\n", "nothing leads to alone"),
        ("flow.yml", "safe:\n", "safe: [\n", "flow.yml:"),
        ("flow.yml", "kind: danger", "kind: loud", "'loud' is not a valid ChoiceKind"),
        ("sv/flow.yml", "  thanks:", "  thank:", "after.thanks"),
        ("sv/flow.yml", "  start: ", "  begin: ", "choice.start"),
        ("sv/topics/threats.md", "## self", "## selfie", "no such audience: selfie"),
        ("sv/topics/threats.md", "next: [", "next: [nothing-here, ", "no text called nothing-here"),
        ("sv/topics/threats.md", "owner:", "owned:", "lacks `owner`"),
        ("sv/topics/threats.md", "---\n", "--\n", "begins with a front matter"),
        ("sv/topics/threats.md", "review: 2027", "review: 2020", "not after the checked date"),
        ("sv/topics/forced-marriage.md", "[MAR-02", "[MAR-99", "no such fact: MAR-99"),
        ("sv/topics/forced-marriage.md", "[MAR-02", "[TRV-01", "does not give TRV-01"),
        ("desks/demo.yml", "reporting:", "report:", "lacks `reporting`"),
        ("services.yml", "  access: direct\n", "", "lacks `access`"),
    ],
)
def test_a_mistake_is_named_with_file_and_line(root: Path, file: str, old: str, new: str, says: str) -> None:
    change(root / file, old, new)
    with pytest.raises(ContentError) as caught:
        load(root)
    message = str(caught.value)
    assert says in message
    place, line = message.split(": ", 1)[0].rsplit(":", 1)
    assert Path(place).is_file()
    assert line.isdigit()


def test_a_missing_translation_stops_the_start(root: Path) -> None:
    (root / "en" / "topics" / "threats.md").unlink()
    with pytest.raises(ContentError, match="threats"):
        load(root)


def test_a_file_that_is_not_utf8_is_named(root: Path) -> None:
    (root / "sv" / "topics" / "threats.md").write_bytes(b"---\n\xff\n---\n")
    with pytest.raises(ContentError, match=r"threats\.md:1"):
        load(root)
