"""A colleague reads along, in three browsers: asked for, said as long as it lasts, and closed before and after."""

import json
import re
from typing import Any

import pytest
from playwright.async_api import Page, WebSocketRoute, expect

from tests.browser.people import People, Staff, Visitor

pytestmark = pytest.mark.asyncio(loop_scope="session")

LAPSE = 60_000  # milliseconds: a lease, what finds that it lapsed, and a slow machine

# What this page's own device opens of some bodies, if it is given keys and bodies: as the desk's column does it.
OPEN = """async ([slot, binding, keys, bodies]) => {
  const { Device } = await import("/static/device.js"), { Seals } = await import("/static/seals.js");
  const opened = [];
  for (const [way, body] of bodies) {
    const seals = new Seals(await Device.of(slot));
    await seals.meet({ binding, epoch: 1, keys });
    for (const [other, each] of bodies) {
      const found = await seals.open(other, each);
      if (each === body && way === other) opened.push(found.words ?? null);
    }
  }
  return opened;
}"""


class Ear:
    """Everything that the server sends to a page, from now on."""

    def __init__(self, page: Page) -> None:
        self.frames: list[dict[str, Any]] = []
        page.on("websocket", lambda socket: socket.on("framereceived", self._take))

    def _take(self, payload: str | bytes) -> None:
        if isinstance(payload, str):
            self.frames.append(json.loads(payload))

    def keys(self, *kinds: str) -> dict[str, str]:
        return {
            number: wrapped
            for frame in self.frames
            if frame["type"] in kinds
            for number, wrapped in frame["keys"].items()
        }


async def _is_over(visitor: Visitor, staff: Staff, colleague: Staff) -> None:
    """None of the three pages says that anybody reads along, and the words are gone from the colleague's."""
    await expect(colleague.talk()).to_have_count(0)
    await expect(visitor.page.locator("#helping")).to_be_hidden()
    await expect(staff.talk().locator(".helped")).to_be_hidden()
    await visitor.writes("afterwards")
    await expect(staff.messages().last).to_have_text("afterwards")
    await staff.writes("an answer afterwards")
    await expect(visitor.sees("an answer afterwards")).to_be_visible()
    assert "afterwards" not in await colleague.page.content()


async def test_with_both_yeses_a_colleague_reads_along_until_the_visitor_ends_it(people: People) -> None:
    visitor, staff = await people.in_a_talk()
    colleague = await people.colleague_of(staff)
    await visitor.writes("before")
    await expect(staff.messages()).to_have_text(["before"])
    await staff.asks_to_read_along(colleague)
    await expect(staff.sees(f"{colleague.name} has been asked to read along.")).to_be_visible()
    await expect(colleague.sees(f"{staff.name} asks you to read along")).to_be_visible()
    await expect(visitor.page.locator("#asked")).to_be_hidden()
    await colleague.says("Read along")
    asked = f"{colleague.name} would like to read along with {staff.name}, to help {staff.name} answer you."
    await expect(visitor.page.locator("#asked-question")).to_contain_text(asked)
    await expect(colleague.talk()).to_have_count(0)
    await visitor.presses("Yes, that is all right")
    await expect(visitor.page.locator("#helper")).to_have_text(f"{colleague.name} reads along with {staff.name}.")
    await expect(staff.sees(f"{colleague.name} reads along. The visitor sees that.")).to_be_visible()
    await expect(colleague.sees(f"Reading along with {staff.name}")).to_be_visible()
    await visitor.writes("while")
    await expect(staff.messages()).to_have_text(["before", "while"])
    await staff.writes("an answer")
    await expect(visitor.messages.last).to_have_text("an answer")
    await expect(colleague.messages()).to_have_text(["while", "an answer"])
    await expect(colleague.talk().get_by_role("textbox", name="Your message")).to_have_count(0)
    await expect(visitor.mark_of("while")).to_have_text("Delivered")
    await visitor.presses("I do not want that any more")
    await expect(visitor.page.locator("#helping")).to_be_hidden()
    await _is_over(visitor, staff, colleague)
    assert "while" not in await colleague.page.locator("#talks").inner_text()


