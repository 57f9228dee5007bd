"""Sealing for a page without JavaScript: the talk's keys travel in its form, under our seal, so that none is kept here.

Such a page may be sent twice, or once more after Back, with what it knew then. So a counter is always the relay's own
number less `base`, and a form that does not know the key of the talk's epoch begins the next epoch.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from handover.keys import binding
from handover.ports import VisitorEnd
from handover.values import Done, Message, Stale, TalkRef, WithStaff
from safety.devices import BadDevice, read_device
from safety.sealing import SALT, Direction, Epoch, SealError, open_sealed, read_head, seal, wrap

KEPT = 48  # epochs whose keys travel; each opening of the person's page makes one


@dataclass(frozen=True, slots=True)
class Key:
    """One epoch's key; `base` is the number of the visitor's last message before it."""

    number: int
    base: int
    key: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class PlainKeys:
    """What the form carries: the keys, oldest first, the device for which it is decided what it may read, to whose
    reading along the visitor said yes, and who reads along since."""

    talk: bytes = b""
    decided: str = ""
    keys: tuple[Key, ...] = ()
    agreed: str = ""
    helping: str = ""

    @property
    def newest(self) -> int:
        """The newest epoch that a key was given of; 0 before the first."""
        return self.keys[-1].number if self.keys else 0

    def epoch(self, number: int) -> Epoch | None:
        """The epoch of that number, when its key is known."""
        return next((Epoch(self.talk, key.number, key.key) for key in self.keys if key.number == number), None)


class PlainSeals:
    """The keys of one visit: met with the device that reads now, they seal, open, and are shared."""

    def __init__(self, end: VisitorEnd, organisation: bytes, ref: TalkRef, carried: PlainKeys) -> None:
        self._end = end
        self._organisation = organisation
        self._ref = ref
        talk = binding(ref)
        self.carried = carried if carried.talk == talk else PlainKeys(talk)

    async def meet(self, standing: WithStaff, today: int) -> bool:
        """Have a key for the device that reads now. False when the talk has moved on meanwhile: look again.

        Raises BadDevice, after telling the person, when the organisation did not sign that device. Who would read along
        without the visitor's yes, or on such a device, does not.
        """
        if not self._admits(standing, today):
            await self._end.part(self._ref)
            return False
        try:
            device = read_device(self._organisation, standing.device, today)
        except BadDevice:
            await self._end.give_key(self._ref, standing.device, standing.epoch, b"")
            raise
        if self.carried.epoch(standing.epoch) is None and not await self._begin(standing, device.key, today):
            return False
        if not self._earlier():
            self.carried = replace(self.carried, decided=standing.device)
        return True

    def agree(self, name: str) -> None:
        """The visitor said yes to this one's reading along; empty: to nobody's any more."""
        self.carried = replace(self.carried, agreed=name, helping=self.carried.helping if name else "")

    def asks(self, standing: WithStaff) -> bool:
        """Whether the visitor still has to say if this device may open the earlier words."""
        return self.carried.decided != standing.device

    async def decide(self, standing: WithStaff, today: int, *, share: bool) -> None:
        """What the visitor said: hand the earlier keys to the device that reads now, or keep them."""
        device = read_device(self._organisation, standing.device, today)
        for key in self._earlier() if share else ():
            wrapped = wrap(Epoch(self.carried.talk, key.number, key.key), device.key)
            await self._end.give_key(self._ref, standing.device, key.number, wrapped)
        self.carried = replace(self.carried, decided=standing.device)

    def seal(self, seq: int, words: str) -> bytes | None:
        """The words for the relay's number `seq`; None when that number was before the epoch of now."""
        last = self.carried.keys[-1]
        if seq <= last.base:
            return None
        epoch = Epoch(self.carried.talk, last.number, last.key)
        return seal(epoch, Direction.UP, seq - last.base, words, secrets.token_bytes(SALT))

    def open(self, messages: Sequence[Message]) -> list[str | None]:
        """The words of the person's messages, read from the first; None for one that cannot be opened."""
        after: dict[int, int] = {}
        return [self.open_next(message.body, after) for message in messages]

    def open_next(self, sealed: bytes, after: dict[int, int]) -> str | None:
        """The words of the person's next message; None when it cannot be opened. `after` holds the last counter of
        each epoch, and is moved on."""
        try:
            number, counter = read_head(sealed)
            epoch = self.carried.epoch(number)
            words = open_sealed(epoch, Direction.DOWN, after.get(number, 0), sealed) if epoch else None
        except SealError:
            return None
        after[number] = counter
        return words

    def _admits(self, standing: WithStaff, today: int) -> bool:
        """Whether whoever reads along may; a yes is used up by the first time."""
        if standing.helping is None:
            self.carried = replace(self.carried, helping="")
            return True
        if standing.helping.name not in {self.carried.agreed, self.carried.helping}:
            return False
        try:
            read_device(self._organisation, standing.helping.device, today)
        except BadDevice:
            return False
        self.carried = replace(self.carried, agreed="", helping=standing.helping.name)
        return True

    async def _begin(self, standing: WithStaff, device: bytes, today: int) -> bool:
        helper = standing.helping.device if standing.helping else ""
        helping = read_device(self._organisation, helper, today).key if helper else b""
        for number in (standing.epoch, standing.epoch + 1):
            key = secrets.token_bytes(32)
            epoch = Epoch(self.carried.talk, number, key)
            also = wrap(epoch, helping) if helping else b""
            match await self._end.give_key(self._ref, standing.device, number, wrap(epoch, device), helper, also):
                case Done():
                    keys = (*self.carried.keys, Key(number, standing.up_seq, key))[-KEPT:]
                    self.carried = replace(self.carried, keys=keys)
                    return True
                case Stale():
                    continue
            return False
        return False

    def _earlier(self) -> tuple[Key, ...]:
        return self.carried.keys[:-1]
