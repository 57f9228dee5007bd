"""What the console's handlers use, made of the settings and of what `create_app` is handed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from argon2 import PasswordHasher
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from console.accounts import Accounts
from console.asking import Asking
from console.audit import Audit
from console.bells import Bells
from console.codes import Codes
from console.counts import CountKeys, Counts
from console.courier import Courier
from console.database import Database
from console.demo import Demonstration
from console.desk_keys import DeskKeys
from console.devices import Devices
from console.habits import Habits
from console.house import House
from console.language import load_words
from console.letters import Letters
from console.library import Library
from console.looks import Findable, Found, Looks
from console.passkeys import Passkeys
from console.people import People
from console.periods import month_of
from console.phone_lines import Lines
from console.postings import Postings
from console.presence import Presences
from console.prompts import Prompts
from console.publishing import publishing
from console.rooms import Rooms
from console.rota import Rota
from console.settings import ConsoleSettings
from console.signins import SignIns
from console.stepup import StepUp
from console.tide import Tides
from console.vault import Vault
from console.wrapup_tickets import WrapupTickets
from dialogues.hours import SWEDEN
from dialogues.values import Content
from handover.counters import Tally
from handover.ports import StaffEnd
from handover.values import DeskId
from safety.draining import Draining
from safety.site import Site


@dataclass(frozen=True, slots=True)
class Means:
    """What a house is made with; `create_app` says what each of them is."""

    staff_end: StaffEnd
    content: Content
    database: Database
    vault: Vault
    names: frozenset[str]  # the closed set of what is counted
    lines: Lines
    word_lists: Mapping[str, Path]
    courier: Courier
    hasher: PasswordHasher | None
    clock: Callable[[], float]
    steady: Callable[[], float]


def furnish(settings: ConsoleSettings, means: Means) -> House:
    """The collaborators of all pages; BadKey as `settings` has it."""
    sessions, clock = means.database.sessions, means.clock
    site = settings.site()
    signins = SignIns(sessions, clock)
    codes = Codes(sessions, means.vault, clock)
    accounts = Accounts(sessions, means.steady, codes, means.hasher)
    passkeys = Passkeys(sessions, means.vault, site, clock)
    audit = Audit(sessions, clock)
    library = Library(means.content, sessions, means.staff_end, clock, audit.note_text)
    return House(
        staff_end=means.staff_end,
        library=library,
        limits=settings.limits(),
        site=site,
        origin=site.origin if settings.staff_url else None,
        accounts=accounts,
        codes=codes,
        passkeys=passkeys,
        signins=signins,
        looks=_looks(signins, means, lambda: signins.unwritten),
        rota=Rota(sessions, clock),
        stepup=StepUp(means.vault, accounts, passkeys),
        people=People(sessions, clock),
        postings=Postings(sessions),
        others=tuple(DeskId(desk) for desk, _ in settings.other_desks if desk in means.content.desks),
        audit=audit,
        asking=Asking(sessions),
        **_devices(settings, means),
        desk_keys=DeskKeys(
            sessions, clock, settings.organisation(), settings.signing_key(), offered=settings.codes
        ),
        letters=Letters(sessions, clock),
        organisation=settings.organisation_key,
        presences=Presences(means.steady, WrapupTickets(means.vault)),
        rooms=Rooms(means.staff_end, settings.limits().lease / 3),
        lines=means.lines,
        habits=Habits(sessions),
        bells=Bells(sessions, means.courier, settings.push(), _subject(site), clock, means.steady),
        prompts=_prompts(settings),
        **_counting(settings, means, library),
        words=load_words(),
        word_lists=means.word_lists,
        templates=_templates(),
        clock=clock,
        steady=means.steady,
        storage=means.database.storage,
        draining=Draining(),
        demonstration=_demonstration(settings, means.database, signins),
    )


def _prompts(settings: ConsoleSettings) -> Prompts:
    desk, minutes = DeskId(settings.desk), settings.deadline_minutes
    return Prompts(desk, minutes, settings.phone_sounds, settings.phone_recordings)


def _devices(settings: ConsoleSettings, means: Means) -> dict[str, Any]:
    devices = Devices(means.database.sessions, means.clock, settings.organisation(), settings.signing_key())
    return {"devices": devices, "device_looks": _looks(devices, means, lambda: 0)}


def _counting(settings: ConsoleSettings, means: Means, library: Library) -> dict[str, Any]:
    def month() -> str:
        return month_of(datetime.fromtimestamp(means.clock(), SWEDEN))

    sessions, tides = means.database.sessions, Tides(means.staff_end, means.clock)
    keys = CountKeys(settings.count_keys or settings.data / "counts")
    counts = Counts(sessions, keys, means.names, month, tides.note)
    figures = publishing(
        settings.key(), sessions, counts, library, month, _served(settings, means.content), demo=settings.demo
    )
    return {"tally": Tally(means.names), "counts": counts, "publishing": figures, "tides": tides}


def _served(settings: ConsoleSettings, content: Content) -> tuple[DeskId, ...]:
    named = (settings.desk, *(desk for desk, _ in settings.other_desks))
    return tuple(DeskId(desk) for desk in named if desk in content.desks)


def _subject(site: Site) -> str:
    """Whom push services may turn to; they know the page's address from the browser anyway."""
    return site.origin if site.origin.startswith("https:") else "mailto:nobody@localhost"


def _demonstration(settings: ConsoleSettings, database: Database, signins: SignIns) -> Demonstration | None:
    if not settings.demo or settings.demo_staff_token is None or settings.demo_coordinator_token is None:
        return None
    return Demonstration(
        staff_token=settings.demo_staff_token.get_secret_value(),
        coordinator_token=settings.demo_coordinator_token.get_secret_value(),
        desk=DeskId(settings.desk),
        sessions=database.sessions,
        signins=signins,
    )


@cache
def _templates() -> Environment:
    """Compiled once in a process: a console that is built again, as tests do, has the same."""
    return Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _looks(findable: Findable[Found], means: Means, unwritten: Callable[[], int]) -> Looks[Found]:
    database = means.database
    return Looks(findable, lambda: database.changes + unwritten(), database.storage, means.steady)
