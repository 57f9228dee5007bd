"""A visitor with a code and a device of the desk, as tests need them: what both do with letters, without a page."""

from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey, generate_private_key

from handover.post import Letter
from safety.codes import box_of, derive_key_pair, key_pair_of, letters_of, locator_of
from safety.desks import sign_desk
from safety.devices import VALID, public_bytes
from safety.sealing import SALT, Direction, open_sealed, seal
from safety.text64 import read64, write64
from tests.sealed import Organisation, today


@dataclass(frozen=True)
class Trusted:
    """An organisation of which only the public key is known, as a page knows it."""

    public: bytes


@dataclass
class CodeHolder:
    """The visitor's end: everything that nine words derive."""

    organisation: Organisation | Trusted
    secret: bytes = b"\0" * 11 + b"\7"
    locator: bytes = field(init=False)
    pair: EllipticCurvePrivateKey = field(init=False)

    def __post_init__(self) -> None:
        self.locator = locator_of(self.secret, self.organisation.public)
        self.pair = key_pair_of(self.secret, self.organisation.public)

    @property
    def box(self) -> str:
        return box_of(self.locator)

    @property
    def key(self) -> str:
        return write64(public_bytes(self.pair.public_key()))

    def letter(self, line: str, words: str, number: int = 1, after: int = 0) -> Letter:
        desk = read64(line.partition(".")[0])
        epoch = letters_of(self.pair, desk, read64(self.key), self.box)
        body = write64(seal(epoch, Direction.UP, number, words, b"\1" * SALT))
        return Letter(Direction.UP, number, after, line, body)

    def read(self, letter: Letter, after: int = 0) -> str:
        desk = read64(letter.line.partition(".")[0])
        return open_sealed(
            letters_of(self.pair, desk, read64(self.key), self.box), letter.way, after, read64(letter.body)
        )


@dataclass
class DeskEnd:
    """A device that holds the desk's key."""

    organisation: Organisation | Trusted
    desk: str = "demo"
    pair: EllipticCurvePrivateKey = field(default_factory=lambda: derive_key_pair(b"\2" * 32))

    @property
    def key(self) -> str:
        return write64(public_bytes(self.pair.public_key()))

    @property
    def line(self) -> str:
        assert isinstance(self.organisation, Organisation), "only whoever has the private key signs"
        return sign_desk(self.organisation.private, self.desk, read64(self.key), today() + VALID)

    def letter(self, visitor: str, box: str, words: str, number: int = 1, after: int = 1) -> Letter:
        epoch = letters_of(self.pair, read64(self.key), read64(visitor), box)
        body = write64(seal(epoch, Direction.DOWN, number, words, b"\3" * SALT))
        signed = isinstance(self.organisation, Organisation)
        return Letter(Direction.DOWN, number, after, self.line if signed else "", body)

    def read(self, visitor: str, box: str, body: bytes) -> str:
        """The first letter of a visitor."""
        return open_sealed(letters_of(self.pair, read64(self.key), read64(visitor), box), Direction.UP, 0, body)


def device_key() -> str:
    """A staff device's public key, as its page names it."""
    return write64(public_bytes(generate_private_key(SECP256R1()).public_key()))
