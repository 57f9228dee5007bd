"""The page at the other end of a talk's socket: what it is told, whatever happens to the socket."""

import json
from collections.abc import Awaitable, Callable
from typing import Any

from fastapi import WebSocketDisconnect

from bot.web.frames import Close
from safety.direct import Write, write_nothing

_write_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode

Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]


class LivePage:
    """Writes frames. A socket that is gone is noticed by the reading side, which parts from the talk as it should.
    `receive` and `send` are ASGI's, of a socket that was accepted; `receive` gives its next message. `write` writes at
    once where the server can."""

    __slots__ = ("_send", "_trouble_told", "_write_now", "receive")

    def __init__(self, receive: Receive, send: Send, write: Write = write_nothing) -> None:
        self.receive = receive
        self._send = send
        self._write_now = write
        self._trouble_told = False

    async def tell(self, kind: str, **fields: Any) -> None:
        """One frame."""
        if kind in {"waiting", "taken"}:
            self._trouble_told = False
        await self._write(_write_json({"type": kind, **fields}))

    async def tell_said(self, seq: int, body: str) -> None:
        """A message: the frame that comes most. `body` is text that needs no escaping (safety.text64)."""
        if not self.write_said(seq, body):
            await self._write(_said(seq, body))

    def write_said(self, seq: int, body: str) -> bool:
        """The same at once; False when it has to wait, and nothing was written."""
        return self._write_now(_said(seq, body))

    async def tell_delivered(self, seq: int) -> None:
        """Everything of the page's up to this number was shown."""
        if not self.write_delivered(seq):
            await self._write(_delivered(seq))

    def write_delivered(self, seq: int) -> bool:
        """The same at once; False as above."""
        return self._write_now(_delivered(seq))

    async def tell_ack(self, seq: int) -> None:
        """A message of the page's has arrived; as often as the others."""
        await self._write(f'{{"type":"ack","seq":{seq}}}')

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
        await self._pass({"type": "websocket.close", "code": int(code)})

    async def _write(self, text: str) -> None:
        await self._pass({"type": "websocket.send", "text": text})

    async def _pass(self, message: dict[str, Any]) -> None:
        try:
            await self._send(message)
        except (OSError, WebSocketDisconnect, RuntimeError):
            return  # it is gone, or closed by us


def _said(seq: int, body: str) -> str:
    return f'{{"type":"said","seq":{seq},"body":"{body}"}}'


def _delivered(seq: int) -> str:
    return f'{{"type":"delivered","seq":{seq}}}'
