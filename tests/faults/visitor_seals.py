"""The keys of one talk in a visitor's page, as `bot/web/static/seals.js` keeps them (without reading along)."""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from safety.devices import BadDevice, read_device
from safety.sealing import Direction, Epoch, SealError, wrap
from safety.text64 import read64, write64
from tests.sealed import Words, today

Frame = dict[str, Any]


@dataclass
class Entry:
    """An own message in the outbox. `seq` 0: it has no number."""

    id: str
    text: str
    seq: int = 0
    state: str = "sending"
    sealed: str = ""
    epoch: int = 0
    due: float = 0.0  # when it goes out again


class Seals:
    """`give` sends a key frame, or does not when there is no connection."""

    def __init__(self, organisation: bytes, give: Callable[[Frame], object]) -> None:
        self._organisation = organisation
        self._give = give
        self._words: Words | None = None
        self._given: dict[int, Frame] = {}
        self._device = ""
        self.newest = 0  # the last epoch that was begun here
        self._readable: set[int] = set()
        self._refused: tuple[int, str] | None = None
        self.now = 0  # the epoch that words are sealed under; 0: none

    def meet(self, frame: Mapping[str, Any]) -> None:
        """Whoever has the talk reads on this device. SealError when no key may be given."""
        epoch, device = int(frame["epoch"]), str(frame["device"])
        if self._words and epoch in self._words.epochs and device == self._device:
            self._again()
            return
        self.now = 0
        if self._words is None:
            self._words = Words(read64(frame["talk"]), Direction.UP, Direction.DOWN)
        try:
            known = epoch in self._words.epochs and device == self._device
            if epoch < self.newest or (epoch == self.newest and not known):
                raise SealError("epoch")
            self._begin(epoch, device)
        except (SealError, BadDevice):
            if self._refused != (epoch, device):
                self._refused = (epoch, device)
                self._give({"epoch": epoch, "device": device, "wrapped": ""})
            raise SealError("not trusted") from None

    def renew(self) -> None:
        """A fresh key for the same device."""
        if self.now:
            self._begin(self.newest + 1, self._device)

    def reads(self, entry: Entry) -> bool:
        """Whether whoever has the talk now has the key of this message."""
        return entry.epoch in self._readable

    def keyed(self, epoch: int) -> None:
        """The server has the key of that epoch."""
        if self._given.pop(epoch, {}).get("device") == self._device:
            self._readable.add(epoch)

    def seal(self, entry: Entry) -> str:
        """Sealed once for each epoch: the same message sent again is the same bytes."""
        assert self._words is not None
        if entry.epoch != self.now:
            self._words.now = self.now
            entry.sealed, entry.epoch = self._words.seal(entry.text), self.now
        return entry.sealed

    def open(self, body: str) -> str:
        """The person's next words. SealError when it is not that."""
        if self._words is None:
            raise SealError("no key")
        return self._words.open(body)

    def _begin(self, number: int, device: str) -> None:
        assert self._words is not None
        key = read_device(self._organisation, device, today()).key
        epoch = self._words.epochs[number] = Epoch(self._words.talk, number, secrets.token_bytes(32))
        self.newest = self.now = number
        self._given = {each: given for each, given in self._given.items() if given["device"] == device}
        if device != self._device:
            self._readable.clear()
        self._device = device
        self._given[number] = {"epoch": number, "device": device, "wrapped": write64(wrap(epoch, key))}
        self._again()

    def _again(self) -> None:
        for given in self._given.values():
            self._give(given)
