"""Codes to come back with: nine words that open one box, from any device (NI-5). Pure; `codes.js` is the twin.

A code is 90 random bits, ten to a word of `safety.wordlists`, so that the same number is one code in every language.
Two derivations, each with a salt of its own that also holds the organisation's public key (a site of its own salts):

    locator    PBKDF2-HMAC-SHA256(code, "fristad 1 code locator" | organisation): what the server looks a box up by.
               It leaves the visitor's end, and the server keeps its hash alone, the box's name.
    seed       PBKDF2-HMAC-SHA256(code, "fristad 1 code seed" | organisation): never leaves the visitor's end. RFC
               9180's DeriveKeyPair makes the P-256 pair of it; its public part stands in the box.

PBKDF2 and not scrypt: a browser computes it natively, off the page's thread and in no memory to speak of. Scrypt with
N=2**14 would be a script of our own that holds 16 MB and the page's thread (measured 0.3 to 0.5 s where PBKDF2 takes
0.06 s, so 2 to 3 s of a cheap phone). Against 90 bits no stretching is needed: at 10**12 tries a second half of all
codes take 19 million years, and the rounds only multiply that.

Letters go both ways under one key that the box's two ends share, each by its own private key (static Diffie-Hellman):
nobody else can read a letter or write one that opens, the server least of all. From there on a letter is a message of
`safety.sealing`, the key being that of epoch 1 of a talk that is the box.

BadCode     what somebody typed is no code
"""

from collections.abc import Callable
from hashlib import pbkdf2_hmac, sha256

from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDH,
    SECP256R1,
    EllipticCurvePrivateKey,
    EllipticCurvePublicKey,
    derive_private_key,
)
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from safety.devices import public_bytes
from safety.sealing import KEY, TALK, Epoch, Unopenable
from safety.text64 import write64
from safety.wordlists import LANGUAGES, numbers, parts, words

WORDS = 9
BITS = 10  # of each word
SECRET = 12  # bytes that hold a code's 90 bits
LOCATOR = 32  # bytes
ROUNDS = 300_000  # measured 0.06 s for each of the two in Chromium, so 0.4 s on a phone six times slower

_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551  # of P-256


class BadCode(Exception):
    """Not a code. `count`: how many words there were; `unknown`: places (from 1) of those that no list has."""

    def __init__(self, count: int, unknown: tuple[int, ...]) -> None:
        super().__init__("not a code")
        self.count = count
        self.unknown = unknown


def draw(random: Callable[[int], bytes]) -> bytes:
    """A new code: SECRET bytes, of which `random` (a number of bytes in, that many out) fills 90 bits."""
    return (int.from_bytes(random(SECRET)) >> (SECRET * 8 - WORDS * BITS)).to_bytes(SECRET)


def write_code(secret: bytes, language: str) -> tuple[str, ...]:
    """The nine words of a code. ValueError for bytes that are none, KeyError for a language without a list."""
    number = int.from_bytes(secret)
    if len(secret) != SECRET or number >> (WORDS * BITS):
        raise ValueError("a code has 90 bits in 12 bytes")
    listed = words(language)
    return tuple(listed[number >> (place * BITS) & (2**BITS - 1)] for place in reversed(range(WORDS)))


def read_code(text: str, language: str) -> bytes:
    """The code that somebody typed: in this language's words, or else wholly in another's. Forgives case, marks, and
    whatever stands between the words; their order counts. BadCode, seen in this language, for all else."""
    typed = parts(text)
    for listed in map(numbers, (language, *LANGUAGES)):
        found = [listed[word] for word in typed if word in listed]
        if len(found) == len(typed) == WORDS:
            return sum(number << (BITS * (WORDS - 1 - at)) for at, number in enumerate(found)).to_bytes(SECRET)
    known = numbers(language)
    raise BadCode(len(typed), tuple(place for place, word in enumerate(typed, 1) if word not in known))


def locator_of(secret: bytes, organisation: bytes) -> bytes:
    """What the server looks the box up by: LOCATOR bytes."""
    return _stretch(secret, b"fristad 1 code locator" + organisation)


def box_of(locator: bytes) -> str:
    """The name under which a server keeps the box: the locator's hash, 43 characters. The locator itself is needed to
    reach it, and is kept nowhere."""
    return write64(sha256(b"fristad 1 box" + locator).digest())


def key_pair_of(secret: bytes, organisation: bytes) -> EllipticCurvePrivateKey:
    """The visitor's key pair. It never leaves the visitor's end."""
    return derive_key_pair(_stretch(secret, b"fristad 1 code seed" + organisation))


def derive_key_pair(seed: bytes) -> EllipticCurvePrivateKey:
    """DeriveKeyPair of RFC 9180 (section 7.1.3) for DHKEM(P-256, HKDF-SHA256)."""
    suite = b"KEM" + (16).to_bytes(2)
    for counter in range(256):
        info = (32).to_bytes(2) + b"HPKE-v1" + suite + b"candidate" + bytes([counter])
        made = HKDF(SHA256(), 32, b"", info).derive(b"HPKE-v1" + suite + b"dkp_prk" + seed)
        if 0 < (number := int.from_bytes(made)) < _ORDER:
            return derive_private_key(number, SECP256R1())
    raise ValueError("no key of 256 fits")  # as likely as 2**-8192


def letters_of(own: EllipticCurvePrivateKey, desk: bytes, visitor: bytes, box: str) -> Epoch:
    """The key of a box's letters, from either end's private key. `desk` and `visitor` are both ends' public keys, 65
    bytes each, and one of them is `own`'s. Unopenable when one is no point of the curve, or neither is `own`'s."""
    mine = public_bytes(own.public_key())
    if mine not in (desk, visitor):
        raise Unopenable("neither end of this box")
    try:
        other = EllipticCurvePublicKey.from_encoded_point(SECP256R1(), visitor if mine == desk else desk)
    except ValueError as error:
        raise Unopenable("not a key") from error
    key = HKDF(SHA256(), KEY, box.encode(), b"fristad 1 letters" + desk + visitor).derive(own.exchange(ECDH(), other))
    return Epoch(sha256(b"fristad 1 letters" + box.encode()).digest()[:TALK], 1, key)


def _stretch(secret: bytes, salt: bytes) -> bytes:
    return pbkdf2_hmac("sha256", secret, salt, ROUNDS, LOCATOR)
