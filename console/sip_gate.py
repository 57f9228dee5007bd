"""What of a softphone's signalling passes between a browser and the telephone engine: a closed set. Pure.

A browser signs its own line in, answers what the engine asks of it, and hangs up. It calls nobody: there is no request
with which it could.
"""

import re
from collections.abc import Iterator

LARGEST = 16 * 1024  # characters of a message; an invitation with its candidates takes a quarter
PROTOCOL = "sip"  # RFC 7118

_REQUEST = re.compile(r"([A-Z]+) sips?:[^\s]+ SIP/2\.0")
_ANSWER = re.compile(r"SIP/2\.0 [1-6][0-9]{2}( [^\r\n]*)?")
_METHOD = re.compile(r"\d{1,10} ([A-Z]+)")
_USER = re.compile(r"[^<]*<?sips?:([^@>;\s]+)@")
_ASKED_BY_BROWSERS = frozenset({"REGISTER", "BYE"})
_ASKED_BY_THE_ENGINE = frozenset({"INVITE", "ACK", "BYE", "CANCEL", "OPTIONS"})


def passes_out(text: str, line: str) -> bool:
    """Whether what the browser of this line says goes to the engine."""
    heads = _read(text)
    if heads is None:
        return False
    first, headers = heads
    method = _method(headers)
    if _ANSWER.fullmatch(first):
        return method in _ASKED_BY_THE_ENGINE
    asked = _REQUEST.fullmatch(first)
    if asked is None or asked[1] not in _ASKED_BY_BROWSERS or asked[1] != method:
        return False
    if asked[1] == "BYE":
        return ";tag=" in _one(headers, "to")  # of a call that there is
    return all(_user(_one(headers, name)) == line for name in ("from", "to"))


def passes_in(text: str) -> bool:
    """Whether what the engine says goes to the browser."""
    heads = _read(text)
    if heads is None:
        return False
    first, headers = heads
    method = _method(headers)
    if _ANSWER.fullmatch(first):
        return method in _ASKED_BY_BROWSERS
    asked = _REQUEST.fullmatch(first)
    return asked is not None and asked[1] in _ASKED_BY_THE_ENGINE and asked[1] == method


def signs_in(text: str) -> bool:
    """Whether this is the engine's yes to a line that signs in."""
    heads = _read(text)
    return heads is not None and heads[0].startswith("SIP/2.0 200") and _method(heads[1]) == "REGISTER"


def _read(text: str) -> tuple[str, list[tuple[str, str]]] | None:
    """First line and headers; None when it is not one message of that form. Folded lines and short names are none."""
    head, end, _ = text.partition("\r\n\r\n")
    if len(text) > LARGEST or not end or "\0" in text:
        return None
    first, *lines = head.split("\r\n")
    headers = list(_split(lines))
    return (first, headers) if all(name for name, _ in headers) else None


def _split(lines: list[str]) -> Iterator[tuple[str, str]]:
    for line in lines:
        name, colon, value = line.partition(":")
        fits = colon and len(name.strip()) > 1 and not name[:1].isspace() and "\n" not in line
        yield (name.strip().lower() if fits else ""), value.strip()


def _one(headers: list[tuple[str, str]], name: str) -> str:
    """The value of a header that stands there once; empty for anything else."""
    found = [value for each, value in headers if each == name]
    return found[0] if len(found) == 1 else ""


def _method(headers: list[tuple[str, str]]) -> str:
    found = _METHOD.fullmatch(_one(headers, "cseq"))
    return found[1] if found else ""


def _user(address: str) -> str:
    found = _USER.match(address)
    return found[1] if found else ""
