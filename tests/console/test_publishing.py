"""A period is closed once, with noise, and nobody can be found in what comes out: the attacks of requirement ST-1 to
ST-8 as somebody would try them."""

import asyncio
import random
import re
from collections import Counter
from dataclasses import replace
from fractions import Fraction
from math import exp
from pathlib import Path
from typing import Any

import pytest

from console.counts import CountKeys
from console.periods import Period, Rhythm, over, read_period
from console.publishing import figures_of
from console.report_tables import CAP, TooCostly, cost, period_cost, report_tables
from handover.values import DeskId
from safety.chain import BadPublication, Publication, verify
from tests.console.closing import DEMO, LANGUAGES, TOPICS, Office, office
from tests.console.conftest import ON_BOTH

TABLES = report_tables(TOPICS, LANGUAGES)
MONTH, QUARTER, YEAR = Period(Rhythm.MONTH, 2026, 1), Period(Rhythm.QUARTER, 2026, 1), Period(Rhythm.YEAR, 2026)
A, B, C = DeskId("a"), DeskId("b"), DeskId("c")
BUSY = {"talk.joined": 140, "talk.taken": 120, "contact.web": 100, "contact.web-plain": 40, "wrapup.kind.talk": 110}


def test_periods_have_ids_months_and_an_order_of_closing() -> None:
    for period in (MONTH, QUARTER, YEAR):
        assert read_period(period.id) == period
    assert [read_period(text) for text in ("2026-13", "2026-Q5", "26", "2026-1", "")] == [None] * 5
    assert QUARTER.months == ("2026-01", "2026-02", "2026-03")
    assert len(YEAR.months) == 12
    assert [period.id for period in over("2026-11", "2027-02")] == ["2026-11", "2026-12", "2026-Q4", "2026", "2027-01"]
    assert over("2026-11", "2026-11") == []


@ON_BOTH
async def test_a_year_is_published_in_order_chained_and_once(tmp_path: Path) -> None:
    async with office(tmp_path, {DEMO: "x"}) as own:
        await own.count(BUSY)
        await own.ends("2027-01")
        index = await own.publishing.index()
        assert [number for _, number in reversed(index)] == list(range(1, 18))
        before: Publication | None = None
        for id, _ in reversed(index):
            found = await _find(own, id)
            verify(found, before.key if before else None, before)
            before = found
        files = [(await _find(own, id)).export() for id, _ in index]
        await own.ends("2027-01")
        assert [(await _find(own, id)).export() for id, _ in index] == files  # ST-1


@ON_BOTH
async def test_two_consoles_publish_a_period_once(tmp_path: Path) -> None:
    async with office(tmp_path, {DEMO: "x"}) as one, office(tmp_path, {DEMO: "x"}, seed=2) as other:
        await one.count(BUSY)
        await one.ends("2026-02")
        first = (await _find(one, "2026-01")).export()
        await other.ends("2026-02")
        assert (await _find(other, "2026-01")).export() == first
        assert len(await other.publishing.index()) == 1


@ON_BOTH
async def test_two_consoles_that_publish_at_the_same_moment_make_one_chain(tmp_path: Path) -> None:
    async with office(tmp_path, {DEMO: "x"}) as one, office(tmp_path, {DEMO: "x"}, seed=2) as other:
        await one.count(BUSY)
        await asyncio.gather(one.ends("2026-12"), other.ends("2026-12"))
        await one.ends("2026-12")  # whoever found the other at it has given way
        index = await other.publishing.index()
        assert {id for id, _ in index} == {period.id for period in over("2026-01", "2026-12")}
        assert [number for _, number in reversed(index)] == list(range(1, len(index) + 1))
        before: Publication | None = None
        for id, _ in reversed(index):
            found = await _find(other, id)
            verify(found, before.key if before else None, before)
            before = found


async def test_with_the_year_its_raw_counts_and_their_key_are_gone(tmp_path: Path) -> None:
    async with office(tmp_path, {DEMO: "x"}) as own:
        await own.count(BUSY)
        await own.ends("2026-12")
        assert CountKeys(tmp_path / "counts").years() == ["2026"]  # the year needs them still
        await own.ends("2027-01")
        assert CountKeys(tmp_path / "counts").years() == []
        assert await own.counts.first() is None  # ST-2
        before = await own.publishing.index()
        await own.count(BUSY)
        await own.ends("2027-02")
        assert [id for id, _ in await own.publishing.index()] == ["2027-01", *(id for id, _ in before)]


async def test_a_console_that_died_before_it_erased_does_so_next_time(tmp_path: Path) -> None:
    async with office(tmp_path, {DEMO: "x"}) as own:
        await own.count(BUSY)
        await own.ends("2027-01")
        CountKeys(tmp_path / "counts").make("2026")
        await own.ends("2027-01")
        assert CountKeys(tmp_path / "counts").years() == []


async def test_of_an_open_period_nothing_is_published(tmp_path: Path) -> None:
    async with office(tmp_path, {DEMO: "x"}) as own:
        await own.count(BUSY)
        await own.publishing.close_all()
        assert await own.publishing.index() == []
        assert await own.publishing.find(MONTH) is None


# --- Attacks ---


