"""Reading content files: YAML with file and line for every mistake.

ContentError                  a content file cannot be used; the message begins with file and line
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Protocol, Self

import yaml

from dialogues.problems import Problem


class File(Protocol):
    """A file or folder of the content: a Path, or one with an overlay upon it (dialogues.overlay)."""

    @property
    def name(self) -> str: ...

    @property
    def stem(self) -> str: ...

    @property
    def parent(self) -> Self: ...

    def __truediv__(self, name: str, /) -> Self: ...

    def __lt__(self, other: Any, /) -> bool: ...

    def is_file(self) -> bool: ...

    def read_text(self, encoding: str) -> str: ...

    def glob(self, pattern: str) -> Iterator[Self]: ...


Mistake = tuple[File, str, str]  # file, a string on the line to point at, what is wrong


class ContentError(Exception):
    """A content file cannot be used. The message names file and line, then what is wrong. `file` is the file, `needle`
    the key or the words that the mistake is about (empty: the file as a whole), `reason` what is wrong where that can
    be said in other languages too."""

    def __init__(self, path: File, line: int, problem: str, needle: str = "", reason: Problem | None = None) -> None:
        super().__init__(f"{path}:{line}: {problem}")
        self.file = str(path)
        self.line = line
        self.needle = needle.rstrip(":")
        self.reason = reason or (problem if isinstance(problem, Problem) else None)


def find_line(path: File, needle: str) -> int:
    """The first line of a file that holds `needle`, counted from 1. When none does: for a dotted key its own line or
    its section's, else 1."""
    lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
    held = (number for number, line in enumerate(lines, 1) if needle and needle in line)
    return next(held, _line_of_key(lines, needle.split(".")))


def _line_of_key(lines: Sequence[str], parts: Sequence[str]) -> int:
    at = 0
    for depth, part in enumerate(parts):
        key = re.compile(rf"""{"  " * depth}["']?{re.escape(part)}["']?:""")
        for number in range(at if depth == 0 else at + 1, len(lines)):
            if key.match(lines[number]):
                at = number
                break
            if depth and lines[number][:1] not in {" ", "#", ""}:  # the next section
                return at + 1
    return at + 1


def read_yaml(path: File) -> Any:
    """What the YAML file holds. Raises ContentError when it cannot be read or is no YAML."""
    return parse_yaml(path, read_text(path), 0)


def read_text(path: File) -> str:
    """The file's text. Raises ContentError when it cannot be read as UTF-8."""
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ContentError(path, 1, "cannot be read as UTF-8 text") from error


def parse_yaml(path: File, text: str, offset: int) -> Any:
    """YAML out of a part of a file that begins `offset` lines down. Raises ContentError when it is none."""
    try:
        return yaml.load(text, Loader=LOADER)  # noqa: S506 - a safe loader, in C where the wheel carries it
    except (yaml.YAMLError, ValueError, RecursionError) as error:  # ValueError: a date such as 2026-13-01
        mark = getattr(error, "problem_mark", None)
        why = getattr(error, "problem", None) or "is not YAML"
        raise ContentError(path, (mark.line if mark else 0) + 1 + offset, Problem("yaml", why=why)) from error


def has_aliases(text: str) -> bool:
    """Whether a YAML text names something twice (`*name`): it can name what it is in, or make a thousand of one. For a
    text that `parse_yaml` reads."""
    return any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(text, Loader=LOADER))


LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def read_rows(path: File, *required: str) -> list[Mapping[str, Any]]:
    """A list of mappings, each with the required keys. Raises ContentError at the first without one."""
    rows = read_yaml(path)
    if not isinstance(rows, list):
        raise ContentError(path, 1, Problem("no-list"))
    for row in rows:
        require(path, row, *required)
    return rows


def require(path: File, row: Any, *keys: str) -> None:
    """Raises ContentError when a mapping lacks one of the keys."""
    for key in keys:
        if not isinstance(row, dict) or key not in row:
            name = row.get("id", "") if isinstance(row, dict) else ""
            problem = Problem("lacks", id=name, key=key) if name else Problem("file-lacks", key=key)
            raise ContentError(path, find_line(path, str(name)), problem, key)


def flatten(tree: Any, prefix: str = "") -> dict[str, str]:
    """Nested mappings as one, with dotted keys."""
    flat: dict[str, str] = {}
    for key, value in tree.items():
        name = f"{prefix}{key}"
        flat |= flatten(value, f"{name}.") if isinstance(value, dict) else {name: str(value)}
    return flat


def read_sentences(path: File) -> dict[str, str]:
    """The file's sentences by dotted key. Raises ContentError for a key without one: nobody is to read "None"."""
    tree = read_yaml(path)
    if not isinstance(tree, dict):
        raise ContentError(path, 1, Problem("no-sentences"))
    for key, said in leaves(tree):
        if not isinstance(said, str) or not said.strip():
            raise ContentError(path, find_line(path, key), Problem("no-sentence", key=key, value=repr(said)), key)
    return flatten(tree)


def leaves(tree: Mapping[Any, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """What nested mappings hold, of whatever kind, with dotted keys; an empty mapping is held, too."""
    for key, value in tree.items():
        if isinstance(value, dict) and value:
            yield from leaves(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value


def require_kinds(path: File, row: Mapping[str, Any], kinds: Mapping[str, type]) -> None:
    """Raises ContentError for the first value that is not of its key's kind; a list is one of texts."""
    for key, kind in kinds.items():
        value = row[key]
        texts = value if kind is list and isinstance(value, list) else ()
        if type(value) is not kind or not all(isinstance(text, str) for text in texts):
            raise ContentError(path, find_line(path, f"{key}:"), Problem(_KINDS[kind], key=key, value=repr(value)), key)


_KINDS = {str: "no-text", dict: "no-mapping", date: "no-date", list: "no-texts"}


def strings(row: Any) -> dict[str, str]:
    """A mapping with its keys and values as text."""
    return {str(key): str(value) for key, value in row.items()}
