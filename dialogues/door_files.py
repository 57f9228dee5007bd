"""Reading the directory and the desks, and what must hold of them: every mistake is named with file and line.

ContentError                  a file cannot be used; the message begins with file and line
"""

import re
from collections.abc import Iterator, Set
from dataclasses import fields

from dialogues.directory import EMERGENCY
from dialogues.doors import (
    Access,
    Ages,
    Anonymity,
    Desk,
    DeskChannel,
    Group,
    OperatorKind,
    People,
    Service,
)
from dialogues.files import File, Mistake, read_rows, read_yaml, require
from dialogues.hours import read_hours
from dialogues.problems import Problem
from dialogues.rows import Row
from dialogues.values import Content, Status

# What a real start needs: shown whatever the county, so that nobody is at a dead end (design section 8).
MINIMAL = (
    EMERGENCY,
    "polisen",
    "bris",
    "kvinnofridslinjen",
    "ratt-att-valja",
    "sjalvmordslinjen",
    "vardguiden-1177",
    "ud-emergency",
    "nationella-kompetensteamet",
)

_SERVICE = tuple(field.name for field in fields(Service))
_DESK = tuple(field.name for field in fields(Desk))
_PHONE = re.compile(r"\+?\d[\d -]*")
_ADDRESS = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+(/[\w./-]*)?")
_LANGUAGE = re.compile(r"[a-z]{2,3}")


def read_services(path: File) -> dict[str, Service]:
    """The directory by id, in its order. Raises ContentError."""
    services: dict[str, Service] = {}
    for raw in read_rows(path, "id", "names", "access", "people", "source"):
        row = Row(path, raw, _SERVICE)
        if row.id in services:
            raise row.wrong("id", Problem("id-taken"))
        services[row.id] = _service(row)
    return services


def read_desks(folder: File) -> dict[str, Desk]:
    """The desks by id, one file each. Raises ContentError."""
    desks: dict[str, Desk] = {}
    for path in sorted(folder.glob("*.yml")):
        raw = read_yaml(path)
        require(path, raw, "id", "names", "operator", "reporting", "languages")
        row = Row(path, raw, _DESK)
        if row.id != path.stem:
            raise row.wrong("id", Problem("id-file", name=path.stem))
        desks[row.id] = _desk(row)
    return desks


def check_doors(content: Content, root: File) -> Iterator[Mistake]:
    """What must hold between doors and the rest of the content."""
    path = root / "services.yml"
    for id in MINIMAL:
        if id not in content.services or not content.services[id].minimal:
            yield path, f"id: {id}", Problem("minimal", id=id)
    for service in content.services.values():
        for county in sorted(service.counties - set(content.counties)):
            yield path, county, Problem("county", id=service.id, county=county)
        if service.review and (service.checked is None or service.review <= service.checked):
            yield path, f"id: {service.id}", Problem("service-review", id=service.id)
    # A language that leans on another reads the English words: nobody translates the names of doors.
    languages = content.languages.items()
    written = {id for id, texts in languages if texts.status is not Status.MACHINE and not texts.fallback}
    for desk in content.desks.values():
        yield from _check_desk(content, root / "desks" / f"{desk.id}.yml", desk, written)


def _check_desk(content: Content, path: File, desk: Desk, written: Set[str]) -> Iterator[Mistake]:
    for county in sorted(desk.counties - set(content.counties)):
        yield path, county, Problem("county", id=desk.id, county=county)
    texts = {"names": desk.names, "reporting": desk.reporting, "under_18": desk.under_18, "limits": desk.limits}
    for key, said in texts.items():
        for language in sorted(written - set(said)) if said else ():
            yield path, f"{key}:", Problem("lacks-language", key=key, language=language)


def _service(row: Row) -> Service:
    return Service(
        id=row.id,
        names=row.texts("names", needed=True),
        access=row.one("access", Access, None),
        people=row.set("people", People),
        ages=_ages(row),
        counties=frozenset(row.words("counties")),
        municipalities=row.words("municipalities"),
        groups=row.set("groups", Group),
        refuses=row.set("refuses", Group),
        languages=_languages(row),
        interpreters=row.flag("interpreters"),
        phone=row.pattern("phone", _PHONE, "row-phone"),
        chat=row.pattern("chat", _ADDRESS, "row-address"),
        web=row.pattern("web", _ADDRESS, "row-address"),
        hours=row.read("hours", read_hours),
        anonymous=row.one("anonymous", Anonymity, Anonymity.UNKNOWN),
        takes_minors=row.flag("takes_minors") if row.raw.get("takes_minors") is not None else None,
        abroad=row.flag("abroad"),
        minimal=row.flag("minimal"),
        checked=row.day("checked"),
        review=row.day("review"),
        about=row.texts("about"),
        source=row.text("source"),
    )


def _desk(row: Row) -> Desk:
    return Desk(
        id=row.id,
        names=row.texts("names", needed=True),
        operator=row.one("operator", OperatorKind, None),
        reporting=row.texts("reporting", needed=True),
        languages=_languages(row),
        people=row.set("people", People, frozenset(People)),
        ages=_ages(row),
        counties=frozenset(row.words("counties")),
        hours=row.read("hours", read_hours),
        channels=row.set("channels", DeskChannel, frozenset({DeskChannel.WEB})),
        capacity=row.number("capacity", 5),
        anonymous=row.one("anonymous", Anonymity, Anonymity.UNKNOWN),
        under_18=row.texts("under_18"),
        limits=row.texts("limits"),
        planned=row.flag("planned"),
    )


def _ages(row: Row) -> Ages:
    raw = row.raw.get("ages") or {}
    if not isinstance(raw, dict) or not raw.keys() <= {"least", "most"}:
        raise row.wrong("ages", Problem("ages-form"))
    least, most = raw.get("least"), raw.get("most")
    if not all(age is None or (type(age) is int and 0 <= age <= 120) for age in (least, most)):
        raise row.wrong("ages", Problem("ages-years"))
    if least is not None and most is not None and least > most:
        raise row.wrong("ages", Problem("ages-order"))
    return Ages(least, most)


def _languages(row: Row) -> tuple[str, ...]:
    languages = row.words("languages")
    for language in languages:
        if not _LANGUAGE.fullmatch(language):
            raise row.wrong("languages", Problem("language-code", value=repr(language)))
    return languages
