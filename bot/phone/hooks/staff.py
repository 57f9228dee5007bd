"""The staff member's own telephone, rung by the provider with the centre's number (see bot.phone.staff_line).

A provider rings and connects in one step, so the line counts as open as soon as it is known; who answers, answers the
caller. What it cannot do: let a caller wait in the middle of a talk (`hold`), let a colleague listen along, or part two
who talk already.
"""

from collections.abc import Callable

from bot.phone.call import Event, HelperFailed, LineFailed, LineOpen
from bot.phone.hooks.pulled import PulledEar
from bot.phone.shifts import News, Shift, Shifts
from handover.values import TalkRef


class OwnTelephone:
    """One caller's way to whoever took the talk; a softphone cannot be rung by a provider."""

    def __init__(self, ear: PulledEar, shifts: Shifts) -> None:
        self._ear = ear
        self._shifts = shifts
        self._shift: Shift | None = None

    async def ring(self, ref: TalkRef, channel: str, line: str, tell: Callable[[Event], None]) -> None:
        """Tell LineOpen when there is a number to ring, LineFailed when there is none."""
        await self.part()
        shift = self._shifts.find(line)
        if shift is None or not shift.number:
            tell(LineFailed())
            return
        self._shift = shift
        tell(LineOpen())

    async def connect(self) -> None:
        """Have it rung."""
        if self._shift is not None:
            self._ear.connect(self._shift.number)
            self._say(News.RINGING)

    async def hold(self) -> None:
        """A provider has no such thing."""

    async def part(self) -> None:
        """Ring nothing."""
        self._ear.part()
        if self._shift is not None:
            self._say(News.FAILED)
        self._shift = None

    async def ring_helper(self, line: str, tell: Callable[[Event], None]) -> None:
        """A provider can let nobody listen along in a talk that goes on."""
        tell(HelperFailed())

    async def let_listen(self) -> None:
        """Nobody does."""

    async def drop_helper(self) -> None:
        """There is none."""

    def _say(self, news: News) -> None:
        if self._shift is not None:
            (self._shifts.find(self._shift.line) or self._shift).tell(news)
