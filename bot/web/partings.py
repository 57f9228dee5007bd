"""How pages part from their talks: the last socket of a talk tells that nobody is there, an end is erased."""

import asyncio
import contextlib
from collections import Counter

from bot.reception import Reception
from handover.ports import HandoverError, VisitorEnd
from handover.values import EndReason, TalkRef

_FIRST_RETRY = 0.25  # seconds until the engine is asked again; each further pause is twice as long


class Partings:
    """Knows how many sockets of each talk this process has open. `tries` is how often an end that the engine
    did not take is tried."""

    def __init__(self, end: VisitorEnd, reception: Reception, tries: int = 8) -> None:
        self._end = end
        self._reception = reception
        self._tries = tries
        self._open: Counter[TalkRef] = Counter()

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

    async def tell_away(self, ref: TalkRef) -> None:
        """Tell staff that nobody is there for now."""
        with contextlib.suppress(HandoverError):  # the silence limit runs in the engine all the same
            await self._end.away(ref)

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
