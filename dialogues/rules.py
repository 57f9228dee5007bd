"""What every text keeps to: never harmful, 112 in danger, short, easy to read, no number or address of nobody's.

The sources of the rules: what the five reports ask for (A3, A4, A6-A10), CONTRIBUTING.md, and what was decided when the
texts were written (60 words, 5 messages, LIX). Tests ask them of the shipped files, the console of every edit.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from dialogues.doors import Desk, Service
from dialogues.lix import lix
from dialogues.values import Audience, Content, LanguageTexts, Piece, TopicText

MOST_WORDS, MOST_MESSAGES = 60, 5
MOST_LIX, AVERAGE_LIX, EASY_LIX = 38, 30, 25  # Swedish only: LIX is a measure of Swedish
MEASURED = "sv"
EMERGENCY = "112"

_PLACEHOLDER = re.compile(r"\{.*?\}")
_DANGER = re.compile(r"danger\.|\w+\.danger$")
_ROW_NAME = "briefing.danger"  # a row's name, not a message
_DIGITS = re.compile(r"\+?\d(?:[\d\s\-\u2010-\u2015()]*\d)?")
_SHORTEST_NUMBER = 3  # digits; ages and hours have two
_YEAR = re.compile(r"(?:19|20)\d\d")
_RANGE = re.compile(r"\d{1,2}\s?[-\u2010-\u2015]\s?\d{1,2}")  # ages, hours
_LINK = re.compile(
    r"(?P<other>(?:mailto|tel|sms|javascript|data|tg):\S+|\S+@[\w-]+\.\S+)|"
    r"(?P<scheme>[a-z][a-z0-9+.-]*)://(?P<host>[^\s/?#:()<>]+)|"
    r"(?P<bare>(?:[\w-]+\.)+(?:se|nu|com|org|net|eu|info|io|app|me|ly|gg|to|dev|xyz)|www\.[\w.-]+)\b",
    re.IGNORECASE,
)
# Signs that nobody sees: a phrase that they cut in two still says what it says.
_UNSEEN = dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\u2060\ufeff"))


class Rule(StrEnum):
    """What a text can break. Those of GROUPS are the groups of phrases in a language's `rules.yml`."""

    FAMILY = "family"  # sends the reader to the family, or mediates (A6.10)
    LEAVING = "leaving"  # tells the reader to leave or to stay (A6.11)
    PLANS = "plans"  # a safety plan, a checklist, a score (A6.4, A6.5)
    PROMISES = "promises"  # for an authority or for us (A4.1, A7.6)
    SECRECY = "secrecy"  # promised; somebody may have to report (A3.1)
    PENALTIES = "penalties"  # threatens or promises one (A4.1)
    IDENTITY = "identity"  # asks who or where somebody is (A1.1, A6.2)
    BLAME = "blame"  # (A7.4)
    SHOUTING = "shouting"  # an exclamation mark (A7.3)
    LONG = "long"
    MANY = "many"
    HARD = "hard"
    HARD_TOGETHER = "hard-together"
    NOT_EASY = "not-easy"
    EMERGENCY = "emergency"  # 112 is missing where there is danger (A6.1)
    PLACEHOLDERS = "placeholders"
    NUMBER = "number"  # that the directory does not know (A8.1)
    OTHER_NUMBERS = "other-numbers"  # than the text that it leans on
    LINK = "link"  # not https, or to a host that the directory does not name
    UNSURE = "unsure"  # states what is not certain as if it were (A7.7)


GROUPS = frozenset(
    {
        Rule.FAMILY,
        Rule.LEAVING,
        Rule.PLANS,
        Rule.PROMISES,
        Rule.SECRECY,
        Rule.PENALTIES,
        Rule.IDENTITY,
        Rule.BLAME,
    }
)


@dataclass(frozen=True, slots=True)
class Breach:
    """A rule that a text breaks. `part` is a name of dialogues.overlay; `place` is within it: a sentence's key, a
    field, or a section, then with `number`, the message counted from 1. `values` fill the sentence that says so."""

    part: str
    rule: Rule
    place: str
    number: int = 0
    values: tuple[tuple[str, str], ...] = ()


