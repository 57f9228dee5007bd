"""A console with a real engine and a real database; accounts, visitors and pages for its tests."""

import asyncio
import re
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
from argon2 import PasswordHasher
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from fastapi import FastAPI
from pydantic import SecretStr

from console.accounts import create_account
from console.database import Database, bring_up
from console.house import House
from console.main import create_app
from console.settings import ConsoleSettings
from console.signins import COOKIE
from console.softphone import MADE
from console.tables import Sessions
from dialogues.hours import SWEDEN
from dialogues.loader import load_content
from dialogues.values import Content
from handover.ports import StaffEnd
from handover.staff_redis import RedisStaffEnd
from handover.values import DeskId, StaffId
from handover.visitor_redis import RedisVisitorEnd
from tests.engines import Engine, running
from tests.postgres import Postgres, running_postgres
from tests.sealed import ORGANISATION

# A mark for tests that are made on both databases, each time with an empty one.
ON_BOTH = pytest.mark.parametrize("store", ["sqlite", "postgresql"], indirect=True)
ORIGIN = "https://console.test"
SECRET = b"of a test's app, long"[:20]
DESK = DeskId("demo")
PASSWORD = "five words make a password"
QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)  # what a hash costs is tested in test_accounts
STAFF_LINK, COORDINATOR_LINK = "staff-link-of-the-test", "coordinator-link-of-the-test"
_NOTE = "database.url"
_FORM_TOKEN = re.compile(r'name="form_token" value="([^"]+)"')


def app_code(now: float, secret: bytes = SECRET) -> str:
    """What an app that knows `secret` shows."""
    return TOTP(secret, 6, SHA1(), 30).generate(int(now)).decode()  # what apps know


class Clock:
    """A clock that stands still until it is told to move."""

    def __init__(self, now: float = 1_790_000_000.0) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


@dataclass
class Browser:
    """What a staff member's browser does: it keeps the cookie and says where a form comes from."""

    client: httpx.AsyncClient
    console: "Console"
    form_token: str = ""

    @property
    def token(self) -> str:
        return self.client.cookies.get(COOKIE) or ""

    async def get(self, path: str, **headers: str) -> httpx.Response:
        answer = await self.client.get(path, headers=headers)
        if found := _FORM_TOKEN.search(answer.text):
            self.form_token = found[1]
        return answer

    async def post(self, path: str, headers: dict[str, str] | None = None, **fields: str) -> httpx.Response:
        fields = {"form_token": self.form_token, **fields}
        sent = {"origin": ORIGIN} if headers is None else headers
        return await self.client.post(path, data=fields, headers=sent)

    async def sign_in(self, name: str, password: str = PASSWORD, code: str | None = None) -> httpx.Response:
        """With the code that the app shows, or the next one: each counts once."""
        code = self.console.code(name) if code is None else code
        answer = await self.post("/sign-in", name=name, password=password, code=code)
        if answer.status_code == 303:
            await self.get("/directory")
        return answer


@dataclass
class Console:
    """A started console."""

    app: FastAPI
    folder: Path
    sessions: Sessions
    used: dict[str, set[int]] = field(default_factory=dict)

    @property
    def house(self) -> House:
        house: House = self.app.state.house
        return house

    async def add(self, name: str, role: str = "staff", *, app: bool = True, desk: str = DESK) -> StaffId:
        """An account with a password and, unless it is new, an app."""
        staff = await create_account(
            self.sessions,
            sign_in_name=name,
            shown_name=name.title(),
            role=role,
            password=PASSWORD,
            desk=desk,
            hasher=QUICK,
        )
        if app:
            await self.house.codes.keep(staff, SECRET)
        return staff

    def code(self, name: str) -> str:
        """What this person's app shows: a code that was not used before, of now, the next half minute or the last."""
        now, used = int(self.house.clock()) // 30, self.used.setdefault(name, set())
        step = next((step for step in (now, now + 1, now - 1) if step not in used), now)
        used.add(step)
        return app_code(step * 30)

    @asynccontextmanager
    async def browser(self, **headers: str) -> AsyncIterator[Browser]:
        transport = httpx.ASGITransport(self.app)
        headers = {"accept-language": "en", **headers}
        async with httpx.AsyncClient(transport=transport, base_url=ORIGIN, headers=headers) as client:
            yield Browser(client, self)

    @asynccontextmanager
    async def signed_in(self, name: str, role: str = "staff") -> AsyncIterator[Browser]:
        await self.add(name, role)
        async with self.browser() as browser:
            assert (await browser.sign_in(name)).status_code == 303
            yield browser


