"""What every text keeps to: never harmful, 112 in danger, short, easy to read, no number or address of nobody's.

The sources of the rules: what the five reports ask for (A3, A4, A6-A10), CONTRIBUTING.md, and what was decided when the
texts were written (60 words, 5 messages, LIX). Tests ask them of the shipped files, the console of every edit.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from string import Formatter

from dialogues.breaches import Breaches, Rule, Tell, at
from dialogues.doors import Desk, Service
from dialogues.lix import lix
from dialogues.sayings import Known, message, numbers_in, said_in
from dialogues.values import Audience, Content, LanguageTexts, Piece, TopicText

MOST_MESSAGES = 5
MOST_LIX, AVERAGE_LIX, EASY_LIX = 38, 30, 25  # Swedish only: LIX is a measure of Swedish
MEASURED = "sv"
EMERGENCY = "112"

_PLACEHOLDER = re.compile(r"\{.*?\}")
_DANGER = re.compile(r"danger\.|\w+\.danger$")
_ROW_NAME = "briefing.danger"  # a row's name, not a message


def find_breaches(content: Content) -> Breaches:
    """Every breach of every text that visitors can read. Nothing is raised."""
    known = Known(content)
    average = swedish_average(content)
    for texts in content.languages.values():
        for text in texts.topics.values():
            if text.path.endswith(".md"):
                yield from _topic(content, texts, text, known, average)
        yield from _sentences(content, texts, known)
    for service in content.services.values():
        yield from _service(content, service, known)
    for desk in content.desks.values():
        yield from _desk(content, desk, known)


def swedish_average(content: Content) -> float:
    """LIX of the Swedish texts, each audience's counted once; 0 without any."""
    topics = content.languages[MEASURED].topics.values() if MEASURED in content.languages else ()
    measured = [measure(pieces) for text in topics for pieces in text.pieces.values()]
    return sum(measured) / len(measured) if measured else 0.0


def measure(pieces: Sequence[Piece]) -> float:
    """LIX of messages read one after another; 0 when there is no word in them."""
    said = " ".join(piece.text for piece in pieces)
    return lix(said) if re.search(r"[^\W_]", said) else 0.0


def _topic(content: Content, texts: LanguageTexts, text: TopicText, known: Known, average: float) -> Breaches:
    part = f"{texts.language}/topics/{text.id}.md"
    yield from said_in(texts, text.title, at(part, "title"), known)
    yield from said_in(texts, text.owner, at(part, "owner"), known)
    topic = content.topics.get(text.id)
    sections = [(name, pieces) for name, _, pieces in _sections(text)]
    for name, pieces in (*sections, ("easy", text.easy)):
        if len(pieces) > MOST_MESSAGES:
            yield at(part, name)(Rule.MANY, count=len(pieces), most=MOST_MESSAGES)
        for number, piece in enumerate(pieces, 1):
            tell = at(part, name, number)
            yield from message(texts, piece.text, tell, known)
            yield from _unsure(content, texts, piece, tell)
        if topic and topic.urgent and pieces and EMERGENCY not in pieces[0].text:
            yield at(part, name, 1)(Rule.EMERGENCY)
    if texts.language == MEASURED:
        yield from _readable(part, text, average)
    if text.fallback:
        yield from _same_numbers(part, text, text.fallback, known)


def _sections(text: TopicText) -> list[tuple[str, Audience, Sequence[Piece]]]:
    """The text's sections: what each is called in the file, an audience that reads it, its messages."""
    sections: list[tuple[str, Audience, Sequence[Piece]]] = []
    for audience, pieces in text.pieces.items():
        if not any(pieces is other for _, _, other in sections):
            several = sum(pieces is other for other in text.pieces.values()) > 1
            sections.append(("all" if several else audience.value, audience, pieces))
    return sections


def _readable(part: str, text: TopicText, average: float) -> Breaches:
    for name, _, pieces in _sections(text):
        value = measure(pieces)
        if value > MOST_LIX:
            yield at(part, name)(Rule.HARD, lix=f"{value:.0f}", most=MOST_LIX)
        if average > AVERAGE_LIX and value > AVERAGE_LIX:
            yield at(part, name)(Rule.HARD_TOGETHER, lix=f"{value:.0f}", average=f"{average:.1f}", most=AVERAGE_LIX)
    if text.easy and (measure(text.easy) > EASY_LIX or not _is_easier(text)):
        yield at(part, "easy")(Rule.NOT_EASY, lix=f"{measure(text.easy):.0f}", most=EASY_LIX)


