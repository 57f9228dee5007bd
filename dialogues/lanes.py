"""Rows of small numbers added up as large ones, all lanes of a row at once. Pure.

A row is a byte for each lane. A sum has 32 bits for each, so that no number of rows of a message fills one; its lanes
stand in four groups: those of the places 0, 4, 8, ... of a row, of 2, 6, 10, ..., of 1, 5, 9, ... and of 3, 7, 11, ...
"""

import sys
from array import array
from collections.abc import Sequence
from operator import itemgetter

MOST = 257  # rows whose sum still fits into 16 bits, which each lane has on the way: 257 * 255 < 65536


class Lanes:
    """Adds rows of `width` lanes, which begin anywhere in `table`."""

    def __init__(self, table: bytes, width: int) -> None:
        group = -(-width // 4)  # lanes in each of the four
        self._table = table
        self._width = width
        self._size = 16 * group  # bytes of a sum
        self._shift = 32 * group
        self._even = int.from_bytes(b"\xff\0" * (2 * group), "little")
        self._half = int.from_bytes(b"\xff\xff\0\0" * group, "little")
        places = [(0, 2, 1, 3)[lane % 4] * group + lane // 4 for lane in range(width)]
        self._in_order = itemgetter(*places)

    def add(self, rows: Sequence[int]) -> int:
        """The sum of the rows that begin there. Sums may be added to each other, and taken off."""
        if len(rows) > MOST:
            return self.add(rows[:MOST]) + self.add(rows[MOST:])
        table, width, half, shift = self._table, self._width, self._half, self._shift
        from_bytes = int.from_bytes
        found = [from_bytes(table[row : row + width], "little") for row in rows]
        even = self._even
        evens = sum([row & even for row in found])
        odds = sum(found) - evens >> 8  # what is left of the sum are the other lanes
        low = evens & half | (evens >> 16 & half) << shift
        return low | (odds & half | (odds >> 16 & half) << shift) << 2 * shift

    def of(self, total: int) -> tuple[int, ...]:
        """The lanes of a sum, in the order of a row."""
        lanes = array("I", total.to_bytes(self._size, "little"))
        if sys.byteorder == "big":
            lanes.byteswap()
        in_order: tuple[int, ...] = self._in_order(lanes)
        return in_order
