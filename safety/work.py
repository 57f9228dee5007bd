"""Proof of work in the format of ALTCHA, version 2: whoever wants in has a device try keys until one fits.

The format is that of altcha-lib's deterministic mode with PBKDF2/SHA-256, which every browser computes by itself
(WebCrypto), about as fast as a flooder's own program. We choose the counter that fits, so that the tries have an upper
bound, and sign the key that it gives, so that checking an answer is two HMACs. Requirement AB-4.

BadWork     no answer to a question of ours, or too late
"""

import hmac
import json
import secrets
from base64 import b64decode
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import pbkdf2_hmac
from typing import Any

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

LIFETIME = 600  # seconds in which an answer counts (AB-4)
LONGEST = 2_048  # characters of an answer; ours have about 900

_ALGORITHM = "PBKDF2/SHA-256"
_KEY = 32  # bytes of a derived key: one block of PBKDF2, so there is no shortcut to its first half
_SHOWN = 16  # bytes of it that the question shows

Json = dict[str, Any]  # Any: JSON that goes out, or that came in and is compared as a whole


class BadWork(Exception):
    """No answer to a question of ours, or too late."""


@dataclass(frozen=True, slots=True)
class Effort:
    """`cost` rounds of PBKDF2 for one try, and the most tries at level 1; each further level doubles them.

    Measured (bench/solving.py): 95 of 100 take at most 0.5 s at level 1 and 8 s at level 6 on one core of a machine
    with two, slowed six times. One try is what asking costs us.
    """

    cost: int = 1_000
    tries: int = 150


@dataclass(frozen=True, slots=True)
class Solved:
    """An answer that is right. Its nonce counts once: whoever accepts it has to remember it for LIFETIME."""

    nonce: str
    level: int


class Work:
    """Asks and checks. Every process with the same `key` accepts the answers to the others' questions."""

    def __init__(
        self, key: bytes, effort: Effort | None = None, random: Callable[[int], bytes] = secrets.token_bytes
    ) -> None:
        self._signing = _derived(key, b"fristad work: question")
        self._answering = _derived(key, b"fristad work: answer")
        self._effort = effort or Effort()
        self._random = random

    def ask(self, purpose: str, level: int, now: int) -> Json:
        """A question of `level` (from 1) that serves `purpose` alone, as ALTCHA writes a challenge."""
        nonce, salt = self._random(16), self._random(16)
        counter = int.from_bytes(self._random(8)) % (self._effort.tries * 2 ** (level - 1))
        key = derive(nonce, salt, counter, self._effort.cost)
        parameters: Json = {
            "algorithm": _ALGORITHM,
            "cost": self._effort.cost,
            "data": {"for": purpose, "level": level},
            "expiresAt": now + LIFETIME,
            "keyLength": _KEY,
            "keyPrefix": key[:_SHOWN].hex(),
            "keySignature": _sign(self._answering, key),
            "nonce": nonce.hex(),
            "salt": salt.hex(),
        }
        return {"parameters": parameters, "signature": _sign(self._signing, _canonical(parameters))}

    def check(self, purpose: str, answer: str, now: int) -> Solved:
        """What an answer (base64 of JSON, as ALTCHA writes a payload) was worth. BadWork for everything else."""
        parameters, signature, key = _read(answer)
        # Nothing of the question is believed before this.
        if not hmac.compare_digest(signature, _sign(self._signing, _canonical(parameters))):
            raise BadWork("not a question of ours")
        if parameters["expiresAt"] < now:
            raise BadWork("too late")
        if parameters["data"]["for"] != purpose:
            raise BadWork("for another purpose")
        if not hmac.compare_digest(parameters["keySignature"], _sign(self._answering, key)):
            raise BadWork("not the key that was sought")
        return Solved(parameters["nonce"], parameters["data"]["level"])


def derive(nonce: bytes, salt: bytes, counter: int, cost: int) -> bytes:
    """The key that one try gives."""
    return pbkdf2_hmac("sha256", nonce + counter.to_bytes(4), salt, cost, _KEY)


def _read(answer: str) -> tuple[Json, str, bytes]:
    """The question's parameters and signature, and the key, in their types alone."""
    if len(answer) > LONGEST:
        raise BadWork("too long to be an answer")
    try:
        payload = json.loads(b64decode(answer, validate=True))
        parameters, signature = payload["challenge"]["parameters"], payload["challenge"]["signature"]
        key = bytes.fromhex(payload["solution"]["derivedKey"])
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise BadWork("not an answer") from error
    if not isinstance(parameters, dict) or not isinstance(signature, str) or not signature.isascii():
        raise BadWork("not an answer")
    return parameters, signature, key


def _canonical(parameters: Json) -> bytes:
    """As ALTCHA signs it: sorted keys, no spaces. Ours is all ASCII and whole numbers, where that is all there is."""
    try:
        return json.dumps(parameters, sort_keys=True, separators=(",", ":")).encode()
    except RecursionError as error:
        raise BadWork("not an answer") from error


def _sign(key: bytes, data: bytes) -> str:
    return hmac.digest(key, data, "sha256").hex()


def _derived(key: bytes, info: bytes) -> bytes:
    return HKDF(SHA256(), 32, None, info).derive(key)
