"""Mistakes in the directory and in desk files are named by file and line; what is left out is not known."""

from dataclasses import replace
from pathlib import Path

import pytest

from dialogues.door_files import MINIMAL, check_doors, read_desks, read_services
from dialogues.doors import Access, Ages, Anonymity, Desk, DeskChannel, Hours, OperatorKind, People
from dialogues.files import ContentError
from dialogues.loader import DEFAULT
from dialogues.values import Content, Status
from tests.dialogues.directories import DEMO

SERVICES = """\
# Two of them.
- id: first
  names: {sv: Första, en: First}
  access: direct
  people: [youth]
  source: JAM B1
- id: second
  names: {sv: Andra, en: Second}
  access: professionals_only
  people: [professionals]
  ages: {least: 13, most: 26}
  counties: [dalarna]
  phone: "020-12 34 56"
  web: www.example.org
  hours: ["mon-fri 09:00-16:00"]
  takes_minors: false
  anonymous: yes
  checked: 2026-11-20
  source: JAM B2
"""
DESK = """\
id: house
names: {sv: Huset, en: The house}
operator: association
languages: [sv]
reporting:
  sv: Vi anmäler oro för barn.
  en: We report concern for children.
"""


def service_file(folder: Path, text: str) -> Path:
    path = folder / "services.yml"
    path.write_text(text, encoding="utf-8")
    return path


def desk_folder(folder: Path, text: str, name: str = "house") -> Path:
    (folder / f"{name}.yml").write_text(text, encoding="utf-8")
    return folder


# --- Services ---


def test_what_a_service_leaves_out_is_not_known(tmp_path: Path) -> None:
    first = read_services(service_file(tmp_path, SERVICES))["first"]
    assert (first.phone, first.chat, first.web, first.hours, first.checked) == (None,) * 5
    assert (first.ages, first.takes_minors, first.anonymous) == (Ages(), None, Anonymity.UNKNOWN)
    assert not first.counties | first.groups | first.refuses
    assert not (first.minimal or first.abroad or first.interpreters or first.about or first.languages)


def test_what_a_service_says_is_read(tmp_path: Path) -> None:
    second = read_services(service_file(tmp_path, SERVICES))["second"]
    assert (second.access, second.people) == (Access.PROFESSIONALS_ONLY, frozenset({People.PROFESSIONALS}))
    assert (second.ages, second.takes_minors, second.anonymous) == (Ages(13, 26), False, Anonymity.YES)
    assert second.checked is not None
    assert second.hours is not None


@pytest.mark.parametrize(
    ("old", "new", "line", "says"),
    [
        ("id: second", "id: first", 7, "there is one with this id already"),
        ("id: second", "id: 112", 7, "is a text, not 112"),
        ("  source: JAM B2", "  sauce: JAM B2", 7, "lacks `source`"),
        ("  web:", "  site:", 14, "there is no such key"),
        ("access: professionals_only", "access: everybody", 9, "'everybody' is none of direct"),
        ("access: professionals_only", "access: null", 9, "None is none of direct"),
        ("people: [professionals]", "people: [teachers]", 10, "'teachers' is none of youth"),
        ("people: [professionals]", "people: professionals", 10, "is a list of words"),
        ("{least: 13, most: 26}", "{least: 26, most: 13}", 11, "`least` is more than `most`"),
        ("{least: 13, most: 26}", "{from: 13}", 11, "have `least` and `most`"),
        ("{least: 13, most: 26}", "{least: thirteen}", 11, "are whole years"),
        ("{least: 13, most: 26}", "{least: true}", 11, "are whole years"),
        ("counties: [dalarna]", "counties: dalarna", 12, "is a list of words"),
        ('"020-12 34 56"', "020-CALL-ME", 13, "is not digits"),
        ('"020-12 34 56"', "112", 13, "is a text, not 112 (a number wants quotes)"),
        ("www.example.org", "https://www.example.org", 14, "is not an address"),
        ("www.example.org", "their website", 14, "is not an address"),
        ("mon-fri 09:00-16:00", "mon-fri 9-16", 15, "is no opening time"),
        ('["mon-fri 09:00-16:00"]', "sometimes", 15, "hours are `always` or a list"),
        ("takes_minors: false", "takes_minors: perhaps", 16, "is true or false"),
        ("anonymous: yes", "anonymous: maybe", 17, "'maybe' is none of yes"),
        ("checked: 2026-11-20", "checked: yesterday", 18, "is a date such as"),
        ("checked: 2026-11-20", "checked: 2026-11-20 10:00:00", 18, "is a date such as"),
        ("names: {sv: Andra, en: Second}", "names: {sv: Andra}", 8, "needs Swedish and English"),
        ("names: {sv: Andra, en: Second}", "names: Andra", 8, "is a text for each language"),
        ("names: {sv: Andra, en: Second}", "names: {sv: Andra, en: 2}", 8, "is a text for each language"),
        ("  checked: 2026-11-20", "  about: {en: Only English.}", 18, "needs Swedish and English"),
        ("  checked: 2026-11-20", "  languages: [svenska]", 18, "is no language code"),
    ],
)
def test_a_mistake_in_the_directory_is_named_with_its_line(
    tmp_path: Path, old: str, new: str, line: int, says: str
) -> None:
    assert old in SERVICES
    path = service_file(tmp_path, SERVICES.replace(old, new))
    with pytest.raises(ContentError) as caught:
        read_services(path)
    assert str(caught.value).startswith(f"{path}:{line}: ")
    assert says in str(caught.value)


@pytest.mark.parametrize("text", ["", "- first", "id: first", "- {}", "[", "- [1]"])
def test_a_directory_that_is_no_list_of_entries_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(ContentError, match=r"services\.yml:\d+: "):
        read_services(service_file(tmp_path, text))


