"""Closing a period: each cell gets its noise once, the figures are signed and written once, and a year's raw counts go
with their key (design section 10)."""

import secrets
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from console.count_tables import FigureRow
from console.counts import Counts
from console.library import Library
from console.periods import Period, Rhythm, over, read_period
from console.report_tables import CAP, LEAST, SIZE_EPSILON, SIZES, Table, cost, period_cost, report_tables
from console.tables import Sessions, finish
from handover.values import DeskId
from safety.chain import FIRST, Publication, publish, signer
from safety.figures import ROUNDING, Figure, disclose, merge_small
from safety.noise import Below, laplace, margin

Raw = Mapping[DeskId, Counter[str]]
Noisy = dict[str, list[int]]
_PAST = 8  # periods of a small chart over time


class Publishing:
    """Closes what is over, and reads what was closed. `regions` gives each desk's region, `month` the month that is
    going on, `below` random whole numbers (secrets.randbelow)."""

    def __init__(
        self,
        sessions: Sessions,
        counts: Counts,
        signing: Ed25519PrivateKey,
        tables: Callable[[], Sequence[Table]],
        regions: Callable[[], Mapping[DeskId, str]],
        month: Callable[[], str],
        below: Below,
    ) -> None:
        self._sessions = sessions
        self._counts = counts
        self._signing = signing
        self._tables = tables
        self._regions = regions
        self._month = month
        self._below = below

    async def close_all(self) -> None:
        """Publish every period that is over and was not published, in order. KeyGone where counts cannot be read,
        TooCostly where the tables would tell too much; then nothing of that period is published."""
        await finish(self._close_all())

    async def _close_all(self) -> None:
        known = {period for period, _ in await self.index()}
        first = await self._counts.first()
        for period in over(first, self._month()) if first else []:
            if period.id not in known and not await self._close(period):
                return  # another process is at it
        await self._erase({period for period, _ in await self.index()})

    async def _erase(self, known: set[str]) -> None:
        """What a year was counted of, as soon as it is out; also when the process died between the two."""
        for year in self._counts.years():
            if year in known:
                await self._counts.erase(year)

    async def _close(self, period: Period) -> bool:
        tables, regions = self._tables(), self._regions()
        raw = await self._counts.read(period.months)
        async with self._sessions() as session:
            latest = await session.scalar(select(FigureRow).order_by(FigureRow.number.desc()).limit(1))
        chained = {
            "number": latest.number + 1 if latest else 1,
            "previous": publication_of(latest).digest if latest else FIRST,
        }
        figures = figures_of(period, raw, regions, tables, self._below)
        publication = publish({"version": 1, "period": period.id, **chained, **figures}, self._signing)
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
            rows = await session.execute(select(FigureRow.period, FigureRow.number).order_by(FigureRow.number.desc()))
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
            row = await session.scalar(select(FigureRow).where(FigureRow.period == period.id))
        return publication_of(row) if row else None


def publishing(
    secret: bytes, sessions: Sessions, counts: Counts, library: Library, month: Callable[[], str]
) -> Publishing:
    """As the console does it: tables and regions from its content, signed by a key from its `secret`."""

    def tables() -> Sequence[Table]:
        content = library.content
        return report_tables(content.topics, content.languages)

    def regions() -> Mapping[DeskId, str]:
        return {DeskId(id): region_of(desk.counties) for id, desk in library.content.desks.items()}

    return Publishing(sessions, counts, signer(secret), tables, regions, month, secrets.randbelow)


def region_of(counties: Collection[str]) -> str:
    """With whom a desk is put together when it is small: those of its county; others with each other."""
    return next(iter(counties)) if len(counties) == 1 else "several"


def publication_of(row: FigureRow) -> Publication:
    """A row as it is signed."""
    return Publication(row.document, row.signature, row.key)


def figures_of(
    period: Period, raw: Raw, regions: Mapping[DeskId, str], tables: Sequence[Table], below: Below
) -> dict[str, Any]:
    """What is published of raw counts by desk. TooCostly when the tables would tell too much of one talk."""
    total_cost, rhythm = cost(tables), period.rhythm
    shown = [table for table in tables if table.epsilon(rhythm) is not None]
    desks = sorted({*regions, *raw})
    names = SIZES[rhythm]
    sizes: dict[str, int] = {
        desk: sum(raw.get(desk, Counter())[name] for name in names) + laplace(1 / SIZE_EPSILON, below) for desk in desks
    }
    groups, alone = merge_small(sizes, {desk: regions.get(desk, "several") for desk in desks}, LEAST)
    noisy = {id: _add_noise(members, raw, shown, rhythm, below) for id, members in groups.items()}
    hidden = [_add_noise(alone, raw, shown, rhythm, below)] if alone else []
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
