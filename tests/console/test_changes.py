"""What a draft changes, as its second person is shown it."""

from console.changes import Change, changes
from console.fields import write_fields
from dialogues.overlay import shipped_text
from tests.console.conftest import Console
from tests.console.test_editing import ENGLISH, FIRST, _drafts, _opens, english


def test_a_changed_field_is_named_with_both_values() -> None:
    for part, key, new in (("desks/demo.yml", "capacity", "2"), ("en/page.yml#first", "first.heading", "Read here")):
        text = shipped_text(part)
        assert text
        (change,) = changes(part, text, write_fields(part, text, {key: new}))
        assert (change.place, change.new) == (key, new)
        assert change.old
        assert changes(part, text, text) == []


def test_lines_of_a_topic_are_shown_as_they_were_and_are() -> None:
    assert changes(ENGLISH, "a\nb\nc\n", "a\nB\nc\nd\n") == [Change("", "b", "B"), Change("", "", "d")]
    assert changes("desks/demo.yml", "a: 1\n", "no: [\n") == [Change("", "a: 1", "no: [")]


async def test_the_second_person_sees_what_is_changed(console: Console) -> None:
    async with console.signed_in("ann", "coordinator") as ann, console.signed_in("bo", "coordinator") as bo:
        await _drafts(ann, ENGLISH, english(f"This is new. {FIRST}"))
        page = await _opens(bo, ENGLISH)
    new, old = page.index("<ins"), page.index("<del")
    assert old < new
    assert "This is new. " in page[new : page.index("</ins>")]
    assert "This is new. " not in page[old : page.index("</del>")]
