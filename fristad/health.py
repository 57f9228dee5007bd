"""Asks a process on this machine whether it is well: for whoever starts it again when it is not."""

import http.client

from fristad.refusal import Refused
from fristad.settings import read_watch_settings

_EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104  # what a caller on this machine reaches it at
_PATIENCE = 5.0  # seconds


def ask_health(*, ready: bool) -> int:
    """0 when the process at FRISTAD_METRICS_PORT answers that it is well (or `ready` to work), else 1. Says nothing.
    Refused when no port is set."""
    settings = read_watch_settings()
    if not settings.metrics_port:
        raise Refused("FRISTAD_METRICS_PORT is not set: set it as for the process that is asked.")
    host = _EVERYWHERE.get(settings.metrics_host, settings.metrics_host)
    connection = http.client.HTTPConnection(host, settings.metrics_port, timeout=_PATIENCE)
    try:
        connection.request("GET", "/readyz" if ready else "/healthz")
        return int(connection.getresponse().status != 200)
    except (OSError, http.client.HTTPException):
        return 1
    finally:
        connection.close()
