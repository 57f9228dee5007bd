"""Where a side is found by browsers: its public address, of which passkeys, links and the check of hosts are made."""

from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

_USUAL = {"https": 443, "http": 80}


@dataclass(frozen=True, slots=True)
class Site:
    """A host name, and the origin with scheme and port as browsers send it."""

    host: str
    origin: str

    @property
    def netloc(self) -> str:
        """Host and port as browsers send them in `Host`."""
        return self.origin.partition("://")[2]


def read_site(address: str) -> Site:
    """The site of an address such as `https://staff.example.org`. ValueError when it is more or less than that."""
    try:
        parts = urlsplit(address.strip().lower().rstrip("/"))
        host, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError:
        raise _refusal() from None
    if parts.scheme not in _USUAL or not host or not _is_bare(parts):
        raise _refusal()
    shown = f"[{host}]" if ":" in host else host
    return Site(host, f"{parts.scheme}://{shown}" + ("" if port in {None, _USUAL[parts.scheme]} else f":{port}"))


def _is_bare(parts: SplitResult) -> bool:
    return not (parts.path or parts.query or parts.fragment or "@" in parts.netloc)


def _refusal() -> ValueError:
    return ValueError("must be an address such as https://staff.example.org, without a path")
