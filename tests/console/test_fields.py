"""Parts as forms: every shipped part comes back unchanged, and a changed field changes that value alone."""

import pytest
import yaml

from console.fields import PREFIX, read_fields, write_fields
from dialogues.loader import DEFAULT
from dialogues.overlay import sections, shipped_text
from tests.console.conftest import Console
from tests.console.test_editing import _base, _opens

LANGUAGES = ("sv", "en", "ar", "fa", "so", "ckb", "ti")
BRIS, DEMO, FIRST = "services.yml#bris", "desks/demo.yml", "ar/page.yml#first"


def _shipped() -> list[str]:
    services = yaml.safe_load((DEFAULT / "services.yml").read_text(encoding="utf-8"))
    desks = (DEFAULT / "desks").glob("*.yml")
    sentences = (section for language in LANGUAGES for section in sections(language))
    return [*sentences, *(f"services.yml#{row['id']}" for row in services), *(f"desks/{desk.name}" for desk in desks)]


def test_every_shipped_part_comes_back_as_it_was() -> None:
    parts = _shipped()
    assert len(parts) > 400
    for part in parts:
        text = shipped_text(part)
        assert text
        fields = read_fields(part, text)
        assert fields, part
        written = write_fields(part, text, {field.key: field.value for field in fields})
        assert yaml.safe_load(written) == yaml.safe_load(text), part


@pytest.mark.parametrize(
    ("part", "key", "given", "value"),
    [
        (BRIS, "phone", "116 112", "116 112"),
        (BRIS, "phone", "112", "112"),
        (BRIS, "phone", "", None),
        (BRIS, "hours", "mon-fri 09:00-16:00\r\nholidays\r\n", ["mon-fri 09:00-16:00", "holidays"]),
        (BRIS, "hours", "always", "always"),
        (BRIS, "people", "", []),
        (DEMO, "capacity", "2", 2),
        (DEMO, "capacity", "two", "two"),
        (DEMO, "planned", "true", True),
        (DEMO, "limits.en", "At most ten talks.", "At most ten talks."),
        (DEMO, "names.sv", "Ny: jour", "Ny: jour"),
        (FIRST, "first.heading", "true", "true"),
        (FIRST, "first.heading", "2026-12-01", "2026-12-01"),
    ],
)
def test_a_field_changes_its_own_value(part: str, key: str, given: str, value: object) -> None:
    text = shipped_text(part)
    assert text
    before, after = _flat(text), _flat(write_fields(part, text, {key: given, "nothing.like": "it"}))
    assert after.pop(key) == value
    before.pop(key, None)
    assert after == before


def _flat(text: str) -> dict[str, object]:
    raw = yaml.safe_load(text)
    flat: dict[str, object] = {}

    def walk(tree: dict[str, object], prefix: str) -> None:
        for key, value in tree.items():
            if isinstance(value, dict) and value:
                walk(value, f"{prefix}{key}.")
            else:
                flat[f"{prefix}{key}"] = value

    walk(raw[0] if isinstance(raw, list) else raw, "")
    return flat


@pytest.mark.parametrize("text", ["no: [", "a: &a [*a]", "- 1", "text", "1: x", "x: 2026-99-99"])
def test_what_has_no_such_form_is_edited_as_a_file(text: str) -> None:
    assert read_fields(DEMO, text) is None
    assert read_fields("sv/topics/threats.md", text) is None


async def test_a_desk_is_changed_by_its_fields_and_keeps_what_was_typed(console: Console) -> None:
    async with console.signed_in("ann", "coordinator") as ann, console.signed_in("bo", "coordinator") as bo:
        page = await _opens(ann, DEMO)
        assert "Hours" in page
        typed = {f"{PREFIX}hours": "mon-fri 9-16", f"{PREFIX}reporting.en": "We promise to report nothing."}
        assert (await ann.post("/edit", None, part=DEMO, base=_base(page), **typed)).status_code == 303
        page = await _opens(ann, DEMO)
        assert "hours: `mon-fri 9-16` is no opening time" in page, "the loader says the first thing"
        typed[f"{PREFIX}hours"] = "mon-fri 09:00-16:00"
        assert (await ann.post("/edit", None, part=DEMO, base=_base(page), **typed)).status_code == 303
        page = await _opens(ann, DEMO)
        assert "reporting.en: “we promise” promises something for somebody else." in page
        typed[f"{PREFIX}reporting.en"] = "We report when a child is being harmed."
        assert (await ann.post("/edit", None, part=DEMO, base=_base(page), **typed)).status_code == 303
        draft = (await console.house.library.drafts.all())[DEMO]
        assert (await bo.post("/edit/approve", part=DEMO, mark=draft.mark)).status_code == 303
        await ann.post("/sign-out")
        kept = await ann.post("/edit", None, part=DEMO, base="x", **typed)
        assert kept.status_code == 401
        assert "We report when a child is being harmed." in kept.text
    desk = console.house.content.desks["demo"]
    assert desk.hours is not None
    assert desk.reporting["en"] == "We report when a child is being harmed."
