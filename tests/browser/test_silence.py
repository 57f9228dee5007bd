"""Pages closed without a word, and a wait that is too long: both sides are told. In houses of short limits."""

import re
from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from tests.browser.people import People, Visitor
from tests.running import House, running

pytestmark = pytest.mark.asyncio(loop_scope="session")

UNTIL_DEADLINE = 90_000  # milliseconds; the shortest deadline is a minute


@pytest_asyncio.fixture(scope="module", loop_scope="session", autouse=True)
async def patient(browser: Browser, patient_house: House) -> AsyncIterator[Visitor]:
    """Somebody who has been waiting since the first test of this file; nobody comes."""
    people = People(browser, patient_house)
    await people.staff_on_duty()
    visitor = await people.visitor()
    await visitor.comes_to_wait()
    yield visitor
    await people.go_home()


@pytest.fixture(scope="module")
def patient_house(tmp_path_factory: pytest.TempPathFactory, elsewhere: str) -> Iterator[House]:
    """Ordinary limits but the shortest deadline."""
    with running(tmp_path_factory.mktemp("patient"), EXIT_URL=elsewhere, DEADLINE_MINUTES="1") as house:
        yield house


async def test_a_talk_whose_visitor_is_gone_is_ended_for_staff_with_words(hasty_people: People) -> None:
    visitor, staff = await hasty_people.in_a_talk()
    await visitor.writes("one moment")
    await expect(staff.messages()).to_have_text(["one moment"])
    await visitor.page.context.close()
    await expect(staff.sees("Connection lost; waiting for them to come back")).to_be_visible()
    ended = staff.sees(re.compile("was gone for too long. The talk has ended, and what was said has been erased."))
    await expect(ended).to_be_visible(timeout=60_000)
    await expect(staff.sees("one moment")).to_have_count(0)
    await expect(staff.page.get_by_role("heading", name="Wrap up")).to_be_visible()


async def test_a_quiet_visitor_whose_page_is_open_is_not_ended(hasty_people: People) -> None:
    visitor, staff = await hasty_people.in_a_talk()
    gone = await hasty_people.visitor()
    await gone.comes_to_wait()
    await expect(staff.waiting).to_have_count(1)
    await gone.page.context.close()
    await expect(staff.waiting).to_have_count(0, timeout=60_000)  # as long as the silence limit of the talk
    await staff.writes("Are you still there?")
    await expect(visitor.messages).to_have_text(["Are you still there?"])


async def test_a_waiting_visitor_whose_page_is_gone_leaves_the_list(hasty_people: People) -> None:
    staff = await hasty_people.staff_on_duty()
    first, second = await hasty_people.visitor(), await hasty_people.visitor()
    await first.comes_to_wait()
    await second.comes_to_wait()
    await expect(second.place).to_have_text("You are number 2 in line")
    await first.page.context.close()
    await expect(staff.waiting).to_have_count(1, timeout=60_000)
    await expect(second.place).to_have_text("You are number 1 in line")


async def test_at_the_deadline_a_waiting_visitor_sees_other_ways_to_get_help_and_can_wait_on(patient: Visitor) -> None:
    told = patient.sees("Nobody has come in 1 minutes. You can go on waiting. Here are others you can turn to.")
    await expect(told).to_be_visible(timeout=UNTIL_DEADLINE)
    await expect(patient.page.locator("#log .lines").last.get_by_role("link").first).to_be_visible()
    await expect(patient.place).to_have_text("You are number 1 in line")
    await expect(patient.button("Stop waiting")).to_be_visible()
