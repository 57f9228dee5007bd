"""How pages part from their talks: the last socket of a talk tells that nobody is there, an end is erased, and a
process that goes sends its pages to another one without a word to anybody."""

import asyncio
import contextlib
import random
from collections import Counter

from bot.reception import Reception
from bot.web.frames import Close
from bot.web.live_page import LivePage
from handover.ports import HandoverError, VisitorEnd
from handover.values import EndReason, TalkRef
from safety.draining import LINGER, Draining

_FIRST_RETRY = 0.25  # seconds until the engine is asked again; each further pause is twice as long
# Seconds until it is looked whether a page that was sent elsewhere is there: most are within the first, and whoever is
# there attends every 5 seconds at most.
_LOOKS = (1.5, 5.0)


class Partings:
    """Knows how many sockets of each talk this process has open. `tries` is how often an end that the engine
    did not take is tried."""

    def __init__(self, end: VisitorEnd, reception: Reception, draining: Draining | None = None, tries: int = 8) -> None:
        self._end = end
        self._reception = reception
        self._draining = draining or Draining()
        self._tries = tries
        self._open: Counter[TalkRef] = Counter()
        self._seen: dict[TalkRef, int] = {}  # when pages that were sent elsewhere were here last, as the engine has it

    def arrive(self, ref: TalkRef) -> None:
        """A socket of the talk was opened."""
        self._open[ref] += 1

    def leave(self, ref: TalkRef) -> bool:
        """A socket of the talk was closed; whether it was the last one."""
        self._open[ref] -= 1
        if self._open[ref]:
            return False
        del self._open[ref]
        return True

    async def send_elsewhere(self, ref: TalkRef, page: LivePage) -> None:
        """Wait until this process goes; then close the page's socket with the code that makes it connect again, and
        return when what it had sent before can have come."""
        await self._draining.turn(random.random)
        with contextlib.suppress(HandoverError):
            self._seen.setdefault(ref, await self._end.presence(ref))
        await page.close(Close.RESTARTING)
        await asyncio.sleep(LINGER)

    async def tell_away(self, ref: TalkRef) -> None:
        """Tell staff that nobody is there for now. Of a page that was sent elsewhere only when it is not there."""
        with contextlib.suppress(HandoverError):  # the silence limit runs in the engine all the same
            if ref not in self._seen:
                await self._end.away(ref)
                return
            seen = self._seen.pop(ref)
            for seconds in _LOOKS:
                await self._draining.pause(seconds)
                if await self._end.presence(ref) != seen:
                    return
            await self._end.away(ref, seen)

    async def erase(self, ref: TalkRef, reason: EndReason) -> bool:
        """End the talk; False when the engine could not be reached, so that only the silence limit will erase it."""
        for attempt in range(self._tries):
            try:
                await self._reception.end(ref, reason)
            except HandoverError:
                await asyncio.sleep(_FIRST_RETRY * 2**attempt)
            else:
                return True
        return False
