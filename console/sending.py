"""What goes out over one page's socket."""

import json

from starlette.websockets import WebSocket, WebSocketDisconnect

from console.views import Json
from safety.direct import direct_write

_write_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


class Sending:
    """Writes frames, past the app's layers where the server can. When it is `over`, the page reads everything anew
    elsewhere: nothing more is written."""

    def __init__(self, socket: WebSocket) -> None:
        self.over = False
        self._socket = socket
        self._write = direct_write(socket.scope)

    async def __call__(self, frame: Json) -> None:
        """One frame. WebSocketDisconnect when the page is gone."""
        await self.tell(_write_json(frame))

    async def tell(self, text: str) -> None:
        """The same of a frame that is JSON already."""
        if self.write(text):
            return
        try:
            await self._socket.send_text(text)
        except RuntimeError:  # the server's word for a socket that was closed meanwhile
            raise WebSocketDisconnect(1006) from None

    def write(self, text: str) -> bool:
        """The same at once; False when it has to wait, and nothing was written."""
        return self.over or self._write(text)
