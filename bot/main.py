"""The visitor's side put together: `build` from the environment, `create_app` from what it is handed."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from fastapi import FastAPI
from fastapi.telemetry import TelemetryConfig

from bot.counting import counter_names
from bot.editions import Editions
from bot.neighbours import Neighbours
from bot.planned import Planned, planned_desk
from bot.prospects import Prospects
from bot.reception import Reception
from bot.settings import BotSettings
from bot.toll import Toll
from bot.web import errors, health, leave, live, notices, pages, post, static, turns
from bot.web.assets import load_assets
from bot.web.box import load_box
from bot.web.front import Front, keep_fresh
from bot.web.later import load_later
from bot.web.paces import Paces
from bot.web.partings import Partings
from bot.web.plain import first_view
from bot.web.rounds import ATTEND, Rounds
from bot.web.rows import Written
from bot.web.site import Site
from bot.web.state import Tokens
from bot.web.views import Views
from bot.words import Words
from dialogues.hours import SWEDEN
from dialogues.loader import load_content
from dialogues.values import Content, Message
from handover.counters import Tally
from handover.ports import HandoverError, VisitorEnd
from handover.visitor_redis import RedisVisitorEnd
from safety.buckets import Buckets
from safety.draining import Draining
from safety.guard import Guard, read_rules
from safety.headers import SecurityHeaders, visitor_policy
from safety.limits import BodyLimit
from safety.readiness import Readiness
from safety.vitals import Part
from safety.work import Effort

BODY_LIMIT = 16 * 1024
FLUSH = 60  # seconds between two batches of counts

# Left on, its logs carry the messages of exceptions and its spans what was parsed out of requests.
_NO_TELEMETRY = TelemetryConfig(tracing=False, metrics=False, logs=False, operation_spans=False, auto_configure=False)


class OpenableEnd(VisitorEnd, Protocol):
    """A visitor's end with a connection that the app opens and closes."""

    async def open(self) -> None: ...

    async def close(self) -> None: ...


def build() -> FastAPI:
    """The app as the environment wants it. Raises ValidationError or ContentError when it cannot run like that."""
    settings = BotSettings()  # type: ignore[call-arg]  # the environment fills it
    content = load_content(now=datetime.now(SWEDEN), demo=settings.demo)
    return create_app(settings, RedisVisitorEnd(settings.redis_url.get_secret_value(), settings.limits), content)


def create_app(
    settings: BotSettings,
    visitor_end: OpenableEnd,
    content: Content,
    *,
    now: Callable[[], float] = time.time,
    clock: Callable[[], float] = time.monotonic,
    effort: Effort | None = None,
) -> FastAPI:
    """The app over these collaborators; `effort` is how much work is asked for under load. ValueError when there is no
    desk of the configured name."""
    tally, buckets, rules = Tally(counter_names(content)), Buckets(clock), read_rules()
    toll = Toll(settings.key, visitor_end, buckets, now, clock, effort, settings.joins_per_minute)
    planned = Planned(visitor_end, settings.desk)
    # An open socket is never taken for silence, however short its limit is.
    rounds = Rounds(visitor_end, min(ATTEND, settings.limits.silence / 3, settings.limits.waiting_silence / 3))
    lasting = _Lasting(
        settings, visitor_end, planned, tally, toll, Paces(clock), rounds, rules, Guard(rules), clock, now, Draining()
    )

    def show(content: Content) -> None:
        """Put everything that says the content's words in place. Open sockets keep the site they began with."""
        app.state.site = lasting.site(content, getattr(app.state, "site", None))

    editions = Editions(visitor_end, content, show)
    app = FastAPI(
        title="visitor",
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        telemetry=_NO_TELEMETRY,
        lifespan=lambda app: _lifespan(visitor_end, tally, buckets, editions, planned, lambda: app.state.site.front),
    )
    app.state.draining = lasting.draining
    app.state.readiness = Readiness(
        {Part.ENGINE: lambda: visitor_end.mark()}, clock, leaving=lambda: lasting.draining.begun
    )
    show(content)
    # The script in the page is a file of ours: its source stays the same whatever is published.
    _route(app, visitor_policy([app.state.site.assets.exit.source], settings.embed_origins))
    return app


