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


# Two places that lead to each other, and nothing to either.
_TWO_ALONE = """\
lonely:
  choices: [{id: topics, to: lonelier}]
lonelier:
  choices: [{id: topics, to: lonely}]
"""


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
        ("sv/topics/threats.md", "words: [", "words: null\nword: [", "`words` is a list of texts"),
        ("sv/topics/threats.md", "checked: ", "checked: around ", "`checked` is a date such as"),
        ("sv/topics/threats.md", "status: draft", "status: fine", "`status` is one of draft"),
        ("ar/topics.yml", "words: [", "words: null, word: [", "`words` is a list of texts"),
        ("en/danger.yml", "concern:", "concern: null\nworry:", "`concern` is a list of texts"),
        ("en/flow.yml", "  thanks: ", "  thanks:\n  thank: ", "`after.thanks` is a sentence, not None"),
        ("ti/page.yml", "  heading: ", "  heading: 7\n  head: ", "is a sentence, not 7"),
        ("counties.yml", "gotland: Gotland", "gotland:", "`gotland` is a sentence, not None"),
        ("facts.yml", "confidence: sourced}", "confident: sourced}", "lacks `confidence`"),
        ("topics.yml", "MAR-02", "MAR-98", "no such fact: MAR-98"),
        ("flow.yml", "safe:\n  say:", "safe:\n  says:", "there is no such key: says"),
        ("flow.yml", "set: {danger: urgent}", "set: {danger: great}", "'great' is not a valid Danger"),
        ("flow.yml", "set: {danger: urgent}", "set: {peril: urgent}", "there is no such key: peril"),
        ("flow.yml", "after:\n", _TWO_ALONE + "after:\n", "nothing leads to lonely"),
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


@pytest.mark.parametrize(("key", "line"), [("  lines:", "closed:"), ("  thanks:", "after:"), ("  sources:", "topic:")])
def test_a_missing_sentence_is_named_with_the_line_of_its_section(root: Path, key: str, line: str) -> None:
    path = root / "en" / "flow.yml"
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join(each for each in lines if not each.startswith(key)), encoding="utf-8")
    with pytest.raises(ContentError) as caught:
        load(root)
    assert str(caught.value).startswith(f"{path}:{lines.index(line) + 1}: ")


def test_a_missing_translation_stops_the_start(root: Path) -> None:
    (root / "en" / "topics" / "threats.md").unlink()
    with pytest.raises(ContentError, match="threats"):
        load(root)


def test_a_file_that_is_not_utf8_is_named(root: Path) -> None:
    (root / "sv" / "topics" / "threats.md").write_bytes(b"---\n\xff\n---\n")
    with pytest.raises(ContentError, match=r"threats\.md:1"):
        load(root)
