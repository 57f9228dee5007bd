"""Words sealed between a visitor's end and a staff device (design section 7). Pure; `sealing.js` is its twin.

A talk has epochs. Each begins with a random talk key that the visitor's end draws and wraps (RFC 9180, base mode) to
the device of whoever holds the talk. From it come a key per direction and, with a salt, a key per message:

    direction key   HKDF-SHA256(ikm: talk key, salt: talk | epoch, info: "fristad 1 up" or "fristad 1 down")
    message key     HKDF-SHA256(ikm: direction key, salt: the message's own, info: "fristad 1 message")
    sealed          version | epoch | counter | salt | AES-256-GCM(message key, nonce: counter, padded words,
                    additional data: version | talk | direction | epoch | counter)

The salt is there for an end whose counter can be set back (a form without JavaScript, sent again after Back): two
messages under one counter still never share key and nonce.

SealError            the words cannot be sealed or opened
├── TooLong          more than MAX_WORDS bytes
├── NotNext          a counter that is not the next one: repeated, swapped, or one before it is missing
└── Unopenable       another key, talk, direction, epoch or version, or changed on the way
"""

from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import pbkdf2_hmac

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey, EllipticCurvePublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

VERSION = 1
KEY = 32  # bytes of a talk key
TALK = 16  # bytes that stand for the talk in everything bound to it
DEVICE = 65  # bytes of a device's public key, uncompressed
SALT = 16
WRAPPED = DEVICE + KEY + 16  # bytes of a wrapped talk key
SIZES = (256, 512, 1024, 2048, 4096)  # bytes; E2-5: a length tells at most which of five it was
MAX_WORDS = 4_000  # bytes in UTF-8
LAST = 2**32 - 1  # the highest epoch and counter
COMPARED = 1024  # safety words are drawn from so many

_HEAD = 1 + 4 + 4 + SALT
_LENGTH = 2  # bytes that tell how long the words are
_STRETCH = 200_000  # rounds: whoever stands between has to find a match while the talk still lasts
_SUITE = Suite(KEM.P256, KDF.HKDF_SHA256, AEAD.AES_256_GCM)


class SealError(Exception):
    """The words cannot be sealed or opened. Never carries them."""


class TooLong(SealError):
    """More than MAX_WORDS bytes."""


class NotNext(SealError):
    """Not the next counter of its epoch and direction."""


class Unopenable(SealError):
    """The seal does not fit."""


class Direction(StrEnum):
    UP = "up"  # from the visitor
    DOWN = "down"  # to the visitor


@dataclass(frozen=True, slots=True)
class Epoch:
    """One talk key: `talk` are TALK bytes, `number` counts from 1, `key` are KEY bytes and never shown."""

    talk: bytes
    number: int
    key: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if len(self.talk) != TALK or len(self.key) != KEY or not 0 < self.number <= LAST:
            raise ValueError("a talk has 16 bytes, a talk key 32, and epochs count from 1")


def wrap(epoch: Epoch, device: bytes) -> bytes:
    """The epoch's talk key for one device (its public key, DEVICE bytes): WRAPPED bytes, different each time.

    Unopenable when that is no point of the curve.
    """
    try:
        public = EllipticCurvePublicKey.from_encoded_point(SECP256R1(), device)
    except ValueError as error:
        raise Unopenable("not a device's key") from error
    return _SUITE.encrypt(epoch.key, public, _wrap_info(epoch.talk, epoch.number))


def unwrap(wrapped: bytes, private: EllipticCurvePrivateKey, talk: bytes, number: int) -> Epoch:
    """The epoch that was wrapped to this device for this talk. Unopenable for anything else."""
    try:
        return Epoch(talk, number, _SUITE.decrypt(wrapped, private, _wrap_info(talk, number)))
    except (InvalidTag, ValueError) as error:
        raise Unopenable("not wrapped to this device for this talk") from error


