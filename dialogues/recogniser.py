"""A linear model over what a message looks like: which topics, how much danger. Pure Python, no network, keeps nothing.

Trained outside the product (dialogues/training). Its table has a row per bucket and a lane per label; a row is one
large number, so that adding rows adds all lanes at once: a message takes a fraction of a millisecond.
"""

import json
import math
import operator
import sys
import zlib
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from dialogues.features import features_of
from dialogues.forms import Forms

ZERO = 64  # lanes hold 0 to 127; this is a weight of nothing
MOST = 512  # rows whose sum still fits into a lane of 16 bits: 512 * 127 < 65536


@dataclass(frozen=True, slots=True)
class Recogniser:
    """`table` holds, row after row, two bytes per label and two for how much the bucket counts."""

    labels: tuple[str, ...]
    scales: tuple[float, ...]  # what one step of a lane is worth: per label, then for the bucket's own weight
    biases: tuple[float, ...]
    table: bytes
    concepts: Forms

    def scores(self, text: str) -> dict[str, float]:
        """How much speaks for each label; above zero is more likely than not."""
        buckets = features_of(self.concepts, text)
        sums = [sum(lanes) - ZERO * len(buckets) for lanes in zip(*self._sums(buckets), strict=True)]
        if not sums:
            return dict(zip(self.labels, self.biases, strict=True))
        *weights, square = map(operator.mul, sums, self.scales)
        length = math.sqrt(max(square, self.scales[-1]))
        return {
            label: weight / length + bias for label, weight, bias in zip(self.labels, weights, self.biases, strict=True)
        }

    def _sums(self, buckets: list[int]) -> Iterator["array[int]"]:
        """The lanes of all rows, added up in parts that fit."""
        width = 2 * (len(self.labels) + 1)
        for part in (buckets[at : at + MOST] for at in range(0, len(buckets), MOST)):
            rows = (int.from_bytes(self.table[at * width : (at + 1) * width], "little") for at in part)
            lanes = array("H", sum(rows).to_bytes(width, "little"))
            if sys.byteorder == "big":
                lanes.byteswap()
            yield lanes


def load_recogniser(path: Path, concepts: Forms) -> Recogniser:
    """A recogniser out of its file: one line of JSON, then the table, compressed."""
    head, _, packed = path.read_bytes().partition(b"\n")
    told = json.loads(head)
    return Recogniser(
        labels=tuple(told["labels"]),
        scales=tuple(told["scales"]),
        biases=tuple(told["biases"]),
        table=zlib.decompress(packed),
        concepts=concepts,
    )