@dataclass(frozen=True, slots=True)
class _Lasting:
    """What stays the same whatever staff publish."""

    settings: BotSettings
    end: VisitorEnd
    planned: Planned
    tally: Tally
    toll: Toll
    paces: Paces
    rounds: Rounds
    rules: Mapping[str, Any]
    guard: Guard
    clock: Callable[[], float]
    now: Callable[[], float]
    draining: Draining

    def site(self, content: Content, before: Site | None) -> Site:
        """The site that says this content. ValueError when it has no desk of the configured name."""
        settings, end = self.settings, self.end
        if settings.desk not in content.desks:
            raise ValueError(f"FRISTAD_DESK: no desk is called {settings.desk}")
        words = Words(content, settings.desk, _constants(settings))
        later = load_later(content, words, self.rules)
        assets = load_assets(load_box(words), later, before.assets if before else None)
        desk, deadline = content.desks[settings.desk], settings.deadline_minutes * 60
        prospects = Prospects(words, lambda: planned_desk(desk, self.planned), self._in_sweden, deadline)
        neighbours = Neighbours(content, words, settings.desk, settings.other_desks, self._in_sweden)
        reception = Reception(
            content, words, end, self.tally, settings.desk, self._in_sweden, self.toll, prospects, neighbours,
            self.planned, codes=settings.codes,
        )  # fmt: skip
        site = Site(
            settings=settings,
            content=content,
            words=words,
            reception=reception,
            prospects=prospects,
            neighbours=neighbours,
            end=end,
            partings=before.partings if before else Partings(end, reception, self.draining),
            paces=self.paces,
            rounds=self.rounds,
            tokens=Tokens(settings.key, content, self.now),
            toll=self.toll,
            assets=assets,
            views=Views(settings, content, words, assets),
            front=Front(lambda language: first_view(site, language), words.languages(), self.now),
            written=Written(_shelved(content)),
            clock=self.clock,
            now=self.now,
            guard=self.guard,
            draining=self.draining,
        )
        return site

    def _in_sweden(self) -> datetime:
        return datetime.fromtimestamp(self.now(), SWEDEN)


def _shelved(content: Content) -> Iterator[Message]:
    for reply, _ in content.shelf.replies.values() if content.shelf else ():
        yield from reply.messages


def _route(app: FastAPI, policy: Mapping[str, str]) -> None:
    for part in (pages, notices, turns, live, leave, post, static, health):
        app.include_router(part.router)
    errors.add_handlers(app)
    # The last one added is the outermost: every answer passes the headers, also that of the last resort.
    app.add_middleware(BodyLimit, max_bytes=BODY_LIMIT, refusal=errors.refuse_too_large)
    app.add_middleware(errors.LastResort)
    app.add_middleware(SecurityHeaders, policy=policy)


@contextlib.asynccontextmanager
async def _lifespan(
    visitor_end: OpenableEnd,
    tally: Tally,
    buckets: Buckets,
    editions: Editions,
    planned: Planned,
    front: Callable[[], Front],
) -> AsyncIterator[None]:
    await visitor_end.open()
    await editions.look()  # before the first visitor
    await planned.look()
    todo = (
        _flush_often(visitor_end, tally),
        _forget_in_time(buckets),
        editions.keep_looking(),
        planned.keep_looking(),
        keep_fresh(front),
    )
    chores = [asyncio.create_task(chore) for chore in todo]
    try:
        yield
    finally:
        for chore in chores:
            chore.cancel()
        await asyncio.gather(*chores, return_exceptions=True)
        await _flush(visitor_end, tally)
        await visitor_end.close()


async def _flush_often(visitor_end: OpenableEnd, tally: Tally) -> None:
    while True:
        await asyncio.sleep(FLUSH)
        await _flush(visitor_end, tally)


async def _forget_in_time(buckets: Buckets) -> None:
    """Also when nobody comes for hours."""
    while True:
        seconds = buckets.rotate()
        await asyncio.sleep(seconds)


async def _flush(visitor_end: OpenableEnd, tally: Tally) -> None:
    # Counts that could not be added stay in the tally and are tried again.
    with contextlib.suppress(HandoverError):
        await tally.flush(visitor_end.count)


def _constants(settings: BotSettings) -> dict[str, object]:
    return {
        "title": settings.title,
        "deadline": settings.deadline_minutes,
        "silence": _minutes(settings.silence_seconds),
        "waiting": _minutes(settings.waiting_silence_seconds),
    }


def _minutes(seconds: int) -> int:
    """Rounded up: nothing is erased later than the page says."""
    return -(-seconds // 60)
