"""The console's disk is full in the middle of a talk: the desk says so, the talk goes on, the sentence goes away."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from tests.browser.people import People
from tests.running import House, running
from tests.small_disk import fill, small_disk

pytestmark = pytest.mark.asyncio(loop_scope="session")

TOLD = "The console's disk is full. Your talks go on"


@pytest.fixture
def disk() -> Iterator[Path]:
    with small_disk("8m") as disk:  # figures of thirty made-up periods lie there, too
        yield disk


@pytest.fixture
def tight_house(tmp_path_factory: pytest.TempPathFactory, elsewhere: str, disk: Path) -> Iterator[House]:
    """The demonstration with its tables on a small disk."""
    with running(tmp_path_factory.mktemp("tight"), EXIT_URL=elsewhere, DATA=str(disk / "var")) as house:
        yield house


@pytest_asyncio.fixture(loop_scope="session")
async def tight_people(browser: Browser, tight_house: House) -> AsyncIterator[People]:
    people = People(browser, tight_house)
    yield people
    await people.go_home()


async def test_the_desk_says_that_the_disk_is_full_and_the_talk_goes_on(tight_people: People, disk: Path) -> None:
    visitor, staff = await tight_people.in_a_talk()
    coordinator = await tight_people.coordinator()
    banner = staff.page.locator("#storage")
    await expect(banner).to_be_hidden()
    filler = fill(disk)
    await staff.page.get_by_text("How I work", exact=True).click()
    await staff.page.locator("#habits [name=breath]").select_option("5")
    await expect(banner).to_contain_text(TOLD)
    await coordinator.reload()
    await expect(coordinator.get_by_role("status").filter(has_text="disk is full")).to_be_visible()
    await visitor.writes("are you still there?")
    await expect(staff.messages().filter(has_text="are you still there?")).to_be_visible()
    await staff.writes("yes")
    await expect(visitor.messages.filter(has_text="yes")).to_be_visible()
    for each in (staff.page, coordinator):
        assert await each.evaluate("document.documentElement.scrollWidth <= innerWidth")
    filler.unlink()
    await expect(banner).to_be_hidden()
    await coordinator.reload()
    await expect(coordinator.get_by_role("status").filter(has_text="disk is full")).to_have_count(0)
