"""What a talk's page is told of where its talk stands: once each, and again when the page may have missed it."""

from collections.abc import Callable

from bot.web.live_page import LivePage
from handover.keys import binding
from handover.values import Asked, Standing, TalkRef, Waiting, WithStaff
from safety.text64 import write64


class Tellings:
    """Tells `page` its place or its person. `deadline` in seconds since joining; `overdue` is called as it passes."""

    def __init__(self, page: LivePage, ref: TalkRef, deadline: int, overdue: Callable[[], None]) -> None:
        self.told: Standing | None = None  # what the page knows; None: tell it whatever it is
        self._asked: Asked | None = None  # what the page asks now
        self._page = page
        self._ref = ref
        self._deadline = deadline
        self._overdue = overdue
        self._deadline_told = False

    def forget(self) -> None:
        """The page may know nothing any more: the next look tells it whatever there is."""
        self.told = None

    async def place(self, standing: Waiting) -> None:
        """The place in line when it changed, and once that the deadline has passed."""
        told, self.told = self.told, standing
        left = max(0, self._deadline - standing.waited)
        if not isinstance(told, Waiting) or told.place != standing.place:
            await self._page.tell("waiting", place=standing.place, waited=standing.waited, left=left)
        if left or self._deadline_told:
            return
        self._deadline_told = True
        if isinstance(told, Waiting):  # it passed just now, and not before this socket was opened
            self._overdue()
        await self._page.tell("deadline")

    async def person(self, standing: WithStaff) -> None:
        """Who has the talk, on which device and under which key, when any of it changed."""
        if not standing.device:
            return  # claimed, and the person's page has not begun yet: nobody can read what would be written now
        told, self.told = self.told, standing
        if not isinstance(told, WithStaff) or _reader(told) != _reader(standing):
            await self._tell_reader(standing)
        if standing.asked != self._asked:
            self._asked = standing.asked
            asked = standing.asked or Asked(0, "", "")
            await self._page.tell("asked", ask=asked.number, about=asked.kind, to=asked.name)

    async def _tell_reader(self, standing: WithStaff) -> None:
        self._asked = None  # told of a reader, the page asks nothing any more
        muted = {"muted": True} if standing.muted else {}
        await self._page.tell(
            "taken",
            name=standing.name,
            up=standing.up_seq,
            heard=standing.up_heard,
            epoch=standing.epoch,
            device=standing.device,
            talk=write64(binding(self._ref)),
            **muted,
        )


def _reader(standing: WithStaff) -> tuple[str, int, str, bool]:
    """Who reads, on which device, under which key, and whether at all: the page has to know of every change."""
    return standing.name, standing.epoch, standing.device, standing.muted