# --- Desks ---


def test_a_desk_may_leave_out_all_but_what_it_is(tmp_path: Path) -> None:
    desks = read_desks(desk_folder(tmp_path, DESK))
    assert desks == {
        "house": Desk(
            id="house",
            names={"sv": "Huset", "en": "The house"},
            operator=OperatorKind.ASSOCIATION,
            reporting={"sv": "Vi anmäler oro för barn.", "en": "We report concern for children."},
            languages=("sv",),
            people=frozenset(People),
            ages=Ages(),
            counties=frozenset(),
            hours=None,
            channels=frozenset({DeskChannel.WEB}),
            capacity=5,
            anonymous=Anonymity.UNKNOWN,
            under_18={},
            limits={},
            planned=False,
        )
    }


def test_what_a_desk_says_is_read(tmp_path: Path) -> None:
    more = """\
people: [professionals]
ages: {least: 15}
counties: [skane]
hours: always
channels: [phone, telegram]
capacity: 1
anonymous: first-time
under_18: {sv: Fråga., en: Ask.}
limits: {sv: Femton samtal., en: Fifteen talks.}
planned: true
"""
    desk = read_desks(desk_folder(tmp_path, DESK + more))["house"]
    assert (desk.people, desk.ages, desk.counties) == (
        frozenset({People.PROFESSIONALS}),
        Ages(15),
        frozenset({"skane"}),
    )
    assert (desk.hours, desk.capacity, desk.planned) == (Hours(always=True), 1, True)
    assert desk.channels == {DeskChannel.PHONE, DeskChannel.TELEGRAM}
    assert (desk.anonymous, desk.under_18["en"], desk.limits["sv"]) == (Anonymity.FIRST_TIME, "Ask.", "Femton samtal.")


@pytest.mark.parametrize(
    ("old", "new", "line", "says"),
    [
        ("id: house", "id: home", 1, "the file is called house"),
        ("operator: association", "operator: club", 3, "'club' is none of authority"),
        ("operator: association\n", "", 1, "lacks `operator`"),
        ("languages: [sv]", "languages: [Swedish]", 4, "is no language code"),
        ("languages: [sv]", "languages: [sv]\nphone: 08", 5, "there is no such key"),
        ("languages: [sv]", "languages: [sv]\nchannels: [fax]", 5, "'fax' is none of web"),
        ("languages: [sv]", "languages: [sv]\ncapacity: 0", 5, "is a whole number from 1"),
        ("languages: [sv]", "languages: [sv]\ncapacity: true", 5, "is a whole number from 1"),
        ("languages: [sv]", "languages: [sv]\nhours: [mon 9-16]", 5, "is no opening time"),
        ("languages: [sv]", "languages: [sv]\nunder_18: {sv: Fråga.}", 5, "needs Swedish and English"),
        ("languages: [sv]", "languages: [sv]\nplanned: soon", 5, "is true or false"),
        ("  en: We report", "  fi: We report", 5, "needs Swedish and English"),
    ],
)
def test_a_mistake_in_a_desk_is_named_with_its_line(tmp_path: Path, old: str, new: str, line: int, says: str) -> None:
    assert old in DESK
    with pytest.raises(ContentError) as caught:
        read_desks(desk_folder(tmp_path, DESK.replace(old, new)))
    assert str(caught.value).startswith(f"{tmp_path / 'house.yml'}:{line}: ")
    assert says in str(caught.value)


def test_the_shipped_desks_are_read() -> None:
    assert "demo" in read_desks(DEFAULT / "desks")


# --- Between doors and the rest ---


def mistakes(content: Content) -> list[str]:
    return [problem for _, _, problem in check_doors(content, DEFAULT)]


def with_desk(tmp_path: Path, **changed: object) -> Content:
    desk = read_desks(desk_folder(tmp_path, DESK))["house"]
    languages = {id: texts for id, texts in DEMO.languages.items() if id != "so"}
    return replace(DEMO, languages=languages, desks={"house": replace(desk, **changed)})  # type: ignore[arg-type]


def test_the_shipped_directory_holds_together() -> None:
    assert mistakes(replace(DEMO, desks={})) == []


@pytest.mark.parametrize("id", MINIMAL)
def test_every_service_that_a_real_start_needs_has_to_be_there_and_say_so(id: str) -> None:
    missing = replace(DEMO, services={key: service for key, service in DEMO.services.items() if key != id})
    silent = replace(DEMO, services={**DEMO.services, id: replace(DEMO.services[id], minimal=False)})
    assert [id in problem for problem in mistakes(missing)] == [True]
    assert [id in problem for problem in mistakes(silent)] == [True]


def test_no_door_is_in_a_county_that_there_is_not(tmp_path: Path) -> None:
    service = replace(DEMO.services["tris"], counties=frozenset({"lapland"}))
    assert mistakes(replace(DEMO, services={**DEMO.services, "tris": service})) == ["tris: no county is called lapland"]
    assert mistakes(with_desk(tmp_path, counties=frozenset({"lapland"}))) == ["house: no county is called lapland"]


def test_a_desk_speaks_every_language_that_a_person_has_written(tmp_path: Path) -> None:
    content = with_desk(tmp_path)
    assert mistakes(content) == []
    somali = DEMO.languages["so"]
    assert mistakes(replace(content, languages={**content.languages, "so": somali})) == [
        "`names` lacks so",
        "`reporting` lacks so",
    ]
    machine = replace(somali, status=Status.MACHINE)
    assert mistakes(replace(content, languages={**content.languages, "so": machine})) == []