async def test_the_colleagues_device_opens_exactly_what_was_said_while_it_lasted(people: People) -> None:
    """Even when a server gives it every body and every key that there ever was."""
    visitor, staff = await people.in_a_talk()
    colleague = await people.colleague_of(staff)
    ear, helper = Ear(staff.page), Ear(colleague.page)
    for page in (staff.page, colleague.page):
        await page.reload()
    await expect(staff.talk()).to_be_visible()
    await visitor.writes("before")
    await expect(staff.messages()).to_have_text(["before"])
    await staff.asks_to_read_along(colleague)
    await colleague.says("Read along")
    await visitor.presses("Yes, that is all right")
    await expect(visitor.page.locator("#helping")).to_be_visible()
    await visitor.writes("while")
    await expect(colleague.messages()).to_have_text(["while"])
    await visitor.presses("I do not want that any more")
    await visitor.writes("after")
    await expect(staff.messages()).to_have_text(["before", "while", "after"])
    talk = next(frame for frame in ear.frames if frame["type"] == "talk")
    said = sorted((frame["seq"], frame["body"]) for frame in ear.frames if frame["type"] == "said")
    bodies = [["up", body] for _, body in said]
    slot = await colleague.page.locator("#desk").get_attribute("data-slot")
    theirs, own = ear.keys("talk", "keys"), helper.keys("along")
    assert len(theirs) >= 3
    assert len(own) == 1
    opened = await colleague.page.evaluate(OPEN, [slot, talk["binding"], own, bodies])
    assert opened == [None, "while", None]
    assert await colleague.page.evaluate(OPEN, [slot, talk["binding"], theirs, bodies]) == [None, None, None]
    slot = await staff.page.locator("#desk").get_attribute("data-slot")
    opened = await staff.page.evaluate(OPEN, [slot, talk["binding"], theirs, bodies])
    assert opened == ["before", "while", "after"]


async def test_a_server_that_names_somebody_whom_the_visitor_never_agreed_to_gets_no_key_for_them(
    people: People,
) -> None:
    staff = await people.staff_on_duty()
    visitor = await people.visitor()
    sent: list[dict[str, Any]] = []

    def between(socket: WebSocketRoute) -> None:
        server = socket.connect_to_server()

        def up(frame: str | bytes) -> None:
            sent.append(json.loads(frame))
            server.send(frame)

        def down(frame: str | bytes) -> None:
            told = json.loads(frame)
            if told["type"] == "taken":
                told["helper"] = {"name": "Mallory", "device": told["device"]}  # and that one is signed
            socket.send(json.dumps(told))

        socket.on_message(up)
        server.on_message(down)

    await visitor.page.route_web_socket("**/live", between)
    await visitor.comes_to_wait()
    await staff.takes()
    await visitor.meets(staff)
    await visitor.writes("for one alone")
    await expect(staff.messages()).to_have_text(["for one alone"])
    await expect(visitor.page.locator("#helping")).to_be_hidden()
    keys = [frame for frame in sent if frame["type"] == "key"]
    assert keys
    assert not any("helper" in key for key in keys)
    assert "part" in [frame["type"] for frame in sent]


async def test_a_no_of_the_visitor_lets_nobody_read(people: People) -> None:
    visitor, staff = await people.in_a_talk()
    colleague = await people.colleague_of(staff)
    await staff.asks_to_read_along(colleague)
    await colleague.says("Read along")
    await visitor.page.locator("#asked").get_by_role("button", name="No").click()
    await expect(visitor.sees(f"Only {staff.name} reads what you write.")).to_be_visible()
    await expect(staff.sees("does not want that")).to_be_visible()
    await _is_over(visitor, staff, colleague)


async def test_a_no_of_the_colleague_never_reaches_the_visitor(people: People) -> None:
    visitor, staff = await people.in_a_talk()
    colleague = await people.colleague_of(staff)
    await staff.asks_to_read_along(colleague)
    await colleague.says("No")
    await expect(staff.sees("A colleague said no.")).to_be_visible()
    await expect(visitor.page.locator("#asked")).to_be_hidden()


@pytest.mark.parametrize("who", ["staff", "colleague"])
async def test_either_of_the_staff_ends_it_and_the_visitor_is_told(people: People, who: str) -> None:
    visitor, staff, colleague = await people.helped()
    if who == "staff":
        await staff.talk().get_by_role("button", name="End it").click()
    else:
        await colleague.talk().get_by_role("button", name="Stop reading along").click()
    await expect(visitor.sees(f"{colleague.name} no longer reads along.").first).to_be_visible()
    await _is_over(visitor, staff, colleague)


async def test_it_stays_over_a_reload_of_either_desk(people: People) -> None:
    visitor, staff, colleague = await people.helped()
    await visitor.writes("one")
    await expect(colleague.messages()).to_have_text(["one"])
    await colleague.page.reload()
    await expect(colleague.messages()).to_have_text(["one"])
    await staff.page.reload()
    await expect(staff.sees(f"{colleague.name} reads along. The visitor sees that.")).to_be_visible()
    await visitor.writes("two")
    await expect(colleague.messages()).to_have_text(["one", "two"])
    await staff.writes("three")
    await expect(colleague.messages()).to_have_text(["one", "two", "three"])
    await expect(visitor.page.locator("#helping")).to_be_visible()


async def test_a_reload_of_the_visitors_page_ends_it_with_the_talk(people: People) -> None:
    visitor, staff, colleague = await people.helped()
    await visitor.page.reload()
    await visitor.page.goto("about:blank")
    await staff.ends()
    await expect(colleague.talk()).to_have_count(0)


async def test_the_visitors_lost_connection_does_not_end_it_and_hides_nothing(people: People) -> None:
    visitor, staff, colleague = await people.helped()
    await visitor.page.context.set_offline(True)
    await expect(visitor.page.locator("#trouble")).to_be_visible()
    await expect(visitor.page.locator("#helping")).to_be_visible()
    await visitor.presses("I do not want that any more")  # nobody hears of it yet
    await expect(visitor.page.locator("#helping")).to_be_hidden()
    await visitor.page.context.set_offline(False)
    await expect(colleague.talk()).to_have_count(0, timeout=LAPSE)
    await _is_over(visitor, staff, colleague)


