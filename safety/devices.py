"""Staff devices that visitors' pages trust: a public key signed by the organisation, as one line of text.

    device    base64url(public key, 65 bytes) . last day (days since 1970-01-01) . base64url(signature, r | s)

The organisation's key is ECDSA P-256 with SHA-256, which every browser's WebCrypto verifies; `sealing.js` reads the
same line. A signature cannot be called back, so it ends by itself; a revoked device is refused by the console at once.
"""

from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    SECP256R1,
    EllipticCurvePrivateKey,
    EllipticCurvePublicKey,
)
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from safety.sealing import DEVICE
from safety.text64 import read64, write64

LONGEST = 200  # characters of a device's line
VALID = 90  # days that a new signature holds

_SIGNED = b"fristad device 1\n"
_HALF = 32  # bytes of each half of a signature


class BadDevice(Exception):
    """Not signed by this organisation, changed, or past its last day."""


@dataclass(frozen=True, slots=True)
class Device:
    """`key`: the public key, DEVICE bytes; `until`: the last day, in days since 1970-01-01."""

    key: bytes
    until: int


def public_bytes(key: EllipticCurvePublicKey) -> bytes:
    """A public key as it travels: 65 bytes, uncompressed."""
    return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def read_key(text: str) -> bytes:
    """A public key out of its text. BadDevice when it is no point of the curve."""
    raw = _decode(text)
    try:
        EllipticCurvePublicKey.from_encoded_point(SECP256R1(), raw)
    except ValueError as error:
        raise BadDevice("not a public key") from error
    if len(raw) != DEVICE:
        raise BadDevice("not a public key")
    return raw


def sign_device(organisation: EllipticCurvePrivateKey, key: bytes, until: int) -> str:
    """The line of a device that the organisation trusts up to and including the day `until`."""
    r, s = decode_dss_signature(organisation.sign(_statement(key, until), ECDSA(SHA256())))
    signature = r.to_bytes(_HALF, "big") + s.to_bytes(_HALF, "big")
    return f"{write64(key)}.{until}.{write64(signature)}"


def read_device(organisation: bytes, line: str, today: int) -> Device:
    """The device of a line that this organisation signed (its public key, DEVICE bytes). BadDevice for all else."""
    device, signature = _parse(line)
    signed = encode_dss_signature(int.from_bytes(signature[:_HALF], "big"), int.from_bytes(signature[_HALF:], "big"))
    try:
        public = EllipticCurvePublicKey.from_encoded_point(SECP256R1(), organisation)
        public.verify(signed, _statement(device.key, device.until), ECDSA(SHA256()))
    except (InvalidSignature, ValueError) as error:
        raise BadDevice("not signed by this organisation") from error
    if device.until < today:
        raise BadDevice("past its last day")
    return device


def _parse(line: str) -> tuple[Device, bytes]:
    parts = line.split(".") if len(line) <= LONGEST else []
    if len(parts) != 3 or not (parts[1].isascii() and parts[1].isdigit()):
        raise BadDevice("not a device")
    signature = _decode(parts[2])
    if len(signature) != 2 * _HALF or int(parts[1]) >= 2**32:
        raise BadDevice("not a device")
    return Device(read_key(parts[0]), int(parts[1])), signature


def _statement(key: bytes, until: int) -> bytes:
    return _SIGNED + key + until.to_bytes(4, "big")


def _decode(text: str) -> bytes:
    try:
        return read64(text)
    except ValueError as error:
        raise BadDevice("not a device") from error
