"""Buckets: who comes often is counted by network, forgotten after 20 minutes, and cannot be told from the counts."""

import secrets
import sys
from typing import Any

import pytest

from safety.buckets import MOST, ROTATION, SPACING, Buckets, caller, network

HOME, SCHOOL = "9.9.9.9", "8.8.4.4"


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def buckets(clock: Clock) -> Buckets:
    return Buckets(clock)


def test_joins_are_counted_by_network(buckets: Buckets) -> None:
    for _ in range(3):
        buckets.add(HOME)
    buckets.add(SCHOOL)
    assert (buckets.count(HOME), buckets.count(SCHOOL), buckets.count("1.1.1.1")) == (3, 1, 0)


def test_looking_keeps_nothing(buckets: Buckets) -> None:
    buckets.count(HOME)
    assert len(buckets) == 0


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2a00:1450:4001:81b::1", "2a00:1450:4001:81b:ffff::2", True),
        ("2a00:1450:4001:81b::1", "2a00:1450:4001:81c::1", False),
        ("::ffff:9.9.9.9", "9.9.9.9", True),
        ("9.9.9.9:1234", "9.9.9.9", True),
        ("[2a00:1450:4001:81b::1]:443", "2a00:1450:4001:81b::3", True),
        ("9.9.9.9", "9.9.9.8", False),
    ],
)
def test_what_is_one_network(one: str, other: str, same: bool) -> None:
    assert network(one)
    assert (network(one) == network(other)) is same


@pytest.mark.parametrize(
    "address",
    [
        None, "", "127.0.0.1", "::1", "10.1.2.3", "192.168.0.7", "172.20.1.1", "100.64.0.1", "169.254.1.1",
        "fe80::1%eth0", "fd00::1", "0.0.0.0", "unknown", "unix:", "9.9.9", "9.9.9.9 ", "x" * 40_000, "[", "\ud800",
    ],
)  # fmt: skip
def test_an_address_that_tells_nothing_counts_for_nothing(buckets: Buckets, address: str | None) -> None:
    """Behind a proxy that is not named in the settings everybody has such a one: they must not share a bucket."""
    for _ in range(100):
        buckets.add(address)
        assert buckets.waited(address)
    assert buckets.count(address) == 0
    assert len(buckets) == 0


def test_behind_proxies_the_address_is_the_one_that_the_outermost_saw() -> None:
    forged = ["1.1.1.1, 2.2.2.2", "9.9.9.9, 10.0.0.2"]
    assert caller("10.0.0.1", forged, 0) == "10.0.0.1"
    assert caller("10.0.0.1", forged, 1) == "10.0.0.2"
    assert caller("10.0.0.1", forged, 2) == "9.9.9.9"
    assert caller("10.0.0.1", [], 1) is None
    assert caller("10.0.0.1", ["9.9.9.9"], 2) is None
    assert caller(None, [], 0) is None


def test_a_count_fades_within_ten_minutes_and_is_gone_after_twenty(buckets: Buckets, clock: Clock) -> None:
    for _ in range(10):
        buckets.add(HOME)
    seen = []
    for _ in range(8):
        seen.append(buckets.count(HOME))
        clock.now += ROTATION / 4
    assert seen == [10, 10, 10, 10, 10, 7.5, 5, 2.5]
    assert buckets.count(HOME) == 0
    buckets.rotate()
    assert len(buckets) == 0


def test_nothing_is_older_than_twenty_minutes_in_memory(clock: Clock) -> None:
    """Whoever keeps the promise only calls `rotate` when it is time."""
    keys: list[bytes] = []

    def random(length: int) -> bytes:
        keys.append(secrets.token_bytes(length))
        return keys[-1]

    buckets = Buckets(clock, random)
    for second in range(0, 3 * ROTATION, 7):
        clock.now = 1000.0 + second
        buckets.add(f"9.9.{second % 250}.{second // 250}")
    ages = []
    for _ in range(3):
        before = len(buckets)
        wait = buckets.rotate()
        assert 0 < wait <= ROTATION
        clock.now += wait
        buckets.rotate()
        ages.append((before, len(buckets)))
    assert ages[-1] == (0, 0)
    assert all(len(key) == 32 for key in keys)
    assert len(set(keys)) == len(keys)


def test_after_a_long_quiet_everything_is_forgotten_at_once(buckets: Buckets, clock: Clock) -> None:
    buckets.add(HOME)
    clock.now += 2 * ROTATION
    assert buckets.count(HOME) == 0
    assert len(buckets) == 0


def test_the_same_network_has_another_name_under_each_key(clock: Clock) -> None:
    """Two processes, or two rotations, cannot be put together."""
    names: set[int] = set()
    for _ in range(50):
        buckets = Buckets(clock)
        buckets.add(HOME)
        names.update(buckets._current.counts)
    assert len(names) == 50
    assert all(0 <= name < 2**64 for name in names)


def test_those_who_pay_by_waiting_come_one_after_the_other_from_one_network(buckets: Buckets, clock: Clock) -> None:
    assert buckets.waited(HOME)
    assert not buckets.waited(HOME)
    assert buckets.waited(SCHOOL)
    clock.now += SPACING
    assert buckets.waited(HOME)


def test_a_hundred_thousand_networks_take_no_more_memory_than_some(clock: Clock) -> None:
    """Requirement AB-6."""
    buckets = Buckets(clock)
    for first in (20, 21):
        for number in range(100_000):
            buckets.add(f"{first}.{number >> 16}.{number >> 8 & 255}.{number & 255}")
        clock.now += ROTATION
    assert len(buckets) == 2 * MOST
    assert buckets.count("21.1.134.159") == 1  # the last one, and not the first
    assert buckets.count("21.0.0.0") == 0
    assert _bytes(buckets) < 8_000_000


def _bytes(buckets: Buckets) -> int:
    generations = {id(each): each for each in (buckets._current, buckets._before)}.values()
    tables = [each.counts for each in generations]
    return sum(sys.getsizeof(each) + sum(map(_entry, each.items())) for each in tables)


def _entry(item: tuple[int, Any]) -> int:
    name, count = item
    return sys.getsizeof(name) + sys.getsizeof(count) + sys.getsizeof(count.joined) + sys.getsizeof(count.waited)
