"""Return codes as somebody types them: nine words of a list, or BadCode."""

from importlib import import_module
from typing import Any

ROOM = "safety.codes"
SEEDS = (b"", b"\0ord ord ord", b"\1one two three four five six seven eight nine")
_LANGUAGES = ("sv", "en")


def target(data: bytes) -> None:
    codes: Any = import_module(ROOM)
    language, text = _LANGUAGES[data[0] % 2] if data else "sv", data[1:].decode("utf-8", "replace")
    try:
        secret = codes.read_code(text, language)
    except codes.BadCode as error:
        assert len(text) < 12 or text not in str(error)
        return
    assert codes.read_code(" ".join(codes.write_code(secret, language)), language) == secret
