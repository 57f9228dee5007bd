"""Personal numbers, coordination numbers and phone numbers, in whatever groups their digits are written. Pure.

Swedish phone numbers have 8 to 10 digits with their 0 (PTS); ten of them can be a personal number as well, and how
they are grouped decides.
"""

from bisect import bisect_right
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Any, NamedTuple

from safety.guard_digits import COORDINATION, PERSONAL, dated, home, is_abroad, is_date, person
from safety.guard_text import NUMBER, WORD, Folding, Found, Phrases, Reading, words_of

PHONE = "phone"
NEXT = "next"  # links a digit and a figure word without anything between them
PUBLIC = "public"  # belongs to an authority or a help line: known, and left alone

MOST_DIGITS = 17  # 00, a country code and the longest number (E.164: 15 digits)
MOST_SIGNS = 5  # between two groups of digits
CUE_REACH = 24  # characters between a cue such as "mitt nummer" and its number
_SIZES = frozenset(range(2, MOST_DIGITS + 1))
_TIGHT = frozenset("-._")  # written against a number, these make it part of something longer


class Group(NamedTuple):
    """Digits that stand together, or a figure written as a word."""

    token: int
    digits: str
    link: str  # what stands between it and the group before; empty: something else than a separator
    tight: bool  # whether no space is part of that


@dataclass(frozen=True, slots=True)
class Candidate:
    """Some groups in a row, as if they were one number."""

    digits: str
    sizes: tuple[int, ...]
    links: tuple[str, ...]

    @property
    def all_single(self) -> bool:
        return set(self.sizes) == {1}

    @property
    def is_times(self) -> bool:
        """Times of day written with a point, "10.15 11.30", and a date with such a time behind it."""
        timed = len(self.sizes) > 1 and self.sizes[0] != 3 and self.sizes[-2:] == (2, 2) and self.links[-1] == "."
        return timed and set(self.links) != {"."}


