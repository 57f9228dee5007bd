"""Edits laid upon the shipped content: parts by name, validated by the very loader that reads files.

A part's name says what it replaces: a topic's text (`sv/topics/threats.md`), a desk (`desks/demo.yml`), one service
(`services.yml#bris`), one section of a language's sentences (`sv/page.yml#first`). Its text is that file's or entry's.

ContentError                  an overlay cannot be used; the message names the part
"""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePath
from typing import Any, Self

import yaml

from dialogues.files import ContentError, find_line, flatten, has_aliases, leaves, parse_yaml
from dialogues.loader import DEFAULT, load_content
from dialogues.problems import Problem
from dialogues.values import Content, Status

LARGEST = 2 * 1024 * 1024  # bytes of a document; all topics, sentences, desks and services are 1.1 MB

Overlay = Mapping[str, str]  # part -> text

PART = re.compile(
    r"[a-z]{2,3}/topics/[a-z0-9-]+\.md|desks/[a-z0-9-]+\.yml|services\.yml#[a-z0-9-]+"
    r"|[a-z]{2,3}/(page|flow|telegram)\.yml#[a-z-]+"
)
_ENTRY = re.compile(r"""(?:- id: *)?["']?([a-z0-9-]+)["']?:?""")


class Layered:
    """A file or folder of the shipped content with whole texts of some files upon it (dialogues.files.File)."""

    def __init__(self, path: Path, texts: Mapping[str, str]) -> None:
        self._path = path
        self._texts = texts  # path -> text

    @property
    def name(self) -> str:
        return self._path.name

    @property
    def stem(self) -> str:
        return self._path.stem

    @property
    def parent(self) -> Self:
        return type(self)(self._path.parent, self._texts)

    def __truediv__(self, name: str, /) -> Self:
        return type(self)(self._path / name, self._texts)

    def __lt__(self, other: "Layered", /) -> bool:
        return str(self) < str(other)

    def __str__(self) -> str:
        return str(self._path)

    def is_file(self) -> bool:
        return str(self) in self._texts or self._path.is_file()

    def read_text(self, encoding: str) -> str:
        return self._texts[str(self)] if str(self) in self._texts else self._path.read_text(encoding=encoding)

    def glob(self, pattern: str) -> Iterator[Self]:
        return (type(self)(path, self._texts) for path in self._path.glob(pattern))


def changed_files(overlay: Overlay, root: Path = DEFAULT) -> dict[str, str]:
    """The files that an overlay changes, whole, by their path below `root`: laid into a copy of it they load and give
    the same content. A part whose place is no longer shipped is left out. ContentError for a name that is no part's."""
    files: dict[str, str] = {}
    for part, text in sorted(overlay.items()):
        if not PART.fullmatch(part):
            raise ContentError(PurePath(part), 1, "is no part of the content")  # type: ignore[arg-type]
        file, _, entry = part.partition("#")
        if not (root / file).is_file():
            continue
        if not file.endswith(".md"):
            _refuse_aliases(root / file, text)
        if entry:
            files[file] = _with_entry(root / file, files.get(file) or _read(root / file), entry, text)
        else:
            files[file] = text
    return files


def lay(overlay: Overlay, base: Content) -> Content:
    """The shipped content with the overlay upon it, for the same kind of start as `base`. Raises ContentError."""
    texts = {str(DEFAULT / file): text for file, text in changed_files(overlay).items()}
    return load_content(Layered(DEFAULT, texts), now=base.now, demo=base.demo, recogniser=base.recogniser)


def shipped_text(part: str, root: Path = DEFAULT) -> str | None:
    """The text of a part as the files ship it; None when there is no such part."""
    file, _, entry = part.partition("#")
    if not PART.fullmatch(part) or not (root / file).is_file():
        return None
    text = _read(root / file)
    return dict(_chunks(text)).get(entry) if entry else text


def current_text(overlay: Overlay, part: str, root: Path = DEFAULT) -> str | None:
    """What a part says with the overlay; None when there is no such part. A section of sentences has those too that
    were shipped after its edit."""
    shipped, edited = shipped_text(part, root), overlay.get(part)
    if shipped is None or edited is None:
        return shipped
    if "/" in part and "#" in part and not _keys(shipped) <= _keys(edited):
        return _merged(shipped, _mapping(edited))
    return edited


def sections(language: str, root: Path = DEFAULT) -> tuple[str, ...]:
    """The parts that a language's sentences consist of, in the order of its files. Empty when there is no such
    language."""
    paths = [root / language / f"{file}.yml" for file in ("flow", "page", "telegram")]
    return tuple(
        f"{language}/{path.name}#{name}" for path in paths if path.is_file() for name, _ in _chunks(_read(path)) if name
    )


