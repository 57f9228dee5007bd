"""Brings one request to a push service: a public address over TLS, answered in time, and never led elsewhere.

Own code over asyncio: the address that was checked is the one that is connected to, which the usual clients do not
offer, so a name cannot point inside between the check and the call.

NotSent                       nothing is known of it; carries nothing of the address
"""

import asyncio
import ipaddress
import re
import ssl
from collections.abc import Mapping
from urllib.parse import SplitResult, urlsplit

LONGEST = 1000  # characters of an address
PATIENCE = 8.0  # seconds for all of it
_HEAD = 4096  # bytes of an answer that are read
_NAME = re.compile(r"([a-z0-9-]{1,63}\.)+[a-z]{2,63}")  # of a host, with no port, number or user
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


class NotSent(Exception):
    """No answer, or an address that is not one of a push service."""


class Courier:
    """Posts over TLS. `inside` lets it go to this machine, at any port: tests have a push service there."""

    def __init__(self, trust: ssl.SSLContext | None = None, *, inside: bool = False) -> None:
        self._trust = trust or ssl.create_default_context()
        self._inside = inside

    def takes(self, endpoint: str) -> bool:
        """Whether this can be the address of a push service: https, a name, the usual port, nothing else."""
        parts = _split(endpoint)
        if parts is None:
            return False
        return self._inside or _NAME.fullmatch(parts.netloc) is not None

    async def post(self, endpoint: str, headers: Mapping[str, str], body: bytes) -> int:
        """The status of the answer, whatever it is. NotSent when there is none."""
        parts = _split(endpoint)
        if parts is None or not self.takes(endpoint):
            raise NotSent
        try:
            async with asyncio.timeout(PATIENCE):
                return await self._post(parts, headers, body)
        except (OSError, ValueError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):  # also TimeoutError
            raise NotSent from None

    async def _post(self, parts: SplitResult, headers: Mapping[str, str], body: bytes) -> int:
        host, port = parts.hostname or "", parts.port or 443
        address = await self._resolve(host, port)
        reader, writer = await asyncio.open_connection(
            address, port, ssl=self._trust, server_hostname=host, limit=_HEAD
        )
        try:
            path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            said = {"Host": parts.netloc, **headers, "Content-Length": str(len(body)), "Connection": "close"}
            lines = [f"POST {path} HTTP/1.1", *(f"{name}: {value}" for name, value in said.items()), "", ""]
            writer.write("\r\n".join(lines).encode("ascii") + body)
            await writer.drain()
            version, status, *_ = (await reader.readuntil(b"\r\n")).split()
            if not version.startswith(b"HTTP/1."):
                raise ValueError("not HTTP")
            return int(status)
        finally:
            writer.close()

    async def _resolve(self, host: str, port: int) -> str:
        """One of the addresses of a name. ValueError when any of them is not public: such a name is not to be trusted
        for its others either."""
        found = await asyncio.get_running_loop().getaddrinfo(host, port, proto=6)
        addresses = [str(each[4][0]) for each in found]
        if not addresses or not (self._inside or all(is_public(address) for address in addresses)):
            raise ValueError("not a public address")
        return addresses[0]


def is_public(text: str) -> bool:
    """Whether an address is one of the open internet, also where one is written inside another."""
    address = ipaddress.ip_address(text)
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return is_public(str(address.ipv4_mapped))
        if address in _NAT64 or address.sixtofour is not None or address.teredo is not None or address.is_site_local:
            return False
    return address.is_global and not address.is_multicast


def _split(endpoint: str) -> SplitResult | None:
    if len(endpoint) > LONGEST or not endpoint.isascii() or not endpoint.isprintable() or " " in endpoint:
        return None
    try:
        parts = urlsplit(endpoint)
        _ = parts.port
    except ValueError:
        return None
    plain = parts.scheme == "https" and parts.hostname and parts.username is None and not parts.fragment
    return parts if plain else None
