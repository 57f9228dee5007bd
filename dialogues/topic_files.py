"""Topic texts read from their files: one folder per language, one file per topic, front matter and sections.

ContentError                  a file cannot be used; the message begins with file and line
"""

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from dialogues.files import ContentError, File, find_line, parse_yaml, read_text, read_yaml, require, require_kinds
from dialogues.problems import Problem
from dialogues.values import Audience, Piece, Status, TopicText

# A section that is no audience: the easy-to-read variant.
EASY = "easy"

_FRONT = {"title": str, "owner": str, "checked": date, "review": date, "status": str, "words": list, "next": list}
_HEADING = re.compile(r"^## +(\w+) *$", re.MULTILINE)
_FACTS = re.compile(r"\s*\[([A-Z]+-\d+(?:, *[A-Z]+-\d+)*)\]\s*$")


def read_topic_texts(folder: File, fallback: dict[str, TopicText]) -> dict[str, TopicText]:
    """The texts of a language's folder. What is not written in it has its title and words from the language's
    `topics.yml`, and leans on the text in `fallback`; so do sections that it lacks."""
    texts = {path.stem: _read_text(path, folder.name) for path in sorted((folder / "topics").glob("*.md"))}
    titles = folder / "topics.yml"
    if not fallback:
        return texts
    named = read_yaml(titles)
    for id, row in named.items():
        require(titles, row, "title", "words")
        require_kinds(titles, row, {"title": str, "words": list})
        if id in texts or id not in fallback:
            raise ContentError(titles, find_line(titles, f"{id}:"), f"{id} has a text of its own, or is no topic")
        texts[id] = replace(
            fallback[id], title=row["title"], words=_words(row["words"]), pieces={}, easy=(), path=str(titles)
        )
    return {id: replace(text, language=folder.name, fallback=fallback.get(id)) for id, text in texts.items()}


def _read_text(path: File, language: str) -> TopicText:
    text = read_text(path)
    parts = text.split("---\n", 2)
    if len(parts) != 3 or parts[0]:
        raise ContentError(path, 1, Problem("front"))
    front = parse_yaml(path, parts[1], 1)
    require(path, front, *_FRONT)
    require_kinds(path, front, _FRONT)
    if front["status"] not in set(Status):
        raise ContentError(
            path, find_line(path, "status:"), Problem("known", key="status", known=", ".join(Status)), "status"
        )
    sections = _sections(parts[2])
    return TopicText(
        id=path.stem,
        title=front["title"],
        language=language,
        owner=front["owner"],
        checked=front["checked"],
        review=front["review"],
        status=Status(front["status"]),
        words=_words(front["words"]),
        next=tuple(front["next"]),
        easy=sections.pop(EASY, ()),
        pieces=_pieces(path, sections),
        path=str(path),
    )


def _words(words: Iterable[object]) -> tuple[str, ...]:
    return tuple(str(word) for word in words)


def _sections(body: str) -> dict[str, tuple[Piece, ...]]:
    _, *rest = _HEADING.split(body)
    return {name: _paragraphs(section) for name, section in zip(rest[::2], rest[1::2], strict=True)}


def _pieces(path: File, sections: dict[str, tuple[Piece, ...]]) -> dict[Audience, tuple[Piece, ...]]:
    """Sections by audience; `all` serves every audience without a section of its own."""
    everyone = sections.pop("all", None)
    pieces: dict[Audience, tuple[Piece, ...]] = dict.fromkeys(Audience, everyone) if everyone else {}
    for name, section in sections.items():
        if name not in set(Audience):
            raise ContentError(path, find_line(path, f"## {name}"), Problem("audience", name=name), "##")
        pieces[Audience(name)] = section
    return pieces


def _paragraphs(section: str) -> tuple[Piece, ...]:
    paragraphs = [" ".join(part.split()) for part in re.split(r"\n\s*\n", section) if part.strip()]
    return tuple(_piece(paragraph) for paragraph in paragraphs)


def _piece(paragraph: str) -> Piece:
    found = _FACTS.search(paragraph)
    facts = tuple(id.strip() for id in found[1].split(",")) if found else ()
    return Piece(_FACTS.sub("", paragraph), facts)
