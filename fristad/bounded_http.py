"""The HTTP server's protocol with a limit on a request's head: its size and the time it may take."""

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

_MOST_BYTES = 32 * 1024  # twice what browsers send at their worst
_WITHIN = 15.0  # seconds; a request over a bad mobile connection takes a tenth


class BoundedHttp(HttpToolsProtocol):
    """uvicorn's protocol on httptools, which sets no bound: endless heads would fill memory, slow ones connections."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._head_bytes = 0
        self._in_head = True
        self._deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn does
        super().connection_made(transport)
        self._await_head()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_deadline()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._in_head:
            self._head_bytes += len(data)
            if self._deadline is None:
                self._await_head()
        super().data_received(data)
        if self._in_head and self._head_bytes > _MOST_BYTES and not self.transport.is_closing():
            self.send_400_response("Request head too large.")

    def on_headers_complete(self) -> None:
        self._in_head = False
        self._stop_deadline()
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        # What follows on this connection is a next head; between two requests uvicorn's keep-alive limit holds.
        self._in_head = True
        self._head_bytes = 0
        super().on_message_complete()

    def _await_head(self) -> None:
        self._deadline = self.loop.call_later(_WITHIN, self._give_up)

    def _give_up(self) -> None:
        self.transport.close()

    def _stop_deadline(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
