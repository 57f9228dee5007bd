"""Pages of published figures, and their files. What is open is nowhere: these read publications alone."""

from calendar import monthrange
from dataclasses import dataclass

from fastapi import APIRouter, HTTPException
from starlette.requests import Request
from starlette.responses import Response

from console.charts import bar, trend
from console.figure_files import FILES
from console.figure_views import ALL, Label, Report, figures_of_group, groups_of, period_name, report, shown
from console.figure_words import group_name, label_of
from console.guard import signed_in_of
from console.house import House, house_of
from console.language import Words
from console.pages import desk_names, render, words_of
from console.periods import Period, Rhythm, read_period
from console.tide import longest_band
from console.views import waiting_band
from handover.outlook import Shut
from handover.values import DeskId
from safety.chain import Publication, verify

router = APIRouter()


@dataclass(frozen=True, slots=True)
class Published:
    """A year in the list of periods, with its own figures, its quarters and its months: each as id and name."""

    year: int
    whole: tuple[tuple[str, str], ...]
    quarters: tuple[tuple[str, str], ...]
    months: tuple[tuple[str, str], ...]


@router.get("/statistics")
async def show_statistics(request: Request) -> Response:
    """The live load, and the periods that were published."""
    house = house_of(request)
    desk = signed_in_of(request).member.desk
    load = await house.staff_end.load(desk)
    return render(
        request,
        "statistics.html",
        page="statistics",
        band=waiting_band(load.waiting),
        on_duty=load.on_duty,
        left=waiting_band(await house.letters.open(desk)),
        shut=await house.staff_end.why_shut(desk),
        reasons=tuple(Shut),
        longest=longest_band([row.waited for row in (await house.staff_end.front(desk, 1)).rows]),
        tide=await house.tides.of(desk, await _usual(house, desk)),
        published=await published(request),
    )


@router.get("/statistics/{period}")
async def show_period(request: Request, period: str) -> Response:
    """One period's figures, of all desks together or of one group."""
    house, words = house_of(request), words_of(request)
    when, publication = await _find(house, period)
    group = request.query_params.get("group", ALL)
    label = label_of(house.content, words)
    read = await read_report(house, when, publication, words, label, group)
    if read is None:
        raise HTTPException(404)
    names = {id: group_name(id, words, house.content, desk_names(request)) for id in _groups(read)}
    compared = read_period(read.compared)
    return render(
        request,
        "figures.html",
        page="statistics",
        report=read,
        name=period_name(when, words),
        compared=period_name(compared, words) if compared else "",
        past=[period_name(each, words) for each in read.past],
        headline={cell: words(f"figures.headline.kind.{cell}") for cell in ("talk", "consultation")},
        groups=names,
        publication=publication,
        files=tuple(FILES),
        shown=shown,
        bar=bar,
        trend=trend,
    )


@router.get("/statistics/{period}/{kind}")
async def send_file(request: Request, period: str, kind: str) -> Response:
    """One period as a file: csv, xlsx or json; the same bytes for everybody, whenever they ask."""
    if kind not in FILES:
        raise HTTPException(404)
    when, publication = await _find(house_of(request), period)
    write, media = FILES[kind]
    named = {"content-disposition": f'attachment; filename="figures-{when.id}.{kind}"'}
    return Response(write(publication), media_type=media, headers=named)


async def published(request: Request) -> list[Published]:
    """Every period that was published, the latest year first."""
    words = words_of(request)
    known = [read_period(id) for id, _ in await house_of(request).publishing.index()]
    periods = sorted((each for each in known if each), key=lambda period: period.part)

    def named(year: int, rhythm: Rhythm) -> tuple[tuple[str, str], ...]:
        mine = (each for each in periods if (each.year, each.rhythm) == (year, rhythm))
        return tuple((each.id, period_name(each, words)) for each in mine)

    years = sorted({each.year for each in periods}, reverse=True)
    return [
        Published(year, *(named(year, each) for each in (Rhythm.YEAR, Rhythm.QUARTER, Rhythm.MONTH))) for year in years
    ]


async def _usual(house: House, desk: DeskId) -> float:
    """Talks a day at a desk in the month that was published last; 0 when it has no figure of its own."""
    months = (read_period(id) for id, _ in await house.publishing.index())
    latest = next((each for each in months if each and each.rhythm is Rhythm.MONTH), None)
    publication = await house.publishing.find(latest) if latest else None
    if latest is None or publication is None:
        return 0
    document = publication.content
    figures = figures_of_group(document, desk)
    joined = figures["talks"][document["tables"]["talks"].index("joined")] if figures else None
    return (joined or 0) / monthrange(latest.year, latest.part)[1]


async def read_report(
    house: House, period: Period, publication: Publication, words: Words, label: Label, group: str = ALL
) -> Report | None:
    """A period with earlier ones of its kind beside it; None when the group has no figures. BadPublication when a row
    of the database is not what was published."""
    document = verify(publication)
    earlier = [
        (when, verify(each)) for when, each in await house.publishing.earlier(period) if when.rhythm is period.rhythm
    ]
    return report(period, document, earlier, words, label, group)


def _groups(read: Report) -> list[str]:
    return groups_of(read.document)


async def _find(house: House, id: str) -> tuple[Period, Publication]:
    period = read_period(id)
    publication = await house.publishing.find(period) if period else None
    if period is None or publication is None:
        raise HTTPException(404)
    return period, publication
