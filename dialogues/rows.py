"""One entry of a content file while it is read: values by key, each mistake with file and line."""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from enum import StrEnum
from typing import Any, TypeVar

from dialogues.files import ContentError, File
from dialogues.problems import Problem

_Kind = TypeVar("_Kind", bound=StrEnum)
_Value = TypeVar("_Value")


class Row:
    """Takes an entry's values by key. Every method raises ContentError for a value that cannot be used."""

    def __init__(self, path: File, raw: Mapping[str, Any], keys: Iterable[str]) -> None:
        self.path = path
        self.raw = raw
        self.id = str(raw.get("id"))
        self.id = self.text("id")
        known = set(keys)
        for key in raw:
            if key not in known:
                raise self.wrong(str(key), Problem("row-key", known=", ".join(sorted(known))))

    def wrong(self, key: str, problem: Problem) -> ContentError:
        """The mistake, to be raised."""
        line = _find(self.path, self.id, key)
        return ContentError(self.path, line, f"{self.id}: `{key}`: {problem}", key, problem)

    def read(self, key: str, reader: Callable[[Any], _Value]) -> _Value:
        """What the reader makes of the key's value; its ValueError, of a Problem, becomes a mistake with
        file and line."""
        try:
            return reader(self.raw.get(key))
        except ValueError as error:
            raise self.wrong(key, error.args[0]) from None

    def text(self, key: str) -> str:
        value = self.raw.get(key)
        if not isinstance(value, str) or not value.strip():
            raise self.wrong(key, Problem("row-text", value=repr(value)))
        return value

    def texts(self, key: str, *, needed: bool = False) -> dict[str, str]:
        """Texts by language. What is there is there in Swedish and English."""
        value = self.raw.get(key) or {}
        if not isinstance(value, dict) or not all(isinstance(said, str) for said in value.values()):
            raise self.wrong(key, Problem("row-texts", value=repr(value)))
        if (value or needed) and not value.keys() >= {"sv", "en"}:
            raise self.wrong(key, Problem("row-languages"))
        return dict(value)

    def words(self, key: str) -> tuple[str, ...]:
        value = self.raw.get(key) or []
        if not isinstance(value, list) or not all(isinstance(word, str) for word in value):
            raise self.wrong(key, Problem("row-words", value=repr(value)))
        return tuple(value)

    def one(self, key: str, kind: type[_Kind], default: _Kind | None) -> _Kind:
        value = self.raw.get(key)
        if value is None and default is not None:
            return default
        # YAML takes a bare yes or no for a truth value.
        named = {True: "yes", False: "no"}.get(value, value) if isinstance(value, bool) else value
        return self._member(key, kind, named)

    def set(self, key: str, kind: type[_Kind], default: frozenset[_Kind] = frozenset()) -> frozenset[_Kind]:
        if self.raw.get(key) is None:
            return default
        return frozenset(self._member(key, kind, word) for word in self.words(key))

    def _member(self, key: str, kind: type[_Kind], value: object) -> _Kind:
        member = next((member for member in kind if member == value), None)
        if member is None:
            raise self.wrong(key, Problem("row-one", value=repr(value), known=", ".join(kind)))
        return member

    def flag(self, key: str) -> bool:
        value = self.raw.get(key, False)
        if not isinstance(value, bool):
            raise self.wrong(key, Problem("row-flag", value=repr(value)))
        return value

    def number(self, key: str, default: int) -> int:
        value = self.raw.get(key, default)
        if type(value) is not int or value < 1:
            raise self.wrong(key, Problem("row-number", value=repr(value)))
        return value

    def day(self, key: str) -> date | None:
        value = self.raw.get(key)
        if value is not None and type(value) is not date:
            raise self.wrong(key, Problem("row-date", value=repr(value)))
        return value

    def pattern(self, key: str, form: re.Pattern[str], says: str) -> str | None:
        if self.raw.get(key) is None:
            return None
        value = self.text(key)
        if not form.fullmatch(value):
            raise self.wrong(key, Problem(says, value=repr(value)))
        return value


def _find(path: File, id: str, key: str) -> int:
    """The line of a key in the entry of that id, counted from 1; the entry's own line when the key is not in it."""
    lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
    entry = re.compile(rf"(- )?id: [\"']?{re.escape(id)}[\"']?\s*$")
    starts = [number for number, line in enumerate(lines) if entry.match(line)]
    first = starts[-1] if starts else 0
    for number in range(first, len(lines)):
        if number > first and lines[number].startswith("- "):
            break
        if re.match(rf"(- |  )?{re.escape(key)}:", lines[number]):
            return number + 1
    return first + 1
