"""A linear model over what a message looks like: which topics, how much danger. Pure Python, no network, keeps nothing.

Trained outside the product (dialogues/training). Its table has a row for every bucket that training met often enough,
and a lane per label; a row is one large number, so that adding rows adds all lanes at once: a message takes a fraction
of a millisecond.
"""

import json
import math
import operator
import sys
import zlib
from array import array
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from dialogues.features import features_of
from dialogues.forms import Forms

ZERO = 128  # lanes hold 1 to 255; this is a weight of nothing
MOST = 257  # rows whose sum still fits into a lane of 16 bits: 257 * 255 < 65536


@dataclass(frozen=True, slots=True)
class Recogniser:
    """`buckets` rise, and `table` holds for each of them a byte per label and one for how much the bucket counts."""

    labels: tuple[str, ...]
    scales: tuple[float, ...]  # what one step of a lane is worth: per label, then for the bucket's own weight
    biases: tuple[float, ...]
    buckets: "array[int]"
    table: bytes
    concepts: Forms

    def scores(self, text: str) -> dict[str, float]:
        """How much speaks for each label; above zero is more likely than not."""
        rows = list(self._rows(features_of(self.concepts, text)))
        sums = [sum(lanes) - ZERO * len(rows) for lanes in zip(*self._sums(rows), strict=True)]
        if not sums:
            return dict(zip(self.labels, self.biases, strict=True))
        *weights, square = map(operator.mul, sums, self.scales)
        length = math.sqrt(max(square, self.scales[-1]))
        return {
            label: weight / length + bias for label, weight, bias in zip(self.labels, weights, self.biases, strict=True)
        }

    def _rows(self, buckets: list[int]) -> Iterator[int]:
        """Where those of the buckets stand that the table knows."""
        for bucket in buckets:
            row = bisect_left(self.buckets, bucket)
            if row < len(self.buckets) and self.buckets[row] == bucket:
                yield row

    def _sums(self, rows: list[int]) -> Iterator[list[int]]:
        """The lanes of all rows, added up in parts that fit."""
        width = len(self.labels) + 1
        even = int.from_bytes(b"\xff\0" * (width // 2 + 1), "little")  # every other lane, with room to grow
        for part in (rows[at : at + MOST] for at in range(0, len(rows), MOST)):
            found = [int.from_bytes(self.table[row * width : (row + 1) * width], "little") for row in part]
            lanes = [0] * (width + width % 2)
            lanes[::2] = _spread(sum(row & even for row in found), len(lanes))
            lanes[1::2] = _spread(sum(row >> 8 & even for row in found), len(lanes))
            yield lanes[:width]


def _spread(total: int, size: int) -> "array[int]":
    lanes = array("H", total.to_bytes(size, "little"))
    if sys.byteorder == "big":
        lanes.byteswap()
    return lanes


def load_recogniser(path: Path, concepts: Forms) -> Recogniser:
    """A recogniser out of its file: one line of JSON, then the buckets (4 bytes each) and the table, compressed."""
    head, _, packed = path.read_bytes().partition(b"\n")
    told, unpacked = json.loads(head), zlib.decompress(packed)
    buckets = array("I", unpacked[: 4 * told["rows"]])
    if sys.byteorder == "big":
        buckets.byteswap()
    return Recogniser(
        labels=tuple(told["labels"]),
        scales=tuple(told["scales"]),
        biases=tuple(told["biases"]),
        buckets=buckets,
        table=unpacked[4 * told["rows"] :],
        concepts=concepts,
    )