def claims_review(part: str, text: str) -> bool:
    """Whether the text, in that part's place, says that people have reviewed a language's sentences."""
    if not part.endswith("/flow.yml#language"):
        return False
    row = _mapping(text).get("language")
    return isinstance(row, dict) and row.get("status") == Status.REVIEWED


def unapproved_sections(overlay: Overlay, part: str, root: Path = DEFAULT) -> tuple[str, ...]:
    """The other sections of that part's language that nobody has approved as they are shipped now: no edit of them is
    published, or one that does not know all their sentences."""
    language = part.partition("/")[0]
    return tuple(
        section
        for section in sections(language, root)
        if section != part and not _keys(shipped_text(section, root)) <= _keys(overlay.get(section))
    )


def _keys(text: str | None) -> set[str]:
    return set(flatten(_mapping(text))) if text else set()


def _mapping(text: str) -> Mapping[str, Any]:
    """A part that is a mapping, read as the loader reads it; empty when it is none."""
    try:
        raw = parse_yaml(DEFAULT, text, 0)
    except ContentError:
        return {}
    return raw if isinstance(raw, dict) and not has_aliases(text) else {}


def write_document(overlay: Overlay) -> bytes:
    """The overlay as it travels. ValueError when it is larger than LARGEST."""
    document = json.dumps({"parts": dict(overlay)}, ensure_ascii=False, sort_keys=True).encode()
    if len(document) > LARGEST:
        raise ValueError("the edits are larger than what visitors' side takes")
    return document


def read_document(document: bytes) -> dict[str, str]:
    """The overlay in a document. ValueError when it is none."""
    parts = json.loads(document).get("parts") if len(document) <= LARGEST else None
    if not isinstance(parts, dict) or not all(isinstance(text, str) for text in parts.values()):
        raise ValueError("is no overlay")
    return parts


def digest(document: bytes) -> str:
    """What tells one document from another."""
    return hashlib.sha256(document).hexdigest()


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def _chunks(text: str) -> Iterator[tuple[str, str]]:
    """The top-level entries of a YAML file in order, with their names; comments and what is before them have none."""
    name, lines = "", list[str]()
    for line in text.splitlines(keepends=True):
        if line[:1] not in {" ", "\n", ""}:
            if lines:
                yield name, "".join(lines)
            found = None if line.startswith("#") else _ENTRY.match(line)
            name, lines = (found[1] if found else ""), []
        lines.append(line)
    yield name, "".join(lines)


def _refuse_aliases(path: Path, text: str) -> None:
    """No file that is shipped has any."""
    parse_yaml(path, text, 0)
    if has_aliases(text):
        raise ContentError(path, 1, Problem("alias"))


def _with_entry(path: Path, text: str, entry: str, new: str) -> str:
    """The file's text with one entry replaced; as it is when there is no such entry any more."""
    raw = parse_yaml(path, new, 0)
    listed = isinstance(raw, list)
    named = [str(row.get("id")) for row in raw if isinstance(row, dict)] if listed else list(raw or {})
    if named != [entry]:
        raise ContentError(path, 1, Problem("one-entry", entry=entry))
    replaced = [
        (_merged(chunk, _sentences(path, raw)) if not listed else _block(raw)) if name == entry else chunk
        for name, chunk in _chunks(text)
    ]
    return "".join(replaced)


def _sentences(path: Path, raw: Mapping[str, Any]) -> Mapping[str, Any]:
    for key, said in leaves(raw):
        if not isinstance(said, str) or not said.strip():
            raise ContentError(path, find_line(path, key), Problem("no-sentence", key=key, value=repr(said)), key)
    return raw


def _merged(chunk: str, raw: Mapping[str, Any]) -> str:
    """A section of sentences: those that are shipped, each in its edited words. A newer version may ship others."""
    shipped = parse_yaml(DEFAULT, chunk, 0)
    edited = flatten(raw)
    return _block({key: _fill(value, edited, f"{key}.") for key, value in shipped.items()})


def _fill(tree: Any, edited: Mapping[str, str], prefix: str) -> Any:
    if not isinstance(tree, dict):
        return edited.get(prefix.removesuffix("."), tree)
    return {key: _fill(value, edited, f"{prefix}{key}.") for key, value in tree.items()}


def _block(value: Any) -> str:
    return yaml.safe_dump(value, allow_unicode=True, sort_keys=False, width=10_000) + "\n"
