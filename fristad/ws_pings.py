"""Whether somebody is at the other end of each open socket: one clock for all sockets of a server.

It counts beats, and each beat is a turn of the event loop of its own, after what lay in the sockets was read. However
long this process is kept from running (a machine too busy, a process that was stopped), that is one beat: nobody is
given up for an answer that has come and was not read yet.
"""

import asyncio
from typing import Protocol
from weakref import WeakKeyDictionary

from uvicorn.config import Config

BEATS = 16  # in an interval, which is therefore kept to a sixteenth


class Watched(Protocol):
    """A socket, as it is looked at."""

    def look(self, beat: int, patience: int) -> int:
        """Ask or give up at this beat. `patience` in beats, 0 without end. The beat of the next look; 0: never."""


class Pings:
    """The clock of one server; it stands still while no socket is open. `interval` and `timeout` in seconds; without a
    timeout nobody is given up."""

    def __init__(self, interval: float, timeout: float) -> None:
        self.beat = 0
        self._loop = asyncio.get_running_loop()
        self._every = interval / BEATS
        self._patience = max(1, round(timeout / self._every)) if timeout else 0
        self._due: dict[int, list[Watched]] = {}
        self._next = 0.0  # in the loop's seconds
        self._ticking = False

    def watch(self, socket: Watched) -> None:
        """Look at it from an interval from now on, until it says that it is over."""
        self._list(socket, self.beat + BEATS)
        if not self._ticking:
            self._ticking = True
            self._next = self._loop.time()
            self._wind()

    def _list(self, socket: Watched, beat: int) -> None:
        self._due.setdefault(beat, []).append(socket)

    def _wind(self) -> None:
        # A beat that is late is not made up for: each has to come after another reading of the sockets.
        now = self._loop.time()
        self._next = max(self._next + self._every, now + self._every / 2)
        self._loop.call_at(self._next, self._tick)

    def _tick(self) -> None:
        self.beat += 1
        for socket in self._due.pop(self.beat, ()):
            if (again := socket.look(self.beat, self._patience)) > self.beat:
                self._list(socket, again)
        self._ticking = bool(self._due)
        if self._ticking:
            self._wind()


_PINGS: WeakKeyDictionary[Config, Pings] = WeakKeyDictionary()  # a server has one configuration


def pings_of(config: Config) -> Pings | None:
    """The clock of the server with this configuration; None when it is to ask nobody."""
    if not config.ws_ping_interval:
        return None
    found = _PINGS.get(config)
    if found is None:
        found = _PINGS[config] = Pings(config.ws_ping_interval, config.ws_ping_timeout or 0)
    return found
