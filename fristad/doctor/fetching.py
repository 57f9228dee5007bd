"""One request to an address of ours, as a stranger sends it: no redirect followed, no certificate believed."""

import http.client
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

WITHIN = 10.0  # seconds
LARGEST = 2_000_000  # bytes of a body; none of ours comes near it


class NoAnswer(Exception):
    """Nobody answered at that address; the message says what came instead, and nothing of what was asked."""


@dataclass(frozen=True)
class Answer:
    """`headers` as they came, names in small letters; `sent` and `came` are seconds since 1970 here; `body` only where
    it was asked for."""

    status: int
    headers: tuple[tuple[str, str], ...]
    sent: float
    came: float
    body: bytes = b""

    def all(self, name: str) -> list[str]:
        """Every value of a header."""
        return [value for found, value in self.headers if found == name]


def fetch(
    address: str, path: str = "/", *, method: str = "GET", headers: Mapping[str, str] | None = None, whole: bool = False
) -> Answer:
    """Ask `address` (scheme, host, port) for `path`; `whole` reads the body too, up to LARGEST bytes. NoAnswer when
    nothing understandable comes within WITHIN."""
    parts = urlsplit(address)
    connection = _connection(parts.scheme, parts.hostname or "", parts.port)
    sent = time.time()
    try:
        connection.request(method, path, headers={"User-Agent": "doctor", **(headers or {})})
        answer = connection.getresponse()
        found = tuple((name.lower(), value) for name, value in answer.getheaders())
        return Answer(answer.status, found, sent, time.time(), answer.read(LARGEST) if whole else b"")
    except (OSError, http.client.HTTPException) as error:
        raise NoAnswer(type(error).__name__) from None
    finally:
        connection.close()


def unchecked() -> ssl.SSLContext:
    """TLS with whoever is there: whether the certificate is good is `tls`'s question, and is asked once."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _connection(scheme: str, host: str, port: int | None) -> http.client.HTTPConnection:
    if scheme == "https":
        return http.client.HTTPSConnection(host, port, timeout=WITHIN, context=unchecked())
    return http.client.HTTPConnection(host, port, timeout=WITHIN)
