"""The first page on a slow phone: `python -m bench.first_page`.

A real visitor process, and Chromium held to a phone's pace through its debugging protocol: 400 ms round trip, 400
kbit/s each way, a processor four times slower (the profile "Slow 3G" of browsers' tools).
Beside it the same page without that. Requests and bytes on the wire count headers; time to first text is the browser's
first-contentful-paint, from an empty cache each time. Bars: 4 requests, 30 kB (design, section 6).

    --loads 5
"""

import argparse
import asyncio
import tempfile
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, async_playwright

from tests.browser.conftest import ARGUMENTS, CHROMIUM
from tests.load.figures import Bar, Figure, median, table
from tests.load.gauges import machine
from tests.running import running

SCREEN = {"width": 360, "height": 740}
PACE = 50_000  # bytes a second
THROTTLE = {"offline": False, "latency": 400, "downloadThroughput": PACE, "uploadThroughput": PACE}
SLOWER = 4  # times
OTHERS = ("en", "ar", "fa", "so", "ckb", "ti")
PAINT = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime"
PATIENCE = 60_000  # milliseconds


def main() -> None:
    reader = argparse.ArgumentParser(prog="bench.first_page")
    reader.add_argument("--loads", type=int, default=5)
    asked = reader.parse_args()
    print(machine())
    with tempfile.TemporaryDirectory(prefix="load-") as folder, running(Path(folder)) as house:
        lines = asyncio.run(measure(house.visitors, asked.loads))
    print(table(lines))


async def measure(address: str, loads: int) -> list[Figure]:
    """The slow phone's beside the quick one's."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        slow = [await load(browser, address, "sv", slow=True) for _ in range(loads)]
        quick = [await load(browser, address, "sv", slow=False) for _ in range(loads)]
        others = {each: await load(browser, address, each, slow=False) for each in OTHERS}
        await browser.close()
    swedish = median([each[1] for each in quick])
    lines = [
        Figure(f"first page in {name}: on the wire", size, "bytes", swedish, Bar(30_000, of="value"))
        for name, (_, size, _) in others.items()
    ]
    small, few = Bar(30_000, of="value"), Bar(4, of="value")
    whats = (("requests", "", few), ("on the wire", "bytes", small), ("first text", "ms", None))
    for place, (what, unit, bar) in enumerate(whats):
        own, beside = (median([float(each[place]) for each in loaded]) for loaded in (slow, quick))
        lines.append(Figure(f"first page on a slow phone: {what}", own, unit, beside, bar))
    return lines


async def load(browser: Browser, address: str, language: str, *, slow: bool) -> tuple[int, float, float]:
    """Requests, bytes, and milliseconds until the first text, in a browser that has never been here."""
    context = await browser.new_context(viewport=SCREEN, is_mobile=True, has_touch=True, locale=language)  # type: ignore[arg-type]
    page = await context.new_page()
    session = await context.new_cdp_session(page)
    sizes: list[float] = []

    def note(event: dict[str, Any]) -> None:
        sizes.append(event["encodedDataLength"])

    session.on("Network.loadingFinished", note)
    await session.send("Network.enable")
    await session.send("Network.setCacheDisabled", {"cacheDisabled": True})
    if slow:
        await session.send("Network.emulateNetworkConditions", THROTTLE)
        await session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    await page.goto(address, wait_until="networkidle", timeout=PATIENCE)
    painted = float(await page.evaluate(PAINT) or "nan")
    await context.close()
    return len(sizes), sum(sizes), painted


if __name__ == "__main__":
    main()
