"""What a draft changes: for whoever is to approve it, and need not compare two long texts by eye."""

import difflib
from dataclasses import dataclass

from console.fields import read_fields


@dataclass(frozen=True, slots=True)
class Change:
    """`place` is a field's key, or empty in a text without fields. `old` and `new` may be empty, not both."""

    place: str
    old: str
    new: str


def changes(part: str, before: str, after: str) -> list[Change]:
    """Field by field, or where there are none line by line, in order."""
    old, new = read_fields(part, before), read_fields(part, after)
    if old is None or new is None:
        return _lines(before, after)
    held = {field.key: field.value for field in old}
    wanted = {field.key: field.value for field in new}
    keys = dict.fromkeys((*wanted, *held))
    pairs = ((key, held.get(key, "").strip(), wanted.get(key, "").strip()) for key in keys)
    return [Change(key, one, two) for key, one, two in pairs if one != two]


def _lines(before: str, after: str) -> list[Change]:
    old, new = before.splitlines(), after.splitlines()
    blocks = difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    return [
        Change("", "\n".join(old[first:last]).strip(), "\n".join(new[start:end]).strip())
        for kind, first, last, start, end in blocks
        if kind != "equal"
    ]