_Found = Iterator[Breach]
_Told = Callable[..., Breach]  # a rule and its values -> the breach at one place


def find_breaches(content: Content) -> _Found:
    """Every breach of every text that visitors can read. Nothing is raised."""
    known = _Known(content)
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


class _Known:
    """The numbers and hosts that the directory names."""

    def __init__(self, content: Content) -> None:
        services = content.services.values()
        self.numbers = {_bare(service.phone) for service in services if service.phone}
        addresses = (address for service in services for address in (service.web, service.chat) if address)
        self.hosts = {address.partition("/")[0].removeprefix("www.") for address in addresses}


def _topic(content: Content, texts: LanguageTexts, text: TopicText, known: _Known, average: float) -> _Found:
    part = f"{texts.language}/topics/{text.id}.md"
    yield from _said(texts, text.title, _at(part, "title"), known)
    topic = content.topics.get(text.id)
    sections = [(name, pieces) for name, _, pieces in _sections(text)]
    for name, pieces in (*sections, ("easy", text.easy)):
        if len(pieces) > MOST_MESSAGES:
            yield _at(part, name)(Rule.MANY, count=len(pieces), most=MOST_MESSAGES)
        for number, piece in enumerate(pieces, 1):
            tell = _at(part, name, number)
            yield from _message(texts, piece.text, tell, known)
            yield from _unsure(content, texts, piece, tell)
        if topic and topic.urgent and pieces and EMERGENCY not in pieces[0].text:
            yield _at(part, name, 1)(Rule.EMERGENCY)
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


def _readable(part: str, text: TopicText, average: float) -> _Found:
    for name, _, pieces in _sections(text):
        value = measure(pieces)
        if value > MOST_LIX:
            yield _at(part, name)(Rule.HARD, lix=f"{value:.0f}", most=MOST_LIX)
        if average > AVERAGE_LIX and value > AVERAGE_LIX:
            yield _at(part, name)(Rule.HARD_TOGETHER, lix=f"{value:.0f}", average=f"{average:.1f}", most=AVERAGE_LIX)
    if text.easy and (measure(text.easy) > EASY_LIX or not _is_easier(text)):
        yield _at(part, "easy")(Rule.NOT_EASY, lix=f"{measure(text.easy):.0f}", most=EASY_LIX)


def _is_easier(text: TopicText) -> bool:
    usual = text.pieces.get(Audience.SELF)
    return usual is None or measure(text.easy) < measure(usual)


def _unsure(content: Content, texts: LanguageTexts, piece: Piece, tell: _Told) -> _Found:
    levels = {content.facts[fact].confidence for fact in piece.facts if fact in content.facts}
    for level in ("bill", "general"):
        words = texts.unsure.get(level, ())
        if level in levels and words and not any(word in piece.text for word in words):
            yield tell(Rule.UNSURE, words=" / ".join(words))
            return


def _same_numbers(part: str, text: TopicText, other: TopicText, known: _Known) -> _Found:
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
                yield _at(part, name, number)(Rule.OTHER_NUMBERS, numbers=", ".join(sorted(own ^ wanted)))


def _called(pieces: Iterable[Piece], known: _Known) -> set[str]:
    return {number for piece in pieces for number in _numbers(piece.text) if number in known.numbers}


def _sentences(content: Content, texts: LanguageTexts, known: _Known) -> _Found:
    """The flow's and the page's, beside those of the other written language or of the one that they lean on."""
    other = content.languages.get("en" if texts.language == MEASURED else MEASURED)
    for file in ("flow", "page"):
        said, others = getattr(texts, file), getattr(other, file) if other else {}
        for key, sentence in said.items():
            tell = _at(f"{texts.language}/{file}.yml#{key.partition('.')[0]}", key)
            yield from _message(texts, sentence, tell, known)
            beside = others.get(key, sentence)
            in_danger = (_DANGER.match(key) and key != _ROW_NAME) or EMERGENCY in beside
            if in_danger and EMERGENCY not in sentence:
                yield tell(Rule.EMERGENCY)
            if sorted(_PLACEHOLDER.findall(sentence)) != sorted(_PLACEHOLDER.findall(beside)):
                yield tell(Rule.PLACEHOLDERS, names=" ".join(sorted(set(_PLACEHOLDER.findall(beside)))) or "–")


