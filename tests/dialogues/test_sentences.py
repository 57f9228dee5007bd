"""The sentences of the flow: each is said by the flow or by the code, and none that is said is missing."""

import re
from pathlib import Path

from dialogues.checks import ENTRIES
from dialogues.values import AgeBand, Audience, Content

ROOT = Path(__file__).parents[2]
CODE = [path.read_text(encoding="utf-8") for folder in ("dialogues", "bot") for path in (ROOT / folder).rglob("*.py")]
_KEY = re.compile(r"[\"']([a-z-]+\.[a-z0-9-]+)[\"']")
_BUILT = re.compile(
    r"(age-label|audience-label|briefing|choice|day|elsewhere|group|phrase|wish-label)\..+"
)  # from parts, at run time


def test_no_sentence_is_left_over(content: Content) -> None:
    shown = {key for node in content.nodes.values() for _, key in node.say}
    shown |= {f"choice.{edge.id}" for node in content.nodes.values() for edge in node.choices}
    shown |= {key for text in CODE for key in _KEY.findall(text)}
    left = set(content.languages["en"].flow) - shown
    assert {key for key in left if not _BUILT.fullmatch(key)} == set()


def test_every_sentence_that_the_code_names_is_there(content: Content) -> None:
    flow = content.languages["en"].flow
    groups = {key.partition(".")[0] for key in flow} - {"topic", "briefing"}  # the page has words of these names too
    named = {key for path in ("dialogues",) for text in _texts(path) for key in _KEY.findall(text)}
    assert {key for key in named if key.partition(".")[0] in groups and not key.endswith((".yml", ".md"))} <= set(flow)


def test_every_audience_and_age_has_a_name(content: Content) -> None:
    needed = {f"age-label.{band}" for band in AgeBand} | {f"audience-label.{audience}" for audience in Audience}
    for texts in content.languages.values():
        assert needed <= set(texts.flow), texts.language


def test_every_place_that_is_entered_by_name_is_there(content: Content) -> None:
    assert set(content.nodes) >= ENTRIES


def _texts(folder: str) -> list[str]:
    return [path.read_text(encoding="utf-8") for path in (ROOT / folder).glob("*.py")]
