"""The pages that ask once, and those that say what was done: readable by everybody, and Leave it leads back."""

import re
from collections.abc import Iterator

import pytest
from playwright.async_api import Page, expect

from tests.browser.people import SMALLEST, People
from tests.browser.test_access import _check_in_every_light, _fits
from tests.running import House, running

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """What is planned, written and checked here is so nowhere else."""
    with running(tmp_path_factory.mktemp("asked")) as own:
        yield own


async def _everybody_can_read(page: Page) -> None:
    await _check_in_every_light(page)
    await page.set_viewport_size(SMALLEST)
    await _fits(page)


async def test_signing_somebody_out(people: People) -> None:
    staff = await people.staff_on_duty()
    page = await people.coordinator(bypass_csp=True)
    await page.goto(f"{people.house.staff}people")
    name = re.compile(f"^Sign {staff.name} out everywhere")
    await page.get_by_role("button", name=name).click()
    await expect(page.get_by_role("heading", name=name)).to_be_visible()
    await _everybody_can_read(page)
    await page.get_by_role("link", name="Leave it as it is").click()
    await expect(staff.page.get_by_role("switch", name="On duty")).to_have_attribute("aria-checked", "true")
    await page.get_by_role("button", name=name).click()
    await page.get_by_role("button", name="Sign out", exact=True).last.click()
    await expect(page.get_by_role("status")).to_have_text(f"{staff.name} is signed out everywhere.")
    await _everybody_can_read(page)
    await expect(staff.page.get_by_role("heading", name="Sign in")).to_be_visible()


async def test_ending_a_weekly_shift_that_lasts_over_midnight(people: People) -> None:
    staff = await people.staff()
    page = await people.coordinator(bypass_csp=True)
    await page.goto(f"{people.house.staff}schedule?week=2027-W02")
    await page.get_by_label("Who", exact=True).select_option(label=staff.name)
    await page.get_by_label("From", exact=True).fill("22:00")
    await page.get_by_label("To", exact=True).fill("06:00")
    await page.get_by_role("button", name="Add the shift").click()
    await expect(page.get_by_role("status")).to_have_text("The shift is added.")
    tuesday = page.get_by_role("row").filter(has_text="Tuesday 12/1")
    await expect(tuesday).to_contain_text("continued, since 22:00 the day before")
    await _everybody_can_read(page)
    await page.get_by_role("button", name=f"End the weekly shift of {staff.name} from Monday").click()
    await expect(page.get_by_role("heading", name="End the weekly shift?")).to_be_visible()
    await _everybody_can_read(page)
    await page.get_by_role("link", name="Leave it as it is").click()
    await expect(tuesday).to_contain_text(staff.name)
    await page.get_by_role("button", name=f"End the weekly shift of {staff.name} from Monday").click()
    await page.get_by_role("button", name="End the shift").click()
    await expect(page.get_by_role("status")).to_have_text("The weekly shift is ended.")
    await expect(tuesday).to_contain_text("Closed")


async def test_saving_and_discarding_a_draft(people: People) -> None:
    page = await people.coordinator(bypass_csp=True)
    await page.goto(f"{people.house.staff}edit?part=so/page.yml%23first")
    await page.get_by_role("textbox", name="first.lead", exact=True).fill("Another sentence.")
    await page.get_by_role("button", name="Save draft").click()
    await expect(page.get_by_role("status")).to_have_text("The draft is saved.")
    await page.get_by_role("button", name="Discard the draft").click()
    await expect(page.get_by_role("textbox", name="Draft by")).to_have_value(re.compile("Another sentence."))
    await _everybody_can_read(page)
    await page.get_by_role("link", name="Keep the draft").click()
    await expect(page.get_by_role("textbox", name="first.lead", exact=True)).to_have_value("Another sentence.")


async def test_checking_a_service_and_reading_the_list_of_texts(people: People) -> None:
    page = await people.coordinator(bypass_csp=True)
    await page.goto(f"{people.house.staff}directory")
    await page.get_by_role("button", name="Checked today, no change: Bris", exact=True).click()
    await expect(page.get_by_role("status")).to_have_text("Bris is checked today.")
    await _everybody_can_read(page)
    await page.goto(f"{people.house.staff}texts")
    await expect(page.get_by_role("cell", name="Not translated").first).to_be_visible()
    await _everybody_can_read(page)
