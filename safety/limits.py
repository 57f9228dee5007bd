"""What one sender may cost us: the size of a request body and the pace of a socket's frames."""

from collections.abc import Callable, Mapping
from typing import Any

from safety.headers import Asgi

_DRAINED = 512 * 1024
_LONGEST_DELAY = 60.0  # seconds


async def refuse_too_large(scope: Any, receive: Any, send: Any) -> None:
    """The plainest refusal, for an app that brings no page of its own."""
    body = b"The request is too large."
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 413, "headers": headers})
    await send({"type": "http.response.body", "body": body})


class BodyLimit:
    """ASGI middleware that hands on a request only when its whole body fits into `max_bytes`.

    A body is read before the app sees the request, so a chunked one that lies about its length, or names none, is
    counted too. What does not fit is answered by `refusal` (an ASGI app that sends status 413) and never parsed.
    Up to `drained` bytes of it are read and dropped first: who is still sending when the connection closes would see
    it reset, and never the refusal. `larger` are the paths whose bodies may be longer, each with its own limit.
    """

    def __init__(
        self,
        app: Asgi,
        max_bytes: int,
        refusal: Asgi = refuse_too_large,
        *,
        drained: int = _DRAINED,
        larger: Mapping[str, int] | None = None,
    ) -> None:
        self._app = app
        self._max_bytes = max_bytes
        self._larger = larger or {}
        self._refusal = refusal
        self._drained = drained

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        limit = self._larger.get(scope["path"], self._max_bytes)
        drained = max(limit, self._drained)
        if _declared_length(scope) > drained:
            await self._refuse(scope, receive, send)
            return
        body = await self._read(receive, limit, drained)
        if body is None:
            return
        if len(body) > limit:
            await self._refuse(scope, receive, send)
            return
        await self._app(scope, _replaying(body, receive), send)

    async def _read(self, receive: Any, limit: int, drained: int) -> bytes | None:
        """The body, cut off somewhere above the limit; None when the sender went away."""
        parts = bytearray()
        count, more = 0, True
        while more and count <= drained:
            message = await receive()
            if message["type"] == "http.disconnect":
                return None
            part = message.get("body", b"")
            count += len(part)
            if len(parts) <= limit:
                parts += part
            more = message.get("more_body", False)
        return bytes(parts)

    async def _refuse(self, scope: Any, receive: Any, send: Any) -> None:
        async def send_and_close(message: Any) -> None:
            # The rest of the body is still on the wire: the connection cannot carry another request.
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*message.get("headers", ()), (b"connection", b"close")]}
            await send(message)

        await self._refusal(scope, _replaying(b"", receive), send_and_close)


def _declared_length(scope: Any) -> int:
    for name, value in scope.get("headers", ()):
        if name == b"content-length":
            return int(value) if value.isdigit() else 0
    return 0


def _replaying(body: bytes, receive: Any) -> Callable[[], Any]:
    """A `receive` that gives the body once and then whatever else happens to the connection."""
    given = False

    async def replay() -> Any:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replay


class FrameBudget:
    """A token bucket for one socket: `rate` frames a second on average, `burst` at once. `clock` is in seconds."""

    __slots__ = ("_burst", "_clock", "_left", "_rate", "_seen")

    def __init__(self, clock: Callable[[], float], rate: float = 20, burst: int = 60) -> None:
        self._clock = clock
        self._rate = rate
        self._burst = burst
        self._left = float(burst)
        self._seen = clock()

    def take(self) -> bool:
        """Whether one more frame is within the budget; takes it when it is."""
        self._refill()
        if self._left < 1:
            return False
        self._left -= 1
        return True

    def delay(self) -> float:
        """Take one more in any case; the seconds to hold it back so that the pace is kept, a minute at most."""
        self._refill()
        self._left = max(self._left - 1, -_LONGEST_DELAY * self._rate)
        return max(0.0, -self._left / self._rate)

    def _refill(self) -> None:
        now = self._clock()
        self._left = min(self._burst, self._left + (now - self._seen) * self._rate)
        self._seen = now
