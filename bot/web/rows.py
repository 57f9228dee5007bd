"""Messages and choices as the page's script takes them: as values, and written as JSON.

Written by hand, because an answer is made of little else: a general encoder takes three times as long for the many
short rows, nearly all of whose fields are empty.
"""

import json
from collections.abc import Iterable, Mapping
from json.encoder import encode_basestring as quoted
from typing import Any

from dialogues.values import Choice, Item, Message

_NOTHING_ELSE = '"items":[],"language":"","direction":""}'


def message_row(message: Message) -> dict[str, Any]:
    """A message as a value that JSON can hold."""
    return {
        "kind": message.kind,
        "text": message.text,
        "items": [_item_row(item) for item in message.items],
        "language": message.language,
        "direction": message.direction,
    }


class Written:
    """Messages of which many answers are made, as JSON, written once. It holds them, so that none takes another's place
    in memory."""

    def __init__(self, messages: Iterable[Message]) -> None:
        self._messages = {id(message): message for message in messages}
        self._written = {place: _message(message) for place, message in self._messages.items()}

    def write(self, messages: Iterable[Message]) -> str:
        """The rows of messages as JSON: of these, and of any others."""
        written = self._written
        return f"[{','.join([written.get(id(message)) or _message(message) for message in messages])}]"


def write_messages(messages: Iterable[Message]) -> str:
    """The rows of messages as JSON."""
    return f"[{','.join(map(_message, messages))}]"


def write_choices(choices: Iterable[Choice]) -> str:
    """The rows of choices as JSON."""
    return f"[{','.join(map(_choice, choices))}]"


def write(value: object) -> str:
    """Any other value as JSON, in as few signs. ValueError for a number that JSON has no sign for."""
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def join_fields(fields: Mapping[str, str]) -> str:
    """An object of these fields, whose values are JSON already."""
    return f"{{{','.join([f'{quoted(name)}:{value}' for name, value in fields.items()])}}}"


def _item_row(item: Item) -> dict[str, Any]:
    return {
        "label": item.label,
        "detail": item.detail,
        "href": item.href,
        "choice": item.choice,
        "here": item.here,
    }


def _message(message: Message) -> str:
    kind, text, items, language, direction = message
    if not (items or language or direction):  # nearly all
        return f'{{"kind":{quoted(kind)},"text":{quoted(text)},{_NOTHING_ELSE}'
    return (
        f'{{"kind":{quoted(kind)},"text":{quoted(text)},"items":[{",".join(map(_item, items))}],'
        f'"language":{quoted(language)},"direction":{quoted(direction)}}}'
    )


def _item(item: Item) -> str:
    href = "null" if item.href is None else quoted(item.href)
    choice = "null" if item.choice is None else quoted(item.choice)
    here = "true" if item.here else "false"
    return (
        f'{{"label":{quoted(item.label)},"detail":{quoted(item.detail)},"href":{href},"choice":{choice},"here":{here}}}'
    )


def _choice(choice: Choice) -> str:
    return f'{{"id":{quoted(choice.id)},"label":{quoted(choice.label)},"kind":{quoted(choice.kind)}}}'