async def test_a_colleague_whose_connection_is_lost_no_longer_reads_along(people: People) -> None:
    visitor, staff, colleague = await people.helped()
    await colleague.page.context.set_offline(True)
    await expect(visitor.page.locator("#helping")).to_be_hidden(timeout=LAPSE)
    await expect(staff.talk().locator(".helped")).to_be_hidden(timeout=LAPSE)
    await visitor.writes("after")
    await expect(staff.messages()).to_have_text(["after"])
    await colleague.page.context.set_offline(False)
    await expect(colleague.talk()).to_have_count(0, timeout=LAPSE)
    assert "after" not in await colleague.page.locator("#talks").inner_text()


async def test_without_javascript_the_visitor_is_asked_and_told_too(people: People) -> None:
    visitor, staff, colleague = await people.helped(java_script_enabled=False)
    await visitor.writes("while")
    await expect(colleague.messages()).to_have_text(["while"])
    await staff.writes("an answer")
    await expect(colleague.messages()).to_have_text(["while", "an answer"])
    await visitor.presses("I do not want that any more")
    await expect(visitor.sees(f"{colleague.name} no longer reads along.")).to_be_visible()
    await expect(visitor.messages).to_have_text(["while", "an answer"])
    await expect(colleague.talk()).to_have_count(0)
    await visitor.writes("after")
    await expect(staff.messages()).to_have_text(["while", "an answer", "after"])


async def test_a_line_between_the_two_reaches_the_two_alone(people: People) -> None:
    visitor, staff, colleague = await people.helped()
    line = "A line to your colleague"
    await colleague.talk().get_by_label(line).fill("Ask whether anybody is at home.")
    await colleague.page.keyboard.press("Enter")
    await expect(staff.sees("Ask whether anybody is at home.")).to_be_visible()
    await staff.talk().get_by_label(line).fill("I shall.")
    await staff.page.keyboard.press("Enter")
    lines = colleague.talk().get_by_role("list", name="Between you two").get_by_role("listitem")
    await expect(lines).to_have_text([re.compile("you: Ask whether"), re.compile(f"{staff.name}: I shall")])
    await colleague.page.reload()
    await expect(lines).to_have_text([re.compile("you: Ask whether"), re.compile(f"{staff.name}: I shall")])
    assert "anybody is at home" not in await visitor.page.content()
    await staff.talk().get_by_role("button", name="End it").click()
    await expect(colleague.talk()).to_have_count(0)
    await expect(staff.page.get_by_role("listitem").filter(has_text="I shall.")).to_have_count(0)


async def test_a_line_that_is_sent_before_the_key_for_it_goes_when_that_comes(people: People) -> None:
    visitor, staff = await people.in_a_talk()
    colleague = await people.staff()
    held: list[str | bytes] = []
    pages: list[WebSocketRoute] = []

    def between(socket: WebSocketRoute) -> None:
        server = socket.connect_to_server()

        def down(frame: str | bytes) -> None:
            (held.append if json.loads(frame)["type"] == "asides" else socket.send)(frame)

        pages.append(socket)
        socket.on_message(server.send)
        server.on_message(down)

    await colleague.page.route_web_socket("**/live", between)
    await colleague.page.reload()
    await colleague.goes_on_duty()
    await expect(staff.page.locator("#available")).to_have_text("2")
    await staff.asks_to_read_along(colleague)
    await colleague.says("Read along")
    await visitor.presses("Yes, that is all right")
    await expect(colleague.sees(f"Reading along with {staff.name}")).to_be_visible()
    box = colleague.talk().get_by_label("A line to your colleague")
    await box.fill("Ask whether anybody is at home.")
    await box.press("Enter")
    while not held:
        await colleague.page.wait_for_timeout(50)
    await expect(box).to_have_value("Ask whether anybody is at home.")
    pages[-1].send(held[0])
    await expect(staff.sees("Ask whether anybody is at home.")).to_be_visible()
    await expect(box).to_have_value("")


async def test_what_was_being_written_to_another_visitor_is_left_alone(people: People) -> None:
    visitor, staff = await people.in_a_talk()
    colleague = await people.colleague_of(staff)
    other = await people.visitor()
    await other.comes_to_wait()
    name = await colleague.takes()
    await other.meets(colleague)
    await staff.asks_to_read_along(colleague)
    await colleague.says("Read along")
    await expect(visitor.button("Yes, that is all right")).to_be_visible()
    box = colleague.talk(name).get_by_role("textbox", name="Your message")
    await box.press_sequentially("for the one ")
    await visitor.presses("Yes, that is all right")
    await expect(colleague.sees(f"Reading along with {staff.name}")).to_be_visible()
    await colleague.page.keyboard.type("alone")
    await expect(box).to_have_value("for the one alone")
