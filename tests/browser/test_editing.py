"""Two coordinators in two browsers: one writes, the other publishes, and a visitor's page says it; by keyboard too."""

import re
from collections.abc import Iterator

import pytest
from playwright.async_api import Locator, Page, expect

from tests.browser.people import PHONE, People
from tests.running import House, running

pytestmark = pytest.mark.asyncio(loop_scope="session")

SAID = "Read here, or talk to somebody here"
SEEN = 20_000  # milliseconds; five seconds are promised, and the machine is shared


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """What is published here is said to nobody else's visitors."""
    with running(tmp_path_factory.mktemp("edited")) as own:
        yield own


async def _opens(page: Page, house: House, part: str) -> None:
    await page.goto(f"{house.staff}edit?part={part.replace('#', '%23')}")
    await expect(page.get_by_role("heading", level=1)).to_be_visible()


def _field(page: Page, name: str) -> Locator:
    return page.get_by_role("textbox", name=name, exact=True)


async def test_one_writes_the_other_publishes_and_a_visitor_reads_it(people: People) -> None:
    house, part = people.house, "en/page.yml#first"
    ann, bo = await people.coordinator(), await people.coordinator(viewport=PHONE, locale="sv-SE")
    visitor = await people.visitor()
    await visitor.opens_the_page()
    before = await visitor.page.get_by_role("heading", level=1).inner_text()
    await _opens(ann, house, part)
    await _field(ann, "first.heading").fill(SAID)
    await ann.get_by_role("button", name="Save draft").click()
    await expect(ann.get_by_text("You have written in this draft")).to_be_visible()
    await expect(ann.get_by_role("button", name="Approve and publish")).to_have_count(0)
    await _opens(bo, house, part)
    await expect(bo.get_by_text(SAID).first).to_be_visible()
    await bo.get_by_role("button", name="Godkänn och publicera").click()
    await expect(bo.get_by_text(re.compile("skrivet av Coordinator, godkänt av Deputy"))).to_be_visible()
    await _reads(visitor.page, house, SAID)
    await _opens(ann, house, part)
    await ann.get_by_role("button", name="Undo the last publication").click()
    await expect(ann.get_by_text("back to what is shipped, by Coordinator")).to_be_visible()
    await _reads(visitor.page, house, before)


async def _reads(page: Page, house: House, heading: str) -> None:
    """The page, loaded again and again, comes to say it."""
    for _ in range(20):
        await page.goto(house.visitors)
        if await page.get_by_role("heading", level=1).inner_text() == heading:
            return
        await page.wait_for_timeout(SEEN / 20)
    pytest.fail(f"the visitor never read {heading}")


async def test_what_breaks_a_rule_is_told_in_the_readers_language_and_cannot_be_published(people: People) -> None:
    house, part = people.house, "sv/page.yml#first"
    ann = await people.coordinator(locale="sv-SE", color_scheme="dark")
    bo = await people.coordinator()
    await _opens(ann, house, part)
    await _field(ann, "first.lead").fill("Prata med dina föräldrar först.")
    await ann.get_by_role("button", name="Spara utkast").click()
    alert = ann.get_by_role("alert")
    await expect(alert).to_contain_text("first.lead: ”prata med dina föräldrar” skickar läsaren till familjen")
    await _opens(bo, house, part)
    await expect(bo.get_by_role("alert")).to_contain_text("“prata med dina föräldrar” sends the reader to the family")
    await expect(bo.get_by_role("button", name="Approve and publish")).to_have_count(0)
    await ann.get_by_role("button", name="Släng utkastet").click()
    await expect(ann.get_by_role("heading", name="Slänga utkastet?")).to_be_visible()
    await ann.get_by_role("button", name="Släng utkastet").click()
    await expect(ann.get_by_role("status")).to_have_text("Utkastet är slängt.")
    await expect(alert).to_have_count(0)


async def test_two_who_write_at_once_see_each_other(people: People) -> None:
    house, part = people.house, "so/page.yml#first"
    ann, bo = await people.coordinator(), await people.coordinator()
    for page in (ann, bo):
        await _opens(page, house, part)
    await _field(ann, "first.lead").fill("Ann wrote this.")
    await ann.get_by_role("button", name="Save draft").click()
    await expect(ann.get_by_text("Draft by")).to_be_visible()
    await _field(bo, "first.lead").fill("Bo wrote this.")
    await bo.get_by_role("button", name="Save draft").click()
    await expect(bo.get_by_role("alert")).to_contain_text("somebody else changed it meanwhile")
    await expect(bo.get_by_role("region", name=re.compile("Draft by"))).to_contain_text("Ann wrote this.")
    await expect(_field(bo, "first.lead")).to_have_value("Bo wrote this.")
    await bo.get_by_role("button", name="Save draft").click()
    await expect(_field(bo, "first.lead")).to_have_value("Bo wrote this.")
    await expect(bo.get_by_role("alert")).to_have_count(0)


async def test_a_sentence_is_written_beside_the_other_language_and_in_its_direction(people: People) -> None:
    page = await people.coordinator()
    await _opens(page, people.house, "fa/page.yml#first")
    field = _field(page, "first.heading")
    assert await field.evaluate("each => getComputedStyle(each).direction") == "rtl"
    assert await field.get_attribute("lang") == "fa"
    beside = page.locator(".source").first
    await expect(beside).to_have_attribute("lang", "sv")
    boxes = await field.bounding_box(), await beside.bounding_box()
    assert boxes[0] and boxes[1]
    assert abs(boxes[0]["y"] - boxes[1]["y"]) < 4
    assert boxes[0]["x"] + boxes[0]["width"] <= boxes[1]["x"]
    await page.set_viewport_size(PHONE)
    boxes = await field.bounding_box(), await beside.bounding_box()
    assert boxes[0] and boxes[1]
    assert boxes[0]["y"] + boxes[0]["height"] <= boxes[1]["y"], "one below the other on a phone"


async def test_a_service_is_changed_and_checked_by_keyboard_alone(people: People) -> None:
    house = people.house
    page = await people.coordinator()
    await page.goto(f"{house.staff}directory")
    await page.get_by_role("button", name="Checked today, no change: Bris", exact=True).focus()
    await page.keyboard.press("Enter")
    row = page.get_by_role("row", name=re.compile("^Bris "))
    await expect(row).to_contain_text("Checked 20")
    await expect(row).to_contain_text("Coordinator")
    await page.get_by_role("link", name="Change Bris", exact=True).focus()
    await page.keyboard.press("Enter")
    await _field(page, "Phone").focus()
    await page.keyboard.press("Control+a")
    await page.keyboard.type("116 112")
    for _ in range(40):
        await page.keyboard.press("Tab")
        if await page.evaluate("document.activeElement.innerText") == "Save draft":
            break
    await page.keyboard.press("Enter")
    alert = page.get_by_role("alert")
    await expect(alert).to_contain_text("The number 116111 is not in the directory.")
    await page.get_by_role("button", name="Discard the draft").click()
    await expect(page.get_by_role("textbox", name="Draft by")).to_have_value(re.compile("116 112"))
    await page.get_by_role("button", name="Discard the draft").click()
    await expect(alert).to_have_count(0)
