"""Real Chromium (Debian's) against a running house. One browser for all tests of the folder."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, async_playwright, expect

from tests.browser.decoy import weather
from tests.browser.people import People
from tests.running import House, running

CHROMIUM = Path("/usr/bin/chromium")
# The same engine without windows, tabs and toolbars, which are most of the work: 53 s instead of 89 for the same 36
# tests. Leaving is tried with the whole browser (exits/).
HEADLESS = Path("/usr/bin/chromium-headless-shell")
MISSING = "Debian's package {0} is missing: apt-get install {0}"
ARGUMENTS = [
    "--no-sandbox",  # tests run as root in containers
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PATIENCE = 30_000  # milliseconds; most things take a few, but the machine may be busy with other tests


@pytest.fixture(scope="session")
def elsewhere() -> Iterator[str]:
    """Where the exit leads."""
    with weather() as address:
        yield address


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory, elsewhere: str) -> Iterator[House]:
    """The demonstration with its ordinary limits."""
    with running(tmp_path_factory.mktemp("house"), EXIT_URL=elsewhere) as house:
        yield house


@pytest.fixture(scope="session")
def hasty_house(tmp_path_factory: pytest.TempPathFactory, elsewhere: str) -> Iterator[House]:
    """The same with limits of seconds. A connected page looks every five seconds at most: silence must be longer, by
    more than a busy machine may stand still."""
    with running(
        tmp_path_factory.mktemp("hasty"),
        EXIT_URL=elsewhere,
        SILENCE_SECONDS="15",
        WAITING_SILENCE_SECONDS="15",
        LEASE_SECONDS="8",
    ) as house:
        yield house


@pytest.fixture(scope="session")
def chromium() -> Path:
    """The whole browser's program: a missing one fails the suite."""
    assert CHROMIUM.exists(), MISSING.format(CHROMIUM.name)
    return CHROMIUM


@pytest.fixture(scope="session")
def headless() -> Path:
    """The program without its windows."""
    assert HEADLESS.exists(), MISSING.format(HEADLESS.name)
    return HEADLESS


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser(headless: Path) -> AsyncIterator[Browser]:
    expect.set_options(timeout=PATIENCE)
    async with launched(headless) as browser:
        yield browser


@asynccontextmanager
async def launched(program: Path) -> AsyncIterator[Browser]:
    """This Chromium, until the body is done."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        yield browser
        await browser.close()


@pytest_asyncio.fixture(loop_scope="session")
async def people(browser: Browser, house: House) -> AsyncIterator[People]:
    """Makes visitors and staff, each in a browser profile of their own; sends all of them home afterwards."""
    people = People(browser, house)
    yield people
    await people.go_home()


@pytest_asyncio.fixture(loop_scope="session")
async def hasty_people(browser: Browser, hasty_house: House) -> AsyncIterator[People]:
    """People in the house whose limits are seconds."""
    people = People(browser, hasty_house)
    yield people
    await people.go_home()
