"""The channel between a strict Bot API server and a real engine, with a staff member at the other end of it."""

import asyncio
import contextlib
import secrets
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

import pytest

from bot.settings import encode_key
from bot.telegram.client import TelegramClient
from bot.telegram.main import TelegramLine
from bot.telegram.settings import TelegramSettings
from dialogues.hours import SWEDEN
from dialogues.loader import load_content
from dialogues.values import Content
from handover.ports import HandoverError
from handover.staff_redis import RedisStaffEnd
from handover.visitor_redis import RedisVisitorEnd
from tests.bot.conftest import ORGANISATION, Colleague
from tests.engines import Engine, running
from tests.telegram.people import Phone
from tests.telegram.server import TOKEN, Server, serving

RENEW = 3.0  # seconds, as an open desk renews its lease
KEY = encode_key(secrets.token_bytes(32))


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    async with serving() as server:
        yield server


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


def make_settings(engine: Engine, **changed: Any) -> TelegramSettings:
    given: dict[str, Any] = {
        "telegram_token": TOKEN,
        "telegram_key": KEY,
        "redis_url": engine.visitor,
        "organisation_key": ORGANISATION.text,
        "visitor_url": "https://page.example.org",
        "joins_per_minute": 100_000,
        "demo": True,
    }
    return TelegramSettings(**{**given, **changed})


@asynccontextmanager
async def answering(
    server: Server,
    engine: Engine,
    content: Content,
    *,
    lease: float = 2.0,
    patience: float = 5.0,
    end_of: type[RedisVisitorEnd] = RedisVisitorEnd,
    **changed: Any,
) -> AsyncIterator[TelegramLine]:
    """The channel, as one process of it, while the body runs."""
    settings = make_settings(engine, **changed)
    end = end_of(settings.redis_url.get_secret_value(), settings.limits)
    line = TelegramLine(settings, end, TelegramClient(TOKEN, server.address, patience=patience), content, lease=lease)
    ready = asyncio.Event()
    running = asyncio.create_task(line.run(lambda _: ready.set()))
    try:
        if lease:
            await asyncio.wait([running, waiting := asyncio.create_task(ready.wait())], return_when="FIRST_COMPLETED")
            waiting.cancel()
            if running.done():
                running.result()
        yield line
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


@pytest.fixture
async def line(server: Server, engine: Engine, content: Content) -> AsyncIterator[TelegramLine]:
    async with answering(server, engine, content) as line:
        yield line


@pytest.fixture
def ali(server: Server) -> Phone:
    """Somebody who has not written yet."""
    return Phone(server)


@pytest.fixture
async def kim(engine: Engine) -> AsyncIterator[Colleague]:
    end = RedisStaffEnd(engine.staff)
    await end.open()
    kim = Steady(end)
    staying = asyncio.create_task(kim.stays())
    yield kim
    staying.cancel()
    await asyncio.gather(staying, return_exceptions=True)
    await end.close()


class Steady(Colleague):
    """Once on duty she stays there, as an open desk does: a busy machine takes longer than a lease for some steps."""

    came = False

    async def comes(self, *, paused: bool = False) -> None:
        await super().comes(paused=paused)
        self.came = True

    async def stays(self) -> None:
        while True:
            await asyncio.sleep(RENEW)
            with contextlib.suppress(HandoverError):
                if self.came:
                    await super().comes()


async def gets_in_line(phone: Phone) -> None:
    """From the first word to the waiting room, in English."""
    phone.types("/start")
    await phone.sees("Telegram knows")
    phone.presses("English")
    await phone.sees("Telegram knows")
    phone.presses("Talk to a person")
    await phone.sees("introduced")
    phone.presses("Talk to a person")
    await phone.sees("You are number 1 in line")


async def meets(phone: Phone, kim: Colleague) -> None:
    """In a talk with Kim, who is on duty."""
    await kim.comes()
    await gets_in_line(phone)
    await kim.takes_the_first()
    await phone.sees("Kim is here now")
