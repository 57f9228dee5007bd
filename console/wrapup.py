"""The wrap-up of a talk: closed choices for the case tables, counted and never tied to a talk; never words."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Group:
    """One question of the wrap-up, with its closed answers."""

    id: str
    values: tuple[str, ...]
    several: bool

    @property
    def names(self) -> tuple[str, ...]:
        """The answers with their question, as they travel: `violence.physical`."""
        return tuple(f"{self.id}.{value}" for value in self.values)


def _group(id: str, values: str, *, several: bool) -> Group:  # the tables' own word
    return Group(id, (*values.split(), "other", "unknown"), several)


# Tables T2, T4, T5, T6 and T7 of the domain rules, and how the talk ended in substance. "unknown" is an answer; a
# question that is left alone counts nothing: missing is not zero (rule A12.6).
GROUPS: tuple[Group, ...] = (
    _group(
        "initiator",
        "exposed_person friend sibling relative professional_social_services professional_school professional_health"
        " professional_police professional_other civil_society",
        several=False,
    ),
    _group(
        "violence",
        "control_restriction physical psychological sexual fgm forced_marriage child_marriage"
        " abduction_upbringing_trip economic material threats",
        several=True,
    ),
    _group("relation", "parent sibling other_relative partner community", several=True),
    _group(
        "entry",
        "lgbtq boy_or_man disability rural sexual_exploitation person_who_has_left about_to_be_taken_abroad",
        several=True,
    ),
    _group("age", "under_13 13_15 16_17 18_20 21_26 over_26", several=False),
    _group("outcome", "support information referred urgent_help report_routine cut_short wrong_place", several=True),
)

NAMES: frozenset[str] = frozenset(name for group in GROUPS for name in group.names)
COUNTERS: frozenset[str] = frozenset({f"wrapup.{name}" for name in NAMES} | {"wrapup.saved"})

_INITIATORS = {"self": "exposed_person", "friend": "friend", "sibling": "sibling"}


def check_choices(choices: Iterable[str]) -> tuple[str, ...] | None:
    """The choices, each once; None when one is unknown, or when a question with one answer got two."""
    chosen = tuple(dict.fromkeys(choices))
    if not NAMES.issuperset(chosen):
        return None
    for group in GROUPS:
        if not group.several and len(set(group.names).intersection(chosen)) > 1:
            return None
    return chosen


def suggest(audience: str | None, age_band: str | None) -> list[str]:
    """What the briefing already answers, marked beforehand; staff may change it."""
    guesses = [f"initiator.{_INITIATORS.get(audience or '')}", f"age.{age_band}"]
    return [name for name in guesses if name in NAMES]
