"""How fast words of one visitor reach a person: more at once are held back, and none is refused (AB-2, AB-3)."""

from collections import OrderedDict
from collections.abc import Callable

from handover.values import TalkRef
from safety.limits import FrameBudget

# AB-2 names one a second and five at once. A page that was cut off has more to send when it is back, and a talk of
# hundreds of messages must not come minutes late; what is unpleasant to read, staff can mute.
RATE, BURST = 4, 20
_MOST = 4_096  # talks of one process; the one that spoke longest ago gives way


class Paces:
    """The paces of this process's talks, over all their sockets and forms. Nothing in it tells where a talk comes from.
    `clock` gives seconds that only ever grow."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._budgets: OrderedDict[TalkRef, FrameBudget] = OrderedDict()

    def delay(self, talk: TalkRef) -> float:
        """Seconds to hold the next words of this talk back."""
        budget = self._budgets.pop(talk, None) or FrameBudget(self._clock, RATE, BURST)
        self._budgets[talk] = budget
        if len(self._budgets) > _MOST:
            self._budgets.popitem(last=False)
        return budget.delay()
