"""Scripted visitors to practise with: a few written people, and the simple rule by which they answer. Nothing here is
counted, learned from, or sent anywhere; the rule itself runs in the page (console/static/visitor.js)."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from dialogues.files import read_yaml
from dialogues.values import AgeBand, Audience

LANGUAGES = ("sv", "en")  # those that staff read


@dataclass(frozen=True, slots=True)
class Answer:
    """What the visitor says when somebody writes a word that begins with one of `when`; each answer is given once."""

    when: tuple[str, ...]
    say: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Script:
    """One visitor in one language. `otherwise` is said, one after the other, when no answer fits; then `last`."""

    title: str
    about: str  # what there is to practise
    first: tuple[str, ...]
    answers: tuple[Answer, ...]
    otherwise: tuple[str, ...]
    last: str


@dataclass(frozen=True, slots=True)
class Scenario:
    """Who it is, as a briefing tells of a visitor."""

    id: str
    name: tuple[int, int]
    topic: str | None
    audience: Audience | None
    age: AgeBand | None
    county: str | None
    danger: str
    scripts: Mapping[str, Script]


def load_scenarios() -> dict[str, Scenario]:
    """All of them by id, in the order of their files. KeyError or ValueError when a file lacks something: a mistake of
    ours, found by a test."""
    folder = Path(__file__).with_name("practice")
    found = sorted((each for each in folder.iterdir() if each.name.endswith(".yml")), key=lambda each: each.name)
    return {scenario.id: scenario for scenario in (_scenario(read_yaml(each)) for each in found)}


def _scenario(raw: Mapping[str, object]) -> Scenario:
    name = raw["name"]
    if not isinstance(name, list) or len(name) != 2:
        raise ValueError("a name is the numbers of two words")
    audience, age = raw.get("audience"), raw.get("age")
    return Scenario(
        id=str(raw["id"]),
        name=(int(name[0]), int(name[1])),
        topic=_text(raw.get("topic")),
        audience=Audience(str(audience)) if audience else None,
        age=AgeBand(str(age)) if age else None,
        county=_text(raw.get("county")),
        danger=str(raw.get("danger", "none")),
        scripts={language: _script(raw[language]) for language in LANGUAGES},
    )


def _script(raw: object) -> Script:
    if not isinstance(raw, dict):
        raise ValueError("a script has fields")
    answers = tuple(Answer(tuple(map(str, each["when"])), tuple(map(str, each["say"]))) for each in raw["answers"])
    lists = {key: tuple(map(str, raw[key])) for key in ("first", "otherwise")}
    return Script(str(raw["title"]), str(raw["about"]), lists["first"], answers, lists["otherwise"], str(raw["last"]))


def _text(value: object) -> str | None:
    return None if value is None else str(value)
