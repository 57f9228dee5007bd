"""Words and phrases looked for in folded text: many at once, each in the time of a look-up. Pure once filled.

A form is one or more folded words; a star at a word's end stands for any ending.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from dialogues.folding import fold

SHORTEST_STEM = 3  # letters before a star
PREFIX = 3  # letters that Arabic script may write on to the front of a word: articles, prepositions, "and"


class Found(NamedTuple):
    """A form in a text: where its first word stands, how many words it has, whose form it is."""

    place: int
    length: int
    name: str


class _Step:
    """Where the words of forms lead from here: names that end here, and the next steps by whole word and by stem."""

    __slots__ = ("names", "stems", "whole")

    def __init__(self) -> None:
        self.names: tuple[str, ...] = ()
        self.whole: dict[str, _Step] = _NOWHERE
        self.stems: dict[str, list[tuple[str, _Step]]] = _NOWHERE  # by their first letters

    def next(self, word: str) -> "_Step":
        """The step for a form's next word, made when there is none."""
        if not word.endswith("*"):
            if self.whole is _NOWHERE:
                self.whole = {}
            return self.whole.setdefault(word, _Step())
        if self.stems is _NOWHERE:
            self.stems = {}
        stem = word[:-1]
        group = self.stems.setdefault(stem[:SHORTEST_STEM], [])
        step = next((step for known, step in group if known == stem), None)
        if step is None:
            step = _Step()
            group.append((stem, step))
        return step


# Most forms end where they end: what has no next step shares one empty dictionary.
_NOWHERE: dict[str, Any] = {}


@dataclass(frozen=True, slots=True)
class Forms:
    """Forms by their words: after each word of a text only those are looked at that go on with it."""

    _first: _Step = field(default_factory=_Step)

    def add(self, form: str, name: str) -> None:
        """Raises ValueError for a form that no folded text can hold, or whose stem is too short to mean anything."""
        words = form.split()
        bare = " ".join(word.removesuffix("*") for word in words)
        if not words or bare != fold(bare):
            raise ValueError(f"`{form}` is not folded words")
        if any(word.endswith("*") and len(word) <= SHORTEST_STEM for word in words):
            raise ValueError(f"`{form}` has fewer than {SHORTEST_STEM} letters before a star")
        step = self._first
        for word in words:
            step = step.next(word)
        step.names += (name,)

    def __iter__(self) -> Iterator[tuple[str, str]]:
        """Every form with its name."""
        return _walk(self._first, ())

    def find(self, words: Sequence[str]) -> list[Found]:
        """Every form in folded words, in the order of their places; one that a word holds twice may be there twice."""
        found: list[Found] = []
        starts = [_starts(word) for word in words]
        for place in range(len(starts)):
            _follow(self._first, starts, place, place, found)
        return found


def _walk(step: _Step, words: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    for name in step.names:
        yield " ".join(words), name
    for word, after in step.whole.items():
        yield from _walk(after, (*words, word))
    for group in step.stems.values():
        for stem, after in group:
            yield from _walk(after, (*words, f"{stem}*"))


def _follow(step: _Step, starts: Sequence[Sequence[str]], place: int, at: int, found: list[Found]) -> None:
    """Note what a form that began at `place` and came to `step` finds at the word `at`, and after it."""
    for start in starts[at]:
        after = step.whole.get(start)
        reached = [after] if after else []
        group = step.stems.get(start[:SHORTEST_STEM])
        if group:
            reached += [after for stem, after in group if start.startswith(stem)]
        for after in reached:
            for name in after.names:
                found.append(Found(place, at + 1 - place, name))
            if at + 1 < len(starts) and (after.whole or after.stems):
                _follow(after, starts, place, at + 1, found)


def _starts(word: str) -> Sequence[str]:
    """Where a form may begin in a word: its first letter, or after what Arabic script has written on to it."""
    if not "\u0600" <= word[:1] <= "\u06ff":
        return (word,)
    return [word[at:] for at in range(PREFIX + 1) if len(word) - at >= SHORTEST_STEM or at == 0]
