"""Three addresses for whoever watches over a process, on a port of their own: `/healthz`, `/readyz`, `/metrics`.

A server of a few lines, because it must say nothing but this: no date, no name, no list of what else there is.
"""

import asyncio
import logging
import socket
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from typing import Any

from fristad.listening import listen
from fristad.pulse import FailureHandler, Pulse
from fristad.settings import read_watch_settings
from safety.headers import Asgi
from safety.readiness import Readiness
from safety.vitals import Failures, Process, write_vitals

_LONGEST = 4096  # bytes of a request's head
_PATIENCE = 5.0  # seconds for a request and its answer
_REASONS = {200: "OK", 404: "Not Found", 405: "Method Not Allowed", 503: "Service Unavailable"}
_PLAIN = "text/plain; charset=utf-8"
_FIGURES = "text/plain; version=0.0.4; charset=utf-8"  # Prometheus's text format


class Watch:
    """The open port of one process and what is told at it. Made before the process starts, so that a taken port is
    known at once."""

    def __init__(self, sockets: list[socket.socket], pulse: Pulse, failures: Failures) -> None:
        self._sockets = sockets
        self._pulse = pulse
        self._failures = failures

    @asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        """Answer while the body runs."""
        handler = FailureHandler(self._failures)
        logging.getLogger().addHandler(handler)
        async with AsyncExitStack() as stack:
            stack.callback(logging.getLogger().removeHandler, handler)
            await stack.enter_async_context(self._pulse.beating())
            for each in self._sockets:
                server = await asyncio.start_server(self._serve, sock=each, limit=_LONGEST)
                stack.callback(server.close)
            yield

    def around(self, app: Asgi) -> Asgi:
        """The app, with this open from its start to its end."""

        async def watched(scope: Any, receive: Any, send: Any) -> None:
            if scope["type"] != "lifespan":
                await app(scope, receive, send)
                return
            async with self.open():
                await app(scope, receive, send)

        return watched

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            with suppress(OSError, ValueError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
                async with asyncio.timeout(_PATIENCE):
                    method, path, _ = (await reader.readuntil(b"\r\n\r\n")).split(b" ", 2)
                    status, kind, text = await self._answer(method, path)
                    writer.write(_written(status, kind, text, body=method == b"GET"))
                    await writer.drain()
        finally:
            writer.close()

    async def _answer(self, method: bytes, path: bytes) -> tuple[int, str, str]:
        if method not in {b"GET", b"HEAD"}:
            return 405, _PLAIN, ""
        match path:
            case b"/healthz":
                return 200, _PLAIN, "ok"
            case b"/readyz":
                ready = await self._pulse.readiness.ready()
                return (200, _PLAIN, "ok") if ready else (503, _PLAIN, "")
            case b"/metrics":
                return 200, _FIGURES, write_vitals(self._pulse.process, await self._pulse.readings())
        return 404, _PLAIN, ""


def open_watch(process: Process, readiness: Readiness, connections: Callable[[], float] | None = None) -> Watch | None:
    """The watch that the settings ask for; None when they ask for none. Refused when its port cannot be had."""
    settings = read_watch_settings()
    if settings.metrics_port is None:
        return None
    failures = Failures(time.monotonic)
    pulse = Pulse(process, readiness, failures, time.monotonic, time.process_time, connections)
    return Watch(listen(settings.metrics_host, settings.metrics_port, "METRICS"), pulse, failures)


def _written(status: int, kind: str, text: str, *, body: bool) -> bytes:
    raw = text.encode()
    head = (
        f"HTTP/1.1 {status} {_REASONS[status]}\r\ncontent-type: {kind}\r\ncontent-length: {len(raw)}\r\n"
        "cache-control: no-store\r\nx-content-type-options: nosniff\r\nconnection: close\r\n\r\n"
    )
    return head.encode() + (raw if body else b"")
