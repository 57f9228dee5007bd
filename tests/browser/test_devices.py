"""The desk in Chromium with visitors who seal in Python: devices, keys, what opens, and what stays closed."""

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Locator, Page, expect

from dialogues.hours import SWEDEN
from dialogues.loader import load_content
from dialogues.values import Content
from handover.values import Accepted, MessageId, TalkRef, Waiting, WithStaff
from safety.devices import read_key
from safety.organisation import short_code
from safety.sealing import COMPARED, compare
from safety.text64 import read64
from tests.browser.people import DESKTOP
from tests.console.conftest import DESK, PASSWORD, started
from tests.console.desks import PATIENCE, Live, serving
from tests.engines import Engine, running
from tests.sealed import ORGANISATION, Organisation, VisitorPage

pytestmark = pytest.mark.asyncio(loop_scope="session")

NO_STORE = "Object.defineProperty(window, 'indexedDB', { value: { open() { throw new Error('private'); } } });"
KEPT_KEYS = """() => new Promise((done) => {
  const opening = indexedDB.open("desk", 1);
  opening.onsuccess = () => {
    const all = opening.result.transaction("devices").objectStore("devices").getAll();
    all.onsuccess = () => done(all.result.map((pair) => [pair.privateKey.type, pair.privateKey.extractable]));
  };
})"""


@dataclass
class Seat:
    """A staff member's browser profile: the desk in it, and every frame that went over its socket."""

    page: Page
    context: BrowserContext
    frames: list[str] = field(default_factory=list)

    @property
    def log(self) -> Locator:
        """Words and what stands in their place, top to bottom."""
        return self.page.locator(".talk .log").locator(".bubble, .closed")

    @property
    def key_line(self) -> Locator:
        return self.page.locator(".talk .key")

    @property
    def device_line(self) -> Locator:
        return self.page.locator("#device span")

    async def goes_on_duty(self) -> None:
        duty = self.page.get_by_role("switch", name="On duty")
        await expect(duty).to_be_enabled()
        await duty.click()
        await expect(duty).to_have_attribute("aria-checked", "true")

    async def takes(self) -> None:
        await self.page.get_by_role("button", name="Take").first.click()
        await expect(self.page.get_by_role("article")).to_be_visible()

    async def writes(self, words: str) -> None:
        await self.page.get_by_role("textbox", name="Your message").fill(words)
        await self.page.get_by_role("button", name="Send", exact=True).click()

    def state_of(self, words: str) -> Locator:
        return self.page.locator(".message.own", has_text=words).locator(".state")


@dataclass
class Office:
    """A console with people at it."""

    live: Live
    browser: Browser
    contexts: list[BrowserContext] = field(default_factory=list)
    people: int = 0

    @property
    def address(self) -> str:
        return f"http://localhost:{self.live.port}"

    async def somebody(self, role: str = "staff") -> str:
        """The sign-in name of somebody new."""
        self.people += 1
        await self.live.console.add(name := f"kim{self.people}" if role == "staff" else f"boss{self.people}", role)
        return name

    async def seat(self, name: str, script: str = "") -> Seat:
        """A new browser profile in which this person has signed in."""
        context = await self.browser.new_context(viewport=DESKTOP, locale="en-GB")
        context.set_default_timeout(30_000)
        self.contexts.append(context)
        if script:
            await context.add_init_script(script)
        seat = Seat(await context.new_page(), context)
        seat.page.on("websocket", lambda socket: _listen(socket, seat.frames))
        await seat.page.goto(f"{self.address}/sign-in")
        await seat.page.get_by_label("Sign-in name").fill(name)
        await seat.page.get_by_label("Password").fill(PASSWORD)
        await seat.page.get_by_label("Code", exact=True).fill(self.live.console.code(name))
        await seat.page.get_by_role("button", name="Sign in").click()
        await expect(seat.page.get_by_role("navigation", name="Pages")).to_be_visible()
        return seat

    async def in_a_talk(self, name: str | None = None, script: str = "") -> tuple[Seat, TalkRef]:
        seat = await self.seat(name or await self.somebody(), script)
        await seat.goes_on_duty()
        ref = await self.live.visitor_joins()
        await seat.takes()
        await self.live.visitor_gives_the_key(ref)
        return seat, ref

    async def goes_home(self) -> None:
        for ref in self.live.pages:
            await self.live.visitor.end(ref, "visitor")  # type: ignore[arg-type]
        self.live.pages.clear()
        for context in self.contexts:
            await context.close()
        self.contexts.clear()


