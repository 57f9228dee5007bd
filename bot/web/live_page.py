"""The page at the other end of a talk's socket: what it is told, whatever happens to the socket."""

import contextlib
import json
from typing import Any

from fastapi import WebSocket, WebSocketDisconnect

from bot.web.frames import Close
from safety.direct import direct_write

_write_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


class LivePage:
    """Writes frames. A socket that is gone is noticed by the reading side, which parts from the talk as it should."""

    def __init__(self, socket: WebSocket) -> None:
        self._socket = socket
        self._write_now = direct_write(socket.scope)
        self._trouble_told = False

    async def receive(self) -> Any:
        """The next message of the socket, as ASGI has it."""
        return await self._socket.receive()

    async def tell(self, kind: str, **fields: Any) -> None:
        """One frame."""
        if kind in {"waiting", "taken"}:
            self._trouble_told = False
        await self._write(_write_json({"type": kind, **fields}))

    async def tell_said(self, seq: int, body: str) -> None:
        """A message: the frame that comes most. `body` is text that needs no escaping (safety.text64)."""
        await self._write(f'{{"type":"said","seq":{seq},"body":"{body}"}}')

    async def tell_ack(self, seq: int) -> None:
        """A message of the page's has arrived; as often as the others."""
        await self._write(f'{{"type":"ack","seq":{seq}}}')

    async def _write(self, text: str) -> None:
        if self._write_now(text):
            return
        with contextlib.suppress(WebSocketDisconnect, RuntimeError):
            await self._socket.send_text(text)

    async def tell_trouble(self) -> None:
        """The engine does not answer; told once until something else could be told again."""
        if not self._trouble_told:
            self._trouble_told = True
            await self.tell("trouble")

    async def tell_end(self, reason: str) -> None:
        """The talk is over; nothing comes after."""
        await self.tell("ended", reason=reason)
        await self.close(Close.ENDED)

    async def close(self, code: Close) -> None:
        """Close with a code that tells the page what to do."""
        with contextlib.suppress(WebSocketDisconnect, RuntimeError):
            await self._socket.close(code)
