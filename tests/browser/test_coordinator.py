"""A coordinator sees the live load, no figure, and can open no talk."""

import re
from datetime import datetime

import pytest
from playwright.async_api import Locator, Page, expect

from dialogues.hours import SWEDEN
from tests.browser.people import People
from tests.running import House

pytestmark = pytest.mark.asyncio(loop_scope="session")

# What a page of theirs could send if somebody tampered with it; answers come back as a list.
TAMPER = """() => new Promise((done) => {
  const socket = new WebSocket(location.origin.replace(/^http/, "ws") + "/live"), answers = [];
  const talk = "A".repeat(22);
  socket.onopen = () => {
    for (const frame of [{ type: "duty", to: "on" }, { type: "take", talk }, { type: "end", talk }])
      socket.send(JSON.stringify(frame));
  };
  socket.onmessage = (event) => {
    const frame = JSON.parse(event.data);
    if (frame.type === "refused") answers.push(frame.code);
    if (answers.length === 3) { socket.close(); done(answers); }
  };
})"""


async def test_the_load_is_shown_as_it_changes(people: People) -> None:
    page = await people.coordinator()
    await expect(_load(page, "Waiting")).to_have_text("None")
    await expect(_load(page, "On duty")).to_have_text("0")
    staff = await people.staff_on_duty()
    await expect(_load(page, "On duty")).to_have_text("1")
    visitor = await people.visitor()
    await visitor.comes_to_wait()
    await expect(_load(page, "Waiting")).to_have_text("Some")
    second = await people.visitor()
    await second.comes_to_wait()
    await expect(staff.waiting).to_have_count(2)
    await expect(_load(page, "Waiting")).to_have_text("Some")
    await staff.takes()
    await staff.takes()
    await expect(_load(page, "Waiting")).to_have_text("None")


async def test_nothing_that_is_counted_now_is_shown_anywhere(people: People) -> None:
    visitor, staff = await people.in_a_talk()
    await visitor.ends_the_talk()
    await staff.page.get_by_label("Psychological").check()
    await staff.page.get_by_role("button", name="Save").click()
    await expect(staff.sees("Counted.")).to_be_visible()
    page = await people.coordinator()
    figures = page.get_by_role("region", name="Figures")
    now = datetime.now(SWEDEN)
    open_ones = (f"{now.year}", f"{now.year}-Q{(now.month + 2) // 3}", f"{now.year}-{now.month:02}")
    for period in open_ones:
        await expect(figures.locator(f"a[href='/statistics/{period}']")).to_have_count(0)
    await expect(_load(page, "On duty")).to_have_text("1")  # the load has come
    shown = await page.get_by_role("region", name="Right now").locator("dd").all_inner_texts()
    assert re.findall(r"\d+", " ".join(shown)) == ["1"], "on duty, and nothing else"


async def test_a_coordinator_has_no_desk_and_cannot_open_a_talk(people: People, house: House) -> None:
    await people.in_a_talk()
    page = await people.coordinator()
    await expect(page.get_by_role("link", name="Desk", exact=True)).to_have_count(0)
    response = await page.goto(f"{house.staff}desk")
    assert response is not None
    assert response.status == 403
    await expect(page.get_by_role("heading", name="Your account cannot open this")).to_be_visible()
    await expect(page.get_by_role("switch")).to_have_count(0)
    await page.goto(f"{house.staff}statistics")
    assert await page.evaluate(TAMPER) == ["not_permitted"] * 3
    await expect(_load(page, "On duty")).to_have_text("1")


async def test_directory_and_texts_say_what_is_unchecked(people: People) -> None:
    page = await people.coordinator()
    await page.get_by_role("link", name="Directory").click()
    await expect(page.get_by_text(re.compile(r"\d+ of \d+ not checked"))).to_be_visible()
    await page.get_by_role("link", name="Texts").click()
    await expect(page.get_by_text(re.compile(r"\d+ of \d+ past their review date"))).to_be_visible()
    await expect(page.get_by_text("Reviewed", exact=True)).to_have_count(0)


def _load(page: Page, name: str) -> Locator:
    """The shown value beside its name."""
    row = page.locator(".load > div", has=page.get_by_text(name, exact=True))
    return row.locator("dd span:not([hidden]), dd[data-on-duty]")
