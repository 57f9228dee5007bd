"""Where a browser says that it is reached: an https name and nothing that leads elsewhere, or refused."""

import re
import ssl
from importlib import import_module
from typing import Any

ROOM = "console.courier"
SEEDS = (
    b"",
    b"https://push.example.com/x",
    b"https://127.0.0.1/x",
    b"https://a@b.example/",
    b"https://[::1]:443/x?y#z",
)
_TRUST = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # the usual one reads a thousand certificates each time
_TAKEN = re.compile(r"(?i:https)://([a-z0-9.-]+\.[a-z]+)([/?][!-~]*)?")


def target(data: bytes) -> None:
    courier: Any = import_module(ROOM)
    text = data.decode("latin-1")
    if courier.Courier(_TRUST).takes(text):
        assert _TAKEN.fullmatch(text), "more than a name and a path"
