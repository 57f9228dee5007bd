"""The staff side's app: `build()` reads the environment and names the drivers, `create_app` takes what it needs."""

import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from fastapi import Depends, FastAPI
from fastapi.telemetry import TelemetryConfig
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from console import (
    account_pages,
    asking_pages,
    audit_pages,
    bell_pages,
    closing_pages,
    device_pages,
    edit_pages,
    figure_pages,
    letter_pages,
    list_pages,
    outreach_pages,
    people_pages,
    practice_pages,
    rota_pages,
    sign_in_pages,
    wrapup,
)
from console.accounts import Accounts
from console.asking import Asking
from console.audit import Audit
from console.bells import Bells
from console.codes import Codes
from console.counts import CountKeys, Counts
from console.courier import Courier
from console.demo import Demonstration
from console.desk_keys import DeskKeys
from console.devices import Devices
from console.failures import Failures, install_handlers, refuse_too_large
from console.guard import guard
from console.habits import Habits
from console.house import House
from console.language import find_word_lists, load_words
from console.letters import Letters
from console.library import Library
from console.mail import Mail
from console.pages import WORD_LISTS, router
from console.passkeys import Passkeys
from console.people import People
from console.periods import month_of
from console.plans import Plans
from console.postings import Postings
from console.presence import Presences
from console.publishing import publishing
from console.rota import Rota
from console.settings import ConsoleSettings
from console.signins import SignIns
from console.stepup import FreshCookie, StepUp
from console.tables import Database
from console.tide import Tides
from console.upkeep import Upkeep
from console.vault import Vault
from dialogues.hours import SWEDEN
from dialogues.loader import load_content
from dialogues.values import Content
from handover.counters import Tally, talk_names
from handover.ports import StaffEnd
from handover.staff_redis import RedisStaffEnd
from handover.values import DeskId
from safety.headers import SecurityHeaders, console_policy
from safety.limits import BodyLimit
from safety.site import Site

_MAX_BODY = 16 * 1024  # bytes
# Longer than edit_pages.LONGEST in Tigrinya, 9 bytes a letter: what is too long there is given back, not cut off.
_LARGER = {"/edit": 256 * 1024}
_NO_TELEMETRY: TelemetryConfig = {
    "tracing": False,
    "metrics": False,
    "logs": False,
    "operation_spans": False,
    "auto_configure": False,
}


class Chore(Protocol):
    """Work that goes on while the console runs."""

    def running(self) -> AbstractAsyncContextManager[None]:
        """Do it from the start of the body to its end."""


class Openable(Protocol):
    """Something that is opened when the app starts and closed when it stops."""

    async def open(self) -> None:
        """Connect."""

    async def close(self) -> None:
        """Disconnect."""


def build() -> FastAPI:
    """The app as the environment asks for it. ValueError or ContentError when that cannot be."""
    settings = ConsoleSettings()  # type: ignore[call-arg]  # the environment gives what is missing
    if settings.database_url is None:
        settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    staff_end = RedisStaffEnd(settings.redis_url.get_secret_value(), settings.limits())
    content = load_content(now=datetime.now(SWEDEN), demo=settings.demo)
    return create_app(settings, staff_end=staff_end, content=content, resources=[staff_end])


def create_app(
    settings: ConsoleSettings,
    *,
    staff_end: StaffEnd,
    content: Content,
    resources: Sequence[Openable] = (),
    clock: Callable[[], float] = time.time,
    steady: Callable[[], float] = time.monotonic,
    word_lists: Path = WORD_LISTS,
    courier: Courier | None = None,
) -> FastAPI:
    """The console on these collaborators. `resources` are opened at start, in order, and closed at the end. `clock`
    tells the time of day; `steady` measures how long something took, and never steps back. `word_lists` is the folder
    of safety words; `courier` brings notifications to push services."""
    database = Database(settings.database())
    names = talk_names(content.topics, content.languages) | wrapup.COUNTERS
    vault = Vault(settings.key(), database.sessions, clock)
    lists = find_word_lists(word_lists)
    house = _furnish(settings, staff_end, content, database, vault, names, clock, steady, lists, courier or Courier())
    chores = _chores(settings, staff_end, content, house, vault)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            for resource in (database, *resources):
                stack.push_async_callback(resource.close)
                await resource.open()
            for chore in chores:
                await stack.enter_async_context(chore.running())
            yield

    app = FastAPI(
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        telemetry=_NO_TELEMETRY,
        lifespan=lifespan,
        dependencies=[Depends(guard)],
    )
    app.state.house = house
    _fit_out(app)
    return app


