"""Own messages on their way to a person, as `bot/web/static/outbox.js` keeps them: word for word the same rules."""

import secrets
from collections.abc import Callable

from tests.faults.visitor_seals import Entry

LATE = 10.0  # seconds without an acknowledgement


class Outbox:
    """`transmit(entry)` tries to send; `mark(entry)` is called with each change of `entry.state`."""

    def __init__(
        self,
        transmit: Callable[[Entry], None],
        mark: Callable[[Entry], None],
        readable: Callable[[Entry], bool],
        clock: Callable[[], float],
    ) -> None:
        self._entries: list[Entry] = []
        self._next = 1
        self._transmit = transmit
        self._mark = mark
        self._readable = readable
        self._clock = clock

    def add(self, text: str) -> Entry:
        entry = Entry(secrets.token_hex(12), text)
        self._entries.append(entry)
        self.retry(entry)
        return entry

    def retry(self, entry: Entry) -> None:
        if entry not in self._entries:
            return
        if not entry.seq:
            entry.seq, self._next = self._next, self._next + 1
        self._put(entry, "sending")
        self._send(entry)

    def recall(self, up: int) -> None:
        """A failover may have forgotten what was acknowledged: above `up` nothing has arrived."""
        for entry in self._entries:
            if entry.seq > up and entry.state != "failed":
                self._put(entry, "sending")

    def align(self, up: int, heard: int) -> None:
        """The server has mine up to `up`, and the person has seen mine up to `heard`; the rest goes out again."""
        self.note(up, heard)
        self.renumber(up + 1)

    def note(self, up: int, heard: int) -> None:
        self.acknowledge(up)
        self.deliver(heard)

    def renumber(self, following: int) -> None:
        self.acknowledge(following - 1)
        self.recall(following - 1)
        self._next = following
        for entry in self.failed:
            if entry.seq >= following:
                entry.seq = 0
        for entry in self.pending:
            entry.seq, self._next = self._next, self._next + 1
            self._send(entry)

    def acknowledge(self, up: int) -> None:
        for entry in [*self.pending, *self.failed]:
            if entry.seq and entry.seq <= up:
                self._put(entry, "sent")

    def refuse(self, seq: int) -> None:
        for entry in [each for each in self.pending if each.seq == seq]:
            entry.seq = 0
            self._put(entry, "failed")

    def deliver(self, heard: int) -> None:
        for entry in self._entries:
            if entry.seq and entry.seq <= heard and entry.state == "sent" and self._readable(entry):
                self._put(entry, "delivered")

    def fail(self) -> int:
        pending = self.pending
        for entry in pending:
            self._put(entry, "failed")
        return len(pending)

    def forget(self) -> None:
        lost, self._entries = [*self.pending, *self.failed], []
        for entry in lost:
            self._put(entry, "failed")

    def tick(self) -> None:
        """What the page's timers do: what is late goes out again."""
        for entry in self.pending:
            if entry.due <= self._clock():
                self._put(entry, "late")
                self._send(entry)

    @property
    def pending(self) -> list[Entry]:
        return [entry for entry in self._entries if entry.state in {"sending", "late"}]

    @property
    def failed(self) -> list[Entry]:
        return [entry for entry in self._entries if entry.state == "failed"]

    @property
    def unread(self) -> list[Entry]:
        """Own messages of which nobody is known to have seen them."""
        return [entry for entry in self._entries if entry.state != "delivered"]

    def _send(self, entry: Entry) -> None:
        self._transmit(entry)
        entry.due = self._clock() + LATE

    def _put(self, entry: Entry, state: str) -> None:
        entry.state = state
        self._mark(entry)