def _is_easier(text: TopicText) -> bool:
    usual = text.pieces.get(Audience.SELF)
    return usual is None or measure(text.easy) < measure(usual)


def _unsure(content: Content, texts: LanguageTexts, piece: Piece, tell: Tell) -> Breaches:
    levels = {content.facts[fact].confidence for fact in piece.facts if fact in content.facts}
    for level in ("bill", "general"):
        words = texts.unsure.get(level, ())
        if level in levels and words and not any(word in piece.text for word in words):
            yield tell(Rule.UNSURE, words=" / ".join(words))
            return


def _same_numbers(part: str, text: TopicText, other: TopicText, known: Known) -> Breaches:
    """Message by message where both have as many; else in the section as a whole."""
    for name, audience, pieces in _sections(text):
        others: Sequence[Piece] = other.pieces.get(audience, ())
        if len(pieces) == len(others):
            pairs = [(number, [one], [two]) for number, (one, two) in enumerate(zip(pieces, others, strict=True), 1)]
        else:
            pairs = [(0, list(pieces), list(others))] if others else []
        for number, ours, theirs in pairs:
            own, wanted = (_called(part_of, known) for part_of in (ours, theirs))
            if own != wanted:
                yield at(part, name, number)(Rule.OTHER_NUMBERS, numbers=", ".join(sorted(own ^ wanted)))


def _called(pieces: Iterable[Piece], known: Known) -> set[str]:
    return {number for piece in pieces for number in numbers_in(piece.text) if number in known.numbers}


def _sentences(content: Content, texts: LanguageTexts, known: Known) -> Breaches:
    """The flow's, the page's, the telephone's and the chat app's, beside those of the other written language or of the
    one that they lean on."""
    yield from said_in(texts, texts.name, at(f"{texts.language}/flow.yml#language", "language.name"), known)
    other = content.languages.get("en" if texts.language == MEASURED else MEASURED)
    for file in ("flow", "page", "phone", "telegram"):
        said, others = getattr(texts, file), getattr(other, file) if other else {}
        for key, sentence in said.items():
            tell = at(f"{texts.language}/{file}.yml#{key.partition('.')[0]}", key)
            yield from message(texts, sentence, tell, known)
            beside = others.get(key, sentence)
            in_danger = (_DANGER.match(key) and key != _ROW_NAME) or EMERGENCY in beside
            if in_danger and EMERGENCY not in sentence:
                yield tell(Rule.EMERGENCY)
            if _filled(sentence) != _filled(beside):
                yield tell(Rule.PLACEHOLDERS, names=" ".join(sorted(set(_PLACEHOLDER.findall(beside)))) or "–")


def _filled(said: str) -> list[str] | None:
    """What is filled into the sentence; None when a brace has no partner, which would break the page."""
    try:
        list(Formatter().parse(said))
    except ValueError:
        return None
    return sorted(_PLACEHOLDER.findall(said))


def _service(content: Content, service: Service, known: Known) -> Breaches:
    for field, said in (("names", service.names), ("about", service.about)):
        yield from _by_language(content, f"services.yml#{service.id}", field, said, known)


def _desk(content: Content, desk: Desk, known: Known) -> Breaches:
    part = f"desks/{desk.id}.yml"
    fields = {"names": desk.names, "reporting": desk.reporting, "under_18": desk.under_18, "limits": desk.limits}
    for field, said in fields.items():
        yield from _by_language(content, part, field, said, known)
        if field != "names" and measure([Piece(said.get(MEASURED, ""))]) > MOST_LIX:
            value = measure([Piece(said[MEASURED])])
            yield at(part, f"{field}.{MEASURED}")(Rule.HARD, lix=f"{value:.0f}", most=MOST_LIX)


def _by_language(content: Content, part: str, field: str, said: Mapping[str, str], known: Known) -> Breaches:
    for language, sentence in said.items():
        if language in content.languages:
            yield from message(content.languages[language], sentence, at(part, f"{field}.{language}"), known)
