"""Words and phrases looked for in folded text: many at once, each in the time of a look-up. Pure once filled.

A form is one or more folded words; a star at a word's end stands for any ending.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from dialogues.folding import fold

SHORTEST_STEM = 3  # letters before a star
PREFIX = 3  # letters that Arabic script may write on to the front of a word: articles, prepositions, "and"


class Found(NamedTuple):
    """A form in a text: where its first word stands, how many words it has, whose form it is."""

    place: int
    length: int
    name: str


_Group = list[tuple[tuple[str, ...], str]]  # the words after the first, and the name


@dataclass(frozen=True, slots=True)
class Forms:
    """Forms by their first word or its stem: the words that follow, and the names they then stand for."""

    whole: dict[str, _Group] = field(default_factory=dict)
    stems: dict[str, _Group] = field(default_factory=dict)
    beginnings: dict[str, list[str]] = field(default_factory=dict)  # the stems that begin with these letters

    def add(self, form: str, name: str) -> None:
        """Raises ValueError for a form that no folded text can hold, or whose stem is too short to mean anything."""
        words = form.split()
        bare = " ".join(word.removesuffix("*") for word in words)
        if not words or bare != fold(bare):
            raise ValueError(f"`{form}` is not folded words")
        if any(word.endswith("*") and len(word) <= SHORTEST_STEM for word in words):
            raise ValueError(f"`{form}` has fewer than {SHORTEST_STEM} letters before a star")
        first, rest = words[0].removesuffix("*"), tuple(words[1:])
        kept = self.stems if words[0].endswith("*") else self.whole
        if first not in kept and kept is self.stems:
            self.beginnings.setdefault(first[:SHORTEST_STEM], []).append(first)
        kept.setdefault(first, []).append((rest, name))

    def __iter__(self) -> Iterator[tuple[str, str]]:
        """Every form with its name."""
        for kept, star in ((self.whole, ""), (self.stems, "*")):
            for first, group in kept.items():
                yield from ((" ".join((first + star, *rest)), name) for rest, name in group)

    def find(self, words: Sequence[str]) -> list[Found]:
        """Every form in folded words, in the order of their places."""
        found: list[Found] = []
        starts = [_starts(word) for word in words]
        for place, here in enumerate(starts):
            for start in here:
                if group := self.whole.get(start):
                    _note(group, starts, place, found)
                for stem in self.beginnings.get(start[:SHORTEST_STEM], ()):
                    if start.startswith(stem):
                        _note(self.stems[stem], starts, place, found)
        return found


def _note(group: _Group, starts: Sequence[Sequence[str]], place: int, found: list[Found]) -> None:
    """Note what there is of the forms whose first word stands at this place."""
    initials = [start[:1] for start in starts[place + 1]] if place + 1 < len(starts) else []
    for rest, name in group:
        if not rest:
            found.append(Found(place, 1, name))
        elif rest[0][0] in initials:  # few of the many that begin alike go on so
            following = starts[place + 1 : place + 1 + len(rest)]
            # Fewer words than the form has: the text ends before it does.
            if len(following) == len(rest) and all(map(_fits, rest, following)):
                found.append(Found(place, 1 + len(rest), name))


def _fits(form: str, starts: Sequence[str]) -> bool:
    if form[-1] == "*":
        return any(start.startswith(form[:-1]) for start in starts)
    return form in starts


def _starts(word: str) -> Sequence[str]:
    """Where a form may begin in a word: its first letter, or after what Arabic script has written on to it."""
    if not "\u0600" <= word[:1] <= "\u06ff":
        return (word,)
    return [word[at:] for at in range(PREFIX + 1) if len(word) - at >= SHORTEST_STEM or at == 0]
