"""The HTTP server's protocol with limits on a request: the size of its head, the time of its head and body."""

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

_MOST_BYTES = 32 * 1024  # twice what browsers send at their worst


class HeadTooLarge(ValueError):
    """Raised inside the parser, which makes the server refuse the request."""


class BoundedHttp(HttpToolsProtocol):
    """uvicorn's protocol on httptools, which sets no bound: endless heads would fill memory, slow ones connections."""

    head_within = 15.0  # seconds; a request over a bad mobile connection takes a tenth
    body_within = 60.0  # seconds; as long as the largest body takes at 3 kbit/s

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._head_bytes = 0  # of all that came since the head began
        self._parsed_bytes = 0  # of the head's fields
        self._in_head = True
        self._deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn does
        super().connection_made(transport)
        self._set_deadline(self.head_within)

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_deadline()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._in_head:
            self._head_bytes += len(data)
            if self._deadline is None:
                self._set_deadline(self.head_within)
        super().data_received(data)
        if self._in_head and self._head_bytes > _MOST_BYTES and not self.transport.is_closing():
            self.send_400_response("Request head too large.")

    def on_header(self, name: bytes, value: bytes) -> None:
        # A head that came in one piece is over before anybody can count it.
        self._parsed_bytes += len(name) + len(value) + 4  # a colon, a space and the line's end
        if self._parsed_bytes > _MOST_BYTES:
            raise HeadTooLarge
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        self._in_head = False
        self._stop_deadline()
        if not self.parser.should_upgrade():
            self._set_deadline(self.body_within)
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        # What follows on this connection is a next head; between two requests uvicorn's keep-alive limit holds.
        self._stop_deadline()
        self._in_head = True
        self._head_bytes = 0
        self._parsed_bytes = 0
        super().on_message_complete()

    def handle_websocket_upgrade(self) -> None:
        super().handle_websocket_upgrade()
        self.parser = None  # type: ignore[assignment]  # the two know each other: the head would stay until a collection

    def _set_deadline(self, seconds: float) -> None:
        self._deadline = self.loop.call_later(seconds, self._give_up)

    def _give_up(self) -> None:
        self.transport.close()

    def _stop_deadline(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
