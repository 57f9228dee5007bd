"""What must hold between content files: no unknown name, no dead end, no unreachable text, no missing translation."""

from collections.abc import Iterator, Mapping

from dialogues.door_files import check_doors
from dialogues.files import ContentError, File, Mistake, find_line
from dialogues.phone_files import check_phone
from dialogues.problems import Problem
from dialogues.values import ChoiceKind, Content, LanguageTexts, Node, Show, Status, TopicText

# Nodes that are entered by the engine or the channel and not by a choice of another node.
SMALL_TALK = frozenset({"hello", "thanks", "reply", "whom"})
ENTRIES = SMALL_TALK | {
    "start", "topic", "unclear", "unclear-waiting", "talk-waiting", "suggest", "danger", "closed", "elsewhere",
    "after", "after-wait",
}  # fmt: skip


def check_content(content: Content, root: File) -> None:
    """Raise ContentError for the first mistake; return when everything named is there and leads somewhere."""
    checks = (_check_flow, _check_sentences, _check_topics, _check_translations, check_doors, check_phone)
    for check in checks:
        for path, needle, problem in check(content, root):
            raise ContentError(path, find_line(path, needle), problem, needle)


def _check_flow(content: Content, root: File) -> Iterator[Mistake]:
    path = root / "flow.yml"
    named = {edge.to for node in content.nodes.values() for edge in node.choices}
    named |= {node.back for node in content.nodes.values()}
    for missing in (named | ENTRIES) - set(content.nodes):
        yield path, missing, f"no node is called {missing}"
    reached = _reached(content.nodes)
    for node in content.nodes.values():
        if node.id not in reached:
            yield path, f"{node.id}:", f"nothing leads to {node.id}"
        if not node.choices and node.show not in {Show.TOPICS, Show.ABOUT}:
            yield path, f"{node.id}:", f"{node.id} is a dead end"


def _reached(nodes: Mapping[str, Node]) -> set[str]:
    """The nodes that somebody can come to; two that only lead to each other are not among them."""
    reached, todo = set[str](), list(ENTRIES)
    while todo:
        id = todo.pop()
        if id in nodes and id not in reached:
            reached.add(id)
            todo += [edge.to for edge in nodes[id].choices] + [nodes[id].back]
    return reached


def _check_sentences(content: Content, root: File) -> Iterator[Mistake]:
    """Every sentence that the flow can say, in every language; and no sentence that nothing says."""
    for texts in content.languages.values():
        path = root / texts.language / "flow.yml"
        needed = {key for node in content.nodes.values() for key in _sentences(node)}
        for key in needed - set(texts.flow):
            yield path, key, Problem("missing", key=key)
        for key in {key for key in texts.flow if key.startswith("choice.")} - needed:
            yield path, key.removeprefix("choice."), Problem("not-offered", key=key)


def _sentences(node: Node) -> set[str]:
    return {key for _, key in node.say} | {
        f"choice.{edge.id}" for edge in node.choices if edge.kind is not ChoiceKind.ROW
    }


def _check_topics(content: Content, root: File) -> Iterator[Mistake]:
    for topic in content.topics.values():
        for fact in set(topic.facts) - set(content.facts):
            yield root / "topics.yml", fact, f"{topic.id}: no such fact: {fact}"
    for texts in content.languages.values():
        for text in texts.topics.values():
            yield from _check_topic(content, root, texts, text)


def _check_topic(content: Content, root: File, texts: LanguageTexts, text: TopicText) -> Iterator[Mistake]:
    path = _file(root, text)
    if text.id not in content.topics:
        yield path, "title", Problem("unlisted", id=text.id)
        return
    yield from _check_facts(content, text, path)
    for other in text.next:
        if other not in texts.topics:
            yield path, "next:", Problem("no-next", id=other)
    if not (text.pieces or text.fallback) or not all(text.pieces.values()):
        yield path, "##", Problem("no-section")
    if text.checked >= text.review:
        yield path, "review:", Problem("review")


def _check_facts(content: Content, text: TopicText, path: File) -> Iterator[Mistake]:
    pieces = [piece for section in (*text.pieces.values(), text.easy) for piece in section]
    for fact in {fact for piece in pieces for fact in piece.facts}:
        if fact not in content.facts:
            yield path, fact, Problem("no-fact", fact=fact)
        elif fact not in content.topics[text.id].facts:
            yield path, fact, Problem("other-fact", fact=fact, id=text.id)


def _check_translations(content: Content, root: File) -> Iterator[Mistake]:
    languages = list(content.languages.values())
    for texts in languages:
        for other in languages:
            for name, there, here in (
                ("flow.yml", other.flow, texts.flow),
                ("page.yml", other.page, texts.page),
                ("codes.yml", other.codes, texts.codes),
                ("telegram.yml", other.telegram, texts.telegram),
            ):
                for key in set(there) - set(here):
                    yield root / texts.language / name, key, Problem("not-here", key=key, language=other.language)
            for id in set(other.topics) - set(texts.topics):
                yield _file(root, other.topics[id]), "title", f"{id} is not translated to {texts.language}"
            yield from _check_written(root, texts, other)
    yield from _check_fallbacks(languages, root)
    for id in set(content.topics) - set(languages[0].topics if languages else ()):
        yield root / "topics.yml", f"id: {id}", f"nobody has written {id}"


def _check_fallbacks(languages: list[LanguageTexts], root: File) -> Iterator[Mistake]:
    for texts in languages:
        if texts.status is Status.MACHINE and not texts.fallback:
            yield root / texts.language / "flow.yml", "status", Problem("fallback")


def _check_written(root: File, texts: LanguageTexts, other: LanguageTexts) -> Iterator[Mistake]:
    """Languages that lean on no other say the same to the same people."""
    if texts.fallback or other.fallback:
        return
    for id, text in texts.topics.items():
        if id in other.topics and set(text.pieces) != set(other.topics[id].pieces):
            yield _file(root, text), "##", Problem("audiences", language=other.language)
        if id in other.topics and bool(text.easy) != bool(other.topics[id].easy):
            yield _file(root, text), "##", Problem("only-one-easy", language=other.language)


def _file(root: File, text: TopicText) -> File:
    return root / text.path.removeprefix(f"{root}/")
