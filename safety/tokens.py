"""Sealed tokens: what the server must remember, carried by the page, which can neither read nor change it.

TokenError          the token is of no use; start anew
├── BadToken        not made by us, changed, for another purpose, or not a token at all
└── ExpiredToken    made by us, and too old
"""

import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from safety.text64 import read64, write64

_SALT = 16
_TAG = 16
_TIME = 8
_LONGEST = 8 * 1024  # characters; nothing of ours comes near, so anything longer is refused before decoding
_SKEW = 60  # seconds by which two servers' clocks may differ

# Each token has a key of its own, derived from its random salt. So the nonce may be constant, and no number of tokens
# wears the server key out (a random 96-bit nonce under one key would, after 2^32 of them).
_NONCE = bytes(12)


class TokenError(Exception):
    """The token is of no use."""


class BadToken(TokenError):
    """Not made by us, changed, or made for another purpose."""


class ExpiredToken(TokenError):
    """Made by us, and too old."""


def seal(key: bytes, purpose: str, data: bytes, issued: int) -> str:
    """An opaque URL-safe token over `data`, bound to `purpose` and to its time of issue (whole seconds)."""
    salt = secrets.token_bytes(_SALT)
    plain = issued.to_bytes(_TIME, "big") + data
    return write64(salt + _cipher(key, purpose, salt).encrypt(_NONCE, plain, None))


def unseal(key: bytes, purpose: str, token: str, now: int, max_age: int) -> bytes:
    """The data of a token that `seal` made with the same key and purpose.

    Raises BadToken for anything else, ExpiredToken when it is more than `max_age` seconds old.
    """
    raw = _decode(token)
    try:
        plain = _cipher(key, purpose, raw[:_SALT]).decrypt(_NONCE, raw[_SALT:], None)
    except InvalidTag as error:
        raise BadToken("the seal does not fit") from error
    issued = int.from_bytes(plain[:_TIME], "big")
    if issued > now + _SKEW:
        raise BadToken("issued in the future")
    if now - issued > max_age:
        raise ExpiredToken("too old")
    return plain[_TIME:]


def _decode(token: str) -> bytes:
    if len(token) > _LONGEST:
        raise BadToken("not a token")
    try:
        raw = read64(token)
    except ValueError as error:
        raise BadToken("not a token") from error
    if len(raw) < _SALT + _TIME + _TAG:
        raise BadToken("too short to be a token")
    return raw


def _cipher(key: bytes, purpose: str, salt: bytes) -> AESGCM:
    return AESGCM(HKDF(SHA256(), 32, salt, b"fristad token: " + purpose.encode()).derive(key))
