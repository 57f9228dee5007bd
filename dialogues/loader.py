"""Content files read and checked once, at start: a mistake stops the start with file and line.

ContentError                  a content file cannot be used; the message begins with file and line
"""

import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from dialogues import understanding
from dialogues.checks import ContentError, check_content, find_line
from dialogues.values import (
    Action,
    Audience,
    ChoiceKind,
    Content,
    Danger,
    Desk,
    Edge,
    Fact,
    LanguageTexts,
    Line,
    MessageKind,
    Node,
    OperatorKind,
    Piece,
    Show,
    Status,
    Topic,
    TopicText,
)

DEFAULT = Path(__file__).parent / "content"

_HEADING = re.compile(r"^## +(\w+) *$", re.MULTILINE)
_FACTS = re.compile(r"\s*\[([A-Z]+-\d+(?:, *[A-Z]+-\d+)*)\]\s*$")


def load_content(path: Path | None = None, *, today: date, demo: bool) -> Content:
    """All content below `path`, checked. Raises ContentError with file and line for the first mistake found."""
    root = path or DEFAULT
    content = Content(
        topics=_read_topics(root / "topics.yml"),
        facts=_read_facts(root / "facts.yml"),
        nodes=_read_nodes(root / "flow.yml"),
        languages=_read_languages(root),
        counties=_strings(_read_yaml(root / "counties.yml")),
        lines=_read_lines(root / "lines.yml"),
        desks=_read_desks(root / "desks"),
        today=today,
        demo=demo,
    )
    check_content(content, root)
    return content


def _read_yaml(path: Path) -> Any:
    return _parse_yaml(path, _read_text(path), 0)


def _read_text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ContentError(path, 1, "cannot be read as UTF-8 text") from error


def _parse_yaml(path: Path, text: str, offset: int) -> Any:
    try:
        return yaml.load(text, Loader=_LOADER)  # noqa: S506 - a safe loader, in C where the wheel carries it
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line if error.problem_mark else 0
        raise ContentError(path, line + 1 + offset, error.problem or "is not YAML") from error


_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def _read_topics(path: Path) -> dict[str, Topic]:
    return {
        row["id"]: Topic(row["id"], tuple(row.get("facts", ())), bool(row.get("urgent", False)))
        for row in _rows(path, "id")
    }


def _read_facts(path: Path) -> dict[str, Fact]:
    raw = _read_yaml(path)
    return {
        id: Fact(id, row.get("statute") or "", tuple(row.get("sources") or ()), row["confidence"])
        for id, row in raw.items()
    }


def _read_nodes(path: Path) -> dict[str, Node]:
    return {id: _node(path, id, row or {}) for id, row in _read_yaml(path).items()}


def _node(path: Path, id: str, row: Mapping[str, Any]) -> Node:
    try:
        return Node(
            id=id,
            say=tuple((MessageKind(kind), key) for said in row.get("say", ()) for kind, key in said.items()),
            choices=tuple(_edge(edge) for edge in row.get("choices", ())),
            show=Show(row["show"]) if "show" in row else None,
        )
    except (KeyError, ValueError) as error:
        raise ContentError(path, find_line(path, f"{id}:"), f"node {id}: {error}") from error


def _edge(row: Mapping[str, Any]) -> Edge:
    return Edge(
        id=row["id"],
        to=row["to"],
        kind=ChoiceKind(row.get("kind", "plain")),
        set=_strings(row.get("set", {})),
        action=Action(row["action"]) if "action" in row else None,
    )


def _read_lines(path: Path) -> dict[str, Line]:
    return {
        str(row["id"]): Line(
            id=str(row["id"]),
            number=str(row["number"]),
            href=row["href"],
            checked=row.get("checked"),
            names=row["names"],
            details=row["details"],
            audiences=frozenset(Audience(name) for name in row["audiences"]),
        )
        for row in _rows(path, "id", "number", "href", "names", "details", "audiences")
    }


