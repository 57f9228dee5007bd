"""Documents that are published once: one way to write them, signed (Ed25519, RFC 8032), each naming the one before."""

import json
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from safety.text64 import read64, write64

FIRST = "0" * 64  # what the first one names as the one before
_CONTEXT = b"fristad 1 figures\n"


class BadPublication(Exception):
    """It is not what was published; the message says in a sentence what is wrong."""


@dataclass(frozen=True, slots=True)
class Publication:
    """A document, the text that was signed, by its key; all as text."""

    document: str
    signature: str
    key: str

    @property
    def digest(self) -> str:
        """What the next one names: SHA-256 of the document, in hexadecimal."""
        return sha256(self.document.encode()).hexdigest()

    @property
    def content(self) -> dict[str, Any]:
        """What the document says. BadPublication when it is no such document."""
        try:
            content = json.loads(self.document)
        except ValueError:
            raise BadPublication("The document cannot be read.") from None
        if not isinstance(content, dict) or write(content) != self.document:
            raise BadPublication("The document is not written the one way that published ones are.")
        return content

    def export(self) -> bytes:
        """The file that others get; the same bytes each time."""
        return (write({"document": self.document, "key": self.key, "signature": self.signature}) + "\n").encode()

    @classmethod
    def read(cls, file: bytes) -> Self:
        """What `export` wrote. BadPublication for anything else."""
        try:
            raw = json.loads(file)
            found = cls(**raw)
        except (ValueError, TypeError):
            raise BadPublication("This is no file of published figures.") from None
        if not all(isinstance(part, str) for part in raw.values()) or found.export() != file:
            raise BadPublication("This is not the file as it was published: something in it was changed.")
        return found


def signer(secret: bytes) -> Ed25519PrivateKey:
    """The key that signs, always the same from a secret of 32 bytes that is used for other things too (HKDF)."""
    seed = HKDF(SHA256(), 32, salt=None, info=b"fristad 1 figures key").derive(secret)
    return Ed25519PrivateKey.from_private_bytes(seed)


def write(content: dict[str, Any]) -> str:
    """The one way in which this content is written."""
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def publish(content: dict[str, Any], key: Ed25519PrivateKey) -> Publication:
    """Sign it. Its `previous` is the digest of the one before, or FIRST."""
    document = write(content)
    public = write64(key.public_key().public_bytes_raw())
    return Publication(document, write64(key.sign(_CONTEXT + document.encode())), public)


def verify(publication: Publication, key: str | None = None, before: Publication | None = None) -> dict[str, Any]:
    """The content of a publication that holds: signed by the key that it names, and by `key` where one is given, and
    next after `before`. BadPublication otherwise."""
    if key is not None and publication.key != key:
        raise BadPublication("It was signed with another key than the one you name.")
    try:
        public = Ed25519PublicKey.from_public_bytes(read64(publication.key))
        public.verify(read64(publication.signature), _CONTEXT + publication.document.encode())
    except (ValueError, InvalidSignature):
        raise BadPublication("The signature does not fit: something was changed after publication.") from None
    content = publication.content
    if before is not None and content.get("previous") != before.digest:
        raise BadPublication("It does not follow the one before: one is missing, or one was changed.")
    return content
