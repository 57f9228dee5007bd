"""What a browser answers for a passkey: JSON around CBOR around keys. Whatever comes, nobody is let in by it."""

import json
from importlib import import_module
from typing import Any

from safety.text64 import write64

ROOM = "console.passkeys"
CHALLENGE = bytes(32)
CLIENT = json.dumps({"type": "webauthn.create", "challenge": write64(CHALLENGE), "origin": "https://a.test"}).encode()
# An EC2 key of P-256 in COSE, as an authenticator sends it, with a point that is none.
COSE = b"\xa5\x01\x02\x03\x26\x20\x01\x21\x58\x20" + b"x" * 32 + b"\x22\x58\x20" + b"y" * 32
SEEDS = (b"", b"{}", b'{"rawId": "AAAA"}', COSE, bytes(32) + b"\x45" + bytes(20) + b"\0\x01a" + COSE)


def target(data: bytes) -> None:
    passkeys: Any = import_module(ROOM)
    site = import_module("safety.site").Site("a.test", "https://a.test")
    for answer in (data.decode("latin-1"), _made(data), _given(data)):
        # An attestation of the kind "none" needs no signature, but 32 bytes that are the hash of the host's name.
        assert passkeys.read_made(site, CHALLENGE, answer) is None
        named = passkeys.read_name(answer)
        if named is not None:
            given, credential = named
            assert isinstance(credential, bytes)
            assert passkeys.read_given(site, CHALLENGE, given, COSE, 0) is None
            assert passkeys.read_given(site, CHALLENGE, given, data, 0) is None


def _made(data: bytes) -> str:
    return _answer({"clientDataJSON": write64(CLIENT), "attestationObject": write64(data)})


def _given(data: bytes) -> str:
    client = CLIENT.replace(b"create", b"get")
    given = {"clientDataJSON": write64(client), "authenticatorData": write64(data), "signature": write64(data)}
    return _answer(given)


def _answer(response: dict[str, str]) -> str:
    return json.dumps({"id": "AAAA", "rawId": "AAAA", "type": "public-key", "response": response})
