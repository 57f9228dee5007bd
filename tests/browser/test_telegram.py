"""What staff see in the console of somebody who writes in Telegram: that it is not sealed, and what nobody knows."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Locator, expect

from tests.browser.conftest import PATIENCE
from tests.browser.people import DESKTOP, PHONE, People, Staff
from tests.browser.test_access import _check_in_every_light
from tests.running import running
from tests.telegram.conftest import gets_in_line
from tests.telegram.people import Phone
from tests.telegram.server import TOKEN, Fault, Server, serving

pytestmark = pytest.mark.asyncio(loop_scope="session")

MARK = "Telegram: not sealed end to end"
UNKNOWN = "Unknown whether it arrived"


@dataclass(frozen=True)
class Street:
    """The people at pages of a house that also answers in Telegram, and Telegram."""

    people: People
    telegram: Server


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def telegram() -> AsyncIterator[Server]:
    async with serving() as server:
        yield server


@pytest_asyncio.fixture(loop_scope="session")
async def street(browser: Browser, telegram: Server, tmp_path: Path) -> AsyncIterator[Street]:
    house = running(tmp_path, TELEGRAM_TOKEN=TOKEN, TELEGRAM_API=telegram.address)
    here = await asyncio.to_thread(house.__enter__)  # this loop goes on being Telegram
    people = People(browser, here)
    try:
        yield Street(people, telegram)
        await people.go_home()
    finally:
        await asyncio.to_thread(house.__exit__, None, None, None)


async def _talk(street: Street, staff: Staff) -> tuple[Phone, Locator]:
    """Somebody's chat and its column at the desk."""
    phone = Phone(street.telegram)
    phone.types("/start")  # the process may still be starting
    await phone.until(lambda: "Telegram knows" in phone.read(), phone.read, patience=90)
    await gets_in_line(phone)
    await expect(staff.waiting.first).to_contain_text(MARK)
    await staff.takes()
    await phone.sees(f"{staff.name} is here now")
    return phone, staff.talk()


async def test_staff_see_that_it_is_not_sealed_and_what_nobody_knows_to_have_arrived(street: Street) -> None:
    staff = await street.people.staff_on_duty(bypass_csp=True)
    phone, talk = await _talk(street, staff)
    await expect(talk.get_by_text(MARK)).to_be_visible()
    await staff.writes("You can tell me as much as you like.")
    await phone.sees("as much as you like")
    await expect(staff.state_of("as much as you like")).to_have_text("Delivered")
    street.telegram.faults.append(Fault("sendMessage", done=True))  # done, and the answer is cut off
    await staff.writes("Are you safe right now?")
    await expect(staff.state_of("Are you safe")).to_have_text(UNKNOWN)
    assert phone.read().count("Are you safe right now?") == 1, "it is not sent again"
    await staff.writes("Did you get my question?")
    await expect(staff.state_of("Did you get")).to_have_text("Delivered")
    phone.types("yes, I am")
    await expect(staff.messages().filter(has_text="yes, I am")).to_be_visible()
    await staff.page.reload()
    await expect(staff.state_of("Are you safe")).to_have_text(UNKNOWN, timeout=2 * PATIENCE)
    for size in (DESKTOP, PHONE):
        await staff.page.set_viewport_size(size)
        await expect(staff.talk().get_by_text(MARK)).to_be_visible()
        await expect(staff.state_of("Are you safe")).to_be_visible()
        assert await staff.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    await _check_in_every_light(staff.page)
