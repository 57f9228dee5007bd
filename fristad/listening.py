"""Listening sockets, opened before anything starts: a taken port is known at once, and a restart refuses nobody."""

import errno
import socket
from collections.abc import Iterable

from fristad.refusal import Refused

# A browser may look "localhost" up as either; whoever is not listened on would see a refused connection.
_LOCALHOST = ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1"))
_BACKLOG = 2048  # connections that wait while an app is started again
_NO_SUCH_ADDRESS = {errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT}


def listen(host: str, port: int, side: str) -> list[socket.socket]:
    """Sockets that listen on `host`; port 0 takes a free one. Refused names the setting of that side to change."""
    opened: list[socket.socket] = []
    try:
        for family, address in _addresses(host, side):
            here = port or (opened[0].getsockname()[1] if opened else 0)
            listener = _listen(family, address, here, side, optional=bool(opened))
            if listener is not None:
                opened.append(listener)
    except BaseException:
        close(opened)
        raise
    return opened


def inherited(descriptors: Iterable[int]) -> list[socket.socket]:
    """The listening sockets that the supervisor has handed down."""
    return [socket.socket(fileno=descriptor) for descriptor in descriptors]


def close(sockets: Iterable[socket.socket]) -> None:
    """Close all of them."""
    for each in sockets:
        each.close()


def url(host: str, sockets: list[socket.socket]) -> str:
    """The address to show for these sockets."""
    return f"http://{authority(host, sockets)}/"


def authority(host: str, sockets: list[socket.socket]) -> str:
    """Host and port as a browser sends them."""
    shown = f"[{host}]" if ":" in host else host
    return f"{shown}:{sockets[0].getsockname()[1]}"


def _addresses(host: str, side: str) -> Iterable[tuple[int, str]]:
    if host == "localhost":
        return _LOCALHOST
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except (OSError, UnicodeError):
        raise Refused(f"FRISTAD_{side}_HOST is not an address of this machine: correct it or leave it out.") from None
    return [(family, str(address[0])) for family, _, _, _, address in found[:1]]


def _listen(family: int, address: str, port: int, side: str, *, optional: bool) -> socket.socket | None:
    """One socket; None when it is optional and this machine has no such address."""
    listener: socket.socket | None = None
    try:
        listener = socket.socket(family, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        listener.bind((address, port))
        listener.listen(_BACKLOG)
        return listener
    except OSError as error:
        if listener is not None:
            listener.close()
        if optional and error.errno in _NO_SUCH_ADDRESS:
            return None
        raise Refused(_sentence(error, port, side)) from None


def _sentence(error: OSError, port: int, side: str) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"Port {port} is taken: stop what listens there, or choose another with FRISTAD_{side}_PORT."
    if error.errno == errno.EACCES:
        return f"Port {port} needs more rights than this user has: choose one above 1023 with FRISTAD_{side}_PORT."
    return f"FRISTAD_{side}_HOST is not an address of this machine: correct it or leave it out."
