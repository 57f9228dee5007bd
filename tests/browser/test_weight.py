"""The first page is small and comes from us alone; neither page breaks its own security policy."""

from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Page, Request, expect

from tests.browser.people import People

pytestmark = pytest.mark.asyncio(loop_scope="session")

LARGEST = 30_000  # bytes on the wire, headers included
MOST = 4  # requests
FETCH_ICON = "fetch(document.querySelector('link[rel=icon]').href).then((icon) => icon.text())"


@pytest.mark.parametrize("language", ["sv", "en", "ar", "fa", "so", "ckb", "ti"])
async def test_the_first_page_is_small(people: People, language: str) -> None:
    visitor = await people.visitor(locale=language)
    session = await visitor.page.context.new_cdp_session(visitor.page)
    asked: dict[str, str] = {}
    bytes_of: dict[str, float] = {}
    session.on("Network.requestWillBeSent", lambda event: asked.update({event["requestId"]: event["request"]["url"]}))
    session.on("Network.loadingFinished", lambda event: bytes_of.update(_size(event)))
    await session.send("Network.enable")
    await visitor.page.goto(people.house.visitors, wait_until="networkidle")
    await visitor.page.evaluate(FETCH_ICON)  # a browser without windows does not
    await expect(visitor.page.locator("html")).to_have_attribute("lang", language)
    assert len(asked) == MOST, asked.values()
    assert asked.keys() == bytes_of.keys()
    assert sum(bytes_of.values()) <= LARGEST, {asked[each]: size for each, size in bytes_of.items()}
    ours = urlsplit(people.house.visitors).netloc
    assert {urlsplit(url).netloc for url in asked.values()} == {ours}


async def test_a_whole_talk_asks_no_other_host_and_breaks_no_policy_on_either_side(people: People) -> None:
    staff, visitor = await people.staff(), await people.visitor()
    faults: list[str] = []
    hosts: set[str] = set()
    for page in (staff.page, visitor.page):
        await _listen(page, faults, hosts)
    await staff.page.reload()
    await staff.goes_on_duty()
    await visitor.opens_the_page()
    await visitor.starts()
    await visitor.topic("Forced marriage").click()
    await visitor.presses("All topics")
    await visitor.sees("Language and privacy").click()
    await visitor.presses("Svenska")
    await visitor.presses("English")
    await visitor.asks_for_a_person()
    await staff.takes()
    await visitor.meets(staff)
    await visitor.writes("<img src=x onerror=alert(1)>")
    await expect(staff.messages()).to_have_count(1)
    await staff.writes("<script>alert(1)</script>")
    await expect(staff.messages()).to_have_text(["<img src=x onerror=alert(1)>", "<script>alert(1)</script>"])
    await expect(visitor.mark_of("img")).to_have_text("Delivered")
    await visitor.ends_the_talk()
    await staff.skips_the_wrap_up()
    await expect(staff.sees("No talk in hand")).to_be_visible()
    assert faults == []
    assert hosts == {urlsplit(people.house.visitors).netloc, urlsplit(people.house.staff).netloc}


async def test_the_policy_is_in_force(people: People) -> None:
    """Guards the test above: a breach is noticed."""
    visitor = await people.visitor()
    faults: list[str] = []
    await _listen(visitor.page, faults, set())
    await visitor.opens_the_page()
    await visitor.page.evaluate("document.body.append(Object.assign(new Image(), { src: 'https://example.org/x' }))")
    await visitor.page.wait_for_function("window.breaches === 1")
    assert any("violat" in fault for fault in faults), faults


async def _listen(page: Page, faults: list[str], hosts: set[str]) -> None:
    def note_request(request: Request) -> None:
        hosts.add(urlsplit(request.url).netloc)

    await page.add_init_script(
        """window.breaches = 0;
        addEventListener("securitypolicyviolation", (event) => {
          window.breaches += 1;
          console.error(`violated: ${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}`);
        });"""
    )
    page.on("console", lambda message: faults.append(message.text) if message.type in {"error", "warning"} else None)
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("request", note_request)


def _size(event: dict[str, Any]) -> dict[str, float]:
    return {event["requestId"]: event["encodedDataLength"]}
