"""Content files read and checked once, at start: a mistake stops the start with file and line.

ContentError                  a content file cannot be used; the message begins with file and line
"""

import json
from collections.abc import Mapping, Set
from datetime import datetime
from pathlib import Path
from typing import Any

from dialogues import understanding
from dialogues.breaches import GROUPS
from dialogues.checks import check_content
from dialogues.concepts import read_concepts
from dialogues.door_files import read_desks, read_services
from dialogues.files import (
    ContentError,
    File,
    find_line,
    read_rows,
    read_sentences,
    read_yaml,
    require,
    require_kinds,
    strings,
)
from dialogues.phone_files import read_phone_menu
from dialogues.problems import Problem
from dialogues.recogniser import Recogniser, load_recogniser
from dialogues.shelving import shelve
from dialogues.small_talk import read_small_talk
from dialogues.topic_files import read_topic_texts
from dialogues.values import (
    Action,
    AgeBand,
    Audience,
    ChoiceKind,
    Content,
    Danger,
    Edge,
    Fact,
    LanguageTexts,
    MessageKind,
    Node,
    Show,
    Status,
    Topic,
)

DEFAULT = Path(__file__).parent / "content"
RECOGNISER = Path(__file__).parent / "recogniser.bin"
CONCEPTS = DEFAULT / "concepts.txt"
FREQUENT = Path(__file__).parent / "frequent.json"  # words of our training messages (dialogues.training.frequent)

_NODE = {"say", "show", "back", "choices"}
_EDGE = {"id", "to", "kind", "set", "action"}
# The fields of the state that a choice may set, and what reads their values.
_FIELDS = {
    "audience": Audience,
    "danger": Danger,
    "topic": str,
    "age_band": AgeBand,
    "county": str,
    "easy": str,
    "wish": str,
}
_DIRECTIONS = ("ltr", "rtl")
_DANGER = {"urgent": list, "concern": list, "harmless": list}


def load_content(
    path: File | None = None, *, now: datetime, demo: bool, recogniser: Recogniser | None = None
) -> Content:
    """All content below `path`, checked; `now` is Swedish local time. Raises ContentError with file and line for the
    first mistake found. With a `recogniser` that is there already, its file is not read again."""
    root: File = path or DEFAULT
    frequent = tuple(json.loads(FREQUENT.read_text(encoding="utf-8")))
    content = Content(
        topics=_read_topics(root / "topics.yml"),
        facts=_read_facts(root / "facts.yml"),
        nodes=_read_nodes(root / "flow.yml"),
        languages=_read_languages(root, frequent),
        counties=read_sentences(root / "counties.yml"),
        services=read_services(root / "services.yml"),
        desks=read_desks(root / "desks"),
        recogniser=recogniser or load_recogniser(RECOGNISER, read_concepts(CONCEPTS), frequent),
        now=now,
        demo=demo,
        small_talk=read_small_talk(root / "small-talk.yml"),
        phone=read_phone_menu(root / "phone.yml"),
    )
    check_content(content, root)
    return shelve(content)


def _read_topics(path: File) -> dict[str, Topic]:
    return {
        row["id"]: Topic(row["id"], tuple(row.get("facts") or ()), bool(row.get("urgent", False)))
        for row in read_rows(path, "id")
    }


def _read_facts(path: File) -> dict[str, Fact]:
    raw = _mapping(path)
    for id, row in raw.items():
        if not isinstance(row, dict) or "confidence" not in row:
            raise ContentError(path, find_line(path, f"{id}:"), f"{id} lacks `confidence`")
    return {
        id: Fact(id, row.get("statute") or "", tuple(row.get("sources") or ()), row["confidence"])
        for id, row in raw.items()
    }


def _read_nodes(path: File) -> dict[str, Node]:
    return {id: _node(path, id, row or {}) for id, row in _mapping(path).items()}


def _mapping(path: File) -> Mapping[str, Any]:
    raw = read_yaml(path)
    if not isinstance(raw, dict):
        raise ContentError(path, 1, "is no mapping")
    return raw


