"""One person at two desks, with two visitor apps: one list, one capacity, and the way from one desk to the other."""

import re
import sqlite3
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Locator, expect

from tests.browser.conftest import PATIENCE
from tests.browser.people import People, Staff, Visitor
from tests.browser.test_access import _check_in_every_light
from tests.engines import running as running_engine
from tests.running import House, another_desk, free_port, running_apart

pytestmark = pytest.mark.asyncio(loop_scope="session")

LOOK = 3 * PATIENCE  # a waiting page looks every few seconds; an open desk asks who it is as often
BUSY = re.compile("Those who are on duty are busy right now")
WHO = "We work for municipalities, the region and the police."


@dataclass(frozen=True)
class TwoDesks:
    house: House  # of the demonstration's desk
    origo: House  # the same console, and the other desk's page


@dataclass(frozen=True)
class Both:
    """Who is at the two desks in one test."""

    here: People
    there: People
    data: Path

    async def staff(self) -> Staff:
        """Somebody of the demonstration's desk who answers at the other one too; not yet on duty."""
        staff = await self.here.staff(bypass_csp=True)
        with sqlite3.connect(self.data / "console.sqlite3", timeout=PATIENCE / 1000) as tables:
            found = "SELECT id, 'origo' FROM staff WHERE shown_name = ?"
            tables.execute(f"INSERT OR IGNORE INTO staff_desk {found}", (staff.name,))
        await expect(staff.page.locator("#close-desk select option")).to_have_count(2, timeout=LOOK)
        return staff

    async def visitors_wait(self) -> tuple[Visitor, Visitor]:
        """One at each desk."""
        here, there = await self.here.visitor(), await self.there.visitor()
        await here.comes_to_wait()
        await there.comes_to_wait()
        return here, there


@pytest.fixture(scope="module")
def desks(tmp_path_factory: pytest.TempPathFactory, elsewhere: str) -> Iterator[TwoDesks]:
    folder, port = tmp_path_factory.mktemp("desks"), free_port()
    pages = f"origo=http://127.0.0.1:{port}/"
    with (
        running_engine("valkey") as engine,
        running_apart(folder, engine.visitor, engine.staff, OTHER_DESKS=pages, EXIT_URL=elsewhere) as sides,
        another_desk(sides, folder / "origo", "origo", port, OTHER_DESKS=f"demo={sides.visitors}") as address,
    ):
        house = House(
            sides.console,
            sides.visitors,
            sides.staff,
            sides.demo_staff,
            sides.demo_coordinator,
            sides.data,
            sides.output,
        )
        yield TwoDesks(house, replace(house, visitors=address))


@pytest_asyncio.fixture(loop_scope="session")
async def both(browser: Browser, desks: TwoDesks) -> AsyncIterator[Both]:
    both = Both(People(browser, desks.house), People(browser, desks.origo), desks.house.data)
    yield both
    await both.there.go_home()
    await both.here.go_home()


async def takes_at_most(staff: Staff, talks: str) -> None:
    await staff.page.locator(".habits summary").click()
    await staff.page.get_by_label("Talks side by side").select_option(label=talks)


def row_of(staff: Staff, desk: str) -> Locator:
    return staff.waiting.filter(has=staff.page.locator("[data-fact=desk]", has_text=desk))


async def test_one_list_shows_both_desks_filters_them_and_one_capacity_holds_over_both(both: Both) -> None:
    staff = await both.staff()
    await staff.goes_on_duty()
    await takes_at_most(staff, "1")
    await both.visitors_wait()
    await expect(staff.waiting).to_have_count(2)
    await expect(row_of(staff, "Demo desk")).to_have_count(1)
    await expect(row_of(staff, "Origo")).to_have_count(1)
    await staff.page.locator("#filters summary").click()
    await staff.page.locator("#filters").get_by_label("Desk").select_option(label="Origo")
    await expect(row_of(staff, "Demo desk")).to_be_hidden()
    await expect(staff.sees("1 who waits is hidden")).to_be_visible()
    await _check_in_every_light(staff.page)
    await staff.page.get_by_role("button", name="Show all").click()

    pseudonym = await staff.takes(row_of(staff, "Origo"))
    await expect(staff.talk(pseudonym).locator("[data-fact=desk]")).to_contain_text("Origo")
    await expect(staff.talk(pseudonym).locator(".of-desk")).to_contain_text(WHO)
    for people in (both.here, both.there):  # neither desk promises the hands that are full at one of them
        other = await people.visitor()
        await other.opens_the_page()
        await other.opens_the_briefing()
        await other.presses("Talk to a person")
        await expect(other.sees(BUSY)).to_be_visible()
    await row_of(staff, "Demo desk").get_by_role("button", name="Take").click()
    await expect(staff.sees("You have as many talks in hand as you can have")).to_be_visible()
    await expect(staff.talk()).to_have_count(1)
    await staff.ends(pseudonym)
    await staff.skips_the_wrap_up(pseudonym)
    await staff.takes(row_of(staff, "Demo desk"))


