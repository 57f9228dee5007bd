"""Published figures outside the console: whether a file holds, and a report to print."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TextIO

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from console.count_tables import FigureRow
from console.database import Database
from console.figure_views import Document, Report, period_name, report
from console.figure_words import group_name, label_of
from console.language import load_words
from console.periods import Period, read_period
from console.publishing import MADE_UP, publication_of, shown
from console.republishing import bring_back
from console.schema import SchemaError
from console.settings import ConsoleSettings
from dialogues.hours import SWEDEN
from dialogues.loader import load_content
from dialogues.wording import in_language
from fristad.refusal import Refused
from safety.chain import BadPublication, Publication, signer, verify
from safety.text64 import write64


def verify_files(files: Sequence[Path], key: str | None, out: TextIO) -> int:
    """Check each file, and of several that each follows the one before. Refused at the first that does not hold."""
    before: Publication | None = None
    for file in files:
        try:
            found = Publication.read(file.read_bytes())
            content = verify(found, key or (before.key if before else None), before)
        except OSError:
            raise Refused(f"{file} cannot be read.") from None
        except BadPublication as error:
            raise Refused(f"{file} does not hold. {error}") from None
        made_up = " Made up for a demonstration." if content.get(MADE_UP) else ""
        print(f"{file} holds: period {content.get('period')}, number {content.get('number')}.{made_up}", file=out)
        before = found
    if key is None and before is not None:
        print(f"Signed with the key {before.key}: see that it is the one you trust, or name it with --key.", file=out)
    return 0


def bring_files(files: Sequence[Path], settings: ConsoleSettings, out: TextIO) -> int:
    """Put published figures that are younger than a backup back into the database that it was restored to, so that no
    number is given twice. Refused as a whole when one does not follow."""
    if settings.database_url is None and not (settings.data / "console.sqlite3").is_file():
        raise Refused("There is no console's database in FRISTAD_DATA: name its folder, or set FRISTAD_DATABASE_URL.")
    own = write64(signer(settings.key()).public_key().public_bytes_raw())
    try:
        found = [Publication.read(file.read_bytes()) for file in files]
        brought = asyncio.run(_bring(settings.database(), found, own))
    except BadPublication as error:
        raise Refused(f"Nothing was written. {error}") from None
    except SchemaError as error:
        raise Refused(str(error)) from None
    except (SQLAlchemyError, OSError):
        raise Refused("A file cannot be read, or the console's database cannot be written: nothing was.") from None
    numbers = ", ".join(map(str, brought))
    print(f"Brought back: {numbers}." if brought else "All of them were there already.", file=out)
    return 0


async def _bring(url: str, found: Sequence[Publication], own: str) -> list[int]:
    database = Database(url)
    await database.open()
    try:
        return await bring_back(database.sessions, found, own)
    finally:
        await database.close()


@dataclass(frozen=True, slots=True)
class _Found:
    publication: Publication
    document: Document
    earlier: list[tuple[Period, Document]]


def write_report(id: str, language: str, group: str, file: Path, settings: ConsoleSettings, out: TextIO) -> int:
    """The report of a published period as PDF. Refused without the extra `report`, for a period or group that has no
    figures, and where there is no console's database."""
    try:
        from fristad.figure_print import print_report
    except ImportError:
        raise Refused("PDF needs the extra: install fristad[report], or print the page in a browser.") from None
    period = read_period(id)
    if period is None:
        raise Refused(f"{id} is no period: name a year, a quarter or a month, such as 2026, 2026-Q1 or 2026-03.")
    if settings.database_url is None and not (settings.data / "console.sqlite3").is_file():
        raise Refused("There is no console's database in FRISTAD_DATA: name its folder, or set FRISTAD_DATABASE_URL.")
    found = _look_up(settings, period)
    read, name = (None, "") if found is None else _read(period, found, language, group, demo=settings.demo)
    if found is None or read is None:
        raise Refused(f"No figures are published for {id} and {group}.")
    try:
        file.write_bytes(print_report(read, name, found.publication, load_words()[language]))
    except OSError:
        raise Refused(f"{file} cannot be written.") from None
    print(f"{file} written.", file=out)
    return 0


def _look_up(settings: ConsoleSettings, period: Period) -> _Found | None:
    try:
        return asyncio.run(_find(settings.database(), period, demo=settings.demo))
    except SchemaError as error:
        raise Refused(str(error)) from None
    except SQLAlchemyError:
        raise Refused("The console's database cannot be read: see FRISTAD_DATA or FRISTAD_DATABASE_URL.") from None
    except BadPublication as error:
        raise Refused(f"The figures in the database do not hold. {error}") from None


def _read(period: Period, found: _Found, language: str, group: str, *, demo: bool) -> tuple[Report | None, str]:
    words, content = load_words()[language], load_content(now=datetime.now(SWEDEN), demo=demo)
    desks = {id: in_language(desk.names, language) or id for id, desk in content.desks.items()}
    label = label_of(content, words)
    read = report(period, found.document, found.earlier, words, label, group)
    return read, f"{period_name(period, words)}, {group_name(group, words, content, desks)}"


async def _find(url: str, period: Period, *, demo: bool) -> _Found | None:
    database = Database(url)
    try:
        async with database.sessions() as session:
            chosen = select(FigureRow) if demo else select(FigureRow).where(shown())
            rows = list(await session.scalars(chosen.order_by(FigureRow.number.desc())))
    finally:
        await database.close()
    own = next((publication_of(row) for row in rows if row.period == period.id), None)
    if own is None:
        return None
    past = [(when, row) for row in rows if (when := read_period(row.period)) and when.rhythm is period.rhythm]
    earlier = [(when, row) for when, row in past if (when.year, when.part) < (period.year, period.part)]
    return _Found(own, verify(own), [(when, verify(publication_of(row))) for when, row in earlier])