def _chores(
    settings: ConsoleSettings,
    staff_end: StaffEnd,
    content: Content,
    house: House,
    vault: Vault,
) -> list[Chore]:
    """What runs beside the pages, in the order of starting."""
    desks = sorted({DeskId(settings.desk), *map(DeskId, content.desks)})
    upkeep = Upkeep(
        staff_end=staff_end,
        desks=desks,
        tally=house.tally,
        counts=house.counts,
        publish=house.publishing.close_all,
        forgetful=_forgetful(house, vault),
    )
    mail = Mail(staff_end, desks, house.letters, house.desk_keys)
    return [upkeep, mail, Plans(staff_end, desks, house.rota), house.library, house.bells]


def _forgetful(house: House, vault: Vault) -> list[Callable[[], Awaitable[None]]]:
    everybody = (house.signins, house.devices, house.letters, house.desk_keys, house.people, house.audit, vault)
    return [house.rota.purge, *(each.purge for each in everybody)]


def _fit_out(app: FastAPI) -> None:
    app.include_router(router)
    for pages in (
        sign_in_pages, account_pages, people_pages, audit_pages, device_pages, outreach_pages, letter_pages, list_pages,
        edit_pages, closing_pages, figure_pages, bell_pages, practice_pages, asking_pages, rota_pages,
    ):  # fmt: skip
        app.include_router(pages.router)
    install_handlers(app)
    # The last one added is the outermost: every answer wears the headers, failures and refusals too.
    app.add_middleware(BodyLimit, max_bytes=_MAX_BODY, refusal=refuse_too_large, larger=_LARGER)
    app.add_middleware(Failures)
    app.add_middleware(FreshCookie)
    app.add_middleware(SecurityHeaders, policy=console_policy())


def _furnish(
    settings: ConsoleSettings,
    staff_end: StaffEnd,
    content: Content,
    database: Database,
    vault: Vault,
    names: frozenset[str],
    clock: Callable[[], float],
    steady: Callable[[], float],
    word_lists: Mapping[str, Path],
    courier: Courier,
) -> House:
    site = settings.site()
    signins = SignIns(database.sessions, clock)
    codes = Codes(database.sessions, vault, clock)
    accounts = Accounts(database.sessions, steady, codes)
    passkeys = Passkeys(database.sessions, vault, site, clock)
    audit = Audit(database.sessions, clock)
    library = Library(content, database.sessions, staff_end, clock, audit.note_text)
    return House(
        staff_end=staff_end,
        limits=settings.limits(),
        site=site,
        origin=site.origin if settings.staff_url else None,
        accounts=accounts,
        codes=codes,
        passkeys=passkeys,
        signins=signins,
        rota=Rota(database.sessions, clock),
        stepup=StepUp(vault, accounts, passkeys),
        people=People(database.sessions, clock),
        postings=Postings(database.sessions),
        others=tuple(DeskId(desk) for desk, _ in settings.other_desks if desk in content.desks),
        audit=audit,
        asking=Asking(database.sessions),
        devices=Devices(database.sessions, clock, settings.organisation(), settings.signing_key()),
        desk_keys=DeskKeys(database.sessions, clock, settings.organisation(), settings.signing_key()),
        letters=Letters(database.sessions, clock),
        organisation=settings.organisation_key,
        presences=Presences(steady),
        habits=Habits(database.sessions),
        bells=Bells(database.sessions, courier, settings.push(), _subject(site), clock, steady),
        **_counting(settings, database, names, library, clock),
        words=load_words(),
        word_lists=word_lists,
        templates=_templates(),
        clock=clock,
        steady=steady,
        demonstration=_demonstration(settings, database, signins),
    )


def _counting(
    settings: ConsoleSettings,
    database: Database,
    names: frozenset[str],
    library: Library,
    clock: Callable[[], float],
) -> dict[str, Any]:
    def month() -> str:
        return month_of(datetime.fromtimestamp(clock(), SWEDEN))

    keys = CountKeys(settings.count_keys or settings.data / "counts")
    tides = Tides(clock)
    counts = Counts(database.sessions, keys, names, month, tides.note)
    figures = publishing(settings.key(), database.sessions, counts, library, month)
    kept = {"library": library, "tally": Tally(names), "counts": counts, "publishing": figures}
    return kept | {"tides": tides}


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


def _templates() -> Environment:
    return Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
