"""The staff side's app: `build()` reads the environment and names the drivers, `create_app` takes what it needs."""

import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Protocol

from argon2 import PasswordHasher
from fastapi import Depends, FastAPI
from fastapi.telemetry import TelemetryConfig
from sqlalchemy import select

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
    phone_pages,
    practice_pages,
    prompt_pages,
    rota_pages,
    sign_in_pages,
    wrapup,
)
from console.courier import Courier
from console.database import Database
from console.failures import Failures, install_handlers, refuse_too_large
from console.furniture import Means, furnish
from console.guard import guard
from console.house import House
from console.language import find_word_lists
from console.made_up import MadeUp
from console.mail import Mail
from console.pages import WORD_LISTS, router
from console.periods import month_of
from console.phone_lines import Lines
from console.plans import Plans
from console.settings import ConsoleSettings
from console.softphone import MADE, find_softphone
from console.stepup import FreshCookie
from console.storage import Recovery
from console.upkeep import Upkeep
from console.vault import Vault
from dialogues.hours import SWEDEN
from dialogues.loader import load_content
from dialogues.values import Content
from handover.counters import talk_names
from handover.ports import StaffEnd
from handover.staff_redis import RedisStaffEnd
from handover.values import DeskId
from safety.headers import SecurityHeaders, console_policy
from safety.limits import BodyLimit
from safety.readiness import Check, Readiness
from safety.vitals import Part

_MAX_BODY = 16 * 1024  # bytes
# Longer than edit_pages.LONGEST in Tigrinya, 9 bytes a letter: what is too long there is given back, not cut off.
_LARGER = {"/edit": 256 * 1024, "/prompts/record": prompt_pages.MOST_FORM}
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
    hasher: PasswordHasher | None = None,
    softphone: Path = MADE,
) -> FastAPI:
    """The console on these collaborators. `resources` are opened at start, in order, and closed at the end. `clock`
    tells the time of day; `steady` measures how long something took, and never steps back. `word_lists` is the folder
    of safety words; `courier` brings notifications to push services; `hasher` makes passwords costly to guess;
    `softphone` is the script that answering calls in the browser needs."""
    database = Database(settings.database())
    names = talk_names(content.topics, content.languages) | wrapup.COUNTERS
    vault = Vault(settings.key(), database.sessions, clock)
    means = Means(
        staff_end=staff_end,
        content=content,
        database=database,
        vault=vault,
        names=names,
        lines=Lines(settings.phone_folder, find_softphone(softphone), settings.relays(clock)),
        word_lists=find_word_lists(word_lists),
        courier=courier or Courier(),
        hasher=hasher,
        clock=clock,
        steady=steady,
    )
    house = furnish(settings, means)
    app = _make_app((database, *resources), _chores(settings, house, means))
    app.state.house = house
    app.state.database = database
    app.state.draining = house.draining
    checks: dict[str, Check] = {Part.ENGINE: lambda: staff_end.mark(), Part.DATABASE: partial(_ask, database)}
    app.state.readiness = Readiness(checks, steady, leaving=lambda: house.draining.begun)
    app.include_router(phone_pages.router_to(settings.phone_control_port))
    _fit_out(app, phone=house.lines.possible)
    return app


async def _ask(database: Database) -> None:
    async with database.sessions() as session:
        await session.execute(select(1))


def _make_app(resources: Sequence[Openable], chores: Sequence[Chore]) -> FastAPI:
    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            for resource in resources:
                stack.push_async_callback(resource.close)
                await resource.open()
            for chore in chores:
                await stack.enter_async_context(chore.running())
            yield

    return FastAPI(
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        telemetry=_NO_TELEMETRY,
        lifespan=lifespan,
        dependencies=[Depends(guard)],
    )


def _chores(settings: ConsoleSettings, house: House, means: Means) -> list[Chore]:
    """What runs beside the pages, in the order of starting."""
    desks = sorted({DeskId(settings.desk), *map(DeskId, means.content.desks)})
    upkeep = Upkeep(
        staff_end=means.staff_end,
        desks=desks,
        tally=house.tally,
        counts=house.counts,
        publish=house.publishing.close_all,
        forgetful=_forgetful(house, means.vault),
    )
    mail = Mail(means.staff_end, desks, house.letters, house.desk_keys)
    made_up = [MadeUp(house.publishing, DeskId(settings.desk), _month(means.clock))] if house.demonstration else []
    recovery = Recovery(house.storage, means.database.sessions)
    plans = Plans(means.staff_end, desks, house.rota)
    return [recovery, upkeep, mail, plans, house.library, house.bells, house.lines, *made_up]


def _month(clock: Callable[[], float]) -> str:
    return month_of(datetime.fromtimestamp(clock(), SWEDEN))


def _forgetful(house: House, vault: Vault) -> list[Callable[[], Awaitable[None]]]:
    everybody = (house.signins, house.devices, house.letters, house.desk_keys, house.people, house.audit, vault)
    return [house.rota.purge, *(each.purge for each in everybody)]


def _fit_out(app: FastAPI, *, phone: bool) -> None:
    app.include_router(router)
    for pages in (
        sign_in_pages, account_pages, people_pages, audit_pages, device_pages, outreach_pages, letter_pages, list_pages,
        edit_pages, closing_pages, figure_pages, bell_pages, practice_pages, asking_pages, rota_pages, prompt_pages,
    ):  # fmt: skip
        app.include_router(pages.router)
    install_handlers(app)
    # The last one added is the outermost: every answer wears the headers, failures and refusals too.
    app.add_middleware(BodyLimit, max_bytes=_MAX_BODY, refusal=refuse_too_large, larger=_LARGER)
    app.add_middleware(Failures)
    app.add_middleware(FreshCookie)
    own = {"/desk": console_policy(microphone=True)} if phone else {}
    app.add_middleware(SecurityHeaders, policy=console_policy(), pages=own)