@asynccontextmanager
async def started(
    folder: Path,
    url: str,
    content: Content,
    *,
    staff_end: StaffEnd | None = None,
    clocks: Mapping[str, Clock] | None = None,
    word_lists: Path | None = None,
    softphone: Path = MADE,
    **settings: Any,
) -> AsyncIterator[Console]:
    """A console on this engine, or on another staff end; its lifespan runs as long as the body. `clocks` are `clock`
    and `steady`, where they are not the machine's."""
    settings = {
        "redis_url": SecretStr(url),
        "organisation_key": ORGANISATION.text,
        "organisation_signing_key": SecretStr(ORGANISATION.pem),
        "data": folder,
        "staff_url": ORIGIN,
        **_database_of(folder),
        **settings,
    }
    chosen = ConsoleSettings(**settings)
    real = RedisStaffEnd(url, chosen.limits())
    resources = [real] if staff_end is None else []
    named: dict[str, Any] = {**(clocks or {}), **({"word_lists": word_lists} if word_lists else {})}
    named["softphone"] = softphone
    app = create_app(chosen, staff_end=staff_end or real, content=content, resources=resources, hasher=QUICK, **named)
    database = Database(chosen.database())  # another connection than the console's own
    try:
        async with app.router.lifespan_context(app):
            yield Console(app, folder, database.sessions)
    finally:
        await database.close()


def database_url(folder: Path) -> str:
    """The database of the consoles in this folder: what `store` noted there, else the file that they make."""
    noted = _database_of(folder).get("database_url")
    return noted.get_secret_value() if noted else f"sqlite+aiosqlite:///{folder / 'console.sqlite3'}"


def _database_of(folder: Path) -> dict[str, SecretStr]:
    noted = folder / _NOTE
    return {"database_url": SecretStr(noted.read_text("utf-8"))} if noted.exists() else {}


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A PostgreSQL for this process of the tests."""
    with running_postgres() as postgres:
        yield postgres


@pytest.fixture(scope="session")
def made_postgres(postgres: Postgres) -> str:
    """The name of a database with all tables, to copy: that is quicker than to make them."""
    name = postgres.make()
    asyncio.run(bring_up(postgres.url(name)))
    return name


@pytest.fixture(autouse=True)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Which database the consoles in `tmp_path` have: SQLite, unless the test is one of ON_BOTH."""
    kind = str(getattr(request, "param", "sqlite"))
    if kind == "sqlite":
        yield kind
        return
    postgres: Postgres = request.getfixturevalue("postgres")
    name = postgres.make(request.getfixturevalue("made_postgres"))
    (tmp_path / _NOTE).write_text(postgres.url(name), "utf-8")
    yield kind
    postgres.drop(name)


@pytest.fixture(scope="session")
def content() -> Content:
    return load_content(now=datetime(2026, 11, 22, 12, tzinfo=SWEDEN), demo=True)


@pytest_asyncio.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    """A console's tables, open."""
    database = Database(database_url(tmp_path))
    await database.open()
    yield database
    await database.close()


@pytest.fixture(scope="module")
def running_engine() -> Iterator[Engine]:
    with running("valkey") as engine:
        yield engine


@pytest.fixture
def engine(running_engine: Engine) -> Engine:
    """An empty engine."""
    with running_engine.client() as client:
        client.flushall()
    return running_engine


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest_asyncio.fixture
async def end(engine: Engine) -> AsyncIterator[RedisStaffEnd]:
    """The staff's end of the engine, with no console at it."""
    end = RedisStaffEnd(engine.staff)
    await end.open()
    yield end
    await end.close()


@pytest_asyncio.fixture
async def console(tmp_path: Path, engine: Engine, content: Content) -> AsyncIterator[Console]:
    async with started(tmp_path, engine.staff, content) as console:
        yield console


@pytest_asyncio.fixture
async def visitor_end(engine: Engine, console: Console) -> AsyncIterator[RedisVisitorEnd]:
    end = RedisVisitorEnd(engine.visitor, console.house.limits)
    await end.open()
    yield end
    await end.close()
