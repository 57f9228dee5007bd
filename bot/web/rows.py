"""Messages and choices as the page's script takes them: as values, and written as JSON.

Written by hand, because an answer is made of little else: a general encoder takes three times as long for the many
short rows, nearly all of whose fields are empty.
"""

import json
from collections.abc import Iterable, Mapping
from json.encoder import encode_basestring as quoted
from typing import Any

from dialogues.values import Choice, Item, Message


def message_row(message: Message) -> dict[str, Any]:
    """A message as a value that JSON can hold."""
    return {
        "kind": message.kind,
        "text": message.text,
        "items": [_item_row(item) for item in message.items],
        "language": message.language,
        "direction": message.direction,
    }


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
    items = ",".join(map(_item, message.items)) if message.items else ""
    return (
        f'{{"kind":{quoted(message.kind)},"text":{quoted(message.text)},"items":[{items}],'
        f'"language":{quoted(message.language)},"direction":{quoted(message.direction)}}}'
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
