"""Periods that are closed in a test: counts that come out of an engine of the test's own, and a clock of months."""

import random
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

from console import wrapup
from console.counts import CountKeys, Counts
from console.publishing import Publishing
from console.report_tables import Table, report_tables
from console.tables import Database
from handover.counters import Drained, talk_names
from handover.ports import StaffEnd
from handover.values import DeskId
from safety.chain import signer

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
            lambda: self.regions,
            lambda: self.month,
            self.drawn.randrange,
        )

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
    database = Database(f"sqlite+aiosqlite:///{folder}/console.sqlite3")
    await database.open()
    try:
        yield Office(database, folder, dict(regions), random.Random(seed))
    finally:
        await database.close()
