"""A socket that costs its generator little: text frames in and out, and nothing between."""

from collections.abc import Callable, Mapping

from picows import WSFrame, WSListener, WSMsgType, WSTransport, ws_connect

OPENING = 30.0  # seconds; a server that is busy with others may take a few


class Socket(WSListener):
    """Calls `read` with each text frame, and `closed` when the other side has closed it."""

    def __init__(self, read: Callable[[str], None], closed: Callable[[], None] = lambda: None) -> None:
        self._read = read
        self._closed = closed
        self._transport: WSTransport | None = None
        self.open = True
        self.code = 1006  # with which the other side closed it; this one: without a word

    async def connect(self, url: str, headers: Mapping[str, str] | None = None) -> None:
        """Open it. Frames may be read before this returns. picows' WSError when it is refused."""
        await ws_connect(
            lambda: self,
            url,
            websocket_handshake_timeout=OPENING,
            extra_headers=dict(headers or {}),
            read_buffer_init_size=2048,
        )

    def send(self, text: str) -> None:
        """Write one frame. Into a closed socket nothing goes: what was said so is counted as lost."""
        if self._transport is not None and self.open:
            self._transport.send(WSMsgType.TEXT, text.encode())

    def close(self) -> None:
        """Without a farewell."""
        self._closed = lambda: None
        if self._transport is not None:
            self._transport.disconnect(graceful=False)

    def on_ws_connected(self, transport: WSTransport) -> None:
        self._transport = transport

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        if frame.msg_type == WSMsgType.TEXT:
            self._read(frame.get_payload_as_utf8_text())
        elif frame.msg_type == WSMsgType.CLOSE:  # answered as a browser does, or the server waits for it
            self.code = int.from_bytes(frame.get_payload_as_bytes()[:2])
            transport.send_close()
            transport.disconnect()

    def on_ws_disconnected(self, transport: WSTransport) -> None:
        self.open = False
        self._closed()
