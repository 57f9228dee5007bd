"""The processes behind open pages are exchanged in the middle of a talk, and pages meet frames of another version."""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, WebSocketRoute, expect

from tests.browser.people import People, Visitor
from tests.rolling import GONE, Kind, Rolling, rolling

pytestmark = pytest.mark.asyncio(loop_scope="session")

NOTHING_OF_IT = ["lost contact", "connection is lost", "Connection lost", "in line again", "not yours", "off duty now"]
# Everything that may be read while it lasts, however short.
WATCH = """(words) => {
  window.read = [];
  const fresh = (each) => document.body.innerText.includes(each) && !read.includes(each);
  const look = () => read.push(...words.filter(fresh));
  const all = { subtree: true, childList: true, characterData: true, attributes: true };
  new MutationObserver(look).observe(document.body, all);
}"""
UNKNOWN = ['{"type":"telepathy","of":[1]}', '{"type":"refused","code":"telepathy"}', '{"type":"constructor"}']


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory, elsewhere: str) -> Iterator[Rolling]:
    with rolling(tmp_path_factory.mktemp("rolling"), 2, EXIT_URL=elsewhere) as whole:
        yield whole


@pytest_asyncio.fixture(loop_scope="session")
async def moving(browser: Browser, whole: Rolling) -> AsyncIterator[People]:
    people = People(browser, whole)  # type: ignore[arg-type]  # it has a house's addresses
    yield people
    await people.go_home()


async def test_pages_go_on_elsewhere_and_nobody_reads_of_it(whole: Rolling, moving: People) -> None:
    visitor, staff = await moving.in_a_talk()
    for page in (visitor.page, staff.page):
        await page.evaluate(WATCH, NOTHING_OF_IT)
    exchanging = asyncio.create_task(_exchange(whole, whole.bots, whole.consoles))
    count = 0
    while not exchanging.done() or count < 5:
        count += 1
        await _writes(visitor, f"up {count}")
        await staff.writes(f"down {count}")
        await asyncio.sleep(0.2)
    await exchanging
    await expect(visitor.mark_of(f"up {count}").last).to_have_text("Delivered")
    await expect(staff.state_of(f"down {count}").last).to_have_text("Delivered")
    upward, downward = ([f"{way} {number + 1}" for number in range(count)] for way in ("up", "down"))
    assert await staff.words("theirs") == await visitor.words("mine") == upward
    assert await visitor.words("theirs") == await staff.words("own") == downward
    await expect(staff.duty).to_have_attribute("aria-checked", "true")
    for page in (visitor.page, staff.page):
        assert await page.evaluate("read") == []


async def test_what_is_typed_and_pressed_meanwhile_is_not_lost(whole: Rolling, moving: People) -> None:
    await asyncio.to_thread(whole.begins, whole.bots, whole.consoles)
    visitor, staff = await moving.in_a_talk()
    await visitor.box.fill("half a sent")
    await staff.talk().get_by_role("textbox", name="Your message").fill("half an ans")
    for page in (visitor.page, staff.page):
        await page.evaluate(WATCH, NOTHING_OF_IT)
    await _holds(staff.page)
    exchanging = asyncio.create_task(_exchange(whole, whole.consoles, whole.bots))
    async with asyncio.timeout(GONE):
        while not await staff.page.evaluate("window.away === true"):  # noqa: ASYNC110  # no eval in these pages
            await asyncio.sleep(0.01)
    await staff.page.locator("#pause").click()
    await exchanging
    await expect(staff.page.locator("#desk")).to_have_attribute("data-duty", "paused")
    await expect(visitor.box).to_have_value("half a sent")
    await expect(staff.talk().get_by_role("textbox", name="Your message")).to_have_value("half an ans")
    for page in (visitor.page, staff.page):
        assert await page.evaluate("read") == []


async def test_a_page_passes_over_frames_of_the_next_version(people: People) -> None:
    faults: list[str] = []
    sockets: list[WebSocketRoute] = []

    def between(socket: WebSocketRoute) -> None:
        socket.connect_to_server()
        sockets.append(socket)

    staff, visitor = await people.staff_on_duty(), await people.visitor()
    for page in (staff.page, visitor.page):
        await page.route_web_socket(re.compile("/live$"), between)
        page.on("pageerror", lambda error: faults.append(str(error)))
    await staff.page.reload()
    await visitor.comes_to_wait()
    await staff.takes()
    await visitor.meets(staff)
    assert len(sockets) == 2
    for socket in sockets:
        for frame in UNKNOWN:
            socket.send(frame)
    await visitor.writes("still here")
    await expect(staff.messages()).to_have_text(["still here"])
    await expect(staff.page.locator("#notices p")).to_have_count(0)
    sockets[1].send(json.dumps({"type": "ended", "reason": "telepathy"}))
    await expect(visitor.sees("The talk is over. The person ended it, your page")).to_be_visible()
    assert faults == []


async def _writes(visitor: Visitor, words: str) -> None:
    """A key for a device is made in a moment, in which the page keeps the words in the box and says so."""
    await visitor.writes(words)
    while await visitor.box.input_value():
        await asyncio.sleep(0.1)
        await visitor.presses("Send")


async def _holds(page: Page) -> None:
    """`away` becomes true as soon as the desk has no socket; the next one may not open for a moment."""
    await page.evaluate(
        """() => {
          const Real = WebSocket;
          window.WebSocket = class extends Real {
            constructor(...given) { super(...given); window.away = true; }
          };
        }"""
    )


async def _exchange(whole: Rolling, *kinds: Kind) -> None:
    for kind in kinds:
        await asyncio.sleep(0.5)
        await asyncio.to_thread(whole.asks_to_end(kind).wait, GONE)
        whole.forgets_dead_ports(kind)
