"""Permissions are asked again with every word on the live path, and nothing about a talk is ever noted."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from sqlalchemy import select, update
from websockets.exceptions import InvalidStatus

from console.audit import Deed
from console.looks import FRESH
from console.signing import Way
from console.tables import Note, Staff
from console.views import handle_of
from tests.console.conftest import DESK, Console
from tests.console.desks import Live, serving
from tests.engines import Engine


@pytest_asyncio.fixture
async def live(console: Console, engine: Engine) -> AsyncIterator[Live]:
    async with serving(console, engine) as live:
        yield live


@pytest.mark.parametrize("elsewhere", [False, True])
@pytest.mark.parametrize("taken", [{"role": "coordinator"}, {"desk": "elsewhere"}, {"active": False}])
async def test_whose_role_was_taken_in_mid_talk_cannot_send_the_next_message(
    live: Live, taken: dict[str, object], elsewhere: bool
) -> None:
    """`elsewhere`: by another process, which is known within a second."""
    token = await live.token("kim")
    ref = await live.visitor_joins()
    async with live.page(token) as page:
        await page.goes_on_duty()
        await page.takes(ref)
        await page.says(ref, 1, "Hej")
        await page.see("sent", seq=1)
        sessions = live.console.sessions if elsewhere else live.console.app.state.database.sessions
        async with sessions.begin() as session:
            await session.execute(update(Staff).where(Staff.sign_in_name == "kim").values(**taken))
        if elsewhere:
            await asyncio.sleep(FRESH)
        await page.says(ref, 2, "Hej igen")
        assert await page.closed() == 4401
        assert not [frame for frame in page.seen if frame["type"] == "sent" and frame["seq"] == 2]
    assert await live.visitor_reads(ref) == ["Hej"]


async def test_whoever_leads_can_take_a_role_in_mid_talk(live: Live) -> None:
    token = await live.token("kim")
    chief = await live.console.house.signins.find(await live.token("chief", "administrator"))
    assert chief is not None
    ref = await live.visitor_joins()
    async with live.page(token) as page:
        await page.goes_on_duty()
        await page.takes(ref)
        assert await live.console.house.people.close(chief.member, "kim", closed=True)
        await page.says(ref, 1, "Hej")
        assert await page.closed() == 4401
    assert await live.visitor_reads(ref) == []


async def test_a_sign_in_that_may_only_set_up_gets_no_socket(live: Live) -> None:
    staff = await live.console.add("kim", app=False)
    token = await live.console.house.signins.start(staff, "en", Way.PASSWORD, whole=False)
    with pytest.raises(InvalidStatus) as refused:
        async with live.page(token):
            pass
    assert refused.value.response.status_code == 403


async def test_no_note_is_made_by_claiming_talking_giving_back_or_ending(live: Live) -> None:
    token = await live.token("kim")
    first, second = await live.visitor_joins(), await live.visitor_joins()
    async with live.page(token) as page, live.page(await live.token("noor")) as colleague:
        await page.goes_on_duty()
        await page.takes(first)
        await colleague.goes_on_duty()
        await page.says(first, 1, "Hej")
        await page.see("sent", seq=1)
        await live.visitor_says(first, 1, "hej")
        await page.see("said")
        await page.mutes_with(colleague, first)
        await page.send("call", talk=handle_of(first), on=True)
        await page.send("note", talk=handle_of(first), sealed="_w")
        await page.send("release", talk=handle_of(first))
        await page.see("left", talk=handle_of(first))
        await page.takes(second)
        await page.send("end", talk=handle_of(second))
        await page.see("ended", talk=handle_of(second))
        await page.send("wrapup", talk=handle_of(second), choices=["violence.threats"])
        await page.see("wrapped", saved=True)
        await page.send("duty", to="off")
        await page.see("duty", duty="off")
    async with live.console.sessions() as session:
        assert (await session.scalars(select(Note))).all() == []


async def test_a_note_is_made_of_what_is_to_be_noted(live: Live) -> None:
    kim = await live.console.house.signins.find(await live.token("kim"))
    assert kim is not None
    await live.console.house.audit.note(kim.member, Deed.TEXT, "sv/threats")
    async with live.console.sessions() as session:
        (note,) = await session.scalars(select(Note))
    assert (note.who, note.desk, note.deed, note.about) == ("kim", DESK, "text", "sv/threats")
    assert set(Note.__table__.columns.keys()) == {"id", "hour", "who", "desk", "deed", "about"}
