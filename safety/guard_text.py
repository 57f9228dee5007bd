"""A text as the guard reads it: folded sign by sign, with the way back to the original, and cut into tokens. Pure.

`bot/web/static/reading.js` does the same, step by step; what one changes, the other has to.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from typing import Any, NamedTuple

OTHER = "¦"  # what every sign becomes that is neither letter, digit, space nor ASCII
LETTER = "ʔ"  # a letter beyond the basic plane: one character in Python, two units in JavaScript
VALUE = "_"  # in a phrase: one to three words that are what the phrase gives away
LONGEST_VALUE = 3  # words

WORD, NUMBER, SIGN = "w", "n", "p"

_TOKEN = re.compile(r"([^ 0-9!-/:-@\[-`{-~¦]+)|([0-9]+)|([^ ])")
_KINDS = ("", WORD, NUMBER, SIGN)


class Found(NamedTuple):
    """Something found in folded text, from `start` to before `end`."""

    start: int
    end: int
    kind: str


class Phrase(NamedTuple):
    """A phrase of the rules in a text: its first token, the token after it, its name, and the tokens of its value."""

    first: int
    after: int
    name: str
    value: tuple[int, int] | None


class Folding:
    """Lower case, no accents, digits of every script as ASCII, no signs without width, one space for every white space.

    `rules` is the section `text` of the rule file.
    """

    def __init__(self, rules: Mapping[str, Any]) -> None:
        self._digits = {chr(ord(zero) + value): str(value) for zero in rules["zeros"] for value in range(10)}
        self._digits |= rules["figures"]
        self._alike: dict[str, str] = rules["alike"]
        self._marks = {sign: mark for mark, signs in rules["marks"].items() for sign in signs}
        self._gone = frozenset(rules["gone"])
        self._known: dict[str, str] = {}

    def sign(self, sign: str) -> str:
        """What one character of the original becomes: none, one or some characters."""
        known = self._known.get(sign)
        if known is None:
            known = "".join(map(self._one, self._parts(sign)))
            if sign < "\u3000":  # nobody can fill the memory with all of Unicode
                self._known[sign] = known
        return known

    def word(self, text: str) -> str:
        """A word of the rules, as it stands in folded text."""
        return "".join(map(self.sign, text)).strip()

    def _parts(self, sign: str) -> str:
        if sign in self._digits or sign in self._marks or sign in self._gone:
            return sign
        return unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", sign).lower())

    def _one(self, sign: str) -> str:
        digit = self._digits.get(sign)
        if digit is not None:
            return digit
        if sign in self._gone:
            return ""
        sign = self._marks.get(sign, self._alike.get(sign, sign))
        if "!" <= sign <= "~":
            return sign
        category = "Zs" if sign in "\t\n\v\f\r\x85" else unicodedata.category(sign)
        if category[0] in "MC":
            return ""
        if category[0] == "Z":
            return " "
        if category[0] == "L":
            return sign if sign <= "\uffff" else LETTER
        return OTHER


class Reading:
    """A text folded and cut. Tokens are numbered; their kinds, texts, starts and ends are lists side by side.

    `numbers` are the tokens that are digits, `places` the tokens by what they say: a text is searched by its words and
    not word by word, so that what is not there costs nothing.
    """

    def __init__(self, text: str, folding: Folding) -> None:
        self.text = text
        pieces = list(map(folding.sign, text))
        self.folded = "".join(pieces)
        self._origin = [place for place, piece in enumerate(pieces) for _ in piece]
        self.kinds: list[str] = []
        self.words: list[str] = []
        self.starts: list[int] = []
        self.ends: list[int] = []
        self.places: dict[str, list[int]] = {}
        for number, token in enumerate(_TOKEN.finditer(self.folded)):
            word = token[0]
            self.kinds.append(_KINDS[token.lastindex or 0])
            self.words.append(word)
            start, end = token.span()
            self.starts.append(start)
            self.ends.append(end)
            self.places.setdefault(word, []).append(number)
        self.size = len(self.kinds)
        self.numbers = [token for token, kind in enumerate(self.kinds) if kind == NUMBER]

    def tokens(self, words: Set[str]) -> list[int]:
        """The tokens that say one of these words, in their order."""
        return sorted(token for word in self.places.keys() & words for token in self.places[word])

    def original(self, start: int, end: int) -> tuple[int, int]:
        """A stretch of folded text in code points of the original, with what has no width after it."""
        first, last = self._origin[start], self._origin[end - 1] + 1
        return first, max(last, self._origin[end]) if end < len(self._origin) else len(self.text)

    def kind(self, token: int) -> str:
        """WORD, NUMBER or SIGN; empty where there is no such token."""
        return self.kinds[token] if 0 <= token < self.size else ""

    def word(self, token: int) -> str:
        """What the token says; empty where there is none."""
        return self.words[token] if 0 <= token < self.size else ""

    def gap(self, token: int) -> int:
        """How many spaces stand before a token; 1 before the first and after the last."""
        return self.starts[token] - self.ends[token - 1] if 0 < token < self.size else 1

    def capital(self, token: int) -> bool:
        """Whether the original of a word begins with a capital letter."""
        sign = self.text[self._origin[self.starts[token]]]
        return sign.lower() != sign

    def chain(self, token: int, signs: str, longest: int) -> int:
        """The token after the words, numbers and `signs` that follow each other without a space from `token` on."""
        at = token
        while at < self.size and at - token < longest and (at == token or self.gap(at) == 0):
            if self.kinds[at] == SIGN and self.words[at] not in signs:
                break
            at += 1
        return at

    def chain_back(self, before: int, signs: str, longest: int) -> int:
        """The first token of the chain that ends before a token; that token itself when there is none."""
        start = before
        while start > 0 and before - start < longest and (start == before or self.gap(start) == 0):
            if self.kinds[start - 1] == SIGN and self.words[start - 1] not in signs:
                break
            start -= 1
        while start < before and self.kinds[start] == SIGN:
            start += 1
        return start


class Phrases:
    """Phrases looked for at every word: each word of a phrase may have forms (`jag|ja heter`), `_` is a value."""

    def __init__(self, phrases: Iterable[tuple[str, str]], folding: Folding) -> None:
        """`phrases` are pairs of phrase and name. ValueError for one that folded text cannot hold."""
        self._by_first: dict[str, list[tuple[tuple[frozenset[str] | None, ...], str]]] = {}
        for phrase, name in phrases:
            forms = [_forms(word, folding) for word in phrase.split()]
            if not forms or forms[0] is None:
                raise ValueError(f"`{phrase}` has no first word")
            for first in forms[0]:
                self._by_first.setdefault(first, []).append((tuple(forms[1:]), name))

    def find(self, reading: Reading) -> Iterator[Phrase]:
        """Every phrase that stands in the text."""
        for first in reading.tokens(self._by_first.keys()):
            for rest, name in self._by_first[reading.words[first]]:
                phrase = _match(reading, first, rest, name)
                if phrase:
                    yield phrase


def _match(reading: Reading, first: int, rest: Sequence[frozenset[str] | None], name: str) -> Phrase | None:
    place, value = first + 1, None
    for number, forms in enumerate(rest):
        if forms is None:
            value = _value(reading, place, rest[number + 1])
            if value is None:
                return None
            place = value[1]
        elif reading.word(place) in forms:
            place += 1
        else:
            return None
    return Phrase(first, place, name, value)


def _forms(word: str, folding: Folding) -> frozenset[str] | None:
    if word == VALUE:
        return None
    forms = frozenset(folding.word(form) for form in word.split("|"))
    if not all(_TOKEN.fullmatch(form) for form in forms):
        raise ValueError(f"`{word}` is not one word")
    return forms


def _value(reading: Reading, place: int, until: frozenset[str] | None) -> tuple[int, int] | None:
    """One to three words before the word that ends the phrase."""
    for end in range(place + 1, place + 1 + LONGEST_VALUE):
        if reading.kind(end - 1) != WORD:
            return None
        if reading.word(end) in (until or ()):
            return place, end
    return None


def words_of(folding: Folding, *texts: str) -> frozenset[str]:
    """The words of rules that are one string, folded."""
    return frozenset(folding.word(word) for text in texts for word in text.split())


def without_overlap(found: Sequence[Found]) -> list[Found]:
    """What comes first in `found` keeps its place; what overlaps it is left out. In the order of the text."""
    kept: list[Found] = []
    taken: set[int] = set()
    for each in found:
        stretch = range(each.start, each.end)
        if taken.isdisjoint(stretch):
            kept.append(each)
            taken.update(stretch)
    return sorted(kept)
