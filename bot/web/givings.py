"""Keys on their way from a talk's page to the engine: which were taken, and which epochs nobody can read."""

from collections.abc import Callable

from bot.web.frames import KeyFrame
from bot.web.live_page import LivePage
from handover.mending import Known
from handover.ports import VisitorEnd
from handover.values import Done, Stale, TalkRef, WithStaff


class Givings:
    """Hands keys on, and notes in `known` which the engine has. `look_anew` tells the page where its talk stands,
    because it was wrong about it."""

    def __init__(
        self, page: LivePage, end: VisitorEnd, ref: TalkRef, known: Known, look_anew: Callable[[], None]
    ) -> None:
        self._page = page
        self._end = end
        self._ref = ref
        self._known = known
        self._look_anew = look_anew
        self._refused: set[int] = set()  # epochs whose key was not taken

    async def take(self, frame: KeyFrame) -> None:
        """Give a key; the page is told that it was taken, or where its talk stands by now."""
        given = await self._end.give_key(self._ref, frame.device, frame.epoch, frame.wrapped, frame.helper, frame.also)
        if isinstance(given, Stale):
            standing = await self._end.attend(self._ref)
            if isinstance(standing, WithStaff) and _came_before(frame, standing):
                given = Done()  # and the answer was lost
        if isinstance(given, Done):
            self._refused.discard(frame.epoch)
            self._known.believe(frame.epoch)
            await self._page.tell("keyed", epoch=frame.epoch)
        elif isinstance(given, Stale):
            self._refused.add(frame.epoch)
            self._look_anew()  # another device or epoch by now: the page learns which

    def lost(self, number: int, epoch: int) -> bool:
        """Whether nobody could open words under this epoch's key: it is from before `epoch`, or was not taken. Told of
        where its talk stands, the page seals anew whatever has not arrived."""
        return number < epoch or number in self._refused


def _came_before(frame: KeyFrame, standing: WithStaff) -> bool:
    helper = standing.helping.device if standing.helping else ""
    same = frame.helper == helper or (not frame.helper and frame.epoch < standing.epoch)
    return standing.device == frame.device and same and frame.epoch <= standing.epoch
