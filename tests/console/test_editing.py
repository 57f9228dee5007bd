"""Texts are changed by two, services by one; visitors' processes take it over, and a broken edition changes nothing."""

import io
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.editions import Editions
from console.library import stamped
from console.permissions import Role, may_edit
from console.tables import PublishedRow
from dialogues.overlay import digest, shipped_text
from dialogues.values import Content, Status
from handover.values import Edition
from handover.visitor_redis import RedisVisitorEnd
from tests.console.conftest import Browser, Console, started
from tests.engines import Engine

PART = "ar/topics/threats.md"


def edited() -> str:
    text = shipped_text(PART)
    assert text and "status: machine" in text
    return text.replace("title: ", "title: +", 1)


async def _approves(browser: Browser, part: str, text: str) -> int:
    return (await browser.post("/edit/approve", part=part, mark=digest(text.encode()))).status_code


async def test_a_second_person_publishes_and_every_visitor_process_says_it(
    console: Console, content: Content, visitor_end: RedisVisitorEnd
) -> None:
    shown: list[list[Content]] = [[], []]
    processes = [Editions(visitor_end, content, each.append) for each in shown]
    async with console.signed_in("ann", "coordinator") as ann, console.signed_in("bo", "coordinator") as bo:
        assert (await ann.post("/edit", part=PART, text=edited())).status_code == 303
        assert "Draft by Ann" in (await bo.get(f"/edit?part={PART}")).text
        assert await _approves(ann, PART, edited()) == 409, "never the writer"
        assert await _approves(bo, PART, "something else") == 409, "not what was read"
        assert not any([await each.look() for each in processes])
        assert await _approves(bo, PART, edited()) == 303
        history = (await bo.get(f"/edit?part={PART}")).text
    assert "written by Ann, approved by Bo" in history
    assert all([await each.look() for each in processes])
    for (laid,) in shown:
        text = laid.languages["ar"].topics["threats"]
        assert text.title.startswith("+")
        assert text.status is Status.REVIEWED
    assert console.house.content.languages["ar"].topics["threats"].status is Status.REVIEWED


async def test_a_draft_that_cannot_be_used_is_kept_and_not_published(console: Console) -> None:
    broken = edited().replace("review: 20", "review: 10", 1)
    async with console.signed_in("ann", "coordinator") as ann, console.signed_in("bo", "coordinator") as bo:
        await ann.post("/edit", part=PART, text=broken)
        page = (await bo.get(f"/edit?part={PART}")).text
        assert "cannot be published yet" in page
        assert "review: 10" in page
        unknown = edited().replace("next: [", "next: [nothing, ", 1)
        await ann.post("/edit", part=PART, text=unknown)
        assert await _approves(bo, PART, unknown) == 409
    async with console.sessions() as session:
        assert not list(await session.scalars(select(PublishedRow)))


async def test_a_service_is_checked_in_one_click(console: Console) -> None:
    async with console.signed_in("ann", "coordinator") as ann:
        assert (await ann.post("/directory/checked", service="bris")).status_code == 303
        page = (await ann.get("/directory")).text
        packed = zipfile.ZipFile(io.BytesIO((await ann.get("/texts/export")).content))
    today = datetime.now(UTC).date()
    assert console.house.content.services["bris"].checked == today
    assert f"Checked {today}" in page
    assert packed.namelist() == ["services.yml"]


async def test_the_console_puts_it_back_into_an_engine_that_began_anew(
    console: Console, engine: Engine, visitor_end: RedisVisitorEnd
) -> None:
    async with console.signed_in("ann", "coordinator") as ann:
        await ann.post("/directory/checked", service="bris")
    before = await visitor_end.mark()
    with engine.client() as admin:
        admin.flushall()
    await console.house.library.put()
    assert before is not None
    assert await visitor_end.mark() == before


async def test_it_survives_the_console(tmp_path: Path, engine: Engine, content: Content) -> None:
    async with started(tmp_path, engine.staff, content) as console, console.signed_in("ann", "coordinator") as ann:
        await ann.post("/directory/checked", service="bris")
    async with started(tmp_path, engine.staff, content) as again:
        assert again.house.content.services["bris"].checked is not None


@pytest.mark.parametrize(
    "document",
    [b"no", b'{"parts": {"facts.yml": ""}}', b'{"parts": {"services.yml#bris": "- id: bris"}}'],
)
async def test_a_broken_edition_leaves_what_was(
    console: Console, content: Content, visitor_end: RedisVisitorEnd, document: bytes
) -> None:
    shown: list[Content] = []
    editions = Editions(visitor_end, content, shown.append)
    await console.house.staff_end.publish(Edition(7, digest(document), document))
    assert not await editions.look()
    assert not await editions.look()
    assert shown == []


def test_a_desk_is_its_own_coordinators_matter() -> None:
    assert may_edit(Role.COORDINATOR, "demo", "desks/demo.yml")
    assert not may_edit(Role.COORDINATOR, "demo", "desks/gapf.yml")
    assert may_edit(Role.COORDINATOR, "demo", PART)
    assert not may_edit(Role.STAFF, "demo", PART)


def test_what_is_approved_gets_a_review_that_lies_ahead() -> None:
    text = stamped(PART, edited(), datetime(2030, 1, 1, tzinfo=UTC).date())
    assert "status: reviewed\n" in text
    assert "checked: 2030-01-01\n" in text
    assert "review: 2030-07-02\n" in text
