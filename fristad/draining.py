"""The server that goes in two steps: first its pages are sent elsewhere, then it ends as uvicorn's does."""

import asyncio
import socket
from types import FrameType

import uvicorn

from safety.draining import Draining

_KEPT = 1.0  # seconds in which requests over connections that a proxy had open are still answered


class DrainingServer(uvicorn.Server):
    """At the first SIGTERM or SIGINT it listens no more, tells `draining`, and stays until no page is left, at most
    `patience` seconds; requests in hand are finished meanwhile. A second signal ends the waiting."""

    def __init__(self, config: uvicorn.Config, draining: Draining, patience: float) -> None:
        super().__init__(config)
        self._draining = draining
        self._patience = patience
        self._loop: asyncio.AbstractEventLoop | None = None  # while it goes

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Called between two steps of the loop, which may be asleep: only this call wakes it."""
        if self.should_exit:
            self._patience = 0
            if self._loop is not None:
                self._loop.call_soon_threadsafe(self._draining.hurry)
        self._captured_signals.append(sig)
        self.should_exit = True

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Whoever asks for a connection now finds the port closed, and its proxy asks the other process. A listening
        socket that came from elsewhere stays open there: connections wait in it for the next process."""
        self._loop = asyncio.get_running_loop()
        for server in self.servers:
            server.close()
        for each in sockets or []:
            each.close()
        # A proxy keeps connections for its next requests: told so with an answer, it sends none into one that closes.
        self.server_state.default_headers = [*self.server_state.default_headers, (b"connection", b"close")]
        self._draining.begin()
        kept = min(_KEPT, self._patience)
        await self._draining.pause(kept)
        await self._draining.emptied(self._patience - kept)
        self._draining.hurry()
        await super().shutdown(sockets)


def draining_of(app: object) -> Draining:
    """The app's own, where it has one (`app.state.draining`); else one that nobody waits for."""
    found = getattr(getattr(app, "state", None), "draining", None)
    return found if isinstance(found, Draining) else Draining()