def _node(path: File, id: str, row: Mapping[str, Any]) -> Node:
    try:
        _refuse_others(row, _NODE)
        return Node(
            id=id,
            say=tuple((MessageKind(kind), key) for said in row.get("say", ()) for kind, key in said.items()),
            choices=tuple(_edge(edge) for edge in row.get("choices", ())),
            show=Show(row["show"]) if "show" in row else None,
            back=row.get("back", "briefing"),
        )
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise ContentError(path, find_line(path, f"{id}:"), f"node {id}: {error}") from error


def _refuse_others(row: Mapping[str, Any], known: Set[str]) -> None:
    others = sorted(set(row) - known)
    if others:
        raise ValueError(f"there is no such key: {', '.join(map(str, others))}")


def _edge(row: Mapping[str, Any]) -> Edge:
    _refuse_others(row, _EDGE)
    fields = strings(row.get("set", {}))
    _refuse_others(fields, set(_FIELDS))
    for name, value in fields.items():
        if value:  # an empty one means "not said"
            _FIELDS[name](value)
    return Edge(
        id=row["id"],
        to=row["to"],
        kind=ChoiceKind(row.get("kind", "plain")),
        set=fields,
        action=Action(row["action"]) if "action" in row else None,
    )


def _read_languages(root: File, frequent: tuple[str, ...]) -> dict[str, LanguageTexts]:
    """Written languages first, then those that lean on one of them. `frequent` are words of the former."""
    folders = {path.parent.name: path.parent for path in sorted(root.glob("*/flow.yml"))}
    flows = {language: read_sentences(folder / "flow.yml") for language, folder in folders.items()}
    languages: dict[str, LanguageTexts] = {}
    for language in sorted(folders, key=lambda language: ("language.fallback" in flows[language], language)):
        languages[language] = _read_language(folders[language], flows[language], languages, frequent)
    return languages


def _read_language(
    folder: File, flow: dict[str, str], written: Mapping[str, LanguageTexts], frequent: tuple[str, ...]
) -> LanguageTexts:
    fallback = flow.pop("language.fallback", "")
    if fallback and fallback not in written:
        raise ContentError(
            folder / "flow.yml", find_line(folder / "flow.yml", "fallback"), Problem("no-language", language=fallback)
        )
    direction, status = flow.pop("language.direction", "ltr"), flow.pop("language.status", Status.DRAFT.value)
    for key, value, known in (("direction", direction, _DIRECTIONS), ("status", status, tuple(Status))):
        if value not in known:
            path = folder / "flow.yml"
            raise ContentError(path, find_line(path, f"{key}:"), Problem("known", key=key, known=", ".join(known)), key)
    topics = read_topic_texts(folder, written[fallback].topics if fallback else {})
    rules = _read_rules(folder / "rules.yml")
    danger = read_yaml(folder / "danger.yml")
    require(folder / "danger.yml", danger, *_DANGER)
    require_kinds(folder / "danger.yml", danger, _DANGER)
    return LanguageTexts(
        language=folder.name,
        name=flow.pop("language.name", folder.name),
        direction=direction,
        status=Status(status),
        fallback=fallback,
        flow=flow,
        page=read_sentences(folder / "page.yml"),
        codes=read_sentences(folder / "codes.yml"),
        telegram=read_sentences(folder / "telegram.yml"),
        topics=topics,
        phrases=understanding.index_phrases(
            {id: text.words for id, text in topics.items()},
            {level: tuple(danger[level]) for level in (Danger.URGENT, Danger.CONCERN)},
            tuple(danger["harmless"]),
            () if fallback else frequent,
        ),
        never=_phrases(rules["never"]),
        allowed=tuple(rules.get("allowed") or ()),
        unsure=_phrases(rules.get("unsure") or {}),
        phone=read_sentences(folder / "phone.yml") if (folder / "phone.yml").is_file() else {},
    )


def _read_rules(path: File) -> Mapping[str, Any]:
    """What the language's texts never say. A language without it is not read: nothing would be asked of its texts."""
    rules = _mapping(path)
    require(path, rules, "never")
    require_kinds(path, rules, {"never": dict})
    for group, phrases in rules["never"].items():
        if group not in GROUPS or not isinstance(phrases, list):
            raise ContentError(path, find_line(path, f"{group}:"), f"{group} is no rule with a list of phrases")
    return rules


def _phrases(groups: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    return {str(group): tuple(str(phrase) for phrase in phrases) for group, phrases in groups.items()}
