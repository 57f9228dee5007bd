"""The page at the other end of a talk's socket: what it is told, whatever happens to the socket."""

import contextlib
from typing import Any

from fastapi import WebSocket, WebSocketDisconnect

from bot.web.frames import FRAME_LIMIT, BadFrame, BadWords, Close, Frame, read_frame
from safety.limits import FrameBudget


class Refused(Exception):
    """The page broke the protocol."""

    def __init__(self, code: str, close: Close) -> None:
        super().__init__(code)
        self.code = code
        self.close = close


class LivePage:
    """Writes frames. A socket that is gone is noticed by the reading side, which parts from the talk as it should."""

    def __init__(self, socket: WebSocket, budget: FrameBudget) -> None:
        self._socket = socket
        self._budget = budget
        self._trouble_told = False

    async def receive(self) -> Any:
        """The next message of the socket, as ASGI has it."""
        return await self._socket.receive()

    def check(self, text: str | None) -> Frame:
        """The frame in a message. Refused for what breaks the protocol, BadWords for words that cannot be relayed."""
        if not self._budget.take():
            raise Refused("pace", Close.TOO_FAST)
        if text is None:
            raise Refused("binary", Close.BAD_FRAME)
        if len(text) > FRAME_LIMIT:
            raise Refused("size", Close.TOO_LARGE)
        try:
            return read_frame(text)
        except BadWords:
            raise  # refused by itself: the page would send it again over every new socket
        except BadFrame as error:
            raise Refused("frame", Close.BAD_FRAME) from error

    async def tell(self, kind: str, **fields: Any) -> None:
        """One frame."""
        if kind in {"waiting", "taken"}:
            self._trouble_told = False
        with contextlib.suppress(WebSocketDisconnect, RuntimeError):
            await self._socket.send_json({"type": kind, **fields})

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
