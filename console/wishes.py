"""Visitors' wishes for whom to talk with, as one open desk sees them. A wish never hides a row nor keeps anybody from
taking it: it is shown, and asked about once when it is not for who takes it."""

from console.accounts import Member
from console.asking import Asking
from console.language import Words
from console.views import Json
from handover.outlook import Wished
from handover.ports import StaffEnd
from handover.values import DeskId, WaitingVisitor


class Wishes:
    """What visitors may wish for in `member`, and whom the rows of the waiting list wish for."""

    def __init__(self, member: Member, *, staff_end: StaffEnd, asking: Asking, words: Words) -> None:
        self._member = member
        self._end = staff_end
        self._asking = asking
        self._words = words
        self._own: Wished | None = None
        self._there: dict[DeskId, list[Wished]] = {}

    async def offer(self) -> None:
        """Tell the engine, because the staff member comes on duty."""
        self._own = await self._asking.of(self._member.id, self._member.shown_name)
        for desk in self._member.desks:
            await self._end.be_asked(desk, self._member.id, self._own)

    async def names(self) -> frozenset[str]:
        """Read who is on duty and may be asked for; the names that may be shown, because staff gave them."""
        return self.learn({desk: await self._end.asked(desk) for desk in self._member.desks})

    def learn(self, there: dict[DeskId, list[Wished]]) -> frozenset[str]:
        """The same, from what was read."""
        self._there = there
        return frozenset(asked.name for desk in there.values() for asked in desk if asked.by_name)

    def mark(self, rows: list[WaitingVisitor], shown: list[Json]) -> None:
        """Add to each shown row that has a wish whether it is for this staff member, and if not, what is asked before
        it is taken."""
        for row, view in zip(rows, shown, strict=False):
            wish = row.briefing.wish
            if not wish:
                continue
            mine = bool(self._own and self._own.fits(wish))
            others = any(asked.fits(wish) for asked in self._there.get(row.ref.desk, ()))
            key = "mine" if mine else "other" if others else "nobody"
            view["wish"] = {"mine": mine, "text": self._words(f"wish.{key}")}
