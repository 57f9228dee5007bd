"""A push message sealed for one browser (RFC 8291 over RFC 8188), and who sends it (VAPID, RFC 8292).

Own code, 60 lines upon `cryptography`: `pywebpush` is MPL-2.0 and brings aiohttp and requests with it; what is needed
here is one record of one fixed size. The RFC's own example is among the tests.
"""

import json
from dataclasses import dataclass
from urllib.parse import urlsplit

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDH,
    ECDSA,
    SECP256R1,
    EllipticCurvePrivateKey,
    EllipticCurvePublicKey,
)
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from safety.text64 import read64, write64

SALT = 16  # bytes
AUTH = 16  # bytes
_RECORD = 4096  # bytes of a record; the only one is shorter
_LAST = b"\x02"  # ends what is said in the last record
_HALF = 32  # bytes of each number of a signature
_HEAD = SALT + 4 + 1


class BadPush(ValueError):
    """Not a key, a message or a signature of this kind. Carries nothing of what came."""


@dataclass(frozen=True, slots=True)
class Receiver:
    """A browser's public key (65 bytes, uncompressed) and its secret of 16 bytes. BadPush for anything else."""

    key: bytes
    auth: bytes

    def __post_init__(self) -> None:
        read_point(self.key)
        if len(self.auth) != AUTH:
            raise BadPush


def read_point(raw: bytes) -> EllipticCurvePublicKey:
    """A public key from its 65 bytes. BadPush when they are no point of P-256."""
    try:
        if len(raw) != 65:
            raise BadPush
        return EllipticCurvePublicKey.from_encoded_point(SECP256R1(), raw)
    except ValueError:
        raise BadPush from None


def point_of(key: EllipticCurvePrivateKey) -> bytes:
    """The 65 bytes of its public half."""
    return key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def seal_push(words: bytes, receiver: Receiver, own: EllipticCurvePrivateKey, salt: bytes) -> bytes:
    """The body of the request. `own` and `salt` (SALT bytes) are fresh for each message."""
    if len(salt) != SALT or len(words) > _RECORD - 100:
        raise BadPush
    secret = own.exchange(ECDH(), read_point(receiver.key))
    key, nonce = _keys(secret, receiver.auth, receiver.key, point_of(own), salt)
    head = salt + _RECORD.to_bytes(4, "big") + bytes([65]) + point_of(own)
    return head + AESGCM(key).encrypt(nonce, words + _LAST, None)


def open_push(body: bytes, own: EllipticCurvePrivateKey, auth: bytes) -> bytes:
    """What a browser does with it: the words. BadPush when it is not for this one."""
    salt, sender, sealed = body[:SALT], body[_HEAD : _HEAD + 65], body[_HEAD + 65 :]
    secret = own.exchange(ECDH(), read_point(sender))
    key, nonce = _keys(secret, auth, point_of(own), sender, salt)
    try:
        words, ended, _ = AESGCM(key).decrypt(nonce, sealed, None).rpartition(_LAST)
    except InvalidTag:
        raise BadPush from None
    if not ended:
        raise BadPush
    return words


def sign_push(key: EllipticCurvePrivateKey, endpoint: str, subject: str, expires: int) -> str:
    """The header `Authorization`: that we send it, to this push service alone, until `expires` (seconds since 1970, at
    most a day ahead). `subject` is an address (https: or mailto:) of whoever runs this."""
    parts = urlsplit(endpoint)
    claims = {"aud": f"{parts.scheme}://{parts.netloc}", "exp": expires, "sub": subject}
    said = ".".join(write64(json.dumps(part).encode()) for part in ({"typ": "JWT", "alg": "ES256"}, claims))
    numbers = decode_dss_signature(key.sign(said.encode(), ECDSA(SHA256())))
    signature = b"".join(number.to_bytes(_HALF, "big") for number in numbers)
    return f"vapid t={said}.{write64(signature)}, k={write64(point_of(key))}"


def check_push(header: str) -> tuple[bytes, dict[str, object]]:
    """What a push service does with that header: the sender's key and what it claims. BadPush when it is not signed."""
    try:
        token, key = (part.partition("=")[2] for part in header.removeprefix("vapid ").split(", "))
        said, _, signature = token.rpartition(".")
        numbers = (int.from_bytes(half, "big") for half in (read64(signature)[:_HALF], read64(signature)[_HALF:]))
        read_point(read64(key)).verify(encode_dss_signature(*numbers), said.encode(), ECDSA(SHA256()))
        claims: dict[str, object] = json.loads(read64(said.partition(".")[2]))
    except (ValueError, InvalidSignature):
        raise BadPush from None
    return read64(key), claims


def _keys(secret: bytes, auth: bytes, receiver: bytes, sender: bytes, salt: bytes) -> tuple[bytes, bytes]:
    shared = _derive(auth, secret, b"WebPush: info\0" + receiver + sender, 32)
    key = _derive(salt, shared, b"Content-Encoding: aes128gcm\0", 16)
    return key, _derive(salt, shared, b"Content-Encoding: nonce\0", 12)


def _derive(salt: bytes, secret: bytes, info: bytes, length: int) -> bytes:
    return HKDF(SHA256(), length, salt, info).derive(secret)
