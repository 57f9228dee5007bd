"""Closing a period: each cell gets its noise once, the figures are signed and written once, and a year's raw counts go
with their key (design section 10)."""

import asyncio
import secrets
from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import ColumnElement, select, true
from sqlalchemy.exc import IntegrityError

from console.count_tables import FigureRow
from console.counts import Counts
from console.library import Library
from console.periods import Period, Rhythm, over, read_period
from console.report_tables import CAP, LEAST, SIZE_EPSILON, SIZES, Table, cost, period_cost, report_tables
from console.tables import Sessions, Staff, finish
from handover.values import DeskId
from safety.chain import FIRST, Publication, publish, signer
from safety.figures import ROUNDING, Figure, disclose, merge_small
from safety.noise import Below, laplace, margin

Raw = Mapping[DeskId, Counter[str]]
Noisy = dict[str, list[int]]
_PAST = 8  # periods of a small chart over time
MADE_UP = "demonstration"  # what a publication of invented counts is marked by


class Publishing:
    """Closes what is over, and reads what was closed. `regions` gives each desk in service with its region, `month` the
    month that is going on, `below` random whole numbers (secrets.randbelow). Made-up figures, which a demonstration
    left in the database, stay in the chain and are shown in a demonstration (`demo`) alone."""

    def __init__(
        self,
        sessions: Sessions,
        counts: Counts,
        signing: Ed25519PrivateKey,
        tables: Callable[[], Sequence[Table]],
        regions: Callable[[], Awaitable[Mapping[DeskId, str]]],
        month: Callable[[], str],
        below: Below,
        *,
        demo: bool = False,
    ) -> None:
        self._sessions = sessions
        self._counts = counts
        self._signing = signing
        self._tables = tables
        self._regions = regions
        self._month = month
        self._below = below
        self._demo = demo

    async def close_all(self) -> None:
        """Publish every period that is over and was not published, in order. KeyGone where counts cannot be read,
        TooCostly where the tables would tell too much; then nothing of that period is published."""
        await finish(self._close_all())

    async def _close_all(self) -> None:
        known = await self._known()
        first = await self._counts.first()
        for period in over(first, self._month()) if first else []:
            if period.id not in known and not await self._close(period):
                return  # another process is at it
        await self._erase(await self._known())

    async def make_up(self, since: str, invent: Callable[[Period], Raw], below: Below) -> None:
        """Publish invented figures, marked as such, of every period from the month `since` that is over; where
        anything was published or counted before, nothing."""
        if await self._known() or await self._counts.first() not in {None, self._month()}:
            return
        for period in over(since, self._month()):
            raw = invent(period)
            if not await self._publish(period, raw, dict.fromkeys(raw, "several"), below, **{MADE_UP: True}):
                return  # another process is at it

    async def _known(self) -> set[str]:
        async with self._sessions() as session:
            return set(await session.scalars(select(FigureRow.period)))

    async def _erase(self, known: set[str]) -> None:
        """What a year was counted of, as soon as it is out; also when the process died between the two."""
        for year in self._counts.years():
            if year in known:
                await self._counts.erase(year)

    async def _close(self, period: Period) -> bool:
        regions, raw = await self._regions(), await self._counts.read(period.months)
        return await self._publish(period, raw, regions, self._below)

    async def _publish(
        self, period: Period, raw: Raw, regions: Mapping[DeskId, str], below: Below, **marks: bool
    ) -> bool:
        async with self._sessions() as session:
            latest = await session.scalar(select(FigureRow).order_by(FigureRow.number.desc()).limit(1))
        chained = {
            "number": latest.number + 1 if latest else 1,
            "previous": publication_of(latest).digest if latest else FIRST,
        }
        figures = await asyncio.to_thread(figures_of, period, raw, regions, self._tables(), below)
        content = {"version": 1, "period": period.id, **chained, **figures, **marks}
        publication = publish(content, self._signing)
        try:
            async with self._sessions.begin() as session:
                session.add(
                    FigureRow(
                        number=chained["number"],
                        period=period.id,
                        document=publication.document,
                        signature=publication.signature,
                        key=publication.key,
                    )
                )
        except IntegrityError:
            return False
        return True

    async def index(self) -> list[tuple[str, int]]:
        """Every published period with its number, the latest first."""
        async with self._sessions() as session:
            rows = await session.execute(
                select(FigureRow.period, FigureRow.number).where(self._shown).order_by(FigureRow.number.desc())
            )
            return [(period, number) for period, number in rows]

    async def earlier(self, period: Period) -> list[tuple[Period, Publication]]:
        """Those of the same rhythm that were published before this one, the latest first: the last eight, and the one
        that it is compared with."""
        ids = [read_period(id) for id, _ in await self.index()]
        same = [each for each in ids if each and each.rhythm is period.rhythm]
        past = [each for each in same if (each.year, each.part) < (period.year, period.part)]
        wanted = {each.id: each for each in past[:_PAST] + [each for each in past if each == period.before]}
        async with self._sessions() as session:
            rows = await session.scalars(
                select(FigureRow).where(FigureRow.period.in_(list(wanted))).order_by(FigureRow.number.desc())
            )
            return [(wanted[row.period], publication_of(row)) for row in rows]

    async def find(self, period: Period) -> Publication | None:
        """The figures of a period; None while it is open, or was never counted."""
        async with self._sessions() as session:
            row = await session.scalar(select(FigureRow).where(FigureRow.period == period.id, self._shown))
        return publication_of(row) if row else None

    @property
    def _shown(self) -> ColumnElement[bool]:
        return true() if self._demo else shown()


