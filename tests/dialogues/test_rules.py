"""The rules of texts: no shipped text breaks one, and each is found, in its place, when an edit does."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from dialogues.breaches import Breach, Rule
from dialogues.files import ContentError
from dialogues.lix import lix
from dialogues.loader import DEFAULT, load_content
from dialogues.overlay import lay, shipped_text
from dialogues.rules import AVERAGE_LIX, find_breaches, swedish_average
from dialogues.values import Audience, Content, Piece

THREATS, ARABIC, DANGER, BRIS, DEMO = (
    "en/topics/threats.md",
    "ar/topics/threats.md",
    "en/flow.yml#danger",
    "services.yml#bris",
    "desks/demo.yml",
)
FIRST = "Are you afraid that someone"


def test_no_shipped_text_breaks_a_rule(content: Content) -> None:
    assert list(find_breaches(content)) == []
    assert 10 < swedish_average(content) <= AVERAGE_LIX


def broken(content: Content, part: str, old: str, new: str) -> list[Breach]:
    """What an edit of that part breaks, there and elsewhere."""
    text = shipped_text(part)
    assert text and old in text, (part, old)
    return list(find_breaches(lay({part: text.replace(old, new, 1)}, content)))


def one(content: Content, part: str, old: str, new: str) -> Breach:
    (breach,) = broken(content, part, old, new)
    assert breach.part == part
    return breach


@pytest.mark.parametrize(
    ("said", "rule", "phrase"),
    [
        ("You can talk to your parents first.", Rule.FAMILY, "talk to your parents"),
        ("You can TALK  to\nyour parents first.", Rule.FAMILY, "talk to your parents"),
        ("You can talk to your par\u00adents first.", Rule.FAMILY, "talk to your parents"),
        ("You should leave.", Rule.LEAVING, "you should leave"),
        ("Make a safety plan.", Rule.PLANS, "safety plan"),
        ("The police will come.", Rule.PROMISES, "the police will"),
        ("Nobody will hear of it.", Rule.SECRECY, "nobody will"),
        ("He goes to prison.", Rule.PENALTIES, "prison"),
        ("Which town are you in?", Rule.IDENTITY, "which town"),
        ("You should have asked.", Rule.BLAME, "you should have"),
    ],
)
def test_what_can_harm_is_found(content: Content, said: str, rule: Rule, phrase: str) -> None:
    breach = one(content, THREATS, FIRST, f"{said} {FIRST}")
    assert (breach.rule, breach.place, breach.number) == (rule, "self", 1)
    assert ("phrase", phrase) in breach.values


def test_a_warning_against_it_is_none(content: Content) -> None:
    assert broken(content, THREATS, FIRST, f"Do not try to mediate. {FIRST}") == []


@pytest.mark.parametrize("sign", ["!", "\uff01"])
def test_nobody_is_shouted_at(content: Content, sign: str) -> None:
    assert one(content, THREATS, FIRST, f"Listen{sign} {FIRST}").rule is Rule.SHOUTING


def test_a_message_has_sixty_words_and_a_text_five_messages(content: Content) -> None:
    text = shipped_text(THREATS)
    assert text
    first = next(line for line in text.splitlines() if line.startswith(FIRST))
    count = len(first.split())
    assert broken(content, THREATS, first, f"{first}{' so' * (60 - count)}") == []
    breach = one(content, THREATS, first, f"{first}{' so' * (61 - count)}")
    assert (breach.rule, dict(breach.values)) == (Rule.LONG, {"count": "61", "most": "60"})
    assert broken(content, THREATS, FIRST, f"A.\n\n{FIRST}")[0].rule is Rule.EMERGENCY
    many = one(content, THREATS, first, f"{first}\n\nA.\n\nB.")
    assert (many.rule, many.place, many.number) == (Rule.MANY, "self", 0)


def test_urgent_texts_begin_with_112_and_danger_messages_name_it(content: Content) -> None:
    breach = one(content, THREATS, "Call 112", "Call someone")
    assert (breach.rule, breach.place, breach.number) == (Rule.EMERGENCY, "self", 1)
    key = next(key for key in content.languages["en"].flow if key.startswith("danger."))
    said = content.languages["en"].flow[key]
    flow = {**content.languages["en"].flow, key: said.replace("112", "someone")}
    english = replace(content.languages["en"], flow=flow)
    edited = replace(content, languages={**content.languages, "en": english})
    found = [breach for breach in find_breaches(edited) if breach.rule is Rule.EMERGENCY]
    assert [(breach.part, breach.place) for breach in found] == [(DANGER, key)]


def test_what_is_filled_in_stays(content: Content) -> None:
    for language in content.languages:
        texts = content.languages[language]
        key = next(key for key, said in texts.page.items() if "{" in said)
        less = replace(texts, page={**texts.page, key: texts.page[key].replace("{", "(", 1)})
        found = list(find_breaches(replace(content, languages={**content.languages, language: less})))
        own = [breach for breach in found if breach.part.startswith(f"{language}/")]
        assert {(breach.rule, breach.place) for breach in own} == {(Rule.PLACEHOLDERS, key)}, language


@pytest.mark.parametrize(
    ("said", "number"),
    [
        ("08-123 456 78", "0812345678"),
        ("070 12 34 567", "0701234567"),
        ("+46 70 123 45 67", "0701234567"),
        ("٠٧٠١٢٣٤٥٦٧", "0701234567"),
        ("113", "113"),
    ],
)
def test_a_number_that_the_directory_does_not_know_is_found(content: Content, said: str, number: str) -> None:
    breach = one(content, THREATS, FIRST, f"Call {said}. {FIRST}")
    assert (breach.rule, breach.values) == (Rule.NUMBER, (("number", number),))


@pytest.mark.parametrize("said", ["114 14", "+46 20 50 50 50", "since 2014", "aged 13-26", "15–18", "until 21"])
def test_numbers_of_the_directory_years_and_ages_are_none(content: Content, said: str) -> None:
    assert broken(content, THREATS, FIRST, f"{said}. {FIRST}") == []


def test_a_number_that_leaves_the_directory_is_found_in_every_text_that_names_it(content: Content) -> None:
    found = broken(content, "services.yml#polisen", 'phone: "114 14"', 'phone: "114 15"')
    assert {breach.rule for breach in found} == {Rule.NUMBER}
    assert {THREATS, "sv/topics/threats.md", ARABIC} <= {breach.part for breach in found}


@pytest.mark.parametrize(
    "address",
    [
        "http://www.polisen.se/",
        "https://polisen.example/",
        "https://polisen.se@evil.example/",
        "www.polisen.example",
        "polisen.info",
        "a@polisen.se",
        "javascript:alert(1)",
        "tel:112",
    ],
)
def test_a_link_that_is_not_the_directorys_is_found(content: Content, address: str) -> None:
    found = broken(content, THREATS, FIRST, f"Read {address} now. {FIRST}")
    assert {breach.rule for breach in found} == {Rule.LINK}


def test_links_to_hosts_of_the_directory_are_none(content: Content) -> None:
    said = "Read https://www.polisen.se/hot, or www.umo.se. See bris.se, t.ex. about that."
    assert broken(content, THREATS, FIRST, f"{said} {FIRST}") == []


def test_what_is_not_certain_is_said_to_be_so(content: Content) -> None:
    part, old = "en/topics/social-services.md", "proposal"
    text = shipped_text(part)
    assert text and old in text
    found = list(find_breaches(lay({part: text.replace(old, "law")}, content)))
    assert {(breach.part, breach.rule) for breach in found} == {(part, Rule.UNSURE)}


def test_swedish_is_easy_to_read(content: Content) -> None:
    text = content.languages["sv"].topics["threats"]
    said = "Socialtjänsten handlägger skyddsbedömningar utifrån myndighetens rutiner. Ring 112."
    hard = replace(text.easy[0], text=said)
    swedish = content.languages["sv"]
    for section, changed in (
        ("self", replace(text, pieces={**text.pieces, Audience.SELF: (hard,)})),
        ("easy", replace(text, easy=(hard,))),
    ):
        topics = {**swedish.topics, "threats": changed}
        edited = replace(content, languages={**content.languages, "sv": replace(swedish, topics=topics)})
        rule = Rule.HARD if section == "self" else Rule.NOT_EASY
        found = [breach for breach in find_breaches(edited) if breach.part == "sv/topics/threats.md"]
        assert [(breach.rule, breach.place) for breach in found] == [(rule, section)]


def test_all_swedish_texts_together_are_easy_too(content: Content) -> None:
    swedish = content.languages["sv"]
    hard = "Socialtjänsten handlägger ansökningar om särskilda stödinsatser skyndsamt. Sedan svarar de på det."
    topics = {
        id: replace(text, easy=(), pieces={name: (Piece(hard),) for name in text.pieces})
        for id, text in swedish.topics.items()
    }
    assert 38 > lix(hard) > AVERAGE_LIX or lix(hard) > 38
    edited = replace(content, languages={**content.languages, "sv": replace(swedish, topics=topics)})
    assert Rule.HARD_TOGETHER in {breach.rule for breach in find_breaches(edited)}


def test_a_translation_names_the_numbers_of_what_it_leans_on(content: Content) -> None:
    text = shipped_text(ARABIC)
    assert text and "114 14" in text
    found = broken(content, ARABIC, "114 14", "116 111")
    assert {(breach.part, breach.rule) for breach in found} == {(ARABIC, Rule.OTHER_NUMBERS)}


@pytest.mark.parametrize(
    ("part", "old", "new", "rule", "place"),
    [
        (BRIS, "names: {sv: Bris, en: Bris}", "names: {sv: Bris, en: Bris!}", Rule.SHOUTING, "names.en"),
        (DEMO, "We who answer report", "We who answer guarantee a report", Rule.PROMISES, "reporting.en"),
        (DEMO, "Du bestämmer själv", f"{'så ' * 60}Du bestämmer själv", Rule.LONG, "reporting.sv"),
    ],
)
def test_services_and_desks_keep_to_them_too(
    content: Content, part: str, old: str, new: str, rule: Rule, place: str
) -> None:
    breach = one(content, part, old, new)
    assert (breach.rule, breach.place) == (rule, place)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (None, "cannot be read"),
        ("allowed: []\n", "lacks `never`"),
        ("never: [x]\n", "`never` is a mapping"),
        ("never: {other: [x]}\n", "other is no rule"),
        ("never: {family: x}\n", "family is no rule with a list"),
    ],
)
def test_a_language_without_its_list_is_not_read(content: Content, tmp_path: Path, text: str | None, says: str) -> None:
    root = Path(shutil.copytree(DEFAULT, tmp_path / "content"))
    rules = root / "so" / "rules.yml"
    if text is None:
        rules.unlink()
    else:
        rules.write_text(text, encoding="utf-8")
    with pytest.raises(ContentError, match=says):
        load_content(root, now=content.now, demo=True, recogniser=content.recogniser)


def test_lix_measures_as_its_definition_says() -> None:
    assert lix("Jag är här. Du är där.") == 3
    assert lix("Socialtjänsten svarar.") == 2 + 50
    with pytest.raises(ValueError, match="without words"):
        lix("...")
