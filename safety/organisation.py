"""The organisation's own key, which signs devices, and the code by which people tell one device from another."""

from base64 import b32encode
from hashlib import sha256

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

_CODE = b"fristad device code 1\n"
_CODE_BYTES = 10  # 80 bits: a second key with the code of a given one is not to be found
_GROUP = 4


class BadKey(ValueError):
    """Not a private key that can sign devices, or not opened by this passphrase. Carries nothing of either."""


def read_signing_key(pem: bytes, passphrase: bytes | None = None) -> EllipticCurvePrivateKey:
    """The private key (P-256) in a PEM file. BadKey, with a sentence, for anything else."""
    try:
        key = load_pem_private_key(pem, passphrase)
    except TypeError:
        wanted = "is encrypted under a passphrase" if passphrase is None else "has no passphrase"
        raise BadKey(f"the key {wanted}") from None
    except ValueError:
        raise BadKey("not a private key in PEM" if passphrase is None else "the passphrase does not open it") from None
    if not isinstance(key, EllipticCurvePrivateKey) or not isinstance(key.curve, SECP256R1):
        raise BadKey("not a key on the curve P-256")
    return key


def short_code(device: bytes) -> str:
    """What a person compares instead of a public key: four groups of four letters and digits.

    `console/static/device.js` shows the same beside the device itself.
    """
    text = b32encode(sha256(_CODE + device).digest()[:_CODE_BYTES]).decode().lower()
    return "-".join(text[at : at + _GROUP] for at in range(0, len(text), _GROUP))
