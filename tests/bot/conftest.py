"""The visitor's side over a real engine, and a staff member at the other end of it."""

import secrets
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import httpx
import pytest
import pytest_asyncio
from fastapi import FastAPI

from bot.main import create_app
from bot.settings import BotSettings, encode_key
from bot.web.assets import load_assets
from bot.web.site import Site
from dialogues.hours import SWEDEN
from dialogues.loader import load_content
from dialogues.values import Content
from handover.staff_redis import RedisStaffEnd
from handover.values import Claimed, DeskId, MessageId, OwnTalk, StaffId
from handover.visitor_redis import RedisVisitorEnd
from safety.headers import visitor_policy
from tests.engines import Engine, running

DESK = DeskId("demo")
KIM = StaffId("kim")
POLICY = visitor_policy([load_assets().exit.source])  # of every answer, unless pages may be shown in frames


@dataclass
class Clock:
    """Seconds since the epoch, moved by the tests."""

    now: float = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Colleague:
    """The staff member Kim, as sentences."""

    end: RedisStaffEnd
    talk: OwnTalk | None = None
    said: int = field(default=0)

    async def comes(self, *, paused: bool = False) -> None:
        await self.end.go_on_duty(DESK, KIM, "Kim", paused=paused)

    async def takes_the_first(self) -> OwnTalk:
        first = (await self.end.waiting(DESK))[0]
        claimed = await self.end.claim(first.ref, KIM, "Kim")
        assert isinstance(claimed, Claimed)
        self.talk, self.said = claimed.talk, claimed.talk.down_seq
        return claimed.talk

    async def says(self, words: str) -> None:
        assert self.talk is not None
        self.said += 1
        await self.end.say(self.talk.ref, KIM, self.said, MessageId(f"kim-says-{self.said}"), words.encode())

    async def has_heard(self) -> list[str]:
        assert self.talk is not None
        messages = await self.end.hear(self.talk.ref, KIM, 0)
        return [message.body.decode() for message in messages] if isinstance(messages, list) else []


@pytest.fixture(scope="session")
def content() -> Content:
    return load_content(now=datetime(2026, 12, 1, 12, tzinfo=SWEDEN), demo=True)


@pytest.fixture(scope="session")
def valkey() -> Iterator[Engine]:
    with running("valkey") as engine:
        yield engine


@pytest.fixture
def engine(valkey: Engine) -> Engine:
    """The shared engine, emptied."""
    with valkey.client() as client:
        client.flushall()
    return valkey


@contextmanager
def frozen(engine: Engine) -> Iterator[None]:
    """The engine answers nobody while this lasts, and forgets nothing."""
    engine.process.send_signal(signal.SIGSTOP)
    try:
        yield
    finally:
        engine.process.send_signal(signal.SIGCONT)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def settings(engine: Engine) -> BotSettings:
    return make_settings(engine)


def make_settings(engine: Engine, **changed: Any) -> BotSettings:
    given = {"redis_url": engine.visitor, "state_key": encode_key(secrets.token_bytes(32)), "demo": True}
    return BotSettings(**{**given, **changed})


@pytest_asyncio.fixture
async def app(settings: BotSettings, content: Content, clock: Clock) -> AsyncIterator[FastAPI]:
    app = create_app(
        settings, RedisVisitorEnd(settings.redis_url.get_secret_value(), settings.limits), content, now=clock
    )
    async with app.router.lifespan_context(app):
        yield app


@pytest.fixture
def site(app: FastAPI) -> Site:
    site: Site = app.state.site
    return site


@pytest_asyncio.fixture
async def client(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """A browser's requests, straight into the app."""
    transport = httpx.ASGITransport(app)
    headers = {"accept-language": "en"}
    async with httpx.AsyncClient(transport=transport, base_url="http://visitor.test", headers=headers) as client:
        yield client


@pytest_asyncio.fixture
async def kim(engine: Engine, settings: BotSettings) -> AsyncIterator[Colleague]:
    end = RedisStaffEnd(engine.staff, settings.limits)
    await end.open()
    yield Colleague(end)
    await end.close()
