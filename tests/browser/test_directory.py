"""The directory under a pointer that presses twice: only the service that was meant is checked."""

import re
from collections.abc import Iterator

import pytest
from playwright.async_api import expect

from tests.browser.people import DESKTOP, PHONE, People
from tests.browser.test_access import _fits
from tests.running import House, running

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """What is checked here is checked nowhere else."""
    with running(tmp_path_factory.mktemp("checked")) as own:
        yield own


@pytest.mark.parametrize(("size", "scripts"), [(DESKTOP, False), (PHONE, True)])
async def test_a_second_press_in_the_same_place_checks_no_other_service(
    people: People, size: dict[str, int], scripts: bool
) -> None:
    page = await people.coordinator(viewport=size, java_script_enabled=scripts)
    await page.goto(f"{people.house.staff}directory")
    before = await page.get_by_text(re.compile("^Checked 20")).count()
    button = page.get_by_role("button", name=re.compile("^Checked today, no change: ")).nth(7)
    await button.scroll_into_view_if_needed()
    box = await button.bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    await page.mouse.click(x, y)
    told = page.get_by_role("status").filter(has_text="is checked today.")
    await expect(told).to_be_in_viewport()
    if scripts:  # without them nothing can be measured
        await _fits(page)
    await expect(page.get_by_role("button", name=re.compile("^Checked today, no change: "))).to_have_count(0)
    place = page.url
    await page.mouse.click(x, y)
    await page.goto(place)
    await expect(page.get_by_text(re.compile("^Checked 20"))).to_have_count(before + 1)
    await page.get_by_role("button", name=re.compile("^Undo the check of ")).click()
    await expect(page.get_by_role("status").filter(has_text="is as it was before the check.")).to_be_in_viewport()
    await expect(page.get_by_text(re.compile("^Checked 20"))).to_have_count(before)
    await page.get_by_role("link", name="Go on with the list").click()
    await expect(page.get_by_role("button", name=re.compile("^Checked today, no change: ")).first).to_be_visible()