def test_before_and_after_one_known_talk_differ_by_no_more_than_epsilon() -> None:
    """Somebody knows every talk but one, and reads the figure of one cell: what comes out is nearly as likely with as
    without it. Measured over 3,000 closings each."""
    table = [replace(next(table for table in TABLES if table.id == "channel"))]
    with_it, without = Counter[Any](), Counter[Any]()
    drawn = random.Random(3)
    for _ in range(3_000):
        for seen, number in ((with_it, 12), (without, 11)):
            figures = _figures(MONTH, {DEMO: Counter({"contact.web": number, "talk.joined": 90})}, table, drawn)
            seen[figures["groups"][0]["figures"]["channel"][0]] += 1
    bound = exp(float(table[0].epsilon(Rhythm.MONTH) or 0))
    for figure in {*with_it, *without}:
        if min(with_it[figure], without[figure]) > 100:
            ratio, error = with_it[figure] / without[figure], 4 * (2 / min(with_it[figure], without[figure])) ** 0.5
            assert 1 / bound * (1 - error) < ratio < bound * (1 + error)


def test_total_minus_parts_is_noise() -> None:
    """The sum of all less the desks that have figures leaves the small desk's noisy number, and never its own."""
    raw = {A: Counter({"talk.joined": 90}), B: Counter({"talk.joined": 80}), C: Counter({"talk.joined": 1})}
    rests = Counter[int]()
    drawn = random.Random(4)
    for _ in range(300):
        figures = _figures(MONTH, raw, TABLES, drawn)
        if figures["alone"] == ["c"]:
            parts = sum(group["figures"]["talks"][0] or 0 for group in figures["groups"])
            rests[figures["all"]["talks"][0] - parts] += 1
    assert rests.total() > 200
    assert max(rests.values()) / rests.total() < 0.5  # no answer is the usual one


def test_months_against_the_year_is_noise() -> None:
    """The year has noise of its own: it is not the sum of the months, and does not narrow them down to one."""
    raw = {DEMO: Counter({"talk.joined": 140})}
    drawn = random.Random(5)
    differences = Counter(
        _figures(YEAR, raw, TABLES, drawn)["all"]["talks"][0] - _figures(MONTH, raw, TABLES, drawn)["all"]["talks"][0]
        for _ in range(300)
    )
    assert len(differences) > 8


def test_a_desk_that_is_merged_and_later_split_is_not_found_by_subtraction() -> None:
    """While it is small it stands with other small ones only, so no two groups differ by one desk."""
    drawn = random.Random(6)
    for size in range(0, 40, 3):
        raw = {
            A: Counter({"talk.joined": 200}),
            B: Counter({"talk.joined": size}),
            C: Counter({"talk.joined": 1}),
        }
        figures = _figures(MONTH, raw, TABLES, drawn, {A: "x", B: "x", C: "x"})
        groups = [set(group["desks"]) for group in figures["groups"]]
        assert sum(map(len, groups)) + len(figures["alone"]) == 3  # each desk is in one place
        assert not any(one < other for one in groups for other in groups)


def test_zero_looks_like_seven() -> None:
    """Zero is hidden like any small number, and what is hidden says nothing more."""
    figures = _figures(MONTH, {DEMO: Counter({"talk.joined": 500})}, TABLES, random.Random(1))
    cells = [cell for row in figures["groups"][0]["figures"].values() for cell in row]
    assert 0 not in cells
    assert all(cell is None or (cell >= 10 and cell % 5 == 0) for cell in cells)


def test_nothing_finer_than_the_period_and_no_raw_number_is_in_the_document() -> None:
    figures = _figures(MONTH, {DEMO: Counter({"talk.joined": 4711})}, TABLES, random.Random(1))
    assert set(figures) == {
        *("tables", "several", "margins", "margins_all", "groups", "alone", "all", "cost", "note"),
    }
    assert "Parts do not sum to totals" in figures["note"]["en"]  # ST-8


# --- What it costs (ST-7) ---


def test_what_a_talk_costs_is_computed_and_capped() -> None:
    assert cost(TABLES) == Fraction(20) <= CAP
    assert period_cost(TABLES, Rhythm.MONTH) == Fraction(1, 4) + 11 * Fraction(2, 5)
    more = [*TABLES, *(replace(TABLES[0], id=f"more-{number}") for number in range(9))]
    with pytest.raises(TooCostly):
        cost(more)
    with pytest.raises(TooCostly):
        figures_of(MONTH, {}, {}, more, random.Random(1).randrange)


def test_the_noise_of_a_table_is_as_wide_as_one_talk_reaches() -> None:
    for table in TABLES:
        for rhythm in Rhythm:
            if epsilon := table.epsilon(rhythm):
                assert table.scale(rhythm) * epsilon == table.most
                assert table.most <= len(table.cells)


async def test_a_file_that_was_changed_does_not_verify(tmp_path: Path) -> None:
    async with office(tmp_path, {DEMO: "x"}) as own:
        await own.count(BUSY)
        await own.ends("2026-02")
        file = (await _find(own, "2026-01")).export()
    changed = re.sub(rb"(channel\\\":\[)\d+", rb"\g<1>900", file, count=1)
    assert changed != file
    with pytest.raises(BadPublication):
        verify(Publication.read(changed))


async def _find(own: Office, id: str) -> Publication:
    period = read_period(id)
    assert period is not None
    found = await own.publishing.find(period)
    assert found is not None
    return found


def _figures(
    period: Period,
    raw: dict[DeskId, Counter[str]],
    tables: Any,
    drawn: random.Random,
    regions: dict[DeskId, str] | None = None,
) -> dict[str, Any]:
    return figures_of(period, raw, regions or dict.fromkeys(raw, "x"), tables, drawn.randrange)