def _read_desks(folder: Path) -> dict[str, Desk]:
    desks = {}
    for path in sorted(folder.glob("*.yml")):
        row = _read_yaml(path)
        _require(path, row, "id", "names", "operator", "reporting", "languages")
        desks[row["id"]] = Desk(
            id=row["id"],
            names=row["names"],
            operator=OperatorKind(row["operator"]),
            reporting=row["reporting"],
            languages=tuple(row["languages"]),
        )
    return desks


def _read_languages(root: Path) -> dict[str, LanguageTexts]:
    folders = sorted(path.parent for path in root.glob("*/flow.yml"))
    return {folder.name: _read_language(folder) for folder in folders}


def _read_language(folder: Path) -> LanguageTexts:
    flow = _flatten(_read_yaml(folder / "flow.yml"))
    topics = {path.stem: _read_topic(path, folder.name) for path in sorted((folder / "topics").glob("*.md"))}
    danger = _read_yaml(folder / "danger.yml")
    _require(folder / "danger.yml", danger, "urgent", "concern", "harmless")
    return LanguageTexts(
        language=folder.name,
        name=flow.pop("language.name", folder.name),
        direction=flow.pop("language.direction", "ltr"),
        flow=flow,
        page=_flatten(_read_yaml(folder / "page.yml")),
        topics=topics,
        matcher=understanding.compile_matcher(
            {id: text.words for id, text in topics.items()},
            {level: tuple(danger[level]) for level in (Danger.URGENT, Danger.CONCERN)},
            tuple(danger["harmless"]),
        ),
    )


def _read_topic(path: Path, language: str) -> TopicText:
    text = _read_text(path)
    parts = text.split("---\n", 2)
    if len(parts) != 3 or parts[0]:
        raise ContentError(path, 1, "begins with a front matter between two lines of ---")
    front = _parse_yaml(path, parts[1], 1)
    _require(path, front, "title", "owner", "checked", "review", "status", "words", "next")
    return TopicText(
        id=path.stem,
        title=front["title"],
        language=language,
        owner=front["owner"],
        checked=front["checked"],
        review=front["review"],
        status=Status(front["status"]),
        words=tuple(str(word) for word in front["words"]),
        next=tuple(front["next"]),
        pieces=_read_pieces(path, parts[2]),
        path=str(path),
    )


def _read_pieces(path: Path, body: str) -> dict[Audience, tuple[Piece, ...]]:
    """Sections by audience; `all` serves every audience without a section of its own."""
    _, *rest = _HEADING.split(body)
    sections = {name: _pieces(section) for name, section in zip(rest[::2], rest[1::2], strict=True)}
    everyone = sections.pop("all", None)
    pieces: dict[Audience, tuple[Piece, ...]] = dict.fromkeys(Audience, everyone) if everyone else {}
    for name, section in sections.items():
        if name not in set(Audience):
            raise ContentError(path, find_line(path, f"## {name}"), f"no such audience: {name}")
        pieces[Audience(name)] = section
    return pieces


def _pieces(section: str) -> tuple[Piece, ...]:
    paragraphs = [" ".join(part.split()) for part in re.split(r"\n\s*\n", section) if part.strip()]
    return tuple(_piece(paragraph) for paragraph in paragraphs)


def _piece(paragraph: str) -> Piece:
    found = _FACTS.search(paragraph)
    facts = tuple(id.strip() for id in found[1].split(",")) if found else ()
    return Piece(_FACTS.sub("", paragraph), facts)


def _rows(path: Path, *required: str) -> list[Mapping[str, Any]]:
    rows = _read_yaml(path)
    for row in rows:
        _require(path, row, *required)
    return list(rows)


def _require(path: Path, row: Any, *keys: str) -> None:
    for key in keys:
        if not isinstance(row, dict) or key not in row:
            name = row.get("id", "") if isinstance(row, dict) else ""
            raise ContentError(path, find_line(path, str(name)), f"{name or 'the file'} lacks `{key}`")


def _flatten(tree: Any, prefix: str = "") -> dict[str, str]:
    flat: dict[str, str] = {}
    for key, value in tree.items():
        name = f"{prefix}{key}"
        flat |= _flatten(value, f"{name}.") if isinstance(value, dict) else {name: str(value)}
    return flat


def _strings(row: Any) -> dict[str, str]:
    return {str(key): str(value) for key, value in row.items()}