def publishing(
    secret: bytes,
    sessions: Sessions,
    counts: Counts,
    library: Library,
    month: Callable[[], str],
    desks: Collection[DeskId],
    *,
    demo: bool,
) -> Publishing:
    """As the console does it: tables and regions from its content, signed by a key from its `secret`. In service are
    `desks`, and those that any account is of: the others are only known, and noise of theirs would be all there is."""

    def tables() -> Sequence[Table]:
        content = library.content
        return report_tables(content.topics, content.languages)

    async def regions() -> Mapping[DeskId, str]:
        async with sessions() as session:
            served = {*desks, *await session.scalars(select(Staff.desk).distinct())}
        return {DeskId(id): region_of(desk.counties) for id, desk in library.content.desks.items() if id in served}

    return Publishing(sessions, counts, signer(secret), tables, regions, month, secrets.randbelow, demo=demo)


def shown() -> ColumnElement[bool]:
    """The publications that were not made up for a demonstration."""
    return ~FigureRow.document.contains(f'"{MADE_UP}":true', autoescape=True)


def region_of(counties: Collection[str]) -> str:
    """With whom a desk is put together when it is small: those of its county; others with each other."""
    return next(iter(counties)) if len(counties) == 1 else "several"


def publication_of(row: FigureRow) -> Publication:
    """A row as it is signed."""
    return Publication(row.document, row.signature, row.key)


def figures_of(
    period: Period, raw: Raw, regions: Mapping[DeskId, str], tables: Sequence[Table], below: Below
) -> dict[str, Any]:
    """What is published of raw counts by desk, of those that `regions` names. TooCostly when the tables would tell too
    much of one talk."""
    total_cost, rhythm = cost(tables), period.rhythm
    shown = [table for table in tables if table.epsilon(rhythm) is not None]
    desks = sorted(regions)
    names = SIZES[rhythm]
    sizes: dict[str, int] = {
        desk: sum(raw.get(desk, Counter())[name] for name in names) + laplace(1 / SIZE_EPSILON, below) for desk in desks
    }
    groups, alone = merge_small(sizes, {desk: regions[desk] for desk in desks}, LEAST)
    noisy = {id: _add_noise(members, raw, shown, rhythm, below) for id, members in groups.items()}
    hidden = [_add_noise(alone, raw, shown, rhythm, below)] if alone or not groups else []
    parts = [*noisy.values(), *hidden]
    return {
        "tables": {table.id: list(table.cells) for table in shown},
        "several": [table.id for table in shown if table.several],
        "margins": {table.id: margin(table.scale(rhythm)) + ROUNDING for table in shown},
        "margins_all": {table.id: margin(table.scale(rhythm), max(len(parts), 1)) + ROUNDING for table in shown},
        "groups": [{"id": id, "desks": list(groups[id]), "figures": _disclose(noisy[id])} for id in sorted(groups)],
        "alone": list(alone),
        "all": _disclose(_sum(parts)),
        "cost": {
            "period": f"{float(period_cost(shown, rhythm)):g}",
            "year": f"{float(total_cost):g}",
            "cap": f"{float(CAP):g}",
        },
        "note": NOTE,
    }


NOTE = {
    "en": "Every figure has random noise, is rounded to five and hidden below eight. Parts do not sum to totals.",
    "sv": "Varje tal har slumpmässigt brus, är avrundat till fem och döljs under åtta. Delarna går inte ihop med "
    "summan.",
}


def _add_noise(desks: Iterable[str], raw: Raw, tables: Sequence[Table], rhythm: Rhythm, below: Below) -> Noisy:
    together: Counter[str] = Counter()
    for desk in desks:
        together.update(raw.get(DeskId(desk), Counter()))
    return {
        table.id: [
            sum(together[name] for name in names) + laplace(table.scale(rhythm), below)
            for names in table.cells.values()
        ]
        for table in tables
    }


def _sum(parts: Sequence[Noisy]) -> Noisy:
    """All together from the noisy parts: it costs nothing more, and tells nothing that they do not."""
    return {id: [sum(column) for column in zip(*(part[id] for part in parts), strict=True)] for id in parts[0]}


def _disclose(noisy: Noisy) -> dict[str, list[Figure]]:
    return {id: [disclose(value) for value in values] for id, values in noisy.items()}
