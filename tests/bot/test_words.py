"""The words of the page: all there, all used, in every language, and none of them in the script."""

import re
from importlib.resources import files
from typing import Any

import pytest

from bot.counting import counter_names
from bot.web.later import SAID
from bot.words import Words
from dialogues.values import Content

WEB: Any = files("bot.web")
TEMPLATES = [path.read_text(encoding="utf-8") for path in (WEB / "templates").iterdir() if path.name.endswith(".html")]
LATER = WEB / "static" / "guard"  # what the page loads once somebody can write
SCRIPTS = {
    path.name: path.read_text(encoding="utf-8")
    for path in (*(WEB / "static").iterdir(), *LATER.iterdir())
    if path.name.endswith("js")
}
CODE = [path.read_text(encoding="utf-8") for path in WEB.iterdir() if path.name.endswith(".py")]
CODE += [
    (files("bot") / name).read_text(encoding="utf-8") for name in ("reception.py", "prospects.py", "neighbours.py")
]

BUILT = re.compile(  # of parts
    r"(message|ended|error|first|trouble)\..*|exit\.(shift-.*|left)|heed\.kind-.*|waiting\.about-.*"
    r"|news\.(shut-.*|closed|nobody|paused)|ask\.(desk|move)|access\.(aim|tested|lacks|wrong)(-text)?"
)
_OWN = re.compile(r"#(?:say|button|hint)\(\"([a-z-]+)\"")  # keys of `heed.`, which that script names without it
_KEY = re.compile(r"[\"'`]([a-z]+\.[a-z0-9-]+)[\"'`]")


@pytest.mark.parametrize("language", ["sv", "en"])
def test_every_key_that_is_named_has_words(content: Content, language: str) -> None:
    page = content.languages[language].page
    named = {key for text in (*TEMPLATES, *SCRIPTS.values(), *CODE) for key in _KEY.findall(text)}
    groups = {key.partition(".")[0] for key in page}
    others = counter_names(content) | {key for key in named if key.endswith(("-", ".html", ".js", ".css"))}
    assert {key for key in named - others if key.partition(".")[0] in groups} <= set(page)


def test_no_words_are_left_over(content: Content) -> None:
    named = {key for text in (*TEMPLATES, *SCRIPTS.values(), *CODE) for key in _KEY.findall(text)}
    named |= {f"heed.{key}" for key in _OWN.findall(SCRIPTS["heed.js"])}
    unused = set(content.languages["en"].page) - named
    assert {key for key in unused if not BUILT.fullmatch(key)} == set()


def test_no_script_asks_for_what_only_the_server_says() -> None:
    assert not [key for text in SCRIPTS.values() for key in _KEY.findall(text) if key.startswith(SAID)]


def test_another_language_brings_every_word_that_stands_in_the_page(content: Content) -> None:
    spots = set(re.findall(r'data-(?:word|label)="([a-z]+\.[a-z0-9-]+)"', "".join(TEMPLATES)))
    assert len(spots) > 20
    assert spots <= Words(content, "demo", {}).of("so").keys()


@pytest.mark.parametrize("language", ["sv", "en"])
def test_every_language_fills_in_the_same_names(content: Content, language: str) -> None:
    names = re.compile(r"\{(\w+)\}")
    for key, text in content.languages[language].page.items():
        assert set(names.findall(text)) == set(names.findall(content.languages["sv"].page[key])), key


def test_what_is_known_at_start_is_filled_in_and_the_rest_is_left(content: Content) -> None:
    words = Words(content, "demo", {"deadline": 7, "silence": 3, "waiting": 10, "title": "T"}).of("en")
    left = {name for text in words.values() for name in re.findall(r"\{(\w+)\}", text)}
    assert left == {"kinds", "name", "place", "seconds", "time", "to"}
    assert "7 minutes" in words["waiting.deadline"]
    assert "Demo desk" in words["first.who-text"]


def test_scripts_hold_no_words_and_stay_short() -> None:
    for name, text in SCRIPTS.items():
        assert len(text.splitlines()) <= 250, name
        code = re.sub(r"//.*", "", text)
        strings = re.findall(r"\"([^\"\n]*)\"|`([^`]*)`", code)
        sentences = [
            text for pair in strings for text in pair if re.search(r"[A-Za-zåäö]{2,} [a-zåäö]{2,} [a-z]", text)
        ]
        assert sentences == [], name


def test_the_names_of_the_contract_are_the_names_on_the_page(content: Content) -> None:
    english = content.languages["en"]
    assert [english.page[key] for key in ("exit.link", "write.send", "talk.end", "write.label")] == [
        "Leave now",
        "Send",
        "End talk",
        "Your message",
    ]
    assert english.flow["choice.start"] == "Start"
    assert english.flow["choice.person"] == english.flow["choice.join"] == "Talk to a person"


def test_every_sentence_about_left_messages_is_used_and_there(content: Content) -> None:
    asked = SCRIPTS["box.js"]
    keys = {key.removeprefix("codes.") for key in content.languages["en"].codes}
    assert keys - set(re.findall(r'"([a-z-]+)"', asked)) == set()
    assert set(re.findall(r'(?:tell|text|button|show)\("([a-z-]+)"', asked)) <= keys


def test_sentences_about_left_messages_have_the_same_gaps_in_every_language(content: Content) -> None:
    names = re.compile(r"\{(\w+)\}")
    swedish = content.languages["sv"].codes
    for texts in content.languages.values():
        for key, text in texts.codes.items():
            assert set(names.findall(text)) == set(names.findall(swedish[key])), (texts.language, key)