def _service(content: Content, service: Service, known: _Known) -> _Found:
    for field, said in (("names", service.names), ("about", service.about)):
        yield from _by_language(content, f"services.yml#{service.id}", field, said, known)


def _desk(content: Content, desk: Desk, known: _Known) -> _Found:
    part = f"desks/{desk.id}.yml"
    fields = {"names": desk.names, "reporting": desk.reporting, "under_18": desk.under_18, "limits": desk.limits}
    for field, said in fields.items():
        yield from _by_language(content, part, field, said, known)
        if field != "names" and measure([Piece(said.get(MEASURED, ""))]) > MOST_LIX:
            value = measure([Piece(said[MEASURED])])
            yield _at(part, f"{field}.{MEASURED}")(Rule.HARD, lix=f"{value:.0f}", most=MOST_LIX)


def _by_language(content: Content, part: str, field: str, said: Mapping[str, str], known: _Known) -> _Found:
    for language, sentence in said.items():
        if language in content.languages:
            yield from _message(content.languages[language], sentence, _at(part, f"{field}.{language}"), known)


def _message(texts: LanguageTexts, said: str, tell: _Told, known: _Known) -> _Found:
    if (count := len(said.split())) > MOST_WORDS:
        yield tell(Rule.LONG, count=count, most=MOST_WORDS)
    yield from _said(texts, said, tell, known)


def _said(texts: LanguageTexts, said: str, tell: _Told, known: _Known) -> _Found:
    plain = _plain(said)
    for allowed in texts.allowed:
        plain = plain.replace(_plain(allowed), "")
    for rule, phrases in texts.never.items():
        for phrase in phrases:
            if _plain(phrase) in plain:
                yield tell(Rule(rule), phrase=phrase)
    if "!" in plain:
        yield tell(Rule.SHOUTING)
    for number in sorted(_numbers(said) - known.numbers):
        yield tell(Rule.NUMBER, number=number)
    yield from _links(said, tell, known)


def _links(said: str, tell: _Told, known: _Known) -> _Found:
    for found in _LINK.finditer(said):
        host = (found["host"] or found["bare"] or "").casefold().removeprefix("www.").rstrip(".,;")
        if (found["scheme"] or "https").casefold() != "https" or host not in known.hosts:
            yield tell(Rule.LINK, address=found[0])


@lru_cache(4096)  # every phrase is compared with every sentence
def _plain(said: str) -> str:
    """As it is read: compatible signs made one (full-width and small exclamation marks too), spaces and case alike."""
    return " ".join(unicodedata.normalize("NFKC", said).translate(_UNSEEN).casefold().split())


def _numbers(said: str) -> set[str]:
    """What looks like a number to call, in bare digits of any script; no years, ages or hours."""
    found = _DIGITS.findall(unicodedata.normalize("NFKC", said))
    spelled = (_bare(number) for number in found if not _RANGE.fullmatch(number))
    return {number for number in spelled if len(number) >= _SHORTEST_NUMBER and not _YEAR.fullmatch(number)}


def _bare(number: str) -> str:
    """Digits only, a Swedish number as it is called in Sweden."""
    digits = "".join(str(unicodedata.digit(sign)) for sign in number if sign.isdigit())
    return f"0{digits[2:]}" if number.strip().startswith("+46") else digits


def _at(part: str, place: str, number: int = 0) -> _Told:
    def tell(rule: Rule, **values: object) -> Breach:
        return Breach(part, rule, place, number, tuple((name, str(value)) for name, value in values.items()))

    return tell