class Numbers:
    """Finds numbers by the sections `numbers` and `text` of the rule file."""

    def __init__(self, rules: Mapping[str, Any], folding: Folding) -> None:
        pairs = (pair.split("=") for pair in rules["figure_words"].split())
        self._figures = {folding.word(word): digits for word, digits in pairs}
        self._separators = frozenset(rules["separators"])
        self._mobile = frozenset(rules["mobile"].split())
        self._areas = frozenset(rules["areas"].split())
        self._public = frozenset(rules["public"].split())
        self._sizes_plain = frozenset(len(public) for public in self._public if public[0] != "0") | {10, 11, 12}
        self._sizes_announced = self._sizes_plain | set(range(7, 13))
        self._public_starts = tuple(rules["public_starts"].split())
        cues = [(cue, name) for name in ("person_cues", "phone_cues") for cue in rules[name]]
        self._cues = Phrases(cues, folding)
        self._counted = words_of(folding, rules["counted"])

    def find(self, reading: Reading) -> list[Found]:
        """All numbers, and PUBLIC ones, in their order."""
        groups = self._groups(reading)
        if not groups:
            return []
        cues = self._cue_ends(reading)
        found: list[Found] = []
        place = 0
        while place < len(groups):
            best = self._best(reading, groups, place, cues)
            if best is None:
                place += 1
                continue
            after, each = best
            found.append(each)
            place = after
        return found

    def _groups(self, reading: Reading) -> list[Group]:
        groups: list[Group] = []
        tokens = reading.numbers
        if reading.places.keys() & self._figures.keys():
            tokens = sorted([*tokens, *reading.tokens(self._figures.keys())])
        before = -1
        for token in tokens:
            word = reading.words[token]
            groups.append(Group(token, self._figures.get(word, word), *self._link(reading, before, token)))
            before = token
        return groups

    def _link(self, reading: Reading, before: int, token: int) -> tuple[str, bool]:
        if before < 0 or token - before > MOST_SIGNS:
            return ("", False)
        gap = reading.folded[reading.ends[before] : reading.starts[token]]
        if gap in ("", " "):  # nothing stands between a digit and a letter that is meant as one
            return (gap or NEXT, False)
        signs = gap.replace(" ", "")
        tight = " " not in gap
        if len(gap) > MOST_SIGNS or not self._separators.issuperset(signs):
            return ("", False)
        if signs and signs[0] in ",:" and not tight:
            return ("", False)
        return (signs[0] if signs else " ", tight)

    def _cue_ends(self, reading: Reading) -> dict[str, list[int]]:
        """Where the words end that announce a number."""
        ends: dict[str, list[int]] = {"person_cues": [], "phone_cues": []}
        for phrase in self._cues.find(reading):
            ends[phrase.name].append(reading.ends[phrase.after - 1])
        return {name: sorted(places) for name, places in ends.items()}

    def _best(
        self, reading: Reading, groups: Sequence[Group], place: int, cues: Mapping[str, list[int]]
    ) -> tuple[int, Found] | None:
        """The longest number that begins with this group: the group after it, and what it is."""
        first = groups[place]
        if first.tight and first.link in _TIGHT:
            return None
        start = reading.starts[first.token]
        if len(first.digits) in (6, 8) and (interim := _interim(reading, first)):
            return place + 1, Found(start, reading.ends[interim], PERSONAL)
        plus = _plus(reading, first.token)
        announced = frozenset(name for name, ends in cues.items() if ends and _announces(reading, ends, start))
        in_three = len(first.digits) == 3
        for after, digits in _extents(groups, place, self._sizes(first.digits[0], plus is not None, announced)):
            if not in_three and not self._may_be(digits, plus is not None, announced):
                continue
            row = groups[place:after]
            one = Candidate(digits, tuple(len(group.digits) for group in row), tuple(group.link for group in row[1:]))
            kind = self._kind(one, plus is not None, announced)
            goes_on = after < len(groups) and groups[after].tight and groups[after].link in _TIGHT
            if not kind or (goes_on and kind != PUBLIC) or (kind == PHONE and self._is_counted(reading, row[-1].token)):
                continue
            if plus is None and ")" in one.links and reading.word(first.token - 1) == "(":
                start = reading.starts[first.token - 1]
            return after, Found(start if plus is None else plus, reading.ends[row[-1].token], kind)
        return None

    def _sizes(self, first: str, plus: bool, announced: Set[str]) -> Set[int]:
        """How many digits a number that begins like this can have: a row of figures must cost little."""
        if plus or first == "0":
            return _SIZES
        return self._sizes_announced if "phone_cues" in announced else self._sizes_plain

    def _may_be(self, digits: str, plus: bool, announced: Set[str]) -> bool:
        """A second glance, at the digits themselves."""
        size = len(digits)
        if plus:
            return 8 <= size <= 15
        if digits[0] == "0":
            return 8 <= size <= (11 if digits[1] != "0" else MOST_DIGITS) and digits[:3] != "000"
        if (size == 11 and digits.startswith("467")) or person(digits, checked="person_cues" not in announced):
            return True
        return digits in self._public or ("phone_cues" in announced and 7 <= size <= 12)

    def _is_counted(self, reading: Reading, token: int) -> bool:
        return reading.gap(token + 1) < 2 and reading.word(token + 1) in self._counted

    def _kind(self, one: Candidate, plus: bool, announced: Set[str]) -> str:
        """What the digits are, or nothing."""
        size = len(one.digits)
        at_home = home(one.digits, plus=plus)
        if at_home in self._public:
            return PUBLIC
        if size < 7 or one.is_times or not self._may_be_joined(one):
            return ""
        kind = "" if plus else person(one.digits, checked="person_cues" not in announced)
        even = len(set(one.links)) < 2 and one.sizes[0] != 3
        if kind and even:
            return PHONE if self._is_rather_mobile(one, kind) else kind
        if at_home.startswith(self._public_starts) and 8 <= len(at_home) <= 10:
            return PUBLIC
        if plus:
            return PHONE if is_abroad(one.digits) else ""
        if self._is_grouped_phone(one):
            return PHONE
        return kind or (PHONE if self._is_phone(one, announced="phone_cues" in announced) else "")

    def _may_be_joined(self, one: Candidate) -> bool:
        """A comma or a colon joins groups only where nothing else is written like that."""
        if not {",", ":"} & set(one.links):
            return True
        return one.sizes in ((6, 4), (8, 4)) or one.digits[: one.sizes[0]] in self._mobile

    def _is_rather_mobile(self, one: Candidate, kind: str) -> bool:
        """Ten digits in one, 070 first, can be either: more phones than coordination numbers look like that."""
        plain = len(one.sizes) == 1 or one.all_single
        return kind == COORDINATION and plain and one.digits[:3] in self._mobile

    def _prefix(self, digits: str) -> int:
        """How many digits the area code or the mobile prefix has."""
        if digits.startswith("08"):
            return 2
        return 3 if digits[:3] in self._areas or digits[:3] in self._mobile else 4

    def _is_grouped_phone(self, one: Candidate) -> bool:
        """A Swedish number whose first group is its area code or mobile prefix."""
        digits, sizes = one.digits, one.sizes
        if digits[0] != "0" or len(sizes) < 2 or sizes[0] != self._prefix(digits):
            return False
        if digits[:3] in self._mobile:
            return len(digits) == 10
        if digits[1] in "07" or sizes[:3] == (2, 2, 4):  # 08-12-2023 is a day
            return False
        if len(digits) == 8:  # so short only where area code and number are set apart, and not as times of day are
            apart = one.links[0] in "-)" or (one.links[0] == " " and max(sizes) in (3, 5, 6))
            return apart and sizes != (4, 4) and set(one.links[1:]) <= {" "}
        return 9 <= len(digits) <= 10

    def _is_phone(self, one: Candidate, *, announced: bool) -> bool:
        digits, size = one.digits, len(one.digits)
        if announced and size <= 12 and not is_date(digits):
            return True
        if digits.startswith("00"):
            return digits[2] != "0" and size > 11 and is_abroad(digits[2:])
        if digits[0] == "0":
            return self._is_phone_at_home(one)
        if digits.startswith("467"):
            return size == 11 and f"0{digits[2:4]}" in self._mobile
        return one.sizes == (3, 3, 4) and digits[0] > "1" and digits[3] > "1" and one.links[0] in "-.)"

    def _is_phone_at_home(self, one: Candidate) -> bool:
        """A number that begins with 0, in groups that tell nothing."""
        digits, size = one.digits, len(one.digits)
        whole = len(one.sizes) == 1 or one.all_single or min(one.sizes) > 2
        if digits[:3] in self._mobile and size == 10:
            return True
        if size == 11 and digits[1] in "79":
            return whole
        counted = digits in "01234567890123456789"
        return whole and size in (9, 10) and digits[1] not in "07" and not counted


