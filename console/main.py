"""The staff side's app: `build()` reads the environment and names the drivers, `create_app` takes what it needs."""

import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Protocol

from fastapi import Depends, FastAPI
from fastapi.telemetry import TelemetryConfig
from jinja2 import Environment, FileSystemLoader, StrictUndefined

import safety
from console import device_pages, edit_pages, list_pages, wrapup
from console.accounts import Accounts
from console.demo import Demonstration
from console.devices import Devices
from console.failures import Failures, install_handlers, refuse_too_large
from console.guard import guard
from console.house import House
from console.language import find_word_lists, load_words
from console.library import Library
from console.pages import router
from console.presence import Presences
from console.settings import ConsoleSettings
from console.signins import SignIns
from console.tables import Database
from console.upkeep import Upkeep
from dialogues.hours import SWEDEN
from dialogues.loader import load_content
from dialogues.values import Content
from handover.counters import Tally, talk_names
from handover.ports import StaffEnd
from handover.staff_redis import RedisStaffEnd
from handover.values import DeskId
from safety.headers import SecurityHeaders, console_policy
from safety.limits import BodyLimit

_MAX_BODY = 16 * 1024  # bytes
# Longer than edit_pages.LONGEST in Tigrinya, 9 bytes a letter: what is too long there is given back, not cut off.
_LARGER = {"/edit": 256 * 1024}
_WORD_LISTS = Path(safety.__file__).parent / "words"
_NO_TELEMETRY: TelemetryConfig = {
    "tracing": False,
    "metrics": False,
    "logs": False,
    "operation_spans": False,
    "auto_configure": False,
}


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
    word_lists: Path = _WORD_LISTS,
) -> FastAPI:
    """The console on these collaborators. `resources` are opened at start, in order, and closed at the end. `clock`
    tells the time of day; `steady` measures how long something took, and never steps back. `word_lists` is the folder
    of safety words."""
    database = Database(settings.database())
    names = talk_names(content.topics) | wrapup.COUNTERS
    house = _furnish(settings, staff_end, content, database, Tally(names), clock, steady, find_word_lists(word_lists))
    desks = sorted({DeskId(settings.desk), *map(DeskId, content.desks)})
    upkeep = Upkeep(
        staff_end=staff_end,
        desks=desks,
        tally=house.tally,
        names=names,
        forgetful=[house.signins.purge, house.devices.purge],
        sessions=database.sessions,
        clock=clock,
    )

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            for resource in (database, *resources):
                stack.push_async_callback(resource.close)
                await resource.open()
            await stack.enter_async_context(upkeep.running())
            await stack.enter_async_context(house.library.running())
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


def _fit_out(app: FastAPI) -> None:
    app.include_router(router)
    app.include_router(device_pages.router)
    app.include_router(list_pages.router)
    app.include_router(edit_pages.router)
    install_handlers(app)
    # The last one added is the outermost: every answer wears the headers, failures and refusals too.
    app.add_middleware(BodyLimit, max_bytes=_MAX_BODY, refusal=refuse_too_large, larger=_LARGER)
    app.add_middleware(Failures)
    app.add_middleware(SecurityHeaders, policy=console_policy())


def _furnish(
    settings: ConsoleSettings,
    staff_end: StaffEnd,
    content: Content,
    database: Database,
    tally: Tally,
    clock: Callable[[], float],
    steady: Callable[[], float],
    word_lists: Mapping[str, Path],
) -> House:
    signins = SignIns(database.sessions, clock)
    return House(
        staff_end=staff_end,
        library=Library(content, database.sessions, staff_end, clock),
        limits=settings.limits(),
        accounts=Accounts(database.sessions, steady),
        signins=signins,
        devices=Devices(database.sessions, clock, settings.organisation(), settings.signing_key()),
        presences=Presences(steady),
        tally=tally,
        words=load_words(),
        word_lists=word_lists,
        templates=_templates(),
        clock=clock,
        steady=steady,
        demonstration=_demonstration(settings, database, signins),
    )


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
