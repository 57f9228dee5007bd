"""Words and phrases looked for in folded text: many at once, each in the time of a look-up. Pure once filled.

A form is one or more folded words; a star at a word's end stands for any ending.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from dialogues.folding import fold

SHORTEST_STEM = 3  # letters before a star
PREFIX = 3  # letters that Arabic script may write on to the front of a word: articles, prepositions, "and"

_ARABIC = re.compile(r"[\u0600-\u06ff]")


class Found(NamedTuple):
    """A form in a text: where its first word stands, how many words it has, whose form it is."""

    place: int
    length: int
    name: str


@dataclass(frozen=True, slots=True)
class Forms:
    """Forms by their first word or its stem: the words that follow, and the names they then stand for."""

    whole: dict[str, list[tuple[tuple[str, ...], str]]] = field(default_factory=dict)
    stems: dict[str, list[tuple[tuple[str, ...], str]]] = field(default_factory=dict)

    def add(self, form: str, name: str) -> None:
        """Raises ValueError for a form that no folded text can hold, or whose stem is too short to mean anything."""
        words = form.split()
        bare = " ".join(word.removesuffix("*") for word in words)
        if not words or bare != fold(bare):
            raise ValueError(f"`{form}` is not folded words")
        if any(word.endswith("*") and len(word) <= SHORTEST_STEM for word in words):
            raise ValueError(f"`{form}` has fewer than {SHORTEST_STEM} letters before a star")
        first, rest = words[0], tuple(words[1:])
        kept = self.stems if first.endswith("*") else self.whole
        kept.setdefault(first.removesuffix("*"), []).append((rest, name))

    def find(self, words: Sequence[str]) -> list[Found]:
        """Every form in folded words, in the order of their places."""
        return [
            Found(place, 1 + len(rest), name)
            for place, word in enumerate(words)
            for rest, name in self._beginning(word)
            if all(map(_fits, rest, words[place + 1 : place + 1 + len(rest)])) and place + len(rest) < len(words)
        ]

    def _beginning(self, word: str) -> Iterator[tuple[tuple[str, ...], str]]:
        for start in _starts(word):
            yield from self.whole.get(start, ())
            for length in range(SHORTEST_STEM, len(start) + 1):
                yield from self.stems.get(start[:length], ())


def _fits(form: str, word: str) -> bool:
    if form.endswith("*"):
        return any(start.startswith(form[:-1]) for start in _starts(word))
    return form in _starts(word)


def _starts(word: str) -> Sequence[str]:
    """Where a form may begin in a word: its first letter, or after what Arabic script has written on to it."""
    if not _ARABIC.match(word):
        return (word,)
    return [word[at:] for at in range(PREFIX + 1) if len(word) - at >= SHORTEST_STEM or at == 0]
