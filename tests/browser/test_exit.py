"""Leaving works at once, offline, from every page, and nothing stays. What other browsers do as well: `exits/`."""

import re
from typing import Any

import pytest
from playwright.async_api import Page, Request, Route, expect

from tests.browser.people import SMALLEST, People, Visitor
from tests.browser.views import VISITOR_VIEWS
from tests.running import House

pytestmark = pytest.mark.asyncio(loop_scope="session")

SOON = 30_000  # milliseconds: far less than the limits of silence, of three minutes and of ten

PRESS_AND_LOOK = """() => {
  document.title = "something that staff wrote";
  document.getElementById("exit").click();
  return [document.body.childNodes.length, document.body.innerText, document.title];
}"""


async def test_the_page_is_empty_and_neutral_at_once_also_without_a_network(people: People) -> None:
    visitor, staff = await people.in_a_talk()
    await visitor.writes("a secret")
    await expect(staff.messages()).to_have_text(["a secret"])
    await visitor.page.context.set_offline(True)
    assert await visitor.page.evaluate(PRESS_AND_LOOK) == [0, "", "Läxhjälp"]


async def test_no_script_or_page_touches_history_or_the_address(people: People) -> None:
    visitor = await people.visitor()
    texts: list[str] = []
    visitor.page.on("response", lambda response: texts.append(response.url))
    await visitor.opens_the_page()
    await visitor.page.wait_for_load_state("networkidle")
    scripts = [url for url in texts if url.endswith(".js")]
    assert scripts
    for url in [people.house.visitors, *scripts]:
        body = await (await visitor.page.request.get(url)).text()
        for forbidden in ("pushState", "replaceState", 'href="#', "location.hash", "localStorage", "sessionStorage"):
            assert forbidden not in body, f"{url} names {forbidden}"


@pytest.mark.parametrize("view", VISITOR_VIEWS)
async def test_the_exit_is_large_and_never_covered_on_the_smallest_phone(people: People, view: str) -> None:
    visitor = await VISITOR_VIEWS[view](people, viewport=SMALLEST)
    for height in ("0", "document.scrollingElement.scrollHeight / 2", "document.scrollingElement.scrollHeight"):
        await visitor.page.evaluate(f"scrollTo(0, {height})")
        await _is_free(visitor)
    if await visitor.page.get_by_role("textbox").count():
        await visitor.page.get_by_role("textbox").focus()
        await _is_free(visitor)


async def test_the_browser_keeps_nothing_of_a_whole_conversation(people: People) -> None:
    visitor, staff = await people.in_a_talk()
    await visitor.writes("Hello")
    await expect(staff.messages()).to_have_text(["Hello"])
    kept = await visitor.page.evaluate(
        """async () => [
          document.cookie, localStorage.length, sessionStorage.length, (await indexedDB.databases()).length,
          (await navigator.serviceWorker.getRegistrations()).length, (await caches.keys()).length,
          document.querySelectorAll("link[rel=manifest]").length, window.name,
        ]"""
    )
    assert kept == ["", 0, 0, 0, 0, 0, 0, ""]
    assert await visitor.page.context.cookies() == []
    assert await visitor.box.get_attribute("autocomplete") == "off"
    assert await visitor.box.get_attribute("spellcheck") == "false"
    await visitor.leaves()
    await expect(visitor.page).not_to_have_url(people.house.visitors)
    assert await visitor.page.context.cookies() == []


async def test_no_request_to_us_lies_on_the_way_out_but_a_beacon_that_nobody_waits_for(
    people: People, house: House, elsewhere: str
) -> None:
    visitor, staff = await people.in_a_talk()
    requests: list[Request] = []
    visitor.page.context.on("request", lambda request: requests.append(request))
    await visitor.page.route("**/leave", lambda _: None)  # the beacon never gets an answer
    await visitor.leaves()
    await expect(visitor.page).to_have_url(elsewhere)
    ours = [request for request in requests if request.url.startswith(house.visitors)]
    assert all(request.url == f"{house.visitors}leave" and request.method == "POST" for request in ours)
    away = next(request for request in requests if request.is_navigation_request())
    assert away.url == elsewhere
    assert "referer" not in await away.all_headers()
    # The socket carries the same farewell.
    await expect(staff.sees(re.compile("left. What was said has been erased."))).to_be_visible()


async def test_leaving_in_mid_talk_ends_it_for_staff_at_once(people: People) -> None:
    visitor, staff = await people.in_a_talk()
    await visitor.writes("He is coming")
    await expect(staff.messages()).to_have_text(["He is coming"])
    await visitor.leaves()
    # Far sooner than the silence limit of three minutes, which would end it too.
    await expect(staff.sees(re.compile("left. What was said has been erased."))).to_be_visible(timeout=SOON)
    await expect(staff.sees("He is coming")).to_have_count(0)


async def test_leaving_the_waiting_room_takes_the_visitor_off_the_list(people: People) -> None:
    staff = await people.staff_on_duty()
    visitor = await people.visitor()
    await visitor.comes_to_wait()
    await expect(staff.waiting).to_have_count(1)
    await visitor.leaves()
    await expect(staff.waiting).to_have_count(0, timeout=SOON)


async def test_links_to_services_open_elsewhere_so_that_back_stays_safe(people: People) -> None:
    visitor = await people.visitor()

    async def with_an_address(route: Route) -> None:
        """By day only services with a telephone are shown, because enough of them are open."""
        answer = await route.fetch()
        text = re.sub(r'"tel:[^"]+"', '"https://umo.se"', await answer.text(), count=1)
        await route.fulfill(response=answer, body=text)

    await visitor.page.route("**/turn", with_an_address)
    await visitor.opens_the_page()
    await visitor.opens_the_briefing()
    await visitor.presses("Talk to a person")
    await expect(visitor.sees("Nobody is here right now")).to_be_visible()
    links = await visitor.page.locator("main a[href^='http']").all()
    assert links
    for link in links:
        assert await link.get_attribute("target") == "_blank"
        assert "noreferrer" in str(await link.get_attribute("rel"))


async def _is_free(visitor: Visitor) -> None:
    box: Any = await visitor.exit.bounding_box()
    assert box["width"] >= 44
    assert box["height"] >= 44
    assert await _covered(visitor.page) == []


async def _covered(page: Page) -> list[str]:
    """What lies over the exit at its middle and near its corners, or is outside the window."""
    return await page.evaluate(  # type: ignore[no-any-return]
        """() => {
          const exit = document.querySelector("a.exit"), { left, right, top, bottom } = exit.getBoundingClientRect();
          const x = [left + 12, (left + right) / 2, right - 12], y = [top + 8, (top + bottom) / 2, bottom - 8];
          const points = x.flatMap((across) => y.map((down) => [across, down]));
          return points.map(([across, down]) => document.elementFromPoint(across, down))
            .filter((found) => !found || !exit.contains(found)).map((found) => found?.outerHTML ?? "outside");
        }"""
    )
