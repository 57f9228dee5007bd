"""How long a device works before it is in line, by level (requirement AB-4): `python -m bench.solving`.

The page's own worker under the page's own policy, in Chromium, on this machine and on it slowed six times. The question
is the 95th of a hundred (all counters below the most are equally likely), so that what is measured is the p95 itself.
"""

import asyncio
import secrets
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

from playwright.async_api import Page, async_playwright

from bench.slowing import slowed
from bot.web.assets import load_assets
from safety.price import HIGHEST
from safety.work import Effort, Work, derive
from tests.browser.conftest import ARGUMENTS, CHROMIUM
from tests.running import running

TIMES = 6
AIMS = {1: 3.0, HIGHEST: 15.0}  # seconds of a slow phone (AB-4)
ROUNDS = 5
EFFORT = Effort()

SOLVE = """async ([address, question]) => {
  window.policy ??= trustedTypes.createPolicy("work", { createScriptURL: (given) => given });
  const begun = performance.now();
  const worker = new Worker(window.policy.createScriptURL(address));
  await new Promise((done) => { worker.onmessage = done; worker.postMessage(question); });
  worker.terminate();
  return (performance.now() - begun) / 1000;
}"""


async def measure() -> None:
    mark = f"--bench-mark={secrets.token_hex(8)}"
    with tempfile.TemporaryDirectory() as folder, running(Path(folder)) as house:
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=[*ARGUMENTS, mark])
            page = await browser.new_page()
            await page.goto(house.visitors)
            native = _one_try()
            print(f"one try in Python, which is what asking costs us: {native * 1e6:.0f} us")
            print("level  tries     here of Python main thread /6 all /6, one core")
            for level in range(1, HIGHEST + 1):
                await _measure_level(page, mark, level, native)
            await browser.close()


async def _measure_level(page: Page, mark: str, level: int, native: float) -> None:
    tries = EFFORT.tries * 2 ** (level - 1)
    here = [await _solve(page, level) for _ in range(ROUNDS)]
    session = await page.context.new_cdp_session(page)
    await session.send("Emulation.setCPUThrottlingRate", {"rate": TIMES})
    throttled = [await _solve(page, level) for _ in range(ROUNDS)]
    await session.send("Emulation.setCPUThrottlingRate", {"rate": 1})
    with slowed(mark, TIMES):
        slow = [await _solve(page, level) for _ in range(ROUNDS)]
    middle = statistics.median(here)
    aim = f"   aim {AIMS[level]:.0f} s, worst of {ROUNDS}: {max(slow):.1f} s" if level in AIMS else ""
    print(
        f"{level:>5} {tries:>6} {middle:>7.2f}s {middle / (0.95 * tries * native):>8.2f}x"
        f" {statistics.median(throttled):>13.2f}s {statistics.median(slow):>15.2f}s{aim}"
    )


async def _solve(page: Page, level: int) -> float:
    address = f"/static/{load_assets().worker.name}"
    seconds: float = await page.evaluate(SOLVE, [address, _ninety_fifth(level)])
    return seconds


def _ninety_fifth(level: int) -> dict[str, Any]:
    counter = int(0.95 * EFFORT.tries * 2 ** (level - 1))

    def random(length: int) -> bytes:
        return counter.to_bytes(8) if length == 8 else secrets.token_bytes(length)

    return Work(bytes(32), EFFORT, random).ask("join", level, int(time.time()))


def _one_try() -> float:
    begun = time.perf_counter()
    for counter in range(500):
        derive(b"n" * 16, b"s" * 16, counter, EFFORT.cost)
    return (time.perf_counter() - begun) / 500


if __name__ == "__main__":
    asyncio.run(measure())
