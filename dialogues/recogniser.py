"""A linear model over what a message looks like: which topics, how much danger. Pure Python, no network, keeps nothing.

Trained outside the product (dialogues/training). Its table has a row for every bucket that training met often enough,
and a lane per label; a row is one large number, so that adding rows adds all lanes at once: a message takes less than a
tenth of a millisecond.
"""

import json
import math
import operator
import sys
import zlib
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from dialogues.features import BUCKETS, features_of
from dialogues.forms import Forms

ZERO = 128  # lanes hold 1 to 255; this is a weight of nothing
MOST = 257  # rows whose sum still fits into a lane of 16 bits: 257 * 255 < 65536


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

    def scores(self, text: str) -> dict[str, float]:
        """How much speaks for each label, in their order; above zero is more likely than not."""
        rows = self.rows
        known = [row for bucket in features_of(self.concepts, text) if (row := rows[bucket])]
        lanes = self._sum(known[:MOST])
        for at in range(MOST, len(known), MOST):
            lanes = list(map(operator.add, lanes, self._sum(known[at : at + MOST])))
        zero = ZERO * len(known)
        square = (lanes[-1] - zero) * self.scales[-1]
        length = math.sqrt(max(square, self.scales[-1]))
        lanes.pop()
        return {
            label: (lane - zero) * scale / length + bias
            for label, lane, scale, bias in zip(self.labels, lanes, self.scales, self.biases, strict=False)
        }

    def _sum(self, rows: Sequence[int]) -> list[int]:
        """The lanes of at most MOST rows, added up."""
        table, width = self.table, len(self.labels) + 1
        from_bytes = int.from_bytes
        even = from_bytes(b"\xff\0" * (width // 2 + 1), "little")  # every other lane, with room to grow
        found = [from_bytes(table[row : row + width], "little") for row in rows]
        evens = sum([row & even for row in found])
        lanes = [0] * (width + width % 2)
        lanes[::2] = _spread(evens, len(lanes))
        lanes[1::2] = _spread(sum(found) - evens >> 8, len(lanes))  # what is left of the sum are the other lanes
        return lanes[:width]


def _spread(total: int, size: int) -> "array[int]":
    lanes = array("H", total.to_bytes(size, "little"))
    if sys.byteorder == "big":
        lanes.byteswap()
    return lanes


def load_recogniser(path: Path, concepts: Forms) -> Recogniser:
    """A recogniser out of its file: one line of JSON, then the buckets (4 bytes each) and the table, compressed."""
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
    return Recogniser(
        labels=tuple(told["labels"]),
        scales=tuple(told["scales"]),
        biases=tuple(told["biases"]),
        rows=rows,
        table=table,
        concepts=concepts,
    )
