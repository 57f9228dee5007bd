"""Periods that are closed in a test: counts that come out of an engine of the test's own, and a clock of months."""

import random
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

from console import wrapup
from console.count_tables import FigureRow
from console.counts import CountKeys, Counts
from console.database import Database
from console.periods import over
from console.publishing import Publishing, figures_of, region_of
from console.report_tables import Table, report_tables
from console.tables import Sessions
from dialogues.values import Content
from handover.counters import Drained, talk_names
from handover.ports import StaffEnd
from handover.values import DeskId
from safety.chain import FIRST, publish, signer
from tests.console.conftest import database_url

TOPICS, LANGUAGES = ("threats", "school", "shelter"), ("sv", "en")
NAMES = talk_names(TOPICS, LANGUAGES) | wrapup.COUNTERS
DEMO = DeskId("demo")


@dataclass
class Bucket:
    """The engine's counters, in the test's own memory."""

    held: dict[DeskId, dict[str, int]] = field(default_factory=dict)

    async def drain(self, desk: DeskId, batch: str) -> Drained | None:
        counts = self.held.pop(desk, None)
        return Drained(batch, counts) if counts else None

    async def settle_batch(self, desk: DeskId, batch: str) -> None: ...


@dataclass
class Office:
    """A console's statistics, with a month that the test sets."""

    database: Database
    folder: Path
    regions: dict[DeskId, str]
    drawn: random.Random
    month: str = "2026-01"
    demo: bool = False
    tables: tuple[Table, ...] = report_tables(TOPICS, LANGUAGES)

    @property
    def counts(self) -> Counts:
        return Counts(self.database.sessions, CountKeys(self.folder / "counts"), NAMES, lambda: self.month)

    @property
    def publishing(self) -> Publishing:
        return Publishing(
            self.database.sessions,
            self.counts,
            signer(b"k" * 32),
            lambda: self.tables,
            self._served,
            lambda: self.month,
            self.drawn.randrange,
            demo=self.demo,
        )

    async def _served(self) -> dict[DeskId, str]:
        return self.regions

    async def count(self, counted: Mapping[str, int], desk: DeskId = DEMO) -> None:
        """Count at a desk in the month that is going on."""
        bucket = Bucket({desk: dict(counted)})
        await self.counts.bring_home(cast(StaffEnd, bucket), desk)

    async def ends(self, month: str) -> None:
        """It is this month now; what is over is published."""
        self.month = month
        await self.publishing.close_all()


@asynccontextmanager
async def office(folder: Path, regions: Mapping[DeskId, str], seed: int = 1) -> AsyncIterator[Office]:
    """With noise that comes from a seed, so that a test says the same each time."""
    database = Database(database_url(folder))
    await database.open()
    try:
        yield Office(database, folder, dict(regions), random.Random(seed))
    finally:
        await database.close()


async def publish_periods(sessions: Sessions, content: Content, first: str, now: str, desks: Sequence[DeskId]) -> int:
    """Figures of every period from the month `first` to before `now`, of desks that all have the same counts; how many
    bytes they are."""
    tables, drawn, key = report_tables(content.topics, content.languages), random.Random(1), signer(b"k" * 32)
    cells = [names[0] for table in tables for names in table.cells.values()]
    counted = Counter({name: 3 + 7 * place % 90 for place, name in enumerate(cells)} | {"talk.joined": 140})
    raw, regions = dict.fromkeys(desks, counted), {desk: region_of(()) for desk in desks}
    previous, size = FIRST, 0
    async with sessions.begin() as session:
        for number, period in enumerate(over(first, now), 1):
            figures = figures_of(period, raw, regions, tables, drawn.randrange)
            chained = {"version": 1, "number": number, "previous": previous, "period": period.id}
            made = publish(chained | figures, key)
            row = FigureRow(number=number, period=period.id, document=made.document, signature=made.signature)
            row.key = made.key
            session.add(row)
            previous, size = made.digest, size + len(made.document.encode())
    return size
