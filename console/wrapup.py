"""The wrap-up of a talk, and the short forms for what was not one: closed choices for the case tables, counted and
never tied to a talk; never words."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Group:
    """One question, with its closed answers. It is asked when one of `when` was chosen; always when that is empty."""

    id: str
    values: tuple[str, ...]
    several: bool
    when: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """The answers with their question, as they travel: `violence.physical`."""
        return tuple(f"{self.id}.{value}" for value in self.values)

    @property
    def most(self) -> int:
        """How many of its answers are counted of one talk."""
        return MOST.get(self.id, 1)

    def asked(self, chosen: Iterable[str]) -> bool:
        """Whether these choices call for this question."""
        return not self.when or not set(self.when).isdisjoint(chosen)


def _group(id: str, values: str, *, several: bool, when: str = "") -> Group:  # the tables' own word
    return Group(id, (*values.split(), "other", "unknown"), several, tuple(when.split()))


TALK, CONSULTATION = "kind.talk", "kind.consultation"

# Which of the two a talk was comes first and has no third answer.
_KIND = Group("kind", ("talk", "consultation"), several=False)
# Tables T2 to T8, T10 and T11 of the domain rules. "unknown" is an answer; a question that is left alone counts
# nothing: missing is not zero (rule A12.6). T11 is counted by kind of receiver and not by service: a table with a cell
# for each of a hundred services would hold hardly anything that may be shown.
GROUPS: tuple[Group, ...] = (
    _KIND,
    _group(
        "initiator",
        "exposed_person friend sibling relative professional_social_services professional_school professional_health"
        " professional_police professional_other civil_society",
        several=False,
        when=TALK,
    ),
    _group(
        "profession",
        "professional_social_services professional_school professional_health professional_police civil_society",
        several=False,
        when=CONSULTATION,
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
    _group(
        "outcome",
        "information conversation referral risk_assessment_support report_of_concern urgent_help cut_short wrong_place",
        several=True,
    ),
    _group(
        "referred",
        "social_services police health_care school shelter helpline resource_centre youth_clinic legal_help"
        " foreign_office civil_society",
        several=True,
        when="outcome.referral",
    ),
    _group("referral", "arranged closed refused not_suitable", several=True, when="outcome.referral"),
    Group("contact", ("yes", "no", "unknown"), several=False, when=(CONSULTATION,)),
    Group("satisfaction", ("satisfied", "partly", "not", "unknown"), several=False, when=(CONSULTATION,)),
)
# The form of a consultation that was no talk here: the same questions without the choice between the two.
CONSULTED: tuple[Group, ...] = tuple(
    replace(group, when=()) if group.when == (CONSULTATION,) else group
    for group in GROUPS
    if group is not _KIND and group.when != (TALK,)
)

# How many answers of a question are counted of one talk, where several may be given. A bound is what lets the noise of
# the published tables hide a talk; 353 cases of one centre had 1.45 forms of violence and 1.25 relations each (B1).
MOST = {"violence": 3, "relation": 3, "entry": 2, "outcome": 3, "referred": 3, "referral": 2}

NAMES: frozenset[str] = frozenset(name for group in GROUPS for name in group.names)
# T9. Sessions count one each, the other two people.
SESSION = "education.sessions"
PARTICIPANTS = "education.participants"
SOCIAL_WORKERS = "education.social_workers"
LARGEST_SESSION = 2000
COUNTERS: frozenset[str] = frozenset(
    {f"wrapup.{name}" for name in NAMES} | {"wrapup.saved", SESSION, PARTICIPANTS, SOCIAL_WORKERS}
)

_INITIATORS = {"self": "exposed_person", "friend": "friend", "sibling": "sibling"}


def check_choices(choices: Iterable[str]) -> tuple[str, ...] | None:
    """The choices, each once; None when one is unknown, answers a question that the others do not call for, or when a
    question with one answer got two. Without a kind it is a talk."""
    chosen = tuple(dict.fromkeys(choices))
    if not NAMES.issuperset(chosen):
        return None
    called = set(chosen) if set(_KIND.names) & set(chosen) else {*chosen, TALK}
    for group in GROUPS:
        answers = set(group.names).intersection(chosen)
        if answers and (not group.asked(called) or (not group.several and len(answers) > 1)):
            return None
    return chosen


def keep_bounded(choices: Sequence[str], pick: Callable[[list[str], int], list[str]]) -> list[str]:
    """The choices that are counted: of each question MOST at most, by lot, so that no answer is left out more often
    than another. `pick(choices, n)` draws n of them."""
    kept = []
    for group in GROUPS:
        answers = [choice for choice in choices if choice in group.names]
        kept += pick(answers, group.most) if len(answers) > group.most else answers
    return kept


def suggest(audience: str | None, age_band: str | None) -> list[str]:
    """What the briefing already answers, marked beforehand; staff may change it."""
    kind = CONSULTATION if audience == "professional" else TALK
    guesses = [kind, f"initiator.{_INITIATORS.get(audience or '')}", f"age.{age_band}"]
    return [name for name in guesses if name in NAMES]


def check_session(participants: str, social_workers: str) -> dict[str, int] | None:
    """What an education session adds to the counters: the session, its participants, and how many of them are social
    workers (none when that is left empty). None when it is no whole number, nobody came, or more than did."""
    if not participants.isascii() or not participants.isdigit() or len(participants) > 4:
        return None
    given = social_workers or "0"
    if not given.isascii() or not given.isdigit() or len(given) > 4:
        return None
    if not 1 <= int(participants) <= LARGEST_SESSION or int(given) > int(participants):
        return None
    counted = {SESSION: 1, PARTICIPANTS: int(participants), SOCIAL_WORKERS: int(given)}
    return {name: value for name, value in counted.items() if value}
