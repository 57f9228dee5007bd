"""Desk keys: what a visitor seals a left message to when nobody is there. Pure; `codes.js` reads the same line.

    line      base64url(public key, 65 bytes) . last day (days since 1970-01-01) . base64url(signature, r | s)

The chain. The organisation signs "this is the key of that desk", as it signs devices, and its public key is pinned in
the visitor's page: an unsigned desk key, another desk's, or one past its last day is refused there. The pair itself is
made in the page of a signed device from 32 random bytes (`safety.codes.derive_key_pair`), and those bytes exist at rest
only wrapped to each signed device of the desk (HPKE). Where the organisation's key is offline, nothing can be left
until a person has signed the desk's key elsewhere; where the console holds it, that happens at once.
"""

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    SECP256R1,
    EllipticCurvePrivateKey,
    EllipticCurvePublicKey,
)
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from safety.devices import LONGEST, BadDevice, Device, read_key
from safety.text64 import read64, write64

WRAPPED = 65 + 32 + 16  # bytes of the seed, wrapped to a device
_HALF = 32


def sign_desk(organisation: EllipticCurvePrivateKey, desk: str, key: bytes, until: int) -> str:
    """The line of a desk's key that the organisation trusts up to and including the day `until`."""
    r, s = decode_dss_signature(organisation.sign(_statement(desk, key, until), ECDSA(SHA256())))
    return f"{write64(key)}.{until}.{write64(r.to_bytes(_HALF) + s.to_bytes(_HALF))}"


def read_desk(organisation: bytes, desk: str, line: str, today: int) -> Device:
    """The key and last day of a line that this organisation (its public key) signed for this desk. BadDevice for all
    else."""
    parts = line.split(".") if len(line) <= LONGEST else []
    if len(parts) != 3 or not (parts[1].isascii() and parts[1].isdigit() and len(parts[1]) < 10):
        raise BadDevice("not a desk's key")
    found = Device(read_key(parts[0]), int(parts[1]))
    try:
        raw = read64(parts[2])
        signature = encode_dss_signature(int.from_bytes(raw[:_HALF]), int.from_bytes(raw[_HALF:]))
        public = EllipticCurvePublicKey.from_encoded_point(SECP256R1(), organisation)
        public.verify(signature, _statement(desk, found.key, found.until), ECDSA(SHA256()))
    except (InvalidSignature, ValueError) as error:
        raise BadDevice("not signed by this organisation") from error
    if len(raw) != 2 * _HALF or found.until < today:
        raise BadDevice("past its last day")
    return found


def _statement(desk: str, key: bytes, until: int) -> bytes:
    return f"fristad desk 1\n{desk}\n".encode() + key + until.to_bytes(4)
