"""The demonstration's figures: there from its start, marked as made up wherever they are read, and nowhere else."""

import asyncio
import csv
from datetime import datetime
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from console.figure_files import MADE_UP_NOTE
from console.made_up import MadeUp
from console.periods import Period, Rhythm
from dialogues.hours import SWEDEN
from dialogues.values import Content
from handover.values import DeskId
from tests.console.closing import Office, office
from tests.console.conftest import DESK, Clock, started
from tests.engines import Engine

YEAR = Period(Rhythm.YEAR, 2025)
TOKENS: dict[str, Any] = {
    "demo": True,
    "demo_staff_token": SecretStr("s" * 24),
    "demo_coordinator_token": SecretStr("c" * 24),
}


def made_up(office: Office) -> MadeUp:
    return MadeUp(office.publishing, DESK, office.month)


async def test_a_demonstration_shows_figures_that_say_what_they_are(
    tmp_path: Path, engine: Engine, content: Content
) -> None:
    clock = Clock(datetime(2026, 2, 5, tzinfo=SWEDEN).timestamp())
    async with (
        started(tmp_path, engine.staff, content, clocks={"clock": clock}, **TOKENS) as console,
        console.signed_in("cleo", "coordinator") as browser,
    ):
        for _ in range(200):
            if await console.house.publishing.find(YEAR):
                break
            await asyncio.sleep(0.1)
        page = (await browser.get("/statistics/2025")).text
        table = (await browser.get("/statistics/2025/csv")).text
    assert "Made up for this demonstration" in page
    assert f"# {MADE_UP_NOTE}" in table
    rows = list(csv.DictReader(line for line in table.splitlines() if not line.startswith(("#", "\ufeff#"))))
    joined = [row for row in rows if (row["table"], row["cell"], row["group"]) == ("talks", "joined", "all")]
    assert int(joined[0]["figure"]) > 2000


async def test_elsewhere_they_are_neither_shown_nor_made_but_stay_in_the_chain(tmp_path: Path) -> None:
    async with office(tmp_path, {DESK: "x"}) as made:
        made.month = "2026-02"
        made.demo = True
        await made_up(made).make_up()
        assert len(await made.publishing.index()) == 13 + 4 + 1
        made.demo = False
        assert await made.publishing.index() == []
        assert await made.publishing.find(YEAR) is None
        await made.count({"talk.joined": 40})
        await made.ends("2026-03")
        assert await made.publishing.index() == [("2026-02", 19)]
        february = await made.publishing.find(Period(Rhythm.MONTH, 2026, 2))
        assert february is not None
        assert february.content["number"] == 19
        assert "demonstration" not in february.content
        assert await made.publishing.earlier(Period(Rhythm.MONTH, 2026, 2)) == []


async def test_nothing_is_made_up_where_anything_was_counted_or_published(tmp_path: Path) -> None:
    async with office(tmp_path, {DESK: "x"}) as made:
        await made.count({"talk.joined": 40})
        made.month, made.demo = "2026-02", True
        await made_up(made).make_up()
        assert await made.publishing.index() == []
        await made.publishing.close_all()
        await made_up(made).make_up()
        assert await made.publishing.index() == [("2026-01", 1)]


async def test_a_desk_that_is_only_known_has_no_figures(tmp_path: Path) -> None:
    """Its noise would be all there is of it: now and then it would look like a desk with talks."""
    async with office(tmp_path, {DESK: "x"}) as made:
        await made.count({"talk.joined": 40})
        await made.count({"talk.joined": 400}, DeskId("known"))
        await made.ends("2026-02")
        january = await made.publishing.find(Period(Rhythm.MONTH, 2026, 1))
        assert january is not None
        assert [group["id"] for group in january.content["groups"]] == [DESK]
        assert january.content["alone"] == []
