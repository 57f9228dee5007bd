"""The topics as the files of a Rasa 3 assistant: domain, rules, examples for its language understanding, endpoints."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.rasa.answers import say
from bot.rasa.names import ActionName, Intent, Slot, topic_intent, topic_response
from bot.rasa.yaml_text import Template, to_yaml
from dialogues.topic_replies import show_topic
from dialogues.values import AgeBand, Audience, Content, Danger, LanguageTexts, State

VERSION = "3.1"  # of Rasa's file format
OFF_TOPIC = "-"
SECRET = "FRISTAD_RASA_SECRET"  # noqa: S105  # the name of the variable, which Rasa fills in when it starts

_MARK = re.compile(r"\](?=[({])")  # `[text](entity)` would be an annotation
_ACTION_OF_INTENT = {
    Intent.TOPICS: ActionName.ANSWER,
    Intent.OFF_TOPIC: ActionName.ANSWER,
    Intent.SERVICES: ActionName.DIRECTORY,
    Intent.PERSON: ActionName.HANDOVER,
    Intent.DANGER: ActionName.DANGER,
}
_LABELS = {
    Intent.TOPICS: ("choice.topics", "topics.ask"),
    Intent.SERVICES: ("choice.others", "others.intro"),
    Intent.PERSON: ("choice.person", "choice.person-again"),
    Intent.DANGER: ("choice.danger-now",),
}


@dataclass(frozen=True, slots=True)
class Labelled:
    """A message with its topic (OFF_TOPIC for none) and whether it tells of danger right now."""

    topic: str
    urgent: bool
    text: str


def read_messages(folder: Path) -> Iterator[Labelled]:
    """The labelled messages below a folder (topic, danger, message between tabs); none where there are none."""
    for path in sorted(folder.glob("*/*.tsv")):
        for line in path.read_text(encoding="utf-8").splitlines():
            columns = line.split("\t")
            if len(columns) == 3 and columns[1] in set(Danger):
                yield Labelled(columns[0], columns[1] == Danger.URGENT, columns[2])


def files(content: Content, messages: Iterable[Labelled], url: str, *, secret: bool) -> dict[str, str]:
    """Each file's text by its path. `url` is the action server's; `secret` says that it asks for one."""
    endpoint: dict[str, Any] = {"url": url}
    if secret:
        endpoint["headers"] = {"Authorization": Template(f"Bearer ${{{SECRET}}}")}
    return {
        "domain.yml": to_yaml(_domain(content)),
        "data/nlu.yml": to_yaml({"version": VERSION, "nlu": _nlu(content, messages)}),
        "data/rules.yml": to_yaml({"version": VERSION, "rules": _rules(content)}),
        "endpoints.yml": to_yaml({"action_endpoint": endpoint}),
    }


def _domain(content: Content) -> dict[str, Any]:
    return {
        "version": VERSION,
        "intents": [*map(topic_intent, content.topics), *map(str, Intent)],
        "slots": _slots(content),
        "actions": [str(name) for name in ActionName],
        "responses": {topic_response(topic): _response(content, topic) for topic in content.topics},
    }


def _slots(content: Content) -> dict[str, Any]:
    """Closed sets. None steers the assistant's own policies: what follows an intent is the same whatever they hold."""
    said = {
        Slot.AUDIENCE: [str(each) for each in Audience],
        Slot.AGE: [str(each) for each in AgeBand],
        Slot.COUNTY: list(content.counties),
        Slot.LANGUAGE: list(content.languages),
        Slot.DANGER: [str(each) for each in Danger],
    }
    chosen = [{"type": "from_intent", "intent": topic_intent(topic), "value": topic} for topic in content.topics]
    slots = {str(Slot.TOPIC): _slot(list(content.topics), chosen)}
    return slots | {str(slot): _slot(values, [{"type": "custom"}]) for slot, values in said.items()}


def _slot(values: list[str], mappings: list[dict[str, str]]) -> dict[str, Any]:
    return {"type": "categorical", "influence_conversation": False, "values": values, "mappings": mappings}


def _response(content: Content, topic: str) -> list[dict[str, Any]]:
    """The topic's text in the written languages; the last one, Swedish, is said when the slot names no other."""
    *others, swedish = sorted(_written(content), key=lambda texts: texts.language == State().language)
    when = [
        {
            "condition": [{"type": "slot", "name": str(Slot.LANGUAGE), "value": texts.language}],
            "text": _text(content, texts, topic),
        }
        for texts in others
    ]
    return [*when, {"text": _text(content, swedish, topic)}]


def _text(content: Content, texts: LanguageTexts, topic: str) -> str:
    reply = show_topic(content, State(language=texts.language, node="topic", topic=topic))
    return "\n\n".join(map(say, reply.messages)) + "\n"


def _rules(content: Content) -> list[dict[str, Any]]:
    rules = {topic_intent(topic): ActionName.ANSWER for topic in content.topics}
    rules |= {str(intent): action for intent, action in _ACTION_OF_INTENT.items()}
    return [
        {"rule": intent.replace("_", " "), "steps": [{"intent": intent}, {"action": str(action)}]}
        for intent, action in rules.items()
    ]


def _nlu(content: Content, messages: Iterable[Labelled]) -> list[dict[str, Any]]:
    """Examples per intent. One that two intents claim stays with the first: an example of two intents teaches neither.

    Messages come before words: somebody has read them in full and decided."""
    found: dict[str, list[str]] = {topic_intent(topic): [] for topic in content.topics}
    found |= {str(intent): [] for intent in Intent}
    seen: set[str] = set()
    for intent, text in _examples(content, messages):
        # An annotation's brackets are parted; whatever breaks a line would end the example.
        example = " ".join(_MARK.sub("] ", text).split()).lstrip("-/ ")
        if example and intent in found and example.lower() not in seen:
            seen.add(example.lower())
            found[intent].append(example)
    return [
        {"intent": intent, "examples": "".join(f"- {example}\n" for example in examples)}
        for intent, examples in found.items()
        if examples
    ]


def _examples(content: Content, messages: Iterable[Labelled]) -> Iterator[tuple[str, str]]:
    for texts in _written(content):
        for intent, keys in _LABELS.items():
            yield from ((intent, texts.flow[key]) for key in keys)
    for message in messages:
        yield _intent(message), message.text
    for texts in _written(content):
        for topic in content.topics:
            yield from ((topic_intent(topic), word) for word in _words(texts.topics, topic))


def _words(topics: Mapping[str, Any], topic: str) -> tuple[str, ...]:
    return (topics[topic].title, *topics[topic].words) if topic in topics else ()


def _intent(message: Labelled) -> str:
    if message.topic != OFF_TOPIC:
        return topic_intent(message.topic)
    return Intent.DANGER if message.urgent else Intent.OFF_TOPIC


def _written(content: Content) -> list[LanguageTexts]:
    """The languages that lean on no other: the rest are spoken through the actions only."""
    return [texts for texts in content.languages.values() if not texts.fallback]
