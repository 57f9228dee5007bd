"""A linear model over what a message looks like: which topics, how much danger. Pure Python, no network, keeps nothing.

Trained outside the product (dialogues/training). Its table has a row for every bucket that training met often enough,
and a lane per label. What each concept adds, and each word that is often written, is added up once, at start; of a
message, what stands near what and all other words are looked up, and rows that two of its parts share count once.
"""

import json
import math
import sys
import zlib
from array import array
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from dialogues.features import BUCKETS, cut, sums_of_concept, sums_of_places, sums_of_word
from dialogues.forms import Forms
from dialogues.lanes import Lanes

ZERO = 128  # lanes hold 1 to 255; this is a weight of nothing


class _Part(NamedTuple):
    """The rows of a word or a concept, each once, and their sum."""

    rows: tuple[int, ...]
    total: int


@dataclass(frozen=True, slots=True)
class Recogniser:
    """`rows` says for every bucket where its row begins in `table`, 0 where it has none; a row is a byte per label and
    one for how much the bucket counts. What the table begins with is not a row."""

    labels: tuple[str, ...]
    scales: tuple[float, ...]  # what one step of a lane is worth: per label, then for the bucket's own weight
    biases: tuple[float, ...]
    rows: "array[int]"
    table: bytes
    concepts: Forms
    lanes: Lanes
    words: dict[str, _Part] = field(default_factory=dict)  # those that were learned; never one that a visitor wrote
    meant: dict[str, _Part] = field(default_factory=dict)  # by concept

    def learn(self, words: Iterable[str]) -> None:
        """Read these folded words, and what every concept adds, once for all messages."""
        cuts = cut(words)
        self.concepts.learn(cuts)
        shared: dict[int, int] = {}  # one number for each row, which many words have
        self.words.update((word, self._part(sums_of_word(word), shared)) for word in cuts)
        names = {name for _, name in self.concepts}
        self.meant.update((name, self._part(sums_of_concept(name), shared)) for name in names)

    def scores(self, folded: Iterable[str]) -> dict[str, float]:
        """How much speaks for each label, in their order, in a message of these folded words; above zero is more likely
        than not. Words that were not learned are looked up each time, and not kept."""
        words = cut(folded)
        found = self.concepts.find(words)
        loose = sums_of_places(words, found)
        parts: list[_Part] = []
        for word in set(words):
            if word in self.words:
                parts.append(self.words[word])
            else:
                loose += sums_of_word(word)
        for concept in {name for _, _, name in found}:
            if concept in self.meant:
                parts.append(self.meant[concept])
            else:
                loose += sums_of_concept(concept)
        return self._scores(*self._sum(loose, parts))

    def _sum(self, loose: Iterable[int], parts: Iterable[_Part]) -> tuple[int, int]:
        """The sum of all rows of these checksums and parts, each once, and how many they are."""
        rows = self.rows
        near = {row for each in loose if (row := rows[each % BUCKETS])}
        total = self.lanes.add([*near]) + sum([part.total for part in parts])
        seen = near.union(*[part.rows for part in parts])
        if len(seen) < len(near) + sum([len(part.rows) for part in parts]):
            total -= self.lanes.add(_repeated(near, parts))
        return total, len(seen)

    def _scores(self, total: int, count: int) -> dict[str, float]:
        zero = ZERO * count
        lanes = self.lanes.of(total)
        length = math.sqrt(max((lanes[-1] - zero) * self.scales[-1], self.scales[-1]))
        return {
            label: (lane - zero) * scale / length + bias
            for label, lane, scale, bias in zip(self.labels, lanes, self.scales, self.biases, strict=False)
        }

    def _part(self, sums: Iterable[int], shared: dict[int, int]) -> _Part:
        rows = {row for each in sums if (row := self.rows[each % BUCKETS])}
        return _Part(tuple([shared.setdefault(row, row) for row in rows]), self.lanes.add([*rows]))


def _repeated(near: Iterable[int], parts: Iterable[_Part]) -> list[int]:
    """The rows of parts that were there before, as often as that is so."""
    seen = set(near)
    repeated: list[int] = []
    for part in parts:
        repeated += seen.intersection(part.rows)
        seen.update(part.rows)
    return repeated


def load_recogniser(path: Path, concepts: Forms, frequent: Iterable[str]) -> Recogniser:
    """A recogniser out of its file: one line of JSON, then the buckets (4 bytes each) and the table, compressed. It has
    learned these words."""
    head, _, packed = path.read_bytes().partition(b"\n")
    told, table = json.loads(head), zlib.decompress(packed)
    size = 4 * told["rows"]
    buckets = array("I", table[:size])
    if sys.byteorder == "big":
        buckets.byteswap()
    # Looked up once for every piece of every word: an index of 4 MB takes a tenth of the time of a search.
    rows, width = array("I", [0]) * BUCKETS, len(told["labels"]) + 1
    for place, bucket in enumerate(buckets):
        rows[bucket] = size + place * width
    recogniser = Recogniser(
        labels=tuple(told["labels"]),
        scales=tuple(told["scales"]),
        biases=tuple(told["biases"]),
        rows=rows,
        table=table,
        concepts=concepts,
        lanes=Lanes(table, width),
    )
    recogniser.learn(frequent)
    return recogniser
