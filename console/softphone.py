"""The one script of others that a page of the console runs: JsSIP, on which the softphone stands.

It is no part of our tree: `scripts/softphone/build` makes it where Fristad is installed, from pinned packages, and
always the same bytes. Where nobody has made it, staff answer calls on telephones of their own.
"""

from hashlib import sha256
from pathlib import Path

NAME = "jssip.js"
MADE = Path(__file__).parent / "static" / "made" / NAME
_PIN = Path(__file__).with_name("jssip.sha256")


def pinned_digest() -> str:
    """SHA-256 in hexadecimal of the script that belongs to this version."""
    return _PIN.read_text(encoding="ascii").partition(" ")[0]


def find_softphone(made: Path = MADE) -> bytes | None:
    """The script as browsers are sent it; None where it was not made, or is another one than that of this version."""
    try:
        script = made.read_bytes()
    except OSError:
        return None
    return script if sha256(script).hexdigest() == pinned_digest() else None
