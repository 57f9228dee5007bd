"""What a talk's page is told of where its talk stands: once each, and again when the page may have missed it."""

from collections.abc import Callable

from bot.prospects import News, Prospect, Prospects
from bot.web.live_page import LivePage
from handover.helping import Helping
from handover.keys import binding
from handover.outlook import GuidedOn
from handover.values import Asked, Gone, Standing, TalkRef, Waiting, WithStaff
from safety.text64 import write64


class Tellings:
    """Tells `page` its place, what there is to say of the wait, or its person. `overdue` is called as the deadline
    passes."""

    __slots__ = ("_asked", "_news", "_overdue", "_page", "_prospect", "_prospects", "_ref", "told")

    def __init__(self, page: LivePage, ref: TalkRef, prospects: Prospects, overdue: Callable[[], None]) -> None:
        self.told: Standing | None = None  # what the page knows; None: tell it whatever it is
        self._asked: Asked | None = None  # what the page asks now
        self._page = page
        self._ref = ref
        self._prospects = prospects
        self._overdue = overdue
        self._prospect: Prospect | None = None  # as of the last look
        # Told on this socket: none is told twice, but that the desk is shut once more.
        self._news: frozenset[News] = frozenset()

    def forget(self) -> None:
        """The page may know nothing any more: the next look tells it whatever there is."""
        self.told = None

    def knows(self, standing: Waiting | WithStaff) -> bool:
        """Whether there is nothing in it to tell."""
        told = self.told
        if isinstance(standing, WithStaff):
            known = isinstance(told, WithStaff) and _reader(told) == _reader(standing)
            return known and standing.asked == self._asked
        if not isinstance(told, Waiting) or self._prospect is None or told.place != standing.place:
            return False
        now = self._prospects.of(standing)
        return now.band == self._prospect.band and now.news == self._prospect.news

    async def place(self, standing: Waiting) -> None:
        """The place in line and the estimate when one of them changed, and that there is news, which the page fetches:
        the socket does not know its language. `deadline` is the news that the deadline has passed."""
        told, self.told = self.told, standing
        before, now = self._prospect, self._prospects.of(standing)
        self._prospect = now
        if not isinstance(told, Waiting) or told.place != standing.place or before is None or before.band != now.band:
            place, waited = standing.place, standing.waited
            await self._page.tell("waiting", place=place, waited=waited, left=now.left, about=now.band)
        await self._tell_news(now, passing=isinstance(told, Waiting))

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

    async def returned(self, standing: Standing | GuidedOn | Gone) -> None:
        """The person left, unless the page has met since then who has the talk now: the event was late."""
        told, self.told = self.told, None
        if isinstance(told, WithStaff) and isinstance(standing, WithStaff) and _reader(told) == _reader(standing):
            self.told = told
        else:
            await self._page.tell("returned")

    async def _tell_reader(self, standing: WithStaff) -> None:
        self._asked = None  # told of a reader, the page asks nothing any more
        more: dict[str, object] = {"muted": True} if standing.muted else {}
        if standing.helping:
            more["helper"] = {"name": standing.helping.name, "device": standing.helping.device}
        await self._page.tell(
            "taken",
            name=standing.name,
            up=standing.up_seq,
            heard=standing.up_heard,
            epoch=standing.epoch,
            device=standing.device,
            talk=write64(binding(self._ref)),
            **more,
        )

    async def _tell_news(self, prospect: Prospect, *, passing: bool) -> None:
        """`passing`: what is new has come about since this socket was opened."""
        fresh = set(prospect.news) - self._news
        opened = News.SHUT in self._news and News.SHUT not in prospect.news
        self._news |= fresh
        if opened:
            self._news -= {News.SHUT}
            await self._page.tell("news", again=True)
        if News.OVERDUE in fresh:
            if passing:
                self._overdue()
            await self._page.tell("deadline")
        elif fresh:
            await self._page.tell("news")


def _reader(standing: WithStaff) -> tuple[str, int, str, bool, Helping | None]:
    """Who reads, on which device, under which key, whether at all, and who reads along: the page has to know of every
    change."""
    return standing.name, standing.epoch, standing.device, standing.muted, standing.helping