async def test_one_desk_closes_and_the_other_stays_open(both: Both) -> None:
    staff = await both.staff()
    await staff.goes_on_duty()
    here, there = await both.visitors_wait()
    await staff.page.locator("#close-desk summary").click()
    await staff.page.locator("#close-desk select").select_option(label="Origo")
    await staff.page.get_by_role("button", name="Close now").click()
    again = staff.page.get_by_role("button", name="Open again (Origo)")
    await expect(again).to_be_visible()
    await expect(staff.page.locator("#shut")).to_contain_text("Origo: ")
    await expect(row_of(staff, "Origo").get_by_role("button", name="Guide on")).to_be_visible()
    await expect(row_of(staff, "Demo desk").get_by_role("button", name="Guide on")).to_be_hidden()
    await expect(there.sees("Origo has closed for tonight.").last).to_be_visible(timeout=LOOK)
    await expect(there.page.locator("#log a[data-desk]")).to_have_text("Demo desk")
    await expect(here.sees("has closed for tonight")).to_have_count(0)
    await _check_in_every_light(staff.page)
    await again.click()
    await expect(again).to_be_hidden()


async def test_a_visitor_is_pointed_to_another_desk_reads_who_answers_there_and_goes(both: Both) -> None:
    staff = await both.staff()
    await staff.goes_on_duty()
    visitor, _ = await both.here.in_a_talk(staff, bypass_csp=True)
    await visitor.writes("Nothing of this goes along.")
    await staff.talk().get_by_role("button", name="Hand over").click()
    await staff.talk().get_by_role("button", name="Suggest another desk: Origo").click()
    await expect(staff.sees("The visitor reads about Origo, and goes there or stays.")).to_be_visible()
    await expect(visitor.sees(f"{staff.name} suggests another desk").first).to_be_visible()
    await expect(visitor.sees(WHO)).to_be_visible()
    link = visitor.page.locator("#log a[data-desk]")
    await expect(link).to_have_text("Origo")
    assert await link.get_attribute("href") == both.there.house.visitors
    await expect(visitor.button("Stay here")).to_be_visible()
    await expect(visitor.button("Yes, that is all right")).to_be_hidden()
    await _check_in_every_light(visitor.page)
    asked = visitor.page.expect_request(lambda request: request.url == both.there.house.visitors)
    async with asked as going:
        await link.click()
    assert "referer" not in await (await going.value).all_headers()
    await expect(visitor.page).to_have_url(both.there.house.visitors)
    await expect(visitor.sees("Nothing of this goes along.")).to_have_count(0)
    await expect(staff.sees("left. What was said has been erased.")).to_be_visible()
    assert await visitor.page.evaluate("document.referrer") == ""
    await visitor.page.go_back()
    await expect(visitor.page).not_to_have_url(both.here.house.visitors)


async def test_a_visitor_who_stays_keeps_the_talk(both: Both) -> None:
    staff = await both.staff()
    await staff.goes_on_duty()
    visitor, _ = await both.here.in_a_talk(staff)
    await staff.talk().get_by_role("button", name="Hand over").click()
    await staff.talk().get_by_role("button", name="Suggest another desk: Origo").click()
    await visitor.button("Stay here").click()
    await expect(visitor.button("Stay here")).to_be_hidden()
    await expect(staff.sees("does not want that, so everything is as it was.")).to_be_visible()
    await visitor.writes("I stay.")
    await expect(staff.messages()).to_have_text(["I stay."])


async def test_without_javascript_one_press_ends_the_talk_and_shows_the_way(both: Both) -> None:
    staff = await both.staff()
    await staff.goes_on_duty()
    visitor, _ = await both.here.in_a_talk(staff, java_script_enabled=False)
    await staff.talk().get_by_role("button", name="Hand over").click()
    await staff.talk().get_by_role("button", name="Suggest another desk: Origo").click()
    await expect(staff.sees("The visitor reads about Origo")).to_be_visible()
    await visitor.presses("Show new messages")
    await expect(visitor.sees(f"{staff.name} suggests another desk")).to_be_visible()
    await expect(visitor.sees(WHO)).to_be_visible()
    await visitor.presses("End here and show the way")
    await expect(staff.sees("ended the talk. What was said has been erased.")).to_be_visible()
    link = visitor.page.get_by_role("link", name="Origo", exact=True)
    await link.click()
    await expect(visitor.page).to_have_url(both.there.house.visitors)


async def test_who_finds_nobody_is_offered_the_other_desk(both: Both) -> None:
    visitor = await both.here.visitor(bypass_csp=True)
    await visitor.opens_the_page()
    await visitor.opens_the_briefing()
    await visitor.presses("Talk to a person")
    await expect(visitor.sees("Another desk may be able to answer.")).to_be_visible()
    await expect(visitor.sees(WHO)).to_be_visible()
    await _check_in_every_light(visitor.page)
    await visitor.page.locator("#log a[data-desk]").click()
    await expect(visitor.page).to_have_url(both.there.house.visitors)
