"""The closed choices of the case tables: which there are, which go together, and what the briefing answers already."""

import pytest

from console.language import load_words
from console.wrapup import (
    CONSULTATION,
    CONSULTED,
    COUNTERS,
    GROUPS,
    NAMES,
    TALK,
    check_choices,
    check_session,
    suggest,
)
from dialogues.values import AgeBand

# Tables T2 to T8, T10 and T11 of the domain rules, written a second time. The kind is ours.
TABLES = {
    "kind": {"talk", "consultation"},
    "initiator": {
        "exposed_person", "friend", "sibling", "relative", "professional_social_services", "professional_school",
        "professional_health", "professional_police", "professional_other", "civil_society", "other", "unknown",
    },
    "profession": {
        "professional_social_services", "professional_school", "professional_health", "professional_police",
        "civil_society", "other", "unknown",
    },
    "violence": {
        "control_restriction", "physical", "psychological", "sexual", "fgm", "forced_marriage", "child_marriage",
        "abduction_upbringing_trip", "economic", "material", "threats", "other", "unknown",
    },
    "relation": {"parent", "sibling", "other_relative", "partner", "community", "other", "unknown"},
    "entry": {
        "lgbtq", "boy_or_man", "disability", "rural", "sexual_exploitation", "person_who_has_left",
        "about_to_be_taken_abroad", "other", "unknown",
    },
    "age": {*AgeBand, "other", "unknown"},
    "outcome": {
        "information", "conversation", "referral", "risk_assessment_support", "report_of_concern", "urgent_help",
        "cut_short", "wrong_place", "other", "unknown",
    },
    "referred": {
        "social_services", "police", "health_care", "school", "shelter", "helpline", "resource_centre", "youth_clinic",
        "legal_help", "foreign_office", "civil_society", "other", "unknown",
    },
    "referral": {"arranged", "closed", "refused", "not_suitable", "other", "unknown"},
    "contact": {"yes", "no", "unknown"},
    "satisfaction": {"satisfied", "partly", "not", "unknown"},
}  # fmt: skip
SEVERAL = {"violence", "relation", "entry", "outcome", "referred", "referral"}


def test_the_wrap_up_has_the_values_of_the_tables() -> None:
    assert {group.id: set(group.values) for group in GROUPS} == TABLES
    assert {group.id for group in GROUPS if group.several} == SEVERAL
    assert {name for name in COUNTERS if name.startswith("wrapup.")} == {f"wrapup.{each}" for each in NAMES} | {
        "wrapup.saved"
    }


def test_every_choice_has_words_in_every_language() -> None:
    for words in load_words().values():
        for group in GROUPS:
            labels = [words.label(group.id, value) for value in group.values]
            assert len(set(labels)) == len(labels), labels
            assert words(f"wrapup.{group.id}")
            assert not {"True", "False", "None"} & set(labels), "YAML reads a bare yes or no as something else"


@pytest.mark.parametrize(
    ("choices", "kept"),
    [
        ([], ()),
        (["violence.physical", "violence.threats", "age.13_15"], "all"),
        (["violence.physical", "violence.physical"], ("violence.physical",)),
        (["initiator.friend"], "all"),
        ([TALK, "initiator.friend"], "all"),
        ([CONSULTATION, "profession.professional_school", "satisfaction.partly", "contact.no"], "all"),
        (["outcome.referral", "referred.police", "referred.shelter", "referral.refused"], "all"),
        (["age.13_15", "age.16_17"], None),
        (["initiator.friend", "initiator.unknown"], None),
        ([TALK, CONSULTATION], None),
        ([CONSULTATION, "initiator.friend"], None),
        ([TALK, "satisfaction.partly"], None),
        (["profession.professional_school"], None),
        (["referred.police"], None),
        (["outcome.information", "referral.refused"], None),
        (["violence.words of a visitor"], None),
        (["physical"], None),
    ],
)
def test_only_closed_choices_that_belong_together_are_counted(
    choices: list[str], kept: tuple[str, ...] | str | None
) -> None:
    assert check_choices(choices) == (tuple(choices) if kept == "all" else kept)


def test_the_briefing_suggests_what_it_already_answers() -> None:
    assert suggest("self", "16_17") == [TALK, "initiator.exposed_person", "age.16_17"]
    assert suggest("professional", None) == [CONSULTATION]
    assert suggest("x", "y") == [TALK]
    for audience in ("self", "friend", "sibling", "professional", None):
        suggested = suggest(audience, "13_15")
        assert check_choices(suggested) == tuple(suggested)


def test_a_consultation_that_was_no_talk_is_asked_all_but_who_made_contact() -> None:
    assert [group.id for group in CONSULTED] == [each for each in TABLES if each not in {"kind", "initiator"}]
    assert {group.id: group.when for group in CONSULTED if group.when} == {
        "referred": ("outcome.referral",),
        "referral": ("outcome.referral",),
    }


@pytest.mark.parametrize(
    ("participants", "social_workers", "counted"),
    [
        ("12", "5", {"education.sessions": 1, "education.participants": 12, "education.social_workers": 5}),
        ("1", "", {"education.sessions": 1, "education.participants": 1}),
        ("2000", "0", {"education.sessions": 1, "education.participants": 2000}),
        ("0", "", None),
        ("2001", "", None),
        ("5", "6", None),
        ("-3", "", None),
        ("3.5", "", None),
        ("tolv", "", None),
        ("٣", "", None),
        ("", "", None),
        ("3", "x", None),
        ("9" * 5000, "", None),
    ],
)
def test_a_session_adds_itself_and_its_people(
    participants: str, social_workers: str, counted: dict[str, int] | None
) -> None:
    assert check_session(participants, social_workers) == counted
