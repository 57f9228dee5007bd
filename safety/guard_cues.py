"""Words that announce who somebody is or where: "jag heter", "my school is called", "jag bor på". Pure."""

from collections.abc import Mapping
from typing import Any

from safety.guard_places import ADDRESS, Places
from safety.guard_text import NUMBER, SIGN, WORD, Folding, Found, Phrase, Phrases, Reading, words_of

CUE = "name_cue"

BEYOND_LATIN = "\u0370"  # scripts from here on are read as having no capitals
NAME_WORDS = 3  # of one name
MOST_SIGNS = 2  # between a cue and what it announces
_BETWEEN = frozenset(':=-"(*')
ADDRESS_TOKENS = 8  # after "my address is"


class Cues:
    """Finds by the section `cues` of the rule file.

    What a phrase announces is told by the list it stands in: `name` any word that is none of the common ones, `Name`
    only one with a capital, `place` a capital or a street, `school` a word that ends as schools do, `address` words
    with a number.
    """

    def __init__(self, rules: Mapping[str, Any], common: frozenset[str], places: Places, folding: Folding) -> None:
        lists = ("name", "Name", "place", "school", "address")
        self._phrases = Phrases([(phrase, name) for name in lists for phrase in rules[name]], folding)
        self._common, self._places = common, places
        self._fillers = words_of(folding, rules["fillers"])
        self._not_places = words_of(folding, rules["not_places"]) | common
        self._schools, self._school_words = (words_of(folding, rules[name]) for name in ("schools", "school_words"))
        self._not_schools = words_of(folding, rules["not_schools"])

    def find(self, reading: Reading) -> list[Found]:
        """All cues, each with what it announces."""
        found: list[Found] = []
        for phrase in self._phrases.find(reading):
            end = self._value_end(reading, phrase)
            if end is not None:
                kind = ADDRESS if phrase.name == "address" else CUE
                found.append(Found(reading.starts[phrase.first], reading.ends[end - 1], kind))
        return found

    def _value_end(self, reading: Reading, phrase: Phrase) -> int | None:
        """The token after what is announced; None when it is nothing that tells."""
        if phrase.value is not None:
            tells = any(reading.words[at] not in self._common for at in range(*phrase.value))
            return phrase.after if tells else None
        at = self._skip(reading, phrase.after)
        name = phrase.name
        if name == "address":
            return self._address_end(reading, at)
        if reading.kind(at) != WORD or reading.gap(at) > 2:
            return None
        if name == "school":
            return self._school_end(reading, at)
        if name == "place":
            return self._place_end(reading, at)
        return self._name_end(reading, at, capital=name == "Name")

    def _skip(self, reading: Reading, at: int) -> int:
        """Past a colon, a quotation mark and words such as "typ"."""
        signs = 0
        while signs < MOST_SIGNS and reading.word(at) in _BETWEEN:
            at, signs = at + 1, signs + 1
        return at + 1 if reading.word(at) in self._fillers else at

    def _name_end(self, reading: Reading, at: int, *, capital: bool) -> int | None:
        word = reading.words[at]
        if word in self._common or (len(word) < 2 and word < BEYOND_LATIN):
            return None
        upper = reading.capital(at)
        if capital and not upper and word < BEYOND_LATIN:
            return None
        # Lower case tells no end: a second word can be a surname, further ones hardly. Other scripts tell even less.
        most = NAME_WORDS if upper else (2 if word < BEYOND_LATIN else 1)
        end, words = at + 1, 1
        while words < most:
            joined = reading.word(end) == "-" and reading.gap(end) == reading.gap(end + 1) == 0
            part = end + 1 if joined else end
            following = reading.word(part)
            if reading.kind(part) != WORD or reading.gap(part) > 1 or len(following) < 2 or following in self._common:
                break
            if upper and not reading.capital(part):
                break
            end, words = part + 1, words + 1
        return end

    def _place_end(self, reading: Reading, at: int) -> int | None:
        word = reading.words[at]
        if word >= BEYOND_LATIN:
            return self._name_end(reading, at, capital=False)
        if self._places.is_street(word):
            return at + 1
        return self._name_end(reading, at, capital=True) if word not in self._not_places else None

    def _school_end(self, reading: Reading, at: int) -> int | None:
        """Vasaskolan, Kungsholmens gymnasium, Baker High."""
        for end in range(at + 1, at + NAME_WORDS + 1):
            word = reading.word(end - 1)
            if reading.kind(end - 1) != WORD:
                return None
            named = end - 1 > at and reading.capital(at) and reading.words[at] not in self._common
            if word in self._school_words and named:
                return end
            if self._is_school(word) and word not in self._not_schools:
                return end
            if word in self._common or word in self._not_schools:
                return None
        return None

    def _is_school(self, word: str) -> bool:
        return any(word.endswith(end) and len(word) > len(end) + 1 for end in self._schools)

    def _address_end(self, reading: Reading, at: int) -> int | None:
        """Up to the end of the sentence, when there is a number in it."""
        if reading.word(at) in self._common:
            return None
        numbered = 0
        for end in range(at, min(at + ADDRESS_TOKENS, reading.size)):
            if reading.kinds[end] == SIGN and reading.words[end] not in (",", "-"):
                break
            if reading.kinds[end] == NUMBER and end > at:
                numbered = end + 1
        return numbered or None
