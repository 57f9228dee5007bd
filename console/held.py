"""One talk in hand, as its desk knows it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass, field, replace

from handover.events import TalkEvent
from handover.values import Keys, TalkRef

_PARTING = 1.0  # seconds in which the event that tells why a talk is gone may still come


@dataclass(slots=True)
class Held:
    """`handle` is what the page calls it."""

    handle: str
    ref: TalkRef
    shown: int = 0  # the visitor's last message that the page was sent
    sent: int = 0  # the last of this page's messages that the engine accepted
    task: asyncio.Task[None] | None = None
    ready: asyncio.Event = field(default_factory=asyncio.Event)  # the page has been sent the whole talk
    refused: str = ""  # the id of a message whose number did not fit: none of those after it is taken before it
    returned: str = "returned"  # what is said when it goes back to the waiting room
    gone: bool = False  # from the engine, and no event has told why yet
    begun: bool = False  # this page has an epoch of its own
    phone: bool = False  # a call: its epoch is for a line that is rung
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)  # an epoch begins, and the page hears of it, in one go

    async def next_of(self, events: AsyncIterator[TalkEvent]) -> TalkEvent | None:
        """The next event; None when the talk is gone and none came that tells why."""
        with suppress(TimeoutError):
            async with asyncio.timeout(_PARTING if self.gone else None):
                return await anext(events)
        return None

    def usable(self, keys: Keys) -> Keys:
        """The keys as this page may use them: all to open with, but none to seal with before it has an epoch of its
        own. An epoch of an earlier page has counters that this one does not know."""
        return keys if self.begun else replace(keys, epoch=0)
