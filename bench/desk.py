"""The staff's desk under load, in a real browser: `python -m bench.desk`.

A person with five talks, in each of which a visitor writes once a second: from a visitor's words to the screen, through
engine, console and page, and from a key to the screen. And the waiting list with 500 visitors: one redraw with its
layout, beside what it would be with ten. The load of the machine stands above the figures: read them with it.
"""

import asyncio
import json
import os
import re
import statistics
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import Any

from playwright.async_api import Page, async_playwright, expect

from handover.keys import binding
from handover.values import Briefing, Channel, DeskId, Joined, MessageId, Pseudonym, TalkRef, WithStaff
from handover.visitor_redis import RedisVisitorEnd
from safety.text64 import read64, write64
from tests import engines
from tests.browser.conftest import ARGUMENTS, CHROMIUM
from tests.browser.people import People, Staff
from tests.running import House, Sides, running_apart
from tests.sealed import VisitorPage

DESK = DeskId("demo")
TALKS, SECONDS = 5, 20
WAITING, FEW, TIMES = 500, 10, 40
PATIENCE = 120.0  # seconds

# Notes when words of a visitor's are there to be painted, and how long each key took until the next frame.
WATCH = """() => {
  window.shown = [];
  window.keys = [];
  const look = (node) => {
    const said = node.querySelector?.(".theirs .bubble, :scope.theirs .bubble")?.textContent;
    if (said?.startsWith("sent ")) requestAnimationFrame(() => window.shown.push(Date.now() - Number(said.slice(5))));
  };
  const each = (changes) => changes.forEach(({ addedNodes }) => addedNodes.forEach(look));
  new MutationObserver(each).observe(document.getElementById("talks"), { childList: true, subtree: true });
  new PerformanceObserver((list) => list.getEntries().forEach(({ name, duration }) => {
    if (name === "keydown" || name === "keypress") window.keys.push(duration);
  })).observe({ type: "event", durationThreshold: 16 });
}"""
REDRAW = """async ([frame, times]) => {
  const { Room } = await import("/static/room.js"), took = [];
  const room = new Room({ say: () => "", has: () => false, take() {} });
  for (let time = 0; time < times; time += 1) {
    const rows = [...frame.rows];
    rows.unshift(...rows.splice(time % rows.length)); // everybody stands elsewhere
    const begun = performance.now();
    room.show({ ...frame, rows });
    document.body.getBoundingClientRect();
    document.getElementById("waiting").scrollHeight;
    took.push(performance.now() - begun);
    await new Promise(requestAnimationFrame);
  }
  return took;
}"""


def main() -> None:
    asyncio.run(_measure())


async def _measure() -> None:
    with (
        tempfile.TemporaryDirectory() as folder,
        engines.running("valkey") as engine,
        running_apart(Path(folder), engine.visitor, engine.staff, CAPACITY=str(TALKS)) as sides,
    ):
        visitors = RedisVisitorEnd(engine.visitor)
        await visitors.open()
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
            expect.set_options(timeout=PATIENCE * 1000)
            links = sides.demo_staff, sides.demo_coordinator
            house = House(sides.bot, sides.visitors, sides.staff, *links, data=sides.data, output=sides.output)
            people = People(browser, house)
            staff = await people.staff()
            staff.page.set_default_timeout(PATIENCE * 1000)
            print(f"{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}")
            await _talk(staff, visitors, _organisation(sides))
            await _wait(staff, visitors)
            await browser.close()
        await visitors.close()


