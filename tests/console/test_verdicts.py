"""Every mistake of the loader and every rule has its sentence in both languages, filled in with the same values."""

import re
from pathlib import Path

import pytest

from console.language import load_words
from console.verdicts import SHOWN, Verdict, sentences
from dialogues.breaches import Breach, Rule
from dialogues.files import ContentError
from dialogues.problems import PROBLEMS, Problem

LANGUAGES = ("sv", "en")


def _filled(text: str) -> set[str]:
    return set(re.findall(r"\{(\w+)\}", text))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_problem_is_said_with_its_values(language: str) -> None:
    words = load_words()[language].texts
    assert {key.removeprefix("problem.") for key in words if key.startswith("problem.")} == {*PROBLEMS, "other"}
    assert [key for key, text in PROBLEMS.items() if not _filled(words[f"problem.{key}"]) <= _filled(text)] == []
    assert "{why}" in words["problem.yaml"]


def test_every_rule_is_said_alike_in_both_languages() -> None:
    swedish, english = (load_words()[language].texts for language in LANGUAGES)
    for rule in (*Rule, "unapproved"):
        assert _filled(swedish[f"rule.{rule}"]) == _filled(english[f"rule.{rule}"]), rule


def test_a_mistake_is_said_with_its_place() -> None:
    words = load_words()["en"]
    part, path = "sv/topics/threats.md", Path("/content/sv/topics/threats.md")
    fact = ContentError(path, 7, Problem("no-fact", fact="CRM-99"), "CRM-99")
    assert sentences(Verdict(fact), part, words) == ["CRM-99: There is no fact CRM-99."]
    yaml = ContentError(path, 3, Problem("yaml", why="is not YAML"))
    assert sentences(Verdict(yaml), part, words) == ["line 3: This cannot be read as YAML: is not YAML"]
    assert sentences(Verdict(yaml), "sv/topics/other.md", words)[0].startswith("In sv/topics/threats.md: ")
    odd = ContentError(path, 3, "something that nobody translated")
    assert sentences(Verdict(odd), part, words)[0].endswith("something that nobody translated")


def test_many_mistakes_are_not_all_said_at_once() -> None:
    breaches = tuple(Breach("sv/topics/threats.md", Rule.SHOUTING, "self", number) for number in range(1, 100))
    said = sentences(Verdict(None, breaches), "sv/topics/threats.md", load_words()["sv"])
    assert len(said) == SHOWN
    assert said[0] == "self, meddelande 1: Här står ett utropstecken. Texterna ropar inte (regel A7.3)."
