"""What the read-only lists show: the services of the directory, and texts with their review dates."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime

from dialogues.doors import Service
from dialogues.overlay import Overlay, sections, unapproved_sections
from dialogues.values import Content, LanguageTexts, Status, TopicText
from dialogues.wording import in_language


@dataclass(frozen=True, slots=True)
class Reach:
    """One way to reach a service: `kind` is phone, chat or web."""

    kind: str
    shown: str
    href: str


@dataclass(frozen=True, slots=True)
class DirectoryRow:
    id: str
    name: str
    about: str
    reached: tuple[Reach, ...]
    checked: date | None
    review: date | None
    overdue: bool
    who: str  # checked it, by the name that is shown; empty when that was before this console


@dataclass(frozen=True, slots=True)
class SectionGroup:
    """The sections of a language's sentences: parts of dialogues.overlay, and which of them people have approved."""

    language: str
    language_name: str
    status: Status
    parts: tuple[str, ...]
    approved: frozenset[str]


@dataclass(frozen=True, slots=True)
class TextRow:
    """One topic in one language. Where nothing is written but its title, `part` and `owner` are empty, and there is no
    status and no date: those of the text that is read instead are not this one's."""

    part: str  # of dialogues.overlay
    title: str
    language: str
    language_name: str
    status: Status | None
    owner: str
    checked: date | None
    review: date | None
    overdue: bool


def directory_rows(
    content: Content, language: str, today: date = date.min, checkers: Mapping[str, str] | None = None
) -> list[DirectoryRow]:
    """Every service, whether or not visitors may see it; those past their review first, then those that nobody has
    checked."""
    rows = [
        DirectoryRow(
            id=service.id,
            name=in_language(service.names, language),
            about=in_language(service.about, language),
            reached=_reached(service),
            checked=service.checked,
            review=service.review,
            overdue=service.review is not None and service.review < today,
            who=(checkers or {}).get(f"services.yml#{service.id}", ""),
        )
        for service in content.services.values()
    ]
    return sorted(rows, key=lambda row: (not row.overdue, row.checked is not None, row.name))


def section_groups(content: Content, overlay: Overlay) -> list[SectionGroup]:
    """The sentences of every language, section by section."""
    return [
        SectionGroup(
            language=texts.language,
            language_name=texts.name,
            status=texts.status,
            parts=(parts := sections(texts.language)),
            approved=frozenset(parts).intersection(overlay)
            - frozenset(unapproved_sections(overlay, f"{texts.language}/flow.yml#language")),
        )
        for texts in content.languages.values()
    ]


def part_name(content: Content, part: str, language: str) -> str:
    """What people call a part; a section of sentences by its own name."""
    file, _, entry = part.partition("#")
    where, _, id = file.removesuffix(".md").removesuffix(".yml").rpartition("/")
    if file == "services.yml":
        return in_language(content.services[entry].names, language) if entry in content.services else entry
    if where == "desks":
        return in_language(content.desks[id].names, language) if id in content.desks else id
    own = content.languages.get(part.partition("/")[0])
    if own and id in own.topics:
        return f"{own.topics[id].title} ({own.name})"
    name = f"Telegram: {entry}" if id == "telegram" else entry  # its sections are called like the page's
    return f"{name} ({own.name if own else where})"


def text_rows(content: Content, now: float) -> list[TextRow]:
    """The texts of every language: past review first, then the ones whose review comes soonest; what is not written
    comes last."""
    today = datetime.fromtimestamp(now, UTC).date()
    rows = [_text_row(texts, text, today) for texts in content.languages.values() for text in texts.topics.values()]
    return sorted(rows, key=lambda row: (not row.overdue, row.review or date.max, row.language, row.title))


def _text_row(texts: LanguageTexts, text: TopicText, today: date) -> TextRow:
    if not text.path.endswith(".md"):
        return TextRow("", text.title, texts.language, texts.name, None, "", None, None, overdue=False)
    return TextRow(
        part=f"{texts.language}/topics/{text.id}.md",
        title=text.title,
        language=texts.language,
        language_name=texts.name,
        status=text.status,
        owner=text.owner,
        checked=text.checked,
        review=text.review,
        overdue=text.review < today,
    )


def _reached(service: Service) -> tuple[Reach, ...]:
    """Its number and addresses; an address that is both its chat and its website is named once."""
    reached = []
    if service.phone:
        number = "".join(sign for sign in service.phone if sign.isdigit() or sign == "+")
        reached.append(Reach("phone", service.phone, f"tel:{number}"))
    if service.chat:
        reached.append(Reach("chat", service.chat, f"https://{service.chat}"))
    if service.web and service.web != service.chat:
        reached.append(Reach("web", service.web, f"https://{service.web}"))
    return tuple(reached)