def seal(epoch: Epoch, direction: Direction, counter: int, words: str, salt: bytes) -> bytes:
    """One message. `counter` is the sender's own, from 1 in each epoch; `salt` are SALT bytes, new for other words.

    TooLong for more than MAX_WORDS bytes; ValueError for a counter or salt that is none.
    """
    if not 0 < counter <= LAST or len(salt) != SALT:
        raise ValueError("a counter is 1 to 2**32 - 1, a salt 16 bytes")
    head = _number(VERSION, 1) + _number(epoch.number) + _number(counter) + salt
    cipher = _cipher(epoch, direction, salt)
    return head + cipher.encrypt(_number(counter, 12), _pad(words.encode()), _bound(epoch, direction, counter))


def open_sealed(epoch: Epoch, direction: Direction, after: int, sealed: bytes) -> str:
    """The words of the message that follows the one with the counter `after`.

    NotNext when it is another one of this epoch, Unopenable when it is none of it.
    """
    number, counter = read_head(sealed)
    if number != epoch.number:
        raise Unopenable("another epoch")
    try:
        salt, boxed = sealed[_HEAD - SALT : _HEAD], sealed[_HEAD:]
        padded = _cipher(epoch, direction, salt).decrypt(_number(counter, 12), boxed, _bound(epoch, direction, counter))
    except InvalidTag as error:
        raise Unopenable("the seal does not fit") from error
    if counter != after + 1:
        raise NotNext("not the next message")
    return _unpad(padded)


def read_head(sealed: bytes) -> tuple[int, int]:
    """Epoch and counter that a sealed message claims; nothing is proved yet. Unopenable when it is none."""
    if len(sealed) - _HEAD - 16 not in SIZES or sealed[0] != VERSION:
        raise Unopenable("not a sealed message")
    return int.from_bytes(sealed[1:5], "big"), int.from_bytes(sealed[5:9], "big")


def compare(epoch: Epoch, device: bytes) -> tuple[int, int]:
    """Two numbers below COMPARED, the same at both ends when nobody stands between them: the safety words' places.

    Stretched, because 20 bits alone could be matched at once by trying talk keys.
    """
    bound = b"fristad 1 compare" + epoch.talk + _number(epoch.number) + device
    secret = pbkdf2_hmac("sha256", epoch.key, bound, _STRETCH)
    return int.from_bytes(secret[:2], "big") % COMPARED, int.from_bytes(secret[2:4], "big") % COMPARED


def _wrap_info(talk: bytes, number: int) -> bytes:
    return b"fristad 1 wrap" + talk + _number(number)


def _bound(epoch: Epoch, direction: Direction, counter: int) -> bytes:
    return _number(VERSION, 1) + epoch.talk + direction.encode() + _number(epoch.number) + _number(counter)


def _cipher(epoch: Epoch, direction: Direction, salt: bytes) -> AESGCM:
    bound = epoch.talk + _number(epoch.number)
    direction_key = HKDF(SHA256(), KEY, bound, b"fristad 1 " + direction.encode()).derive(epoch.key)
    return AESGCM(HKDF(SHA256(), KEY, salt, b"fristad 1 message").derive(direction_key))


def _pad(plain: bytes) -> bytes:
    if len(plain) > MAX_WORDS:
        raise TooLong(f"a message has at most {MAX_WORDS} bytes")
    size = next(size for size in SIZES if size >= _LENGTH + len(plain))
    return (_number(len(plain), _LENGTH) + plain).ljust(size, b"\0")


def _unpad(padded: bytes) -> str:
    length = int.from_bytes(padded[:_LENGTH], "big")
    if length > len(padded) - _LENGTH:
        raise Unopenable("not padded as a message is")
    try:
        return padded[_LENGTH : _LENGTH + length].decode()
    except UnicodeDecodeError as error:
        raise Unopenable("not text") from error


def _number(value: int, size: int = 4) -> bytes:
    return value.to_bytes(size, "big")