def _listen(socket: Any, frames: list[str]) -> None:
    for direction in ("framesent", "framereceived"):
        socket.on(direction, lambda frame: frames.append(str(frame)))


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with running("valkey") as engine:
        yield engine


@pytest.fixture(scope="module")
def content() -> Content:
    return load_content(now=datetime(2026, 11, 22, 12, tzinfo=SWEDEN), demo=True)


@pytest.fixture(scope="module")
def word_lists(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("words")
    (folder / "sv.txt").write_text("".join(f"ord{number}\n" for number in range(COMPARED)), encoding="utf-8")
    return folder


@asynccontextmanager
async def an_office(
    folder: Path, engine: Engine, content: Content, browser: Browser, **settings: Any
) -> AsyncIterator[Office]:
    settings = {"staff_url": None, **settings}  # wherever it is served
    async with started(folder, engine.staff, content, **settings) as console, serving(console, engine) as live:
        office = Office(live, browser)
        try:
            yield office
        finally:
            await office.goes_home()


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def shared_office(
    tmp_path_factory: pytest.TempPathFactory, engine: Engine, content: Content, browser: Browser, word_lists: Path
) -> AsyncIterator[Office]:
    async with an_office(tmp_path_factory.mktemp("office"), engine, content, browser, word_lists=word_lists) as office:
        yield office


@pytest_asyncio.fixture(loop_scope="session")
async def office(shared_office: Office) -> AsyncIterator[Office]:
    """One that signs devices at once."""
    yield shared_office
    await shared_office.goes_home()


@pytest_asyncio.fixture(loop_scope="session")
async def strict_office(tmp_path: Path, engine: Engine, content: Content, browser: Browser) -> AsyncIterator[Office]:
    """One whose organisation's key is elsewhere."""
    async with an_office(tmp_path, engine, content, browser, organisation_signing_key=None) as office:
        yield office


# --- Sealed words ---


async def test_words_are_sealed_both_ways_and_no_frame_holds_them(office: Office) -> None:
    seat, ref = await office.in_a_talk()
    await office.live.visitor_says(ref, 1, "Är det här hemligt?")
    await expect(seat.log).to_have_text(["Är det här hemligt?"])
    await seat.writes("Ja. Bara vi två läser.")
    await expect(seat.state_of("Bara vi två")).to_have_text("Sent")
    assert await office.live.visitor_reads(ref) == ["Ja. Bara vi två läser."]
    frames = "\n".join(seat.frames)
    assert '"type":"talk"' in frames  # the scan finds what is there
    assert "hemligt" not in frames
    assert "Bara vi" not in frames


async def test_the_device_s_key_is_kept_and_cannot_be_taken_out(office: Office) -> None:
    seat, _ = await office.in_a_talk()
    assert await seat.page.evaluate(KEPT_KEYS) == [["private", False]]


async def test_after_a_reload_the_same_device_opens_everything_again(office: Office) -> None:
    seat, ref = await office.in_a_talk()
    await office.live.visitor_says(ref, 1, "ett")
    await expect(seat.log).to_have_text(["ett"])
    await seat.writes("två")
    await expect(seat.state_of("två")).to_have_text("Sent")
    await office.live.visitor_says(ref, 2, "tre")
    await expect(seat.page.locator(".bubble")).to_have_text(["ett", "två", "tre"])

    await seat.page.reload()
    await expect(seat.page.locator(".bubble")).to_have_text(["ett", "två", "tre"])
    await office.live.visitor_gives_the_key(ref)
    await seat.writes("fyra")
    await expect(seat.state_of("fyra")).to_have_text("Sent")
    await office.live.visitor_says(ref, 3, "fem")
    await expect(seat.page.locator(".bubble")).to_have_text(["ett", "två", "tre", "fyra", "fem"])
    assert await office.live.visitor_reads(ref) == ["två", "fyra"]
    await expect(seat.page.locator(".closed")).to_have_count(0)


async def test_on_a_second_device_the_earlier_words_are_closed_until_the_visitor_shares_them(office: Office) -> None:
    name = await office.somebody()
    first, ref = await office.in_a_talk(name)
    await office.live.visitor_says(ref, 1, "ett")
    await expect(first.log).to_have_text(["ett"])  # what is written before it was read stands before it
    await first.writes("två")
    await expect(first.state_of("två")).to_have_text("Sent")
    await office.live.visitor_says(ref, 2, "tre")

    second = await office.seat(name)
    await office.live.visitor_gives_the_key(ref)
    await office.live.visitor_says(ref, 3, "fyra")
    await expect(second.log).to_have_text([re.compile("The visitor's earlier words are closed to you"), "fyra"])
    standing = await office.live.visitor.attend(ref)
    assert isinstance(standing, WithStaff)
    for key in office.live.pages[ref].share(standing.device):
        await office.live.visitor_sends_key(ref, key)
    await expect(second.page.locator(".bubble")).to_have_text(["ett", "två", "tre", "fyra"])
    await expect(second.page.locator(".closed")).to_have_count(0)
    await expect(first.page.get_by_text("The desk is open in another window.")).to_be_visible()


async def test_a_browser_that_keeps_no_key_says_so_and_is_another_device_after_a_reload(office: Office) -> None:
    seat, ref = await office.in_a_talk(script=NO_STORE)
    await expect(seat.device_line).to_contain_text("This browser does not keep the device's key")
    await office.live.visitor_says(ref, 1, "ett")
    await expect(seat.log).to_have_text(["ett"])
    before = await office.live.visitor.attend(ref)
    await seat.page.reload()
    await expect(seat.log).to_have_text([re.compile("earlier words are closed to you")])
    await office.live.visitor_gives_the_key(ref)
    after = await office.live.visitor.attend(ref)
    assert isinstance(before, WithStaff)
    assert isinstance(after, WithStaff)
    assert before.device != after.device
    await seat.writes("två")
    await expect(seat.state_of("två")).to_have_text("Sent")
    assert await office.live.visitor_reads(ref) == ["två"]


async def test_two_words_can_be_compared(office: Office) -> None:
    seat, ref = await office.in_a_talk()
    words = seat.page.locator(".pair")
    await expect(words).to_be_hidden()
    await seat.page.get_by_text("Compare words").click()
    standing = await office.live.visitor.attend(ref)
    assert isinstance(standing, WithStaff)
    device = read64(standing.device.partition(".")[0])
    places = compare(office.live.pages[ref].words.epochs[1], device)
    await expect(words).to_have_text(" · ".join(f"ord{place}" for place in places))
    await expect(words).to_have_attribute("lang", "sv")
    await expect(seat.page.get_by_text("nobody stands between you")).to_be_visible()


# --- What is missing or does not fit ---


async def test_without_the_key_words_wait_and_go_out_when_it_comes(office: Office) -> None:
    seat = await office.seat(await office.somebody())
    await seat.goes_on_duty()
    ref = await office.live.visitor_joins()
    await seat.takes()
    await seat.writes("Hej")
    await expect(seat.state_of("Hej")).to_have_text("Waiting for the key")
    await expect(seat.key_line).to_have_text(re.compile("The key from the visitor's page has not come yet"))
    assert not any('"say"' in frame for frame in seat.frames)
    await office.live.visitor_gives_the_key(ref)
    await expect(seat.state_of("Hej")).to_have_text("Sent")
    await expect(seat.key_line).to_have_text("")
    assert await office.live.visitor_reads(ref) == ["Hej"]


async def test_a_visitor_s_page_that_refuses_the_device_ends_in_a_clear_sentence(office: Office) -> None:
    seat = await office.seat(await office.somebody())
    await seat.goes_on_duty()
    ref = await office.live.visitor_joins()
    office.live.pages[ref] = VisitorPage(Organisation().public)
    await seat.takes()
    await office.live.visitor_gives_the_key(ref)
    await expect(seat.key_line).to_have_text(re.compile("does not trust this device.*Give the talk back"))
    await seat.writes("Hej")
    await expect(seat.state_of("Hej")).to_have_text("Waiting for the key")
    assert not any('"say"' in frame for frame in seat.frames)


async def test_a_message_that_does_not_fit_is_one_sentence_in_its_place(office: Office) -> None:
    seat, ref = await office.in_a_talk()
    page = office.live.pages[ref]
    await office.live.visitor_says(ref, 1, "ett")
    tampered = bytearray(read64(page.say(2, "två")["body"]))
    tampered[-1] ^= 1
    await relay(office, ref, 2, bytes(tampered))
    await relay(office, ref, 3, read64(page.say(3, "tre")["body"]))  # the one before it was lost to the page
    await expect(seat.log).to_have_text(
        ["ett", "This message could not be opened.", re.compile("one before it may be missing")]
    )
    # What could not be read is not said to be read: the glance after which it would be has passed by then.
    async with asyncio.timeout(PATIENCE):
        while await shown(office, ref) == 0:  # noqa: ASYNC110  # the engine tells staff nothing of it
            await asyncio.sleep(0.1)
    await asyncio.sleep(1)
    assert await shown(office, ref) == 1


async def shown(office: Office, ref: TalkRef) -> int:
    standing = await office.live.visitor.attend(ref)
    assert isinstance(standing, WithStaff)
    return standing.up_heard


async def relay(office: Office, ref: TalkRef, seq: int, body: bytes) -> None:
    assert await office.live.visitor.say(ref, seq, MessageId(f"visitor-{seq:08}"), body) == Accepted(seq)


# --- Approval ---


async def test_an_unapproved_device_is_told_what_to_do_and_goes_on_when_it_is_approved(strict_office: Office) -> None:
    office = strict_office
    seat, boss = await office.seat(await office.somebody()), await office.seat(await office.somebody("coordinator"))
    ref = await office.live.visitor_joins()
    await expect(seat.device_line).to_have_text(re.compile("Ask your coordinator to approve it; it shows as "))
    (request,) = await office.live.console.house.devices.requests(DESK)
    assert short_code(read_key(request[0])) == request[1]
    await expect(seat.device_line).to_contain_text(request[1])
    await seat.page.get_by_role("switch", name="On duty").click()
    await expect(seat.page.get_by_text("This device is not approved yet. The line at the top")).to_be_visible()
    await expect(seat.page.get_by_role("button", name="Take")).to_be_disabled()
    assert isinstance(await office.live.visitor.attend(ref), Waiting)

    await boss.page.get_by_role("link", name="Devices").click()
    async with boss.page.expect_download() as downloading:
        await boss.page.get_by_role("link", name="Download the requests").click()
    requests = (await asyncio.to_thread((await (await downloading.value).path()).read_bytes)).decode()
    keys = [line.split("\t")[0] for line in requests.splitlines() if not line.startswith("#")]
    lines = "".join(f"{ORGANISATION.line(read_key(key))}\n" for key in keys)
    file = {"name": "signatures.txt", "mimeType": "text/plain", "buffer": lines.encode()}
    await boss.page.get_by_label("File of signatures").set_input_files(file)  # type: ignore[arg-type]
    await boss.page.get_by_role("button", name="Bring back").click()
    await expect(boss.page.get_by_role("heading", name="Approved: 1")).to_be_visible()

    await expect(seat.device_line).to_be_hidden()
    await seat.goes_on_duty()
    await seat.takes()
    await office.live.visitor_gives_the_key(ref)
    await seat.writes("Hej")
    await expect(seat.state_of("Hej")).to_have_text("Sent")


async def test_a_device_taken_back_is_told_within_seconds_and_can_ask_anew(office: Office) -> None:
    seat, ref = await office.in_a_talk()
    boss = await office.seat(await office.somebody("coordinator"))
    await boss.page.get_by_role("link", name="Devices").click()
    row = boss.page.get_by_role("row", name=f"Kim{office.people - 1}")
    await row.get_by_role("button", name="Take back").click()
    await boss.page.get_by_role("button", name="Take it back").click()
    await expect(row).to_contain_text("Taken back")

    await expect(seat.device_line).to_have_text(re.compile("A coordinator has taken this device back"))
    await expect(seat.page.get_by_role("article")).to_have_count(0)
    assert isinstance(await office.live.visitor.attend(ref), Waiting)
    await seat.page.get_by_role("button", name="Ask for approval anew").click()
    await expect(seat.device_line).to_have_text(re.compile("Ask your coordinator to approve it"))
    await boss.page.reload()
    await row.get_by_role("button", name="Approve").click()
    await expect(seat.device_line).to_be_hidden()
    await seat.goes_on_duty()
    await seat.takes()
    await office.live.visitor_gives_the_key(ref)
    await seat.writes("Hej igen")
    await expect(seat.state_of("Hej igen")).to_have_text("Sent")


async def test_colleagues_who_share_a_browser_have_a_device_each(office: Office) -> None:
    name, other = await office.somebody(), await office.somebody()
    seat = await office.seat(name)
    await expect(seat.page.get_by_role("switch", name="On duty")).to_be_enabled()
    await seat.page.get_by_role("button", name="Sign out").click()
    await seat.page.get_by_label("Sign-in name").fill(other)
    await seat.page.get_by_label("Password").fill(PASSWORD)
    await seat.page.get_by_label("Code", exact=True).fill(office.live.console.code(other))
    await seat.page.get_by_role("button", name="Sign in").click()
    await seat.goes_on_duty()
    assert len(await seat.page.evaluate(KEPT_KEYS)) == 2
    listed = [each.name.lower() for each in await office.live.console.house.devices.listed(DESK)]
    assert listed.count(name) == listed.count(other) == 1
