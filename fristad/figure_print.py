"""A report of published figures as PDF (A4), drawn with reportlab: tables, margins and help as on the page."""

from io import BytesIO

from reportlab.graphics.shapes import Drawing, Line, Rect
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle, getSampleStyleSheet
from reportlab.lib.units import mm
from reportlab.platypus import Flowable, KeepTogether, Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

from console.figure_views import Report, Row, TableView, period_name, shown
from console.language import Words
from console.periods import read_period
from safety.chain import Publication
from safety.figures import FEW

_WIDE, _HIGH = 55 * mm, 4 * mm
_GREEN, _LINE = colors.HexColor("#7ba6a2"), colors.HexColor("#bbbbbb")
_HELP = ("noise", "few", "margin", "parts", "several")


def print_report(report: Report, name: str, publication: Publication, words: Words) -> bytes:
    """The file; the same bytes for the same publication, language and group."""
    out, styles = BytesIO(), getSampleStyleSheet()
    small = ParagraphStyle("small", parent=styles["BodyText"], fontSize=8, textColor=colors.HexColor("#444444"))
    story: list[Flowable] = [Paragraph(words("figures.of", period=name), styles["Title"])]
    if report.made_up:
        story.append(Paragraph(f"<b>{words('figures.made-up')}</b>", styles["BodyText"]))
    for row in report.headline:
        story.append(Paragraph(f"{row.label}: <b>{shown(row.figure, words)}</b>", styles["BodyText"]))
    story += [Spacer(0, 4 * mm), Paragraph(words("figures.help"), styles["Heading2"])]
    story += [Paragraph(words(f"figures.help.{each}"), styles["BodyText"]) for each in _HELP]
    compared = _compared(report, words)
    if compared:
        story.append(Paragraph(words("figures.help.change", period=compared), styles["BodyText"]))
    for table in report.tables:
        story.append(KeepTogether(_table(table, words, compared, styles["Heading2"], small, styles["BodyText"])))
    cost = report.document["cost"]
    story += [
        Spacer(0, 6 * mm),
        Paragraph(words("figures.cost", period=cost["period"], year=cost["year"], cap=cost["cap"]), small),
        Paragraph(f"{words('figures.signed', number=report.document['number'])} {publication.digest}", small),
        Paragraph(f"{words('figures.key')} {publication.key}", small),
    ]
    document = SimpleDocTemplate(
        out,
        pagesize=A4,
        leftMargin=16 * mm,
        rightMargin=16 * mm,
        topMargin=16 * mm,
        bottomMargin=16 * mm,
        title=words("figures.of", period=name),
        author="Fristad",
        lang=words.language,
        invariant=1,
    )
    document.build(story)
    return out.getvalue()


def _table(
    table: TableView,
    words: Words,
    compared: str,
    heading: ParagraphStyle,
    small: ParagraphStyle,
    body: ParagraphStyle,
) -> list[Flowable]:
    several = f" {words('figures.several')}" if table.several else ""
    said = f"{words('figures.margin', margin=table.margin)}{several} {words('figures.parts')}"
    rows = [
        [
            Paragraph(row.label, body),
            Paragraph(f"<b>{shown(row.figure, words)}</b>", body),
            _bar(row, table.top),
            Paragraph(words(f"figures.change.{row.change}") if row.change else "", small),
        ]
        for row in table.rows
    ]
    change = words("figures.change", period=compared) if compared else ""
    head = [Paragraph(each, small) for each in (words("figures.what"), words("figures.number"), "", change)]
    drawn = Table([head, *rows], colWidths=[62 * mm, 26 * mm, _WIDE + 4 * mm, 31 * mm], repeatRows=1)
    drawn.setStyle(TableStyle([("LINEBELOW", (0, 0), (-1, -1), 0.4, _LINE), ("VALIGN", (0, 0), (-1, -1), "MIDDLE")]))
    return [Paragraph(table.title, heading), Paragraph(said, small), drawn]


def _compared(report: Report, words: Words) -> str:
    period = read_period(report.compared)
    return period_name(period, words) if period else ""


def _bar(row: Row, top: int) -> Drawing:
    scale, middle = _WIDE / max(top, FEW), _HIGH / 2
    drawing = Drawing(_WIDE, _HIGH)
    if row.figure is not None:
        drawing.add(Rect(0, 0.5, row.figure * scale, _HIGH - 1, fillColor=_GREEN, strokeColor=None))
    drawing.add(Line(row.low * scale, middle, row.high * scale, middle, strokeWidth=0.8))
    for end in (row.low, row.high):
        drawing.add(Line(end * scale, middle - 3, end * scale, middle + 3, strokeWidth=0.8))
    return drawing