def _extents(groups: Sequence[Group], place: int, sizes: Set[int]) -> list[tuple[int, str]]:
    """From the longest on: the digits of groups in a row from `place` on, of these sizes, and the group after them."""
    row = groups[place].digits
    found = [(place + 1, len(row))]
    for after in range(place + 1, min(place + MOST_DIGITS, len(groups))):
        group = groups[after]
        if not group.link or len(row) + len(group.digits) > MOST_DIGITS:
            break
        row += group.digits
        found.append((after + 1, len(row)))
    return [(after, row[:size]) for after, size in reversed(found) if size in sizes]


def _plus(reading: Reading, token: int) -> int | None:
    """Where the plus before a country code stands, with the bracket before it; None when there is none."""
    at = token - 2 if reading.word(token - 1) == "(" else token - 1
    if reading.word(at) != "+" or reading.gap(token) > 1:
        return None
    if reading.gap(at) == 0 and reading.kind(at - 1) in (NUMBER, WORD):
        return None
    bracket = reading.word(at - 1) == "(" and reading.gap(at) == 0
    return reading.starts[at - 1 if bracket else at]


def _announces(reading: Reading, ends: Sequence[int], start: int) -> bool:
    """Whether the last cue before it ends shortly before, with no other number in between."""
    place = bisect_right(ends, start)
    if not place or start - ends[place - 1] > CUE_REACH:
        return False
    return not any(sign.isdigit() for sign in reading.folded[ends[place - 1] : start])


def _interim(reading: Reading, group: Group) -> int | None:
    """The last token of an interim number, as schools write them: a date, a hyphen, and letters among the last four."""
    token = group.token
    if reading.word(token + 1) not in ("-", "+") or not dated(group.digits[-6:]):
        return None
    letters, figures = reading.word(token + 2), reading.word(token + 3)
    if reading.kind(token + 2) != WORD or reading.kind(token + 3) != NUMBER or len(letters) > 2:
        return None
    together = all(reading.gap(at) == 0 for at in (token + 1, token + 2, token + 3))
    return token + 3 if together and len(letters) + len(figures) == 4 and letters.isascii() else None
