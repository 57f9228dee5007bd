"""Whether many come from one network, without knowing which: counts under a key that is forgotten together with them.

Requirement AB-1. Nothing here is written down or logged, and a bucket is never joined to a talk: it only makes the next
join from the same network dearer, for a while.
"""

import hmac
import ipaddress
import secrets
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

ROTATION = 600  # seconds until a new key; counts live for two rotations, so 20 minutes at most (AB-1)
MOST = 16_384  # networks counted under one key; beyond it the longest known gives way (AB-6)
SPACING = 6.0  # seconds between two who paid by waiting, from one network

_KEY = 32
_BUCKET = 8  # bytes kept of the HMAC


def caller(peer: str | None, forwarded: Iterable[str], proxies: int) -> str | None:
    """The address that counts: the peer's own, or behind `proxies` trusted proxies the one that the outermost of them
    saw. `forwarded` are the lines of X-Forwarded-For, in their order; what a visitor wrote into them stands further
    left and is never read. None when there are fewer hops than proxies.
    """
    if not proxies:
        return peer
    hops = [hop.strip() for line in forwarded for hop in line.split(",")]
    return hops[-proxies] if len(hops) >= proxies else None


def network(address: str | None) -> bytes | None:
    """What shares a bucket: an IPv4 address, or the /64 of an IPv6 one. None for everything that is no public address:
    it is a proxy that all visitors come through, or this machine, and tells nothing about any of them."""
    try:
        found = ipaddress.ip_address(_bare(address or ""))
    except ValueError:
        return None
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped:
        found = found.ipv4_mapped
    if not found.is_global:
        return None
    return found.packed[:8]


def _bare(address: str) -> str:
    """Without the port that some proxies append."""
    if address.startswith("["):
        return address[1:].partition("]")[0]
    return address.partition(":")[0] if address.count(":") == 1 else address


@dataclass(slots=True)
class _Count:
    joined: int = 0
    waited: float = float("-inf")  # when the last one who paid by waiting came through


@dataclass(slots=True)
class _Generation:
    key: bytes
    born: float
    counts: OrderedDict[int, _Count] = field(default_factory=OrderedDict)  # a dict is slow to lose its oldest

    def find(self, net: bytes) -> _Count:
        """The count of a network so far, which is not kept here unless it is there already."""
        return self.counts.get(self.name(net)) or _Count()

    def name(self, net: bytes) -> int:
        return int.from_bytes(hmac.digest(self.key, net, "sha256")[:_BUCKET])


class Buckets:
    """Counts of one process, in its memory only. `clock` gives seconds that only ever grow."""

    def __init__(
        self, clock: Callable[[], float], random: Callable[[int], bytes] = secrets.token_bytes, most: int = MOST
    ) -> None:
        self._clock = clock
        self._random = random
        self._most = most
        self._current = self._before = self._begin()

    def __len__(self) -> int:
        """How many counts are kept, under both keys."""
        return len(self._current.counts) + (len(self._before.counts) if self._before is not self._current else 0)

    def count(self, address: str | None) -> float:
        """How many joined from this address's network in about the last ten minutes; 0 for one that tells nothing."""
        net = network(address)
        if net is None:
            return 0
        self.rotate()
        now = self._current.find(net).joined
        if self._before is self._current:
            return now
        gone = (self._clock() - self._current.born) / ROTATION
        return now + self._before.find(net).joined * max(0.0, 1 - gone)

    def add(self, address: str | None) -> None:
        """One more joined from this address's network."""
        if count := self._kept(address):
            count.joined += 1

    def waited(self, address: str | None) -> bool:
        """Whether one more who paid by waiting may come through from this network now; if so, the next may not for
        SPACING seconds. An address that tells nothing is never held up here."""
        count = self._kept(address)
        if count is None:
            return True
        now = self._clock()
        if now - count.waited < SPACING:
            return False
        count.waited = now
        return True

    def rotate(self) -> float:
        """Forget what is too old, keys first; the seconds until it has to be called again, whatever happens."""
        now = self._clock()
        age = now - self._current.born
        if age >= ROTATION:
            self._before, self._current = self._current, self._begin()
            if age >= 2 * ROTATION:
                self._before = self._current
            age = 0
        return ROTATION - age

    def _kept(self, address: str | None) -> _Count | None:
        net = network(address)
        if net is None:
            return None
        self.rotate()
        counts, name = self._current.counts, self._current.name(net)
        if name not in counts and len(counts) >= self._most:
            counts.popitem(last=False)
        return counts.setdefault(name, _Count())

    def _begin(self) -> _Generation:
        return _Generation(self._random(_KEY), self._clock())
