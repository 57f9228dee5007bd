"""Published figures as files: the same bytes each time, because nothing but the publication goes into them."""

import csv
from datetime import UTC, datetime
from io import BytesIO, StringIO
from typing import Any

import xlsxwriter

from console.figure_views import ALL, groups_of
from console.publishing import MADE_UP
from safety.chain import Publication
from safety.figures import FEW

_HEAD = ("period", "group", "table", "cell", "figure", "fewer_than", "margin")
MADE_UP_NOTE = "MADE UP for a demonstration / PÅHITTADE för en demonstration. No talk was counted here."
_MADE = datetime(2000, 1, 1, tzinfo=UTC)  # a file says when it was made; ours is the same whenever that is


def as_json(publication: Publication) -> bytes:
    """The publication itself, with its signature: what `fristad stats verify` checks."""
    return publication.export()


def as_csv(publication: Publication) -> bytes:
    """UTF-8 with a mark (spreadsheets need it); lines that begin with # say what holds for every figure."""
    out = StringIO()
    for line in about(publication):
        out.write(f"# {line}\r\n")
    writer = csv.writer(out)
    writer.writerow(_HEAD)
    writer.writerows(rows(publication))
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def as_xlsx(publication: Publication) -> bytes:
    """Two sheets: the figures, and what holds for them."""
    out = BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"created": _MADE.replace(tzinfo=None)})
    sheet = book.add_worksheet("figures")
    for place, row in enumerate((_HEAD, *rows(publication))):
        sheet.write_row(place, 0, row)
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, place, len(_HEAD) - 1)
    sheet.set_column(0, len(_HEAD) - 1, 18)
    notes = book.add_worksheet("about")
    notes.set_column(0, 0, 110)
    for place, line in enumerate(about(publication)):
        notes.write_string(place, 0, line)
    book.close()
    return out.getvalue()


FILES = {
    "csv": (as_csv, "text/csv; charset=utf-8"),
    "xlsx": (as_xlsx, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "json": (as_json, "application/json"),
}


def about(publication: Publication) -> list[str]:
    """What holds for every figure of it, in lines."""
    content = publication.content
    cost = content["cost"]
    return [
        f"Fristad, published figures, period {content['period']}, number {content['number']}",
        *([MADE_UP_NOTE] if content.get(MADE_UP) else []),
        content["note"]["sv"],
        content["note"]["en"],
        f"An empty figure with {FEW} in fewer_than stands for 0 to {FEW - 1}. margin: 19 of 20 true numbers lie within "
        "it. Figures of tables with several answers may be more than there are talks.",
        f"What one talk costs (epsilon): {cost['period']} this period, {cost['year']} a year, {cost['cap']} at most.",
        f"SHA-256 of the document: {publication.digest}",
        f"Signature (Ed25519) {publication.signature}, key {publication.key}",
    ]


def rows(publication: Publication) -> list[tuple[Any, ...]]:
    """A row for each figure of each group."""
    content = publication.content
    found = []
    for group in groups_of(content):
        all_together = group == ALL
        margins = content["margins_all" if all_together else "margins"]
        figures = content["all"] if all_together else next(g["figures"] for g in content["groups"] if g["id"] == group)
        for table, cells in content["tables"].items():
            for cell, figure in zip(cells, figures[table], strict=True):
                hidden = figure is None
                found.append(
                    (
                        content["period"],
                        group,
                        table,
                        cell,
                        "" if hidden else figure,
                        FEW if hidden else "",
                        margins[table],
                    )
                )
    return found
