"""The shipped directory by itself: services, counties and the sentences that it is told with."""

from dataclasses import replace
from datetime import date, datetime
from typing import Any, cast

from dialogues.door_files import read_services
from dialogues.files import flatten, read_rows, read_yaml, strings
from dialogues.hours import SWEDEN
from dialogues.loader import DEFAULT
from dialogues.values import Content, LanguageTexts, Status, Topic

NOW = datetime(2026, 12, 1, 23, 40, tzinfo=SWEDEN)
TOPICS = tuple(row["id"] for row in read_rows(DEFAULT / "topics.yml", "id"))
COUNTIES = strings(read_yaml(DEFAULT / "counties.yml"))
SERVICES = read_services(DEFAULT / "services.yml")


def texts(language: str, flow: str) -> LanguageTexts:
    return LanguageTexts(
        language=language,
        name=language,
        direction="ltr",
        flow=flatten(read_yaml(DEFAULT / flow / "flow.yml")),
        page={},
        codes={},
        topics={},
        phrases=cast(Any, None),  # the directory understands no free text
        status=Status.DRAFT,
        fallback="",
    )


# A third language has sentences of its own for the flow, and nothing of the directory's.
DEMO = Content(
    topics={id: Topic(id, (), False) for id in TOPICS},
    facts={},
    nodes={},
    languages={"sv": texts("sv", "sv"), "en": texts("en", "en"), "so": texts("so", "en")},
    counties=COUNTIES,
    services=SERVICES,
    desks={},
    recogniser=cast(Any, None),
    now=NOW,
    demo=True,
)
CHECKED = date(2026, 11, 20)
# A real start in which somebody has checked what it refuses to start without, and nothing else.
REAL = replace(
    DEMO,
    demo=False,
    services={id: replace(service, checked=CHECKED if service.minimal else None) for id, service in SERVICES.items()},
)


def at(content: Content, *moment: int) -> Content:
    """The content at a moment of Swedish time: year, month, day, hour, minute."""
    year, month, day, hour, minute = moment
    return replace(content, now=datetime(year, month, day, hour, minute, tzinfo=SWEDEN))
