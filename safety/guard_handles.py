"""Handles: names in other services, behind an at sign or announced by the name of the service. Pure."""

from collections.abc import Mapping
from typing import Any

from safety.guard_text import NUMBER, SIGN, WORD, Folding, Found, Reading, words_of

HANDLE = "handle"

MOST_PARTS = 16  # tokens of a name
SHORTEST_PLAIN = 4  # letters of a name that has nothing but letters
LONG = 6  # signs from which "snap name_1" needs no other word
NUMBERED = 4  # digits behind a number sign: name#1234
OWN_REACH = 3  # words before a service in which "min" or "my" may stand
JOINTS = 3  # "är", a colon and the like between a service and a name
_NAME = "_.-"
_BETWEEN = frozenset(':=-"@')


class Handles:
    """Finds by the section `handles` of the rule file. `common` are words that are no names."""

    def __init__(self, rules: Mapping[str, Any], common: frozenset[str], folding: Folding) -> None:
        self._platforms, self._own, self._is = (words_of(folding, rules[name]) for name in ("platforms", "own", "is"))
        self._no_names = words_of(folding, rules["not_handles"]) | common

    def find(self, reading: Reading) -> list[Found]:
        """All handles."""
        found = [self._behind_at(reading, token) for token in reading.tokens({"@"})]
        found += [self._numbered(reading, token) for token in reading.tokens({"#"})]
        found += [self._named(reading, token) for token in reading.tokens(self._platforms)]
        return [each for each in found if each]

    def _behind_at(self, reading: Reading, token: int) -> Found | None:
        """`@name`; after a space only what cannot be a word."""
        if reading.gap(token) == 0 and reading.kind(token - 1) in (WORD, NUMBER):
            return None
        end = self._name_end(reading, token + 1)
        if end is None or (reading.gap(token + 1) > 0 and not self._is_odd(reading, token + 1, end)):
            return None
        return Found(reading.starts[token], reading.ends[end - 1], HANDLE)

    def _numbered(self, reading: Reading, token: int) -> Found | None:
        """`name#1234`."""
        if reading.kind(token + 1) != NUMBER or len(reading.words[token + 1]) != NUMBERED:
            return None
        start = reading.chain_back(token, _NAME, MOST_PARTS)
        joined = reading.gap(token) == 0 == reading.gap(token + 1)
        if not joined or start == token or reading.kinds[token - 1] == SIGN:
            return None
        return Found(reading.starts[start], reading.ends[token + 1], HANDLE)

    def _named(self, reading: Reading, token: int) -> Found | None:
        """`min snap är name`, `insta: name`."""
        own = any(reading.word(token - back) in self._own for back in range(1, OWN_REACH + 1))
        at, joints = token + 1, 0
        while joints < JOINTS and (reading.word(at) in self._is or reading.word(at) in _BETWEEN):
            at, joints = at + 1, joints + 1
        end = self._name_end(reading, at)
        if end is None or reading.gap(at) > 1:
            return None
        word = reading.words[at]
        if not joints and not own and (reading.kinds[at] != WORD or reading.ends[end - 1] - reading.starts[at] < LONG):
            return None
        plain = end - at == 1 and len(word) >= SHORTEST_PLAIN and word not in self._no_names
        if self._is_odd(reading, at, end) or (own and joints and plain):
            return Found(reading.starts[at], reading.ends[end - 1], HANDLE)
        return None

    def _name_end(self, reading: Reading, token: int) -> int | None:
        """The token after a name that begins here; None when there is none of two signs with a letter."""
        if token >= reading.size or reading.words[token] in (".", "-"):
            return None
        end = reading.chain(token, _NAME, MOST_PARTS)
        while end > token and reading.words[end - 1] in (".", "-"):
            end -= 1
        if end == token or reading.ends[end - 1] - reading.starts[token] < 2:
            return None
        return end if WORD in reading.kinds[token:end] else None

    def _is_odd(self, reading: Reading, token: int, end: int) -> bool:
        """Whether it cannot be a word: digits, a line or a dot within."""
        parts = range(token, end)
        return end - token > 1 and any(reading.kinds[at] == NUMBER or reading.words[at] in ("_", ".") for at in parts)
