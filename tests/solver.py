"""A device that works: tries counters until the key begins as asked, and answers as ALTCHA writes it."""

import json
from base64 import b64encode
from typing import Any

from safety.work import derive


def solve(question: dict[str, Any]) -> str:
    """The answer to a question of `safety.work`."""
    asked = question["parameters"]
    nonce, salt, sought = (bytes.fromhex(asked[name]) for name in ("nonce", "salt", "keyPrefix"))
    for counter in range(1_000_000):
        key = derive(nonce, salt, counter, asked["cost"])
        if key.startswith(sought):
            return answer(question, counter, key)
    raise AssertionError("a question without an answer")


def answer(question: dict[str, Any], counter: int, key: bytes) -> str:
    """A payload with that solution, right or wrong."""
    payload = {"challenge": question, "solution": {"counter": counter, "derivedKey": key.hex()}}
    return b64encode(json.dumps(payload).encode()).decode()
