"""Edits upon the shipped content: the loader's checks hold for them, and as files they give the very same content."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from dialogues.files import ContentError
from dialogues.loader import DEFAULT, load_content
from dialogues.overlay import changed_files, lay, read_document, sections, shipped_text, write_document
from dialogues.values import Audience, Content

THREATS, BRIS, FIRST, DEMO = "sv/topics/threats.md", "services.yml#bris", "en/page.yml#first", "desks/demo.yml"


def changed(part: str, old: str, new: str) -> str:
    text = shipped_text(part)
    assert text and old in text
    return text.replace(old, new, 1)


def edits() -> dict[str, str]:
    return {
        THREATS: changed(THREATS, "title: Hot", "title: Hot mot dig"),
        BRIS: changed(BRIS, "checked: null", "checked: 2026-11-29\n  review: 2027-05-29"),
        FIRST: changed(FIRST, "heading: ", "heading: Changed. "),
        DEMO: changed(DEMO, "capacity: 5", "capacity: 2"),
    }


def test_an_edit_of_every_kind_is_laid_upon_what_is_shipped(content: Content) -> None:
    laid = lay(edits(), content)
    assert laid.languages["sv"].topics["threats"].title == "Hot mot dig"
    assert str(laid.services["bris"].checked) == "2026-11-29"
    assert laid.languages["en"].page["first.heading"].startswith("Changed. ")
    assert laid.desks["demo"].capacity == 2
    assert list(laid.services) == list(content.services)
    assert laid.languages["sv"].topics["threats"].pieces[Audience.SELF]


def test_nothing_edited_is_what_is_shipped(content: Content) -> None:
    assert lay({}, content) == content


def test_exported_as_files_it_loads_and_is_the_very_same(content: Content, tmp_path: Path) -> None:
    overlay = edits()
    root = Path(shutil.copytree(DEFAULT, tmp_path / "content"))
    for file, text in changed_files(overlay).items():
        (root / file).write_text(text, encoding="utf-8")
    loaded = load_content(root, now=content.now, demo=content.demo, recogniser=content.recogniser)
    assert _placed(loaded, root) == _placed(lay(overlay, content), DEFAULT)


def _placed(content: Content, root: Path) -> Content:
    """The content as if it lay nowhere: texts know their file."""
    languages = {}
    for id, texts in content.languages.items():
        topics = {
            name: replace(text, path=text.path.removeprefix(str(root)), fallback=None)
            for name, text in texts.topics.items()
        }
        languages[id] = replace(texts, topics=topics)
    return replace(content, languages=languages)


def test_it_travels_as_one_document() -> None:
    assert read_document(write_document(edits())) == edits()
    with pytest.raises(ValueError, match="no overlay"):
        read_document(b'{"parts": [1]}')


@pytest.mark.parametrize(
    ("part", "old", "new", "says", "needle"),
    [
        (THREATS, "[CRM-06", "[CRM-99", "no such fact: CRM-99", "CRM-99"),
        (THREATS, "next: [", "next: [nothing, ", "no text called nothing", "next"),
        (THREATS, "review: 2027", "review: 2020", "not after the checked date", "review"),
        (BRIS, "phone: ", "phone: x", "is not digits", "phone"),
        (BRIS, "access: direct", "access: any", "is none of", "access"),
        (DEMO, "capacity: 5", "capacity: 0", "whole number from 1", "capacity"),
        (FIRST, "first:", "second:", "one entry of that name", ""),
    ],
)
def test_the_loader_refuses_what_it_refuses_in_files(
    content: Content, part: str, old: str, new: str, says: str, needle: str
) -> None:
    with pytest.raises(ContentError, match=says) as refused:
        lay({part: changed(part, old, new)}, content)
    assert refused.value.needle == needle


def test_what_is_no_part_is_refused_and_what_is_shipped_no_more_is_left_out(content: Content) -> None:
    for part in ("facts.yml", "../x", "sv/danger.yml", "flow.yml"):
        with pytest.raises(ContentError, match="no part"):
            lay({part: "x"}, content)
    assert lay({"sv/topics/gone.md": "x", "services.yml#gone": "- id: gone\n"}, content) == content


def test_what_is_said_in_telegram_can_be_edited(content: Content) -> None:
    part = "en/telegram.yml#command"
    assert (
        lay({part: "command: {start: Begin again, help: Help}\n"}, content).languages["en"].telegram["command.start"]
        == "Begin again"
    )
    assert part in sections("en")


def test_a_sentence_that_an_edit_does_not_know_keeps_its_shipped_words(content: Content) -> None:
    laid = lay({FIRST: "first: {heading: Only this, gone: x}\n"}, content)
    assert laid.languages["en"].page["first.heading"] == "Only this"
    assert laid.languages["en"].page["first.lead"] == content.languages["en"].page["first.lead"]
