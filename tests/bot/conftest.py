"""The visitor's side over a real engine, and a staff member at the other end of it."""

import asyncio
import secrets
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
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
from handover.keys import binding
from handover.staff_redis import RedisStaffEnd
from handover.values import AskKind, Claimed, DeskId, Done, Keys, MessageId, OwnTalk, StaffId, TalkRef
from handover.visitor_redis import RedisVisitorEnd
from safety.headers import visitor_policy
from safety.text64 import read64, write64
from tests.engines import Engine, running
from tests.sealed import Organisation, StaffPage

DESK = DeskId("demo")
KIM, LEE = StaffId("kim"), StaffId("lee")
POLICY = visitor_policy([load_assets().exit.source])  # of every answer, unless pages may be shown in frames


@dataclass
class Clock:
    """Seconds since the epoch, moved by the tests."""

    now: float = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


ORGANISATION = Organisation()


async def until(holds: Callable[[], Awaitable[bool]]) -> None:
    """Wait for what comes by itself; a failure after half a minute or more."""
    for _ in range(1_500):
        if await holds():
            return
        await asyncio.sleep(0.02)
    raise AssertionError("it never came")


@dataclass
class Colleague:
    """The staff member Kim, as sentences, with a device that the organisation signed."""

    end: RedisStaffEnd
    talk: OwnTalk | None = None
    said: int = field(default=0)
    page: StaffPage = field(default_factory=StaffPage)
    line: str = ""

    def __post_init__(self) -> None:
        self.line = ORGANISATION.line(self.page.key)

    async def comes(self, *, paused: bool = False) -> None:
        await self.end.go_on_duty(DESK, KIM, "Kim", paused=paused)

    async def takes_the_first(self) -> OwnTalk:
        first = (await self.end.waiting(DESK))[0]
        claimed = await self.end.claim(first.ref, KIM, "Kim")
        assert isinstance(claimed, Claimed)
        self.talk, self.said = claimed.talk, claimed.talk.down_seq
        await self.opens()
        return claimed.talk

    async def mutes(self, ref: TalkRef) -> None:
        """A colleague confirms it."""
        await self.end.go_on_duty(DESK, LEE, "Lee", paused=True)
        assert await self.end.ask(ref, KIM, AskKind.MUTE, None) == Done()
        (ask,) = [matter.ask for matter in await self.end.asks(DESK) if matter.ref == ref]
        assert ask
        assert await self.end.answer(ref, LEE, ask.number, yes=True) == Done()

    async def asks_to_hand_over(self, ref: TalkRef, kind: AskKind = AskKind.MOVE) -> int:
        """Lee has agreed, so that the visitor is asked: the question's number."""
        await self.end.go_on_duty(DESK, LEE, "Lee", paused=False)
        assert await self.end.ask(ref, KIM, kind, LEE, "Lee") == Done()
        (ask,) = [matter.ask for matter in await self.end.asks(DESK) if matter.ref == ref]
        assert ask
        assert await self.end.answer(ref, LEE, ask.number, yes=True) == Done()
        return ask.number

    async def opens(self, line: str = "") -> None:
        """The desk's page begins an epoch, as after a claim and after each reload; `line` instead of its own."""
        assert self.talk is not None
        await self.end.begin(self.talk.ref, KIM, line or self.line)

    async def has_keys(self) -> dict[int, bytes]:
        """What the visitor's end wrapped so far."""
        assert self.talk is not None
        keys = await self.end.keys(self.talk.ref, KIM)
        assert isinstance(keys, Keys)
        shown = {str(number): write64(wrapped) for number, wrapped in keys.wrapped.items()}
        kind, bound = ("keys", "") if "" in self.page.talks else ("talk", write64(binding(self.talk.ref)))
        self.page.note({"type": kind, "talk": "", "binding": bound, "epoch": keys.epoch, "keys": shown})
        return keys.wrapped

    async def is_keyed(self) -> bool:
        """Whether the visitor's end has given the key of now."""
        return bool(await self.has_keys()) and self.page.has_key("")

    async def says(self, words: str) -> None:
        assert self.talk is not None
        await until(self.is_keyed)
        self.said += 1
        body = read64(self.page.talks[""].seal(words))
        await self.end.say(self.talk.ref, KIM, self.said, MessageId(f"kim-says-{self.said}"), body)

    async def has_heard(self) -> list[str]:
        """The visitor's words, opened from the first one on."""
        assert self.talk is not None
        messages = await self.end.hear(self.talk.ref, KIM, 0)
        if not isinstance(messages, list):
            return []
        await self.has_keys()
        words = self.page.talks[""]
        words.opened.clear()
        return [words.open(write64(message.body)) for message in messages]


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
    given: dict[str, Any] = {
        "redis_url": engine.visitor,
        "state_key": encode_key(secrets.token_bytes(32)),
        "organisation_key": ORGANISATION.text,
        "demo": True,
    }
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
