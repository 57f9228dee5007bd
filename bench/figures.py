"""What publishing and reading of statistics costs, and the sampler over a million draws: `python -m bench.figures`.

The bounds are those of the issue: a year of 20 desks opens in under 200 ms, ten years of figures take under 20 MB. The
draws are those of requirement ST-3 (10^6 against the exact distribution), from the system's randomness; the tests draw
40,000 for each of three scales, since a million takes more than one minute."""

import asyncio
import secrets
import sys
import tempfile
import time
from collections import Counter
from datetime import datetime
from fractions import Fraction
from pathlib import Path

from console.periods import Period, Rhythm
from console.publishing import figures_of
from console.report_tables import report_tables
from dialogues.hours import SWEDEN
from dialogues.loader import load_content
from handover.values import DeskId
from safety.noise import laplace, likelihood
from tests import engines
from tests.console.closing import publish_periods
from tests.console.conftest import Clock, started

DRAWS = 1_000_000
SCALE = Fraction(4)  # of a year's case table with three answers
DESKS = [DeskId(f"desk-{number}") for number in range(20)]


def main() -> None:
    content = load_content(now=datetime.now(SWEDEN), demo=True)
    tables = report_tables(content.topics, content.languages)
    raw = {desk: Counter({"talk.joined": 900, "wrapup.kind.talk": 300}) for desk in DESKS}
    begun = time.perf_counter()
    figures_of(Period(Rhythm.YEAR, 2025), raw, dict.fromkeys(DESKS, "x"), tables, secrets.randbelow)
    print(f"a year of 20 desks closed     {(time.perf_counter() - begun) * 1000:>8.0f} ms")
    asyncio.run(_read())
    draws = int(sys.argv[1]) if len(sys.argv) > 1 else DRAWS
    begun = time.perf_counter()
    counted = Counter(laplace(SCALE, secrets.randbelow) for _ in range(draws))
    taken = time.perf_counter() - begun
    chi, freedom = _chi_squared(counted, draws)
    # Wilson and Hilferty: the cube root of chi/freedom is nearly normal.
    spread = 2 / (9 * freedom)
    deviations = ((chi / freedom) ** (1 / 3) - (1 - spread)) / spread**0.5
    print(f"{draws} draws of scale {SCALE}     {taken:>8.1f} s, {taken / draws * 1e6:.0f} us each")
    print(f"chi-squared {chi:.1f} at {freedom} degrees: {deviations:+.2f} standard deviations (5.2 would be wrong)")


async def _read() -> None:
    content = load_content(now=datetime.now(SWEDEN), demo=True)
    clock = Clock(datetime(2026, 1, 5, tzinfo=SWEDEN).timestamp())
    with engines.running("valkey") as engine, tempfile.TemporaryDirectory() as folder:
        async with started(Path(folder), engine.staff, content, clocks={"clock": clock}) as console:
            size = await publish_periods(console.sessions, content, "2016-01", "2026-01", DESKS)
            print(f"ten years of 20 desks         {size / 1e6:>8.1f} MB, {_on_disk(folder) / 1e6:.1f} MB of database")
            async with console.signed_in("cleo", "coordinator") as browser:
                for path in ("/statistics/2025", "/statistics/2025-12", "/statistics", "/statistics/2025/xlsx"):
                    taken = []
                    for _ in range(10):
                        begun = time.perf_counter()
                        answer = await browser.get(path)
                        taken.append(time.perf_counter() - begun)
                        assert answer.status_code == 200
                    taken.sort()
                    print(
                        f"{path:<29} {taken[len(taken) // 2] * 1000:>8.0f} ms, at most {taken[-1] * 1000:.0f} ms,"
                        f" {len(answer.content) / 1000:.0f} kB"
                    )


def _on_disk(folder: str) -> int:
    return sum(each.stat().st_size for each in Path(folder).glob("console.sqlite3*"))


def _chi_squared(counted: Counter[int], draws: int) -> tuple[float, int]:
    inner = [number for number in range(-400, 401) if draws * likelihood(number, SCALE) >= 20]
    expected = [draws * likelihood(number, SCALE) for number in inner]
    seen = [counted[number] for number in inner]
    expected.append(draws - sum(expected))
    seen.append(draws - sum(seen))
    chi = sum((one - other) ** 2 / other for one, other in zip(seen, expected, strict=True))
    return chi, len(seen) - 1


if __name__ == "__main__":
    main()
