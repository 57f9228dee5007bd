"""Street addresses and postcodes: Swedish and English forms, and streets in the other languages of the page. Pure."""

from collections.abc import Mapping
from typing import Any

from safety.guard_text import NUMBER, SIGN, WORD, Folding, Found, Reading, words_of

ADDRESS = "address"

SHORTEST_STEM = 2  # letters before a street's ending: "Ågatan"
MOST_HOUSE = 4  # digits of a house number
NAME_WORDS = 3  # of a street's name


class Places:
    """Finds by the section `addresses` of the rule file. `common` are words that are no names."""

    def __init__(self, rules: Mapping[str, Any], common: frozenset[str], folding: Folding) -> None:
        def words(name: str) -> frozenset[str]:
            return words_of(folding, rules[name])

        self._common = common
        self._strong = tuple(sorted(words("strong")))
        self._weak = tuple(sorted(words("weak")))
        self._ends = (*self._strong, *self._weak)
        self._bare, self._before_bare = words("bare"), words("before_bare")
        self._not_streets, self._units = words("not_streets"), words("units")
        self._towns, self._not_towns = words("towns"), words("not_towns")
        self._postcode_before = words("postcode_before")
        self._english, self._english_weak = words("english"), words("english_weak")
        self._prefixed, self._inside = words("prefixed_words"), words("inside")
        self._before_number = words("before_number")

    def is_street(self, word: str) -> bool:
        """Whether a folded word ends as Swedish streets do: "storgatan"."""
        return word not in self._not_streets and _has_ending(word, self._strong)

    def find(self, reading: Reading) -> list[Found]:
        """All addresses."""
        found = [self._street(reading, token) for token in self._street_words(reading)]
        found += [self._prefixed_street(reading, token) for token in reading.tokens(self._prefixed)]
        found += [self._door(reading, token) for token in reading.tokens(self._inside)]
        for token in reading.numbers:
            found += [self._postcode(reading, token), self._english_street(reading, token)]
            found.append(self._british(reading, token - 1))
        return [each for each in found if each]

    def _street_words(self, reading: Reading) -> list[int]:
        words = (word for word in reading.places if word.endswith(self._ends))
        return [token for word in words for token in reading.places[word]]

    def _street(self, reading: Reading, token: int) -> Found | None:
        """Storgatan 12 B, Norra vägen 3, Olof Palmes gata 1."""
        word = reading.words[token]
        start = token
        if word in self._bare:
            if not self._names_street(reading, token - 1) or reading.gap(token) != 1:
                return None
            start = token - 1
            while token - start < NAME_WORDS and reading.gap(start) == 1 and self._names_street(reading, start - 1):
                start -= 1
        elif not self.is_street(word) and not self._is_weak_street(reading, token):
            return None
        end = self._house(reading, token + 2 if reading.word(token + 1) in self._before_number else token + 1)
        return Found(reading.starts[start], reading.ends[end - 1], ADDRESS) if end else None

    def _names_street(self, reading: Reading, token: int) -> bool:
        word = reading.word(token)
        if word in self._before_bare:
            return True
        return reading.kind(token) == WORD and word not in self._common and reading.capital(token)

    def _is_weak_street(self, reading: Reading, token: int) -> bool:
        """Endings of streets and of many other words: only with a capital."""
        word = reading.words[token]
        return word not in self._not_streets and reading.capital(token) and _has_ending(word, self._weak)

    def _house(self, reading: Reading, token: int) -> int | None:
        """The token after a house number that begins here, with its letter; None when it counts something else."""
        digits = reading.word(token)
        if reading.kind(token) != NUMBER or reading.gap(token) > 2 or len(digits) > MOST_HOUSE:
            return None
        if len(digits) == MOST_HOUSE and digits[:2] in ("19", "20"):
            return None
        after = token + 1
        if reading.kind(after) == SIGN and reading.gap(after) == 0:
            joined = reading.kind(after + 1) == NUMBER and reading.gap(after + 1) == 0
            if reading.words[after] == "%" or (joined and reading.words[after] in ":."):
                return None
        if reading.kind(after) == WORD and reading.gap(after) <= 1:
            if reading.words[after] in self._units:
                return None
            if len(reading.words[after]) == 1 and reading.words[after].isascii() and reading.words[after] != "i":
                return after + 1
        return after

    def _prefixed_street(self, reading: Reading, token: int) -> Found | None:
        """Languages that say "street" first: the name, and a number within reach of it."""
        if reading.words[token] not in self._prefixed:
            return None
        for at in range(token + 1, token + 5):
            if reading.kind(at) == NUMBER and at > token + 1 and len(reading.words[at]) <= MOST_HOUSE:
                return Found(reading.starts[token], reading.ends[at], ADDRESS)
            if reading.kind(at) != WORD and reading.word(at) != ",":
                return None
        return None

    def _door(self, reading: Reading, token: int) -> Found | None:
        """The number of a flat, the code of a door."""
        if reading.words[token] not in self._inside:
            return None
        at = token + 1
        while at < token + 3 and reading.word(at) in self._before_number:
            at += 1
        if reading.kind(at) != NUMBER or reading.gap(at) > 1 or not 2 < len(reading.words[at]) <= MOST_HOUSE:
            return None
        return Found(reading.starts[token], reading.ends[at], ADDRESS)

    def _postcode(self, reading: Reading, token: int) -> Found | None:
        """123 45 Town; five digits in one only before a town that is known."""
        digits, last = reading.words[token], token
        if len(digits) == 3 and reading.kind(token + 1) == NUMBER and reading.gap(token + 1) == 1:
            last = token + 1
            digits += reading.words[last]
        if len(digits) != 5 or digits[0] == "0" or (reading.kind(token - 1) == NUMBER and reading.gap(token) <= 1):
            return None
        town = last + 1 if reading.word(last + 1) != "," else last + 2
        if reading.kind(town) != WORD or reading.gap(town) > 2:
            return None
        word = reading.words[town]
        named = last > token and reading.capital(town) and word not in self._not_towns and word not in self._common
        if word not in self._towns and not named:
            return None
        start = token
        if reading.word(token - 1) == "-" and reading.word(token - 2) in self._postcode_before:
            start = token - 2
        return Found(reading.starts[start], reading.ends[town], ADDRESS)

    def _english_street(self, reading: Reading, token: int) -> Found | None:
        """221B Baker Street."""
        if len(reading.words[token]) > MOST_HOUSE or (reading.gap(token) == 0 and reading.kind(token - 1) != SIGN):
            return None
        at = token + 1
        if reading.kind(at) == WORD and len(reading.words[at]) == 1 and reading.gap(at) == 0:
            at += 1
        first = at
        while reading.kind(at) == WORD and reading.gap(at) == 1 and at - first <= NAME_WORDS:
            word = reading.words[at]
            named = all(reading.capital(part) for part in range(first, at + 1))
            if at > first and (word in self._english or (named and word in self._english_weak)):
                return Found(reading.starts[token], reading.ends[at], ADDRESS)
            if (word in self._common or word in self._units) and not named:
                return None
            at += 1
        return None

    def _british(self, reading: Reading, token: int) -> Found | None:
        """SW1A 1AA: capitals, so that no other letters and digits look like it."""
        letters, figure = reading.word(token), token + 1
        if reading.kind(token) != WORD or len(letters) > 2 or not letters.isascii() or not reading.capital(token):
            return None
        inner = figure + 1
        if reading.kind(inner) == WORD and reading.gap(inner) == 0 and len(reading.words[inner]) == 1:
            inner += 1
        last = inner + 1
        if reading.kind(inner) != NUMBER or reading.kind(last) != WORD:
            return None
        fits = reading.gap(figure) == 0 == reading.gap(last) and reading.gap(inner) == 1 and reading.capital(last)
        sizes = len(reading.words[figure]) < 3 and len(reading.words[inner]) == 1 and len(reading.words[last]) == 2
        return Found(reading.starts[token], reading.ends[last], ADDRESS) if fits and sizes else None


def _has_ending(word: str, endings: tuple[str, ...]) -> bool:
    return any(word.endswith(end) and len(word) - len(end) >= SHORTEST_STEM for end in endings)
