"""One talk in hand, as its desk knows it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from enum import Enum, auto

from handover.events import Heard, Said, TalkEvent, WasEnded, WasMoved, WasReturned
from handover.values import Keys, Message, TalkRef
from safety.direct import Write
from safety.text64 import write64

_PARTING = 1.0  # seconds in which the event that tells why a talk is gone may still come


class Parting(Enum):
    """Where a talk is that is not in these hands any more."""

    GONE = auto()  # erased
    ELSEWHERE = auto()  # waiting, or with somebody else


@dataclass(slots=True)
class Held:
    """`handle` is what the page calls it."""

    handle: str
    ref: TalkRef
    shown: int = 0  # the visitor's last message that the page was sent
    task: asyncio.Task[None] | None = None
    ready: asyncio.Event = field(default_factory=asyncio.Event)  # the page has been sent the whole talk
    refused: str = ""  # the id of a message whose number did not fit: none of those after it is taken before it
    returned: str = "returned"  # what is said when it goes back to the waiting room
    parting: Parting | None = None  # the talk is not in these hands any more, and no event has told why yet
    begun: bool = False  # this page has an epoch of its own
    phone: bool = False  # a call: its epoch is for a line that is rung
    waits: bool = False  # for the next event: there is nothing before it that the page is not told yet
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)  # an epoch begins, and the page hears of it, in one go

    async def next_of(self, events: AsyncIterator[TalkEvent]) -> TalkEvent | None:
        """The next event; once parting, the one that tells why, None when that does not come. What else comes then is
        no business of this page: somebody else may have the talk."""
        if self.parting is None:
            self.waits = True
            try:
                return await anext(events)
            finally:
                self.waits = False
        with suppress(TimeoutError):
            async with asyncio.timeout(_PARTING):
                async for event in events:
                    if isinstance(event, WasReturned | WasMoved | WasEnded):
                        return event
        return None

    def meet(self, write: Write, event: TalkEvent) -> bool:
        """As `handover.ports.Meeting` has it. What comes most is told as it comes, while nothing else is to be told."""
        if not self.waits:
            return False
        match event:
            case Said(message) if message.seq == self.shown + 1:
                written = write(self.said(message))
                self.shown += written
                return written
            case Heard(seq):
                return write(f'{{"type":"delivered","talk":"{self.handle}","seq":{seq}}}')
        return False

    def said(self, message: Message) -> str:
        """The frame that comes most, as JSON: text that needs no escaping (safety.text64, handover.codec)."""
        words = f'"seq":{message.seq},"id":"{message.id}","body":"{write64(message.body)}"'
        return f'{{"type":"said","talk":"{self.handle}",{words}}}'

    def usable(self, keys: Keys) -> Keys:
        """The keys as this page may use them: all to open with, but none to seal with before it has an epoch of its
        own. An epoch of an earlier page has counters that this one does not know."""
        return keys if self.begun else replace(keys, epoch=0)
