"""A part of the content as the fields of a form, and back: whoever changes a sentence or an hour sees no YAML.

Only the values of fields change. What has none (a list of languages it may have, a topic's text it has not) is edited
as a file.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from dialogues.files import ContentError, has_aliases, leaves, parse_yaml

PREFIX = "f."  # before a field's key, in a form
_LONG = 60  # characters in a line of a field, about
_STAMPED = frozenset({"id", "checked", "review", "source"})  # not written by hand
_LISTS = frozenset({"hours", "people", "counties", "languages", "groups", "refuses", "channels", "municipalities"})
# What an entry may leave out, and people may want to fill in.
_SERVICE = ("phone", "chat", "web", "hours", "about.sv", "about.en")
_DESK = ("hours", "reporting.sv", "reporting.en", "under_18.sv", "under_18.en", "limits.sv", "limits.en")

Tree = dict[str, Any]  # Any: what YAML holds


@dataclass(frozen=True, slots=True)
class Field:
    """`key` is dotted. A `listed` one has a line for each item."""

    key: str
    value: str
    language: str = ""  # of its words; empty: of none
    listed: bool = False

    @property
    def rows(self) -> int:
        """Lines to begin with; 1 is a field of one line."""
        if self.listed:
            return max(2, self.value.count("\n") + 1)
        if "\n" in self.value or (self.language and not self.key.startswith("names.")):
            return max(2, len(self.value) // _LONG + 1)
        return 1


def read_fields(part: str, text: str) -> list[Field] | None:
    """The fields of a part's text in its order; None when it is to be edited as a file: a topic, or no YAML of that
    form."""
    tree = _tree(part, text)
    if tree is None:
        return None
    held = {key: value for key, value in leaves(tree) if value != {}}
    missing = {key: None for key in _optional(part) if key not in held}
    return [
        Field(key, _shown(value), _language(part, key), key in _LISTS)
        for key, value in (held | missing).items()
        if key not in _STAMPED
    ]


def write_fields(part: str, text: str, given: Mapping[str, str]) -> str:
    """The text with other values, by key; keys that it does not have are left out. ValueError when it has no fields."""
    tree = _tree(part, text)
    if tree is None:
        raise ValueError(f"{part} is edited as a file")
    for field in read_fields(part, text) or ():
        if field.key in given:
            _put(tree, field.key.split("."), _value(given[field.key], field))
    whole: Any = [tree] if part.startswith("services.yml") else tree
    return yaml.safe_dump(whole, allow_unicode=True, sort_keys=False, width=10_000)


def _tree(part: str, text: str) -> Tree | None:
    if part.endswith(".md"):
        return None
    try:
        raw = parse_yaml(Path(part), text, 0)
        if has_aliases(text):
            return None
    except ContentError:
        return None
    if part.startswith("services.yml"):
        raw = raw[0] if isinstance(raw, list) and len(raw) == 1 else None
    return raw if isinstance(raw, dict) and all(isinstance(key, str) for key in raw) else None


def _optional(part: str) -> tuple[str, ...]:
    if part.startswith("services.yml"):
        return _SERVICE
    return _DESK if part.startswith("desks/") else ()


def _language(part: str, key: str) -> str:
    if "/" in part and "#" in part:
        return part.partition("/")[0]
    last = key.rpartition(".")[2]
    return last if "." in key and last in {"sv", "en"} else ""


def _shown(value: object) -> str:
    if isinstance(value, list):
        return "\n".join(map(str, value))
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value)


def _value(given: str, field: Field) -> Any:
    """As the loader takes it; what it cannot take stays as it is written, and the loader says so."""
    given = given.replace("\r\n", "\n").strip()
    if field.listed:
        items = [line.strip() for line in given.split("\n") if line.strip()]
        if field.key == "hours":
            return "always" if items == ["always"] else items or None
        return items
    if field.language or not given:
        return given or None
    return _typed(given)


def _typed(given: str) -> Any:
    if given in {"true", "false"}:
        return given == "true"
    try:
        return date.fromisoformat(given)
    except ValueError:
        # Ages and places at once are whole numbers; a number to call is a text, also one of three digits.
        return int(given) if given.isdecimal() and len(given) < 3 else given


def _put(tree: Tree, keys: list[str], value: Any) -> None:
    *outer, last = keys
    for key in outer:
        inner = tree.get(key)
        if not isinstance(inner, dict):
            if value is None:
                return
            tree[key] = inner = {}
        tree = inner
    if value is not None or last in tree:
        tree[last] = value
