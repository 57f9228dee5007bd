"""What a chat app carries or the engine keeps for one chat, none of which tells whose it is (issue 7, point 2).

A button holds 64 bytes, so its code is short: AES-SIV (RFC 5297) needs no nonce and adds 16 bytes that prove it. Bound
to the chat, a code is worth nothing in another one. A record is AES-GCM under a key from its own salt, as tokens are.
"""

import hmac
from base64 import urlsafe_b64decode
from binascii import Error as Base64Error
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, AESSIV
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from safety.text64 import write64
from safety.tokens import BadToken

LONGEST_CODE = 64  # bytes that a button carries, all of them ASCII
MOST_CARRIED = 32  # bytes of what a code stands for: 48 with its tag, 64 characters in base64
SALT = 16
_NAME = 16  # bytes of a chat's name
_NONCE = bytes(12)  # each record has a key of its own


def name_chat(key: bytes, chat: int) -> str:
    """The name of a chat's record: 22 characters, which nobody can come back from without the key."""
    return write64(hmac.digest(_derive(key, "chat name", 32), _number(chat), "sha256")[:_NAME])


def seal_code(key: bytes, chat: int, carried: bytes) -> str:
    """A code of at most LONGEST_CODE characters for a button in that chat. ValueError for more than MOST_CARRIED
    bytes, or none."""
    if not 0 < len(carried) <= MOST_CARRIED:
        raise ValueError(f"a code carries 1 to {MOST_CARRIED} bytes")
    return write64(AESSIV(_derive(key, "button", 64)).encrypt(carried, [_number(chat)]))


def open_code(key: bytes, chat: int, code: str) -> bytes:
    """What a code of that chat carries. BadToken for anything else, which anybody can send."""
    if len(code) > LONGEST_CODE or not code.isascii():
        raise BadToken("not a code")
    try:
        sealed = urlsafe_b64decode(code + "=" * (-len(code) % 4))
        return AESSIV(_derive(key, "button", 64)).decrypt(sealed, [_number(chat)])
    except (InvalidTag, Base64Error, ValueError) as error:
        raise BadToken("not a code of this chat") from error


def seal_record(key: bytes, name: str, plain: bytes, salt: bytes) -> bytes:
    """A record under that name; `salt` are SALT bytes, new each time."""
    if len(salt) != SALT:
        raise ValueError(f"a salt has {SALT} bytes")
    return salt + _cipher(key, salt).encrypt(_NONCE, plain, name.encode())


def open_record(key: bytes, name: str, sealed: bytes) -> bytes:
    """What `seal_record` sealed under that name. BadToken for anything else."""
    try:
        return _cipher(key, sealed[:SALT]).decrypt(_NONCE, sealed[SALT:], name.encode())
    except (InvalidTag, ValueError) as error:
        raise BadToken("not a record of this chat") from error


def _cipher(key: bytes, salt: bytes) -> AESGCM:
    return AESGCM(HKDF(SHA256(), 32, salt, b"fristad chat record").derive(key))


@lru_cache(maxsize=16)
def _derive(key: bytes, purpose: str, length: int) -> bytes:
    return HKDF(SHA256(), length, None, b"fristad chat: " + purpose.encode()).derive(key)


def _number(chat: int) -> bytes:
    return chat.to_bytes(8, "big", signed=True)
