"""Those who wait behind the first rows of the list, as far as one page asked to see them."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

from console.rooms import Reading
from console.views import SHOWN_ROWS, Json
from console.visible_frames import More
from handover.ports import StaffEnd
from handover.values import Danger, DeskId, TalkRef, WaitingVisitor

MOST = 8 * SHOWN_ROWS  # rows that a page keeps of those it asked for; the first of them give way
_STRETCH = 100  # of the room that is read at once
_STRETCHES = 20  # that are read at one press: a search for what is rare goes on with the next


class Further:
    """Of one open page. `facts` tells what a row shows, in words, by key."""

    def __init__(self, end: StaffEnd, facts: Callable[[WaitingVisitor], Mapping[str, str]]) -> None:
        self._end = end
        self._facts = facts
        self._refs: list[TalkRef] = []
        self._wanted: More | None = None
        self._until: dict[DeskId, int | None] = {}  # how far each room was searched for what is wanted

    async def ask(self, wanted: More, readings: Sequence[Reading], first: Collection[TalkRef]) -> Json:
        """Search on for SHOWN_ROWS more of each desk that `wanted` fits, and keep them; `first` are shown anyway. What
        the page is told of it: how many were found, and whether the whole room was looked through."""
        if wanted != self._wanted:
            self._wanted, self._until = wanted, {}
        found = [ref for reading in readings for ref in await self._search(wanted, reading, {*first, *self._refs})]
        self._refs = [*self._refs, *found][-MOST:]
        done = all(self._until[reading.desk] is None for reading in readings)
        if done:
            self._until = {}  # the next press begins anew: some have gone meanwhile
        return {"found": len(found), "done": done}

    async def rows(self, shown: Iterable[WaitingVisitor]) -> list[WaitingVisitor]:
        """Those that still wait and are not among `shown`, longest waiting first."""
        there, asked = {row.ref for row in shown}, self._refs
        rows = [row for desk in {ref.desk for ref in asked} for row in await self._read(desk, asked)]
        gone = set(asked) - {row.ref for row in rows}
        self._refs = [ref for ref in self._refs if ref not in gone]  # more may have been found meanwhile
        return sorted((row for row in rows if row.ref not in there), key=lambda row: -row.waited)

    async def _read(self, desk: DeskId, refs: Iterable[TalkRef]) -> list[WaitingVisitor]:
        return await self._end.rows([ref for ref in refs if ref.desk == desk])

    async def _search(self, wanted: More, reading: Reading, known: Collection[TalkRef]) -> list[TalkRef]:
        desk, until = reading.desk, self._until.get(reading.desk, reading.front.until)
        # The front of a desk may be longer than what is shown of it: others of several desks, or in danger, go before.
        found = self._fitting(wanted, reading.front.rows, known)
        for _ in range(_STRETCHES):
            if until is None or len(found) >= SHOWN_ROWS:
                break
            stretch = await self._end.behind(desk, until, SHOWN_ROWS if wanted.everybody else _STRETCH)
            until = stretch.until
            found += self._fitting(wanted, stretch.rows, {*known, *found})
        self._until[desk] = until
        return found

    def _fitting(self, wanted: More, rows: Iterable[WaitingVisitor], known: Collection[TalkRef]) -> list[TalkRef]:
        return [row.ref for row in rows if row.ref not in known and self._fits(wanted, row)]

    def _fits(self, wanted: More, row: WaitingVisitor) -> bool:
        """As the page's own filter has it: who is in danger is never left out."""
        danger = row.briefing.danger
        if danger is Danger.URGENT or wanted.everybody:
            return True
        if wanted.danger and danger is Danger.NONE:
            return False
        facts = self._facts(row)
        return all(facts.get(key, "") == text for key, text in wanted.facts)