async def _talk(staff: Staff, visitors: RedisVisitorEnd, organisation: bytes) -> None:
    await staff.goes_on_duty()
    talks = [await _meet(staff, visitors, organisation) for _ in range(TALKS)]
    await staff.page.evaluate(WATCH)
    box = staff.page.get_by_role("textbox", name="Your message").first
    await box.focus()

    async def writes(place: int, ref: TalkRef, page: VisitorPage) -> None:
        await asyncio.sleep(place / TALKS)
        for seq in range(1, SECONDS + 1):
            frame = page.say(seq, f"sent {time.time() * 1000:.0f}")
            await visitors.say(ref, seq, MessageId(frame["id"]), read64(frame["body"]))
            await asyncio.sleep(1)

    async def types() -> int:
        typed = 0
        until = time.monotonic() + SECONDS
        while time.monotonic() < until:
            await staff.page.keyboard.type("word ", delay=40)
            typed += 5
        return typed

    *_, typed = await asyncio.gather(*(writes(place, *talk) for place, talk in enumerate(talks)), types())
    await staff.page.wait_for_function("(wanted) => window.shown.length >= wanted", arg=TALKS * SECONDS)
    shown, keys = await staff.page.evaluate("[window.shown, window.keys]")
    # A key that took no longer than a frame is not reported: it counts as one.
    keys += [16.0] * max(0, typed - len(keys))
    _print("a visitor's words until they are shown", shown, 100)
    _print("a key until it is shown", keys, 100)
    for ref, _ in talks:
        await visitors.away(ref)


async def _meet(staff: Staff, visitors: RedisVisitorEnd, organisation: bytes) -> tuple[TalkRef, VisitorPage]:
    ref, page = await _join(visitors), VisitorPage(organisation)
    before = await staff.page.get_by_role("article").count()
    await staff.waiting.first.get_by_role("button", name="Take").click()
    await expect(staff.page.get_by_role("article")).to_have_count(before + 1)
    async with asyncio.timeout(PATIENCE):
        while not (isinstance(standing := await visitors.attend(ref), WithStaff) and standing.device):  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    key = page.taken({"epoch": standing.epoch, "device": standing.device, "talk": write64(binding(ref))})
    await visitors.give_key(ref, key["device"], key["epoch"], read64(key["wrapped"]))
    return ref, page


async def _join(visitors: RedisVisitorEnd) -> TalkRef:
    briefing = Briefing("sv", Channel.WEB, "threats", "self", "16_17", "dalarna")
    joined = await visitors.join(DESK, briefing, Pseudonym(1, 2))
    assert isinstance(joined, Joined)  # a bench without its room measures nothing
    await visitors.attend(joined.ref)
    return joined.ref


async def _wait(staff: Staff, visitors: RedisVisitorEnd) -> None:
    for _ in range(WAITING):
        await _join(visitors)
    frame = await _last_list(staff.page)
    row = frame["rows"][0]
    for count, how in ((FEW, "if so few were shown"), (len(frame["rows"]), "as it is"), (WAITING, "if all were shown")):
        rows = [{**row, "talk": f"{place:022}"} for place in range(count)]
        took = await staff.page.evaluate(REDRAW, [{**frame, "rows": rows}, TIMES])
        _print(f"one redraw with {WAITING} waiting: {count} rows, {how}", took, 50)


async def _last_list(page: Page) -> dict[str, Any]:
    """The frame that tells of all who wait, as the console sends it."""
    got: asyncio.Queue[str] = asyncio.Queue()
    page.on("websocket", lambda socket: socket.on("framereceived", lambda text: got.put_nowait(str(text))))
    await page.reload()
    async with asyncio.timeout(PATIENCE):
        while True:
            text = await got.get()
            if re.match(r'\{"type":"room"', text) and f'"total":{WAITING}' in text:
                frame: dict[str, Any] = json.loads(text)
                return frame


def _organisation(sides: Sides) -> bytes:
    with urllib.request.urlopen(sides.visitors) as answer:  # our own
        found = re.search(r'data-organisation="([^"]+)"', answer.read().decode())
    assert found is not None  # as above
    return read64(found[1])


def _print(what: str, took: list[float], aim: float) -> None:
    ordered = sorted(took)
    p95 = ordered[int(len(ordered) * 0.95)]
    print(f"{what:<66} median {statistics.median(took):>6.1f} ms, p95 {p95:>6.1f} ms, aim {aim:.0f}: {p95 / aim:.2f}")


if __name__ == "__main__":
    main()
