"""Pages that seal, as tests need them: the frames of a staff page and of a visitor's page, without a socket.

Each takes what its server sent and gives what the page sends back; how frames travel is the test's business.
"""

import secrets
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from safety.devices import VALID, BadDevice, public_bytes, read_device, sign_device
from safety.sealing import (
    KEY,
    SALT,
    TALK,
    Direction,
    Epoch,
    SealError,
    Unopenable,
    open_sealed,
    read_head,
    seal,
    unwrap,
    wrap,
)
from safety.text64 import read64, write64

Frame = dict[str, Any]


def today() -> int:
    """Days since 1970-01-01."""
    return int(time.time() // 86_400)


@dataclass(frozen=True)
class Organisation:
    """Whose signature visitors' pages trust."""

    private: EllipticCurvePrivateKey = field(default_factory=lambda: generate_private_key(SECP256R1()))

    @property
    def public(self) -> bytes:
        return public_bytes(self.private.public_key())

    @property
    def text(self) -> str:
        """FRISTAD_ORGANISATION_KEY."""
        return write64(self.public)

    @property
    def pem(self) -> str:
        """FRISTAD_ORGANISATION_SIGNING_KEY."""
        return self.private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()

    def line(self, key: bytes, until: int | None = None) -> str:
        """A device's signed line."""
        return sign_device(self.private, key, today() + VALID if until is None else until)


ORGANISATION = Organisation()  # the one of all tests that need no second


@dataclass
class Words:
    """One talk at one end: seals with counters of its own, opens in order. `closed` stands for what has no key yet."""

    talk: bytes
    writes: Direction
    reads: Direction
    epochs: dict[int, Epoch] = field(default_factory=dict)
    now: int = 0  # the epoch to seal in
    sent: dict[int, int] = field(default_factory=dict)
    opened: dict[tuple[Direction, int], int] = field(default_factory=dict)

    def seal(self, words: str) -> str:
        """A body for the next `say`. KeyError while there is no key: nothing is sent in plaintext."""
        counter = self.sent[self.now] = self.sent.get(self.now, 0) + 1
        return write64(seal(self.epochs[self.now], self.writes, counter, words, secrets.token_bytes(SALT)))

    def open(self, body: str, *, own: bool = False) -> str:
        """The words of the next body of the other end, or of this one. SealError when it does not follow."""
        sealed = read64(body)
        number, _ = read_head(sealed)
        if number not in self.epochs:
            raise SealError("no key for this epoch")
        way = self.writes if own else self.reads
        words = open_sealed(self.epochs[number], way, self.opened.get((way, number), 0), sealed)
        self.opened[way, number] = self.opened.get((way, number), 0) + 1
        return words


def some_body(words: str = "hej") -> str:
    """A body that is sealed by its form, and that nobody can open."""
    return Words(bytes(TALK), Direction.UP, Direction.DOWN, {1: Epoch(bytes(TALK), 1, bytes(KEY))}, 1).seal(words)


class StaffPage:
    """The desk's page on one device. `private` is kept over a reload, as IndexedDB does; the rest is not."""

    def __init__(self, private: EllipticCurvePrivateKey | None = None) -> None:
        self.private = private or generate_private_key(SECP256R1())
        self.talks: dict[str, Words] = {}

    @property
    def key(self) -> bytes:
        return public_bytes(self.private.public_key())

    def device(self) -> Frame:
        """The first frame after the socket opened."""
        return {"type": "device", "key": write64(self.key)}

    def note(self, frame: Mapping[str, Any]) -> Words:
        """Learn from a `talk` or a `keys` frame."""
        if frame["type"] == "talk":
            self.talks[frame["talk"]] = Words(read64(frame["binding"]), Direction.DOWN, Direction.UP)
        words = self.talks[frame["talk"]]
        words.now = frame["epoch"]
        for number, wrapped in frame["keys"].items():
            if wrapped and int(number) not in words.epochs:
                with suppress(Unopenable):  # wrapped to another device: as good as none
                    words.epochs[int(number)] = unwrap(read64(wrapped), self.private, words.talk, int(number))
        return words

    def has_key(self, talk: str) -> bool:
        """Whether words can be sealed now."""
        return self.talks[talk].now in self.talks[talk].epochs

    def say(self, talk: str, seq: int, words: str, id: str = "") -> Frame:
        body = self.talks[talk].seal(words)
        return {"type": "say", "talk": talk, "seq": seq, "id": id or f"staff-{seq:08}", "body": body}

    def hear(self, frame: Mapping[str, Any]) -> str:
        """The words of a `said` frame."""
        return self.talks[frame["talk"]].open(frame["body"])

    def read(self, frame: Mapping[str, Any]) -> tuple[list[str], list[str]]:
        """The words of both sides in a `talk` frame: the visitor's, and one's own."""
        words = self.note(frame)
        heard = [words.open(each["body"]) for each in frame["heard"]]
        return heard, [words.open(each["body"], own=True) for each in frame["said"]]


class VisitorPage:
    """The visitor's page of one talk: it checks the device, draws the keys and gives them."""

    def __init__(self, organisation: bytes) -> None:
        self._organisation = organisation
        self._words: Words | None = None
        self._device = ""
        self.agreed = ""  # to whose reading along the visitor said yes

    @property
    def epoch(self) -> int:
        """The epoch of the last key that was given; 0 before the first."""
        return self._words.now if self._words else 0

    @property
    def words(self) -> Words:
        assert self._words is not None, "nobody has taken the talk"
        return self._words

    def taken(self, frame: Mapping[str, Any]) -> Frame:
        """Answer a `taken` frame (`epoch`, `device`, `talk`) with a fresh key; with none for a device not signed."""
        epoch, device = int(frame["epoch"]), str(frame["device"])
        known = device == self._device and self._words is not None and epoch in self._words.epochs
        self._device = device
        if self._words is None:
            self._words = Words(read64(frame["talk"]), Direction.UP, Direction.DOWN)
        try:
            key = read_device(self._organisation, device, today()).key
        except BadDevice:
            return {"type": "key", "epoch": epoch, "device": device, "wrapped": ""}
        # As the page does: a key that was given once is given again, and never replaced.
        made = self.words.epochs.setdefault(epoch, Epoch(self.words.talk, epoch, secrets.token_bytes(32)))
        if not known:  # nor does the page go back to one of before, as what was told before its last key names it
            self.words.now = epoch
        given = {"type": "key", "epoch": epoch, "device": device, "wrapped": write64(wrap(made, key))}
        helper = frame.get("helper")
        if not helper or helper["name"] != self.agreed:
            return given
        also = wrap(made, read_device(self._organisation, helper["device"], today()).key)
        return {**given, "helper": helper["device"], "also": write64(also)}

    def renew(self) -> Frame:
        """The key of the next epoch: words of this one were refused, and their counters are used up."""
        return self.taken({"epoch": self.words.now + 1, "device": self._device})

    def share(self, device: str) -> list[Frame]:
        """The keys of the earlier epochs for that device, when the visitor says so."""
        key = read_device(self._organisation, device, today()).key
        earlier = [epoch for number, epoch in self.words.epochs.items() if number < self.words.now]
        return [
            {"type": "key", "epoch": each.number, "device": device, "wrapped": write64(wrap(each, key))}
            for each in earlier
        ]

    def say(self, seq: int, words: str, id: str = "") -> Frame:
        return {"type": "say", "seq": seq, "id": id or f"visitor-{seq:08}", "body": self.words.seal(words)}

    def hear(self, frame: Mapping[str, Any]) -> str:
        """The words of a `said` frame."""
        return self.words.open(frame["body"])
