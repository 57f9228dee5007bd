"""Scripted visitors: whole in both languages, of closed names, and written for no real place or number."""

import re

import pytest

from dialogues.practice import LANGUAGES, Scenario, load_scenarios
from dialogues.values import Content
from handover.values import Danger

SCENARIOS = load_scenarios()
BY_ID = [pytest.param(each, id=each.id) for each in SCENARIOS.values()]


def test_there_are_a_few_for_different_ends() -> None:
    assert len(SCENARIOS) >= 3
    assert {each.danger for each in SCENARIOS.values()} >= {"none", "urgent"}
    assert {each.audience for each in SCENARIOS.values()} >= {"self", "professional"}


@pytest.mark.parametrize("scenario", BY_ID)
def test_who_it_is_can_be_told_as_of_a_visitor(scenario: Scenario, content: Content) -> None:
    assert re.fullmatch(r"[a-z-]+", scenario.id)
    assert scenario.topic in content.topics
    assert scenario.county is None or scenario.county in content.counties
    assert Danger(scenario.danger)
    assert set(scenario.scripts) == set(LANGUAGES)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("scenario", BY_ID)
def test_each_script_can_be_played_to_its_end(scenario: Scenario, language: str) -> None:
    script = scenario.scripts[language]
    assert script.title
    assert script.about
    assert script.first
    assert script.last
    assert len(script.otherwise) >= 3
    assert len(script.answers) >= 5
    said = [*script.first, *script.otherwise, script.last, *(line for each in script.answers for line in each.say)]
    assert all(0 < len(line) <= 200 for line in said)
    assert all(each.when and each.say and all(word == word.lower() for word in each.when) for each in script.answers)
    # 112 is the only number, and no address of anybody.
    assert set(re.findall(r"\d{2,}", " ".join(said))) <= {"112"}


def test_both_languages_answer_to_as_much() -> None:
    for scenario in SCENARIOS.values():
        sv, en = (scenario.scripts[language] for language in ("sv", "en"))
        assert [len(each.say) for each in sv.answers] == [len(each.say) for each in en.answers]
        assert len(sv.otherwise) == len(en.otherwise)
