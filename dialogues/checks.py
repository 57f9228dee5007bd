"""What must hold between content files: no unknown name, no dead end, no unreachable text, no missing translation."""

from collections.abc import Iterator
from pathlib import Path

from dialogues.values import ChoiceKind, Content, LanguageTexts, Node, Show, TopicText

# Nodes that are entered by the engine or the channel and not by a choice of another node.
ENTRIES = frozenset({"start", "topic", "unclear", "unclear-waiting", "suggest", "danger", "closed", "after"})

Mistake = tuple[Path, str, str]  # file, a string on the line to point at, what is wrong


class ContentError(Exception):
    """A content file cannot be used. The message names file and line, then what is wrong."""

    def __init__(self, path: Path, line: int, problem: str) -> None:
        super().__init__(f"{path}:{line}: {problem}")


def check_content(content: Content, root: Path) -> None:
    """Raise ContentError for the first mistake; return when everything named is there and leads somewhere."""
    checks = (_check_flow, _check_sentences, _check_topics, _check_translations, _check_lines_and_desks)
    for check in checks:
        for path, needle, problem in check(content, root):
            raise ContentError(path, find_line(path, needle), problem)


def find_line(path: Path, needle: str) -> int:
    """The first line of a file that holds `needle`, counted from 1; 1 when none does."""
    lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
    return next((number for number, line in enumerate(lines, 1) if needle and needle in line), 1)


def _check_flow(content: Content, root: Path) -> Iterator[Mistake]:
    path = root / "flow.yml"
    named = {edge.to for node in content.nodes.values() for edge in node.choices}
    for missing in (named | ENTRIES) - set(content.nodes):
        yield path, missing, f"no node is called {missing}"
    for node in content.nodes.values():
        if node.id not in named | ENTRIES:
            yield path, f"{node.id}:", f"nothing leads to {node.id}"
        if not node.choices and node.show not in {Show.TOPICS, Show.ABOUT}:
            yield path, f"{node.id}:", f"{node.id} is a dead end"


def _check_sentences(content: Content, root: Path) -> Iterator[Mistake]:
    """Every sentence that the flow can say, in every language; and no sentence that nothing says."""
    for texts in content.languages.values():
        path = root / texts.language / "flow.yml"
        needed = {key for node in content.nodes.values() for key in _sentences(node)}
        for key in needed - set(texts.flow):
            yield path, key.split(".")[0], f"the sentence `{key}` is missing"
        for key in {key for key in texts.flow if key.startswith("choice.")} - needed:
            yield path, key.removeprefix("choice."), f"nothing offers `{key}`"


def _sentences(node: Node) -> set[str]:
    return {key for _, key in node.say} | {
        f"choice.{edge.id}" for edge in node.choices if edge.kind is not ChoiceKind.ROW
    }


def _check_topics(content: Content, root: Path) -> Iterator[Mistake]:
    for texts in content.languages.values():
        for text in texts.topics.values():
            yield from _check_topic(content, texts, text)


def _check_topic(content: Content, texts: LanguageTexts, text: TopicText) -> Iterator[Mistake]:
    path = Path(text.path)
    if text.id not in content.topics:
        yield path, "title", f"{text.id} is not in the closed topic list"
        return
    yield from _check_facts(content, text, path)
    for other in text.next:
        if other not in texts.topics:
            yield path, "next:", f"there is no text called {other} to go on to"
    if not text.pieces or not all(text.pieces.values()):
        yield path, "##", "a section has no text, or there is no section"
    if text.checked >= text.review:
        yield path, "review:", "the review date is not after the checked date"


def _check_facts(content: Content, text: TopicText, path: Path) -> Iterator[Mistake]:
    for fact in {fact for pieces in text.pieces.values() for piece in pieces for fact in piece.facts}:
        if fact not in content.facts:
            yield path, fact, f"no such fact: {fact}"
        elif fact not in content.topics[text.id].facts:
            yield path, fact, f"the topic list does not give {fact} to {text.id}"


def _check_translations(content: Content, root: Path) -> Iterator[Mistake]:
    languages = list(content.languages.values())
    for texts in languages:
        for other in languages:
            for key in set(other.flow) - set(texts.flow):
                yield root / texts.language / "flow.yml", key, f"`{key}` is in {other.language} and not here"
            for key in set(other.page) - set(texts.page):
                yield root / texts.language / "page.yml", key, f"`{key}` is in {other.language} and not here"
            for id in set(other.topics) - set(texts.topics):
                yield Path(other.topics[id].path), "title", f"{id} is not translated to {texts.language}"
            for id, text in texts.topics.items():
                if id in other.topics and set(text.pieces) != set(other.topics[id].pieces):
                    yield Path(text.path), "##", f"its audiences differ from those in {other.language}"


def _check_lines_and_desks(content: Content, root: Path) -> Iterator[Mistake]:
    languages = set(content.languages)
    for line in content.lines.values():
        if languages - set(line.names) or languages - set(line.details):
            yield root / "lines.yml", line.id, f"{line.id} lacks a translation"
    if "112" not in content.lines:
        yield root / "lines.yml", "id", "112 is missing"
    for desk in content.desks.values():
        path = root / "desks" / f"{desk.id}.yml"
        if not path.is_file():
            yield root / "desks", desk.id, f"{desk.id} is not in a file of that name"
        if languages - set(desk.names) or languages - set(desk.reporting):
            yield path, "names", f"{desk.id} lacks a translation"
