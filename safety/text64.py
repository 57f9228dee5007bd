"""Bytes as text that stands anywhere: URL-safe base64 without padding (RFC 4648, section 5)."""

from binascii import a2b_base64, b2a_base64

_WRITTEN = bytes.maketrans(b"+/", b"-_")
_READ = bytes.maketrans(b"-_+/=", b"+/!!!")  # what is no sign of ours becomes one of nobody's
_PADDING = (b"", b"!", b"==", b"=")  # by how many signs are left after whole groups of four; never one alone
# The last sign of a group that is not whole carries some bits of nothing, which are 0.
_LAST = ("", "", "AQgw", "AEIMQUYcgkosw048")


def write64(raw: bytes) -> str:
    """The text of these bytes."""
    return b2a_base64(raw, newline=False).translate(_WRITTEN).rstrip(b"=").decode("ascii")


def read64(text: str) -> bytes:
    """The bytes of a text. ValueError for anything that `write64` does not write."""
    left = len(text) % 4
    if left and text[-1] not in _LAST[left]:
        raise ValueError("not the one way to write these bytes")
    return a2b_base64(text.encode("ascii").translate(_READ) + _PADDING[left], strict_mode=True)
