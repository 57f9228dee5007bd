"""Visitors' wishes as staff see them: said by staff of themselves, marked in the row, and never in the way."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from console.views import handle_of
from handover.outlook import Wished
from handover.values import Briefing, Channel, TalkRef
from tests.console.conftest import Console
from tests.console.desks import Live, Page, serving
from tests.engines import Engine
from tests.sealed import Frame


@pytest_asyncio.fixture
async def live(console: Console, engine: Engine) -> AsyncIterator[Live]:
    async with serving(console, engine) as live:
        yield live


async def _row(page: Page, ref: TalkRef) -> Frame:
    while True:
        for row in (await page.see("room"))["rows"]:
            if row["talk"] == handle_of(ref):
                found: Frame = row
                return found


def _fact(row: Frame) -> str:
    return next((str(fact["text"]) for fact in row["facts"] if fact["key"] == "wish"), "")


@pytest.mark.parametrize(
    ("kind", "by_name", "asked"),
    [
        ("", "", None),
        ("woman", "", Wished("Kim", "woman")),
        ("", "yes", Wished("Kim", "", by_name=True)),
        ("man", "yes", Wished("Kim", "man", by_name=True)),
    ],
)
async def test_staff_say_of_themselves_whether_they_may_be_asked_for(
    console: Console, kind: str, by_name: str, asked: Wished | None
) -> None:
    async with console.signed_in("kim") as kim:
        page = (await kim.get("/account")).text
        assert 'value="" checked' in page, "not said, unless somebody says so"
        answer = await kim.post("/account/asked", kind=kind, by_name=by_name)
        assert (answer.status_code, answer.headers["location"]) == (303, "/account")
        assert f'value="{kind}" checked' in (await kim.get("/account")).text
        assert (await kim.post("/account/asked", kind="other")).status_code == 400
        house = console.house
        signed_in = await house.signins.find(kim.token)
        assert signed_in is not None
        found = await house.asking.of(signed_in.member.id, "Kim")
        assert found == asked


async def test_a_matching_row_is_marked_for_who_it_is_for_and_asked_about_by_the_others(live: Live) -> None:
    kim, sam = await live.token("kim"), await live.token("sam")
    signed_in = await live.console.house.signins.find(kim)
    assert signed_in is not None
    member = signed_in.member
    await live.console.house.asking.say(member.id, "woman", by_name=True)
    ref = await live.visitor_joins(wish=f"by:{member.shown_name}")
    async with live.page(kim) as page, live.page(sam) as other:
        row = await _row(other, ref)
        assert (row["wish"]["mine"], _fact(row)) == (False, "Wishes for somebody by name"), (
            "the name is shown once staff gave it"
        )
        assert "Nobody who is wished for is on duty" in row["wish"]["text"]
        await page.goes_on_duty()
        row = await _row(page, ref)
        while not row["wish"]["mine"]:
            row = await _row(page, ref)
        assert (row["wish"]["text"], _fact(row)) == ("Wishes for you", f"Wishes for {member.shown_name}")
        row = await _row(other, ref)
        while "who is on duty" not in row["wish"]["text"] or "Nobody" in row["wish"]["text"]:
            row = await _row(other, ref)
        assert row["wish"]["mine"] is False
        await other.goes_on_duty()
        talk = await other.takes(ref)
        assert _fact(talk) == f"Wishes for {member.shown_name}", "anybody may take it, and sees the wish in the talk"


async def test_a_wish_that_changes_and_one_that_no_version_knows_are_shown_as_such(live: Live) -> None:
    ref = await live.visitor_joins(wish="woman")
    async with live.page(await live.token("kim")) as page:
        row = await _row(page, ref)
        assert _fact(row) == "Wishes for a woman"
        await live.visitor.brief(ref, Briefing("sv", Channel.WEB, wish="unheard-of"))
        row = await _row(page, ref)
        while _fact(row) == "Wishes for a woman":
            row = await _row(page, ref)
        assert _fact(row) == "Other"
