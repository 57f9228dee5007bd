"""Three browsers, a house whose cables can be cut, and people at its desk."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from dialogues.hours import SWEDEN
from dialogues.loader import load_content
from dialogues.values import Content
from tests.browser.conftest import ARGUMENTS
from tests.browser.exits.cable import Cable, cable
from tests.browser.exits.chromium import chromium as running_chromium
from tests.browser.exits.firefox import firefox as running_firefox
from tests.browser.exits.hosts import Hosts, hosting
from tests.browser.exits.tabs import Program
from tests.browser.exits.webkit import webkit as running_webkit
from tests.browser.people import People
from tests.running import House, running

BROWSERS = ("chromium", "firefox", "webkit")


@dataclass(frozen=True)
class Street:
    """Where the visitor is: our page and the neutral one, each over a cable, and a page that was open before."""

    house: House
    home: Cable
    away: Cable
    before: str
    hosts: Hosts

    async def mend(self) -> None:
        for each in (self.home, self.away):
            await each.plug()
            each.forget()


@pytest.fixture(scope="session")
def content() -> Content:
    """All words of all languages."""
    return load_content(now=datetime(2026, 12, 1, 12, tzinfo=SWEDEN), demo=True)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def whole_street(tmp_path_factory: pytest.TempPathFactory, elsewhere: str) -> AsyncIterator[Street]:
    folder = tmp_path_factory.mktemp("street")
    async with cable(elsewhere) as away:
        with hosting() as hosts:
            origins = hosts.address.rstrip("/")
            with running(folder, EXIT_URL=away.address, EMBED_ORIGINS=origins) as house:
                async with cable(house.visitors) as home:
                    hosts.show(home.address.rstrip("/"))
                    yield Street(house, home, away, f"{elsewhere}before", hosts)


@pytest_asyncio.fixture(loop_scope="session")
async def street(whole_street: Street) -> AsyncIterator[Street]:
    """With both cables whole, and nothing noted yet."""
    await whole_street.mend()
    yield whole_street
    await whole_street.mend()


@pytest_asyncio.fixture(loop_scope="session")
async def desk(browser: Browser, street: Street) -> AsyncIterator[People]:
    """Staff, each in a Chromium of their own. The visitors of these tests bring their own browsers."""
    people = People(browser, street.house)
    yield people
    await people.go_home()


@pytest_asyncio.fixture(scope="session", loop_scope="session", params=BROWSERS)
async def program(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, chromium: Path
) -> AsyncIterator[Program]:
    """Each of the three in turn. A missing one fails the suite."""
    folder = tmp_path_factory.mktemp(request.param) / "profile"
    match request.param:
        case "chromium":
            async with running_chromium(chromium, ARGUMENTS) as program:
                yield program
        case "firefox":
            async with running_firefox(folder) as program:
                yield program
        case _:
            async with running_webkit(folder) as program:
                yield program
