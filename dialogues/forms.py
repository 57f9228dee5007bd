"""Words and phrases looked for in folded text: many at once, each in the time of a look-up. Pure once filled.

A form is one or more folded words; a star at a word's end stands for any ending.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from dialogues.folding import fold

SHORTEST_STEM = 3  # letters before a star
PREFIX = 3  # letters that Arabic script may write on to the front of a word: articles, prepositions, "and"


class Found(NamedTuple):
    """A form in a text: where its first word stands, how many words it has, whose form it is."""

    place: int
    length: int
    name: str


_Rest = tuple[tuple[str, ...], str]  # the words after the first, and the name
_NOTHING: Final[dict[str, tuple[_Rest, ...]]] = {}  # shared: most groups have nothing longer


@dataclass(slots=True)
class _Group:
    """What begins with one word or stem: the names it has alone, and what is longer, by its second word; with a star,
    by how that begins."""

    alone: tuple[str, ...] = ()
    longer: dict[str, tuple[_Rest, ...]] = field(default_factory=lambda: _NOTHING)

    def add(self, rest: tuple[str, ...], name: str) -> None:
        """Note whose the form is that goes on so."""
        if not rest:
            self.alone += (name,)
            return
        if self.longer is _NOTHING:
            self.longer = {}
        second = f"{rest[0][:SHORTEST_STEM]}*" if rest[0].endswith("*") else rest[0]
        self.longer[second] = (*self.longer.get(second, ()), (rest, name))


@dataclass(frozen=True, slots=True)
class Forms:
    """Forms by their first word or its stem: the words that follow, and the names they then stand for."""

    whole: dict[str, _Group] = field(default_factory=dict)
    stems: dict[str, list[tuple[str, _Group]]] = field(default_factory=dict)  # by the letters that they begin with
    learned: dict[str, Sequence[_Group]] = field(default_factory=dict)  # what some words begin, looked up once

    def add(self, form: str, name: str) -> None:
        """Raises ValueError for a form that no folded text can hold, or whose stem is too short to mean anything."""
        words = form.split()
        bare = " ".join(word.removesuffix("*") for word in words)
        if not words or bare != fold(bare):
            raise ValueError(f"`{form}` is not folded words")
        if any(word.endswith("*") and len(word) <= SHORTEST_STEM for word in words):
            raise ValueError(f"`{form}` has fewer than {SHORTEST_STEM} letters before a star")
        self.put(words, name)

    def put(self, words: Sequence[str], name: str) -> None:
        """Add a form whose words are known to be such as `add` takes: looking costs half of the time of a start."""
        self.learned.clear()
        self._group(words[0]).add(tuple(words[1:]), name)

    def learn(self, words: Iterable[str]) -> None:
        """Look up once what these words begin, which are often written; to be done when all forms are there."""
        self.learned.update((word, tuple(self._begun_by(word))) for word in words)

    def __iter__(self) -> Iterator[tuple[str, str]]:
        """Every form with its name."""
        stems = ((f"{stem}*", group) for alike in self.stems.values() for stem, group in alike)
        for first, group in (*self.whole.items(), *stems):
            yield from ((first, name) for name in group.alone)
            for longer in group.longer.values():
                yield from ((" ".join((first, *rest)), name) for rest, name in longer)

    def find(self, words: Sequence[str]) -> list[Found]:
        """Every form in folded words, in the order of their places."""
        found: list[Found] = []
        learned = self.learned
        for place, word in enumerate(words):
            for group in learned[word] if word in learned else self._begun_by(word):
                for name in group.alone:
                    found.append(Found(place, 1, name))
                if group.longer and place + 1 < len(words):
                    _note(group, words, place, found)
        return found

    def _group(self, first: str) -> _Group:
        """The group of a first word, with a star or without, made when there is none."""
        if not first.endswith("*"):
            if first not in self.whole:
                self.whole[first] = _Group()
            return self.whole[first]
        stem = first.removesuffix("*")
        alike = self.stems.setdefault(stem[:SHORTEST_STEM], [])
        for known, group in alike:
            if known == stem:
                return group
        alike.append((stem, _Group()))
        return alike[-1][1]

    def _begun_by(self, word: str) -> list[_Group]:
        groups: list[_Group] = []
        for start in _starts(word):
            if start in self.whole:
                groups.append(self.whole[start])
            first = start[:SHORTEST_STEM]
            if first in self.stems:
                groups += [group for stem, group in self.stems[first] if start.startswith(stem)]
        return groups


def _note(group: _Group, words: Sequence[str], place: int, found: list[Found]) -> None:
    """Note what there is of the longer forms whose first word stands at this place."""
    alike: tuple[_Rest, ...] = ()
    for start in _starts(words[place + 1]):
        alike += group.longer.get(start, ()) + group.longer.get(f"{start[:SHORTEST_STEM]}*", ())
    if not alike:
        return
    thirds = [start[:1] for word in words[place + 2 : place + 3] for start in _starts(word)]
    for rest, name in alike:
        if len(rest) > 1 and rest[1][0] not in thirds:  # few of the many that begin alike go on so
            continue
        following = words[place + 1 : place + 1 + len(rest)]
        # Fewer words than the form has: the text ends before it does.
        if len(following) == len(rest) and all(map(_fits, rest, following)):
            found.append(Found(place, 1 + len(rest), name))


def _fits(form: str, word: str) -> bool:
    if form[-1] == "*":
        return any(start.startswith(form[:-1]) for start in _starts(word))
    return form in _starts(word)


def _starts(word: str) -> Sequence[str]:
    """Where a form may begin in a word: its first letter, or after what Arabic script has written on to it."""
    if word < "\u0600" or word >= "\u0700":
        return (word,)
    return [word[at:] for at in range(PREFIX + 1) if len(word) - at >= SHORTEST_STEM or at == 0]
