"""The documented format of Rasa 3 training data as far as we write it, and what its parts say of each other."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]
Words = Annotated[str, StringConstraints(min_length=1)]


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class FromIntent(Part):
    type: Literal["from_intent"]
    intent: Name
    value: str


class Custom(Part):
    type: Literal["custom"]


class SlotOfDomain(Part):
    type: Literal["categorical"]
    influence_conversation: bool
    values: Annotated[list[str], Field(min_length=1)]
    mappings: list[Annotated[FromIntent | Custom, Field(discriminator="type")]]


class Condition(Part):
    type: Literal["slot"]
    name: Name
    value: str


class Variation(Part):
    text: Words
    condition: Annotated[list[Condition], Field(min_length=1)] | None = None


class Domain(Part):
    version: Literal["3.1"]
    intents: Annotated[list[Name], Field(min_length=1)]
    slots: dict[Name, SlotOfDomain]
    actions: list[Annotated[str, StringConstraints(pattern=r"^action_[a-z_]+$")]]
    responses: dict[Annotated[str, StringConstraints(pattern=r"^utter_[a-z0-9_]+$")], list[Variation]]


class IntentStep(Part):
    intent: Name


class ActionStep(Part):
    action: Name


class Rule(Part):
    rule: Words
    steps: Annotated[list[IntentStep | ActionStep], Field(min_length=2)]


class Rules(Part):
    version: Literal["3.1"]
    rules: list[Rule]


class Examples(Part):
    intent: Name
    examples: Annotated[str, StringConstraints(pattern=r"^(- \S.*\n)+$")]

    def lines(self) -> list[str]:
        """As Rasa takes them apart: by line, without the dash."""
        return [line.removeprefix("-").strip() for line in self.examples.splitlines()]


class Nlu(Part):
    version: Literal["3.1"]
    nlu: list[Examples]


class Endpoint(Part):
    url: Annotated[str, StringConstraints(pattern=r"^https?://[^/]+/webhook$")]
    headers: dict[str, str] | None = None


class Endpoints(Part):
    action_endpoint: Endpoint


class Assistant(Part):
    domain: Domain
    nlu: Nlu
    rules: Rules
    endpoints: Endpoints


_ANNOTATION = re.compile(r"\[[^\]]+\][({]")  # of an entity inside an example
_NAMES = {
    "domain": "domain.yml",
    "nlu": "data/nlu.yml",
    "rules": "data/rules.yml",
    "endpoints": "endpoints.yml",
}


def parse(files: Mapping[str, str]) -> Assistant:
    """The four files. ValidationError where one is not as documented."""
    raw: dict[str, Any] = {key: yaml.load(files[name], yaml.CSafeLoader) for key, name in _NAMES.items()}
    return Assistant.model_validate(raw)


def faults(assistant: Assistant) -> list[str]:
    """What one part names and no other has, or has twice."""
    domain = assistant.domain
    steps = [step for rule in assistant.rules.rules for step in rule.steps]
    mappings = [mapping for slot in domain.slots.values() for mapping in slot.mappings]
    conditions = [each for texts in domain.responses.values() for text in texts for each in text.condition or ()]
    named = {
        "intent": [
            *(step.intent for step in steps if isinstance(step, IntentStep)),
            *(mapping.intent for mapping in mappings if isinstance(mapping, FromIntent)),
            *(examples.intent for examples in assistant.nlu.nlu),
        ],
        "action": [step.action for step in steps if isinstance(step, ActionStep)],
        "slot": [condition.name for condition in conditions],
    }
    known = {
        "intent": set(domain.intents),
        "action": {*domain.actions, *domain.responses},
        "slot": set(domain.slots),
    }
    found = [f"unknown {kind} {name}" for kind, names in named.items() for name in names if name not in known[kind]]
    found += [f"no rule for {intent}" for intent in domain.intents if intent not in named["intent"]]
    found += [f"no rule runs {action}" for action in domain.actions if action not in named["action"]]
    found += _values(domain)
    found += _doubles([rule.rule for rule in assistant.rules.rules], "rule")
    found += _doubles(domain.intents, "intent")
    found += _doubles([line.lower() for examples in assistant.nlu.nlu for line in examples.lines()], "example")
    found += [f"annotation in {each.intent}" for each in assistant.nlu.nlu if _ANNOTATION.search(each.examples)]
    return found


def _values(domain: Domain) -> Iterable[str]:
    for name, slot in domain.slots.items():
        yield from _doubles([value.lower() for value in slot.values], f"value of {name}")
        mapped = [mapping.value for mapping in slot.mappings if isinstance(mapping, FromIntent)]
        yield from (f"unknown value {value} of {name}" for value in mapped if value not in slot.values)
    for response, texts in domain.responses.items():
        if texts[-1].condition or not all(text.condition for text in texts[:-1]):
            yield f"{response} has not one text without a condition, at its end"
        for condition in (each for text in texts for each in text.condition or ()):
            if condition.name in domain.slots and condition.value not in domain.slots[condition.name].values:
                yield f"unknown value {condition.value} of {condition.name}"


def _doubles(names: list[str], kind: str) -> list[str]:
    return [f"{kind} {name} twice" for name, count in Counter(names).items() if count > 1]
