"""What the read-only lists show: lines of the directory, and texts with their review dates."""

from dataclasses import dataclass
from datetime import UTC, date, datetime

from dialogues.values import Content, Status


@dataclass(frozen=True, slots=True)
class DirectoryRow:
    name: str
    detail: str
    number: str
    href: str
    checked: date | None


@dataclass(frozen=True, slots=True)
class TextRow:
    title: str
    language: str
    language_name: str
    status: Status
    owner: str
    checked: date
    review: date
    overdue: bool


def directory_rows(content: Content, language: str) -> list[DirectoryRow]:
    """The lines, those that nobody has checked first."""
    rows = [
        DirectoryRow(
            name=_in(language, line.names),
            detail=_in(language, line.details),
            number=line.number,
            href=line.href,
            checked=line.checked,
        )
        for line in content.lines.values()
    ]
    return sorted(rows, key=lambda row: (row.checked is not None, row.name))


def text_rows(content: Content, now: float) -> list[TextRow]:
    """The texts of every language: past review first, then the ones whose review comes soonest."""
    today = datetime.fromtimestamp(now, UTC).date()
    rows = [
        TextRow(
            title=text.title,
            language=text.language,
            language_name=texts.name,
            status=text.status,
            owner=text.owner,
            checked=text.checked,
            review=text.review,
            overdue=text.review < today,
        )
        for texts in content.languages.values()
        for text in texts.topics.values()
    ]
    return sorted(rows, key=lambda row: (not row.overdue, row.review, row.language, row.title))


def _in(language: str, texts: dict[str, str]) -> str:
    return texts.get(language) or next(iter(texts.values()), "")
