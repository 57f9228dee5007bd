"""What goes out over one socket: frames of one turn of the event loop leave in one write, which costs most of them."""

import asyncio

_MOST = 65_536  # bytes that wait for the end of a turn: beyond it the transport is told at once, and may say to pause


class Outbox:
    """Frames in their order. Nothing is written to a transport that closes."""

    __slots__ = ("_frames", "_loop", "_size", "_transport")

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        self._loop = asyncio.get_running_loop()
        self._frames: list[bytes] = []
        self._size = 0

    def put(self, frame: bytes) -> None:
        """Write it with what else comes in this turn."""
        if not self._frames:
            self._loop.call_soon(self.flush)
        self._frames.append(frame)
        self._size += len(frame)
        if self._size > _MOST:
            self.flush()

    def flush(self) -> None:
        """Write what waits, now: before the connection is closed."""
        frames, self._frames, self._size = self._frames, [], 0
        if frames and not self._transport.is_closing():
            self._transport.write(frames[0] if len(frames) == 1 else b"".join(frames))

    def end(self, frame: bytes) -> None:
        """The last frame, written now: whoever closes the connection next would lose what waits."""
        self.put(frame)
        self.flush()

    def close(self) -> None:
        """Write what waits and close the connection."""
        self.flush()
        self._transport.close()
