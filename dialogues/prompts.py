"""Every prompt of the telephone, by name, with the words that it says: out of the same content as the page. Pure.

A prompt is a file `<language>/<name>.wav`. Names are dotted keys of `phone.yml`, and what is built here: `number.7`,
`day.0`, `title.<topic>`, `topic.<topic>.<piece>`, `service.<id>`, `desk.reporting`, `desk.under-18`, `desk.limits`.
"""

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from dialogues.doors import Access, Desk
from dialogues.values import Audience, Content, LanguageTexts, Piece
from dialogues.wording import in_language

MOST_NUMBER = 59  # minutes; a place in line beyond it is not told by number
_SPELLED = re.compile(r"\d[\d ‑–-]*\d")  # a number to call
_SHORTEST = 3  # digits; hours and ages have two


class Prompt(NamedTuple):
    """One file to play."""

    language: str
    name: str


Catalogue = Mapping[Prompt, str]


def catalogue(content: Content, desk: Desk, deadline: int) -> Catalogue:
    """The words of every prompt that callers of this desk can come to hear. `deadline` in minutes."""
    return {
        Prompt(language, name): said
        for language in content.phone.languages
        for name, said in _prompts(content, content.languages[language], desk, deadline)
    }


def spoken(words: str) -> str:
    """The words as a voice is to read them: numbers to call digit by digit."""
    return _SPELLED.sub(lambda found: _spell(found[0]), words)


def pieces(content: Content, language: str, topic: str) -> tuple[Piece, ...]:
    """What is read aloud of a topic in a language; empty when that language has no text of its own."""
    texts = content.languages[language].topics.get(topic)
    if texts is None or texts.language != language:
        return ()
    return texts.pieces.get(Audience.SELF, ())


def _spell(number: str) -> str:
    digits = [sign for sign in number if sign.isdigit()]
    return " ".join(digits) if len(digits) >= _SHORTEST else number


def _prompts(content: Content, texts: LanguageTexts, desk: Desk, deadline: int) -> Iterator[tuple[str, str]]:
    known = {"{desk}": in_language(desk.names, texts.language), "{deadline}": str(deadline)}
    for key, said in texts.phone.items():
        yield key, _fill(said, known)
    yield from ((f"number.{number}", str(number)) for number in range(MOST_NUMBER + 1))
    yield from ((key, said) for key, said in texts.flow.items() if key.startswith("day."))
    for topic in content.phone.topics:
        yield from _topic(content, texts, topic)
    for name, said_by in (("reporting", desk.reporting), ("under-18", desk.under_18), ("limits", desk.limits)):
        if texts.language in said_by:
            yield f"desk.{name}", said_by[texts.language]
    yield from _services(content, texts.language)


def _fill(said: str, known: Mapping[str, str]) -> str:
    for name, value in known.items():
        said = said.replace(name, value)
    return said


def _topic(content: Content, texts: LanguageTexts, topic: str) -> Iterator[tuple[str, str]]:
    read = pieces(content, texts.language, topic)
    if read:
        yield f"title.{topic}", f"{texts.topics[topic].title}."
    yield from ((f"topic.{topic}.{number}", piece.text) for number, piece in enumerate(read, 1))


def _services(content: Content, language: str) -> Iterator[tuple[str, str]]:
    for service in content.services.values():
        if service.phone and service.access is Access.DIRECT and (content.demo or service.checked is not None):
            yield f"service.{service.id}", _door(in_language(service.names, language), service.phone)


def _door(name: str, number: str) -> str:
    return f"{name}." if name == number else f"{name}. {number}."
