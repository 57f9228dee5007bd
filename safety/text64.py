"""Bytes as text that stands anywhere: URL-safe base64 without padding (RFC 4648, section 5)."""

from base64 import b64decode, urlsafe_b64encode


def write64(raw: bytes) -> str:
    """The text of these bytes."""
    return urlsafe_b64encode(raw).decode().rstrip("=")


def read64(text: str) -> bytes:
    """The bytes of a text. ValueError for anything that `write64` does not write."""
    raw = b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    if write64(raw) != text:
        raise ValueError("not the one way to write these bytes")
    return raw
