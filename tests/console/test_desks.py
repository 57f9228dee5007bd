"""One person at two desks: one list, one duty, one capacity over both, and nothing of a desk that is not theirs."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import pytest_asyncio
from sqlalchemy import select

from console.accounts import Member
from console.audit import Deed
from console.desk_tables import StaffDeskRow
from console.frame_fields import BadFrame
from console.frames import parse_frame
from console.permissions import Role
from console.postings import MOST
from console.tables import Note
from console.views import handle_of
from dialogues.values import Content
from handover.outlook import Shut
from handover.values import Danger, DeskId, Done, EndReason, StaffId, Waiting, WithStaff
from safety.codes import derive_key_pair
from safety.desks import WRAPPED
from safety.text64 import write64
from tests.console.conftest import DESK, ON_BOTH, Browser, Console, started
from tests.console.desks import PATIENCE, Live, Page, serving
from tests.engines import Engine
from tests.sealed import ORGANISATION
from tests.sealed_letters import DeskEnd, device_key

OTHER = DeskId("barnahus-dalarna")
THIRD = DeskId("origo")
COPY = write64(b"w" * WRAPPED)
HERE, THERE = DeskEnd(ORGANISATION), DeskEnd(ORGANISATION, OTHER, derive_key_pair(b"\3" * 32))
CHIEF = Member(StaffId("chief"), "Chief", Role.ADMINISTRATOR, DESK)


@pytest_asyncio.fixture
async def live(console: Console, engine: Engine) -> AsyncIterator[Live]:
    async with serving(console, engine) as live:
        yield live


async def at_both(live: Live, name: str = "kim") -> str:
    """The token of somebody who answers at both desks."""
    token = await live.token(name)
    assert await live.console.house.postings.add(CHIEF, name, OTHER)
    return token


async def available(live: Live, *wanted: int) -> None:
    """Wait until visitors of the two desks are told that so many have room."""
    async with asyncio.timeout(PATIENCE):
        while True:
            found = tuple([(await live.visitor.opening(desk)).available for desk in (DESK, OTHER)])
            if found == wanted:
                return
            await asyncio.sleep(0.05)


async def chooses(page: Page, capacity: int) -> None:
    await page.send("habits", capacity=capacity, breath=0)
    await page.see("duty", capacity=capacity)


# --- Who may give a desk ---


@asynccontextmanager
async def boss_of(console: Console, desk: DeskId) -> AsyncIterator[Browser]:
    await console.add(f"boss-{desk}", "coordinator", desk=desk)
    async with console.browser() as browser:
        assert (await browser.sign_in(f"boss-{desk}")).status_code == 303
        yield browser


async def given(console: Console) -> list[str]:
    async with console.sessions() as session:
        return sorted(row.desk for row in await session.scalars(select(StaffDeskRow)))


@ON_BOTH
async def test_the_coordinator_of_the_desk_adds_and_removes_and_it_is_noted(console: Console) -> None:
    await console.add("kim")
    async with boss_of(console, OTHER) as boss, boss_of(console, THIRD) as third:
        assert "kim" not in (await boss.get("/people")).text
        assert (await boss.post("/people/desk", name=" Kim ")).status_code == 303
        page = (await boss.get("/people")).text
        assert "Also Barnahus" in page
        assert "Kim no longer answers at" in page
        assert "/people/close" not in page.split("Kim no longer")[1].split("</tr>")[0], "the account is not theirs"
        assert (await third.post("/people/desk/remove", name="kim", desk=OTHER)).status_code == 403
        assert (await third.post("/people/desk", name="kim", desk=OTHER)).status_code == 403
        assert await given(console) == [OTHER]
        assert (await boss.post("/people/desk/remove", name="kim", desk=OTHER)).status_code == 303
        assert (await boss.post("/people/desk/remove", name="kim", desk=OTHER)).status_code == 403
    assert await given(console) == []
    async with console.sessions() as session:
        noted = {row.about for row in await session.scalars(select(Note).where(Note.deed == Deed.ROLE))}
    assert noted == {f"desk-added: kim, {OTHER}", f"desk-removed: kim, {OTHER}"}


async def test_the_coordinator_of_the_home_desk_gives_nobody_away(console: Console) -> None:
    async with console.signed_in("boss", "coordinator") as boss:
        await console.add("kim")
        await boss.get("/people")
        assert (await boss.post("/people/desk", name="kim", desk=OTHER)).status_code == 403
    assert await given(console) == []


@pytest.mark.parametrize("name", ["nobody", "boss-barnahus-dalarna", "theirs", "closed"])
async def test_only_open_accounts_of_staff_of_another_desk_are_added(console: Console, name: str) -> None:
    await console.add("theirs", desk=OTHER)
    await console.add("closed")
    async with console.signed_in("chief", "administrator") as chief, boss_of(console, OTHER) as boss:
        await chief.get("/people")
        assert (await chief.post("/people/close", name="closed", sure="yes")).status_code == 303
        answer = await boss.post("/people/desk", name=name)
        assert (answer.status_code, "Nobody was added" in answer.text) == (400, True)
    assert await given(console) == []


@ON_BOTH
async def test_an_administrator_decides_for_anybody_up_to_a_limit(console: Console) -> None:
    await console.add("kim")
    async with console.signed_in("chief", "administrator") as chief:
        await chief.get("/people")
        assert (await chief.post("/people/desk", name="kim", desk="nowhere")).status_code == 403
        others = [desk for desk in sorted(console.house.content.desks) if desk != DESK]
        for desk in others[:MOST]:
            assert (await chief.post("/people/desk", name="kim", desk=desk)).status_code == 303
        assert (await chief.post("/people/desk", name="kim", desk=others[MOST])).status_code == 400
        # A desk that becomes the home desk is no other desk any more; who is not staff answers nowhere.
        assert (await chief.post("/people/change", name="kim", role="staff", desk=others[0])).status_code == 303
        assert await given(console) == others[1:MOST]
        assert (await chief.post("/people/change", name="kim", role="coordinator", desk=DESK)).status_code == 303
    assert await given(console) == []


async def test_giving_a_desk_wants_a_fresh_proof(console: Console) -> None:
    await console.add("kim")
    async with boss_of(console, OTHER) as boss:
        boss.client.cookies.delete("__Host-fresh")
        answer = await boss.post("/people/desk", name="kim")
        assert answer.status_code != 303
    assert await given(console) == []


# --- One list, one duty, one capacity ---


async def test_one_list_over_both_desks_with_each_rows_desk_and_danger_first(live: Live) -> None:
    token = await at_both(live)
    first = await live.visitor_joins()
    second = await live.visitor_joins(OTHER)
    urgent = await live.visitor_joins(OTHER, danger=Danger.URGENT)
    unseen = await live.visitor_joins(THIRD)
    async with live.page(token) as page:
        room = await page.see("room", total=3)
        assert room["rows"][0]["talk"] == handle_of(urgent)
        assert {row["talk"]: row["desk"] for row in room["rows"]} == {
            handle_of(first): DESK, handle_of(second): OTHER, handle_of(urgent): OTHER,
        }  # fmt: skip
        assert handle_of(unseen) not in str(room)
        names = {fact["text"] for row in room["rows"] for fact in row["facts"] if fact["key"] == "desk"}
        assert names == {desk["name"] for desk in room["desks"]}
        assert [desk["id"] for desk in room["desks"]] == [DESK, OTHER]


async def test_with_one_desk_no_row_says_its_name(live: Live) -> None:
    await live.visitor_joins()
    async with live.page(await live.token("kim")) as page:
        room = await page.see("room", total=1)
        assert "desk" not in {fact["key"] for fact in room["rows"][0]["facts"]}


async def test_talks_at_one_desk_leave_less_room_at_the_other(live: Live) -> None:
    token = await at_both(live)
    async with live.page(token) as page:
        await page.goes_on_duty()
        await chooses(page, 2)
        await available(live, 1, 1)
        mine, theirs, third = await live.visitor_joins(), await live.visitor_joins(OTHER), await live.visitor_joins()
        await page.takes(mine)
        await available(live, 1, 1)
        await page.takes(theirs)
        await available(live, 0, 0)
        await page.send("take", talk=handle_of(third))
        await page.see("refused", code="full", talk=handle_of(third))
        await live.visitor.end(theirs, EndReason.VISITOR)
        await page.see("ended", talk=handle_of(theirs))
        await available(live, 1, 1)
        await page.takes(third)
        await available(live, 0, 0)
        assert isinstance(await live.visitor.attend(third), type(await live.visitor.attend(mine)))


async def test_takes_in_quick_succession_never_exceed_the_capacity(live: Live) -> None:
    token = await at_both(live)
    refs = [await live.visitor_joins(desk) for desk in (DESK, OTHER) * 3]
    async with live.page(token) as page:
        await page.goes_on_duty()
        await chooses(page, 2)
        for ref in refs:
            await page.see_waiting(ref)
        for ref in refs:
            await page.send("take", talk=handle_of(ref))
        for ref in refs[2:]:
            await page.see("refused", code="full", talk=handle_of(ref))
        waiting = [ref for ref in refs if isinstance(await live.visitor.attend(ref), Waiting)]
        assert waiting == refs[2:]


async def test_pause_break_and_off_hold_at_both_and_a_reload_changes_nothing(live: Live) -> None:
    token = await at_both(live)
    ref = await live.visitor_joins(OTHER)
    async with live.page(token) as page:
        await page.goes_on_duty()
        await chooses(page, 1)
        await page.takes(ref)
        await available(live, 0, 0)
    async with live.page(token) as page:
        await page.see("hello", duty="on")
        assert (await page.see("talk"))["talk"] == handle_of(ref)
        await available(live, 0, 0)
        await chooses(page, 3)
        await available(live, 1, 1)
        for rest in ("paused", "break"):
            await page.send("duty", to=rest)
            await page.see("duty", duty=rest)
            await available(live, 0, 0)
        await page.send("duty", to="off", sure=True)
        await page.see("duty", duty="off")
        assert [(await live.visitor.opening(desk)).on_duty for desk in (DESK, OTHER)] == [0, 0]
        assert isinstance(await live.visitor.attend(ref), Waiting), "back in its own desk's room"


async def test_wrap_up_and_counts_go_to_the_talks_desk(live: Live) -> None:
    token = await at_both(live)
    ref = await live.visitor_joins(OTHER)
    async with live.page(token) as page:
        await page.goes_on_duty()
        await page.takes(ref)
        await page.send("end", talk=handle_of(ref))
        await page.see("ended", talk=handle_of(ref))
        await page.send("wrapup", talk=handle_of(ref), choices=["violence.threats"])
        await page.see("wrapped", talk=handle_of(ref), saved=True)
    assert await live.tally(DESK) == {}
    counted = await live.tally(OTHER)
    assert {"talk.taken", "talk.ended.staff", "wrapup.saved"} <= set(counted)


async def test_each_desk_closes_by_itself_and_only_ones_own(live: Live) -> None:
    token = await at_both(live)
    here, there = await live.visitor_joins(), await live.visitor_joins(OTHER)
    async with live.page(token) as page:
        await page.goes_on_duty()
        await page.see("room", total=2)
        await page.send("shut", reason="tonight", desk=OTHER)
        while (room := await page.see("room"))["desks"][1]["shut"] != "tonight":
            pass
        assert [desk["closed"] for desk in room["desks"]][1] is True
        assert (await live.visitor.outlook(DESK)).shut is None
        assert (await live.visitor.outlook(OTHER)).shut is Shut.TONIGHT
        await page.send("guide", talk=handle_of(there))
        await page.see("room", total=1)
        await page.send("shut", reason="tonight", desk=THIRD)
        await page.see("refused", code="not_permitted")
        assert (await live.visitor.outlook(THIRD)).shut is None
        assert isinstance(await live.visitor.attend(here), Waiting)


async def test_colleagues_are_those_of_the_talks_own_desk(live: Live) -> None:
    token = await at_both(live)
    far = await live.console.house.signins.start(await live.console.add("far", desk=OTHER), "en")
    near = await live.token("near")
    ref = await live.visitor_joins(OTHER)
    async with live.page(token) as page, live.page(far) as other, live.page(near) as third:
        for each in (page, other, third):
            await each.goes_on_duty()
        crew = await page.see("crew")
        while len(crew["crew"]) < 3:
            crew = await page.see("crew")
        assert [each["name"] for each in crew["crew"]] == ["Far", "Kim", "Near"], "each once"
        await page.takes(ref)
        await page.send("colleagues", talk=handle_of(ref))
        assert [row["name"] for row in (await page.see("colleagues"))["rows"]] == ["Far"]


async def test_a_desk_that_was_taken_away_is_gone_from_an_open_page(live: Live) -> None:
    token = await at_both(live)
    ref = await live.visitor_joins(OTHER)
    async with live.page(token) as page:
        await page.goes_on_duty()
        await page.see_waiting(ref)
        assert await live.console.house.postings.remove(CHIEF, "kim", OTHER)
        await page.send("take", talk=handle_of(ref))
        assert await page.closed() == 1013, "the page connects again"
        assert isinstance(await live.visitor.attend(ref), Waiting)
    async with live.page(token) as page:
        await page.see("hello", duty="on")
        assert [desk["id"] for desk in (await page.see("room"))["desks"]] == [DESK]
    async with asyncio.timeout(PATIENCE + live.console.house.limits.lease):
        while (await live.visitor.opening(OTHER)).on_duty:  # noqa: ASYNC110  # the engine tells no event of it
            await asyncio.sleep(0.1)


# --- Left messages and the schedule go by the desk, too ---


async def test_left_messages_of_the_other_desk_open_on_this_persons_device_until_the_desk_is_taken_away(
    console: Console,
) -> None:
    ours, theirs = device_key(), device_key()
    async with console.signed_in("kim") as kim, console.browser() as far:
        await console.add("far", desk=OTHER)
        assert (await far.sign_in("far")).status_code == 303
        assert (await kim.post("/messages/list", device=ours, desk=OTHER)).status_code == 403
        for browser, device, key in ((kim, ours, HERE.key), (far, theirs, THERE.key)):
            assert (await browser.post("/messages/make", device=device, key=key, wrapped=COPY)).json()["done"]
        assert (await far.post("/messages/keys", device=theirs)).json()["lacking"] == []
        assert await console.house.postings.add(CHIEF, "kim", OTHER)
        lacking = (await far.post("/messages/keys", device=theirs)).json()["lacking"]
        assert [line.partition(".")[0] for line in lacking] == [ours]
        copies = json.dumps({ours: COPY})
        await far.post("/messages/hand", device=theirs, key=THERE.key, copies=copies)
        (held,) = (await kim.post("/messages/keys", device=ours, desk=OTHER)).json()["keys"]
        assert (held["key"], held["wrapped"]) == (THERE.key, COPY)
        assert (await kim.post("/messages/list", device=ours, desk=OTHER)).json() == {"boxes": []}
        page = (await kim.get(f"/messages?desk={OTHER}")).text
        assert f'data-desk="{OTHER}"' in page and f'href="/messages?desk={DESK}"' in page
        assert await console.house.postings.remove(CHIEF, "kim", OTHER)
        assert [each["current"] for each in (await far.post("/messages/keys", device=theirs)).json()["keys"]] == [False]
        (own,) = (await kim.post("/messages/keys", device=ours)).json()["keys"]
        assert (own["key"], own["wrapped"], own["current"]) == (HERE.key, COPY, True), "the own desk's copy stays"
        assert f'data-desk="{DESK}"' in (await kim.get(f"/messages?desk={OTHER}")).text


async def test_the_schedule_of_each_desk_is_read_and_guests_can_be_planned(console: Console) -> None:
    async with console.signed_in("kim") as kim, boss_of(console, OTHER) as boss:
        assert await console.house.postings.add(CHIEF, "kim", OTHER)
        assert ">Kim" in (await boss.get("/schedule")).text
        page = (await kim.get(f"/schedule?desk={OTHER}")).text
        assert f"&amp;desk={OTHER}" in page
        assert f"desk={THIRD}" not in (await kim.get(f"/schedule?desk={THIRD}")).text


# --- Pointing a visitor to another desk ---


async def test_staff_point_to_the_desks_of_the_settings_and_the_visitor_answers(
    tmp_path: Path, engine: Engine, content: Content
) -> None:
    pages = "origo=https://a.example demo=https://b.example nowhere=https://c.example"
    async with started(tmp_path, engine.staff, content, other_desks=pages) as console, serving(console, engine) as live:
        token = await live.token("kim")
        ref = await live.visitor_joins()
        handle = handle_of(ref)
        async with live.page(token) as page:
            await page.send("point", talk=handle, desk=THIRD)
            await page.see("refused", code="not_yours")
            await page.goes_on_duty()
            await page.takes(ref)
            await page.send("colleagues", talk=handle)
            assert (await page.see("colleagues"))["desks"] == [{"id": THIRD, "name": "Origo"}]
            for desk in (DESK, OTHER, "nowhere"):
                await page.send("point", talk=handle, desk=desk)
                await page.see("refused", code="not_permitted")
            await page.send("point", talk=handle, desk=THIRD)
            while not (own := (await page.see("together"))["own"]):
                pass
            assert (own[0]["kind"], own[0]["stage"], own[0]["to"]) == ("desk", "visitor", "Origo")
            await page.send("point", talk=handle, desk=THIRD)
            await page.see("refused", code="ask_busy")
            assert await live.visitor.consent(ref, own[0]["number"], yes=False) == Done()
            while (await page.see("together"))["own"][0]["stage"] != "refused":
                pass
            assert isinstance(await live.visitor.attend(ref), WithStaff)


@pytest.mark.parametrize(
    "text",
    [
        '{"type": "point"}',
        f'{{"type": "point", "talk": "{"A" * 22}", "desk": ""}}',
        '{"type": "point", "desk": "origo"}',
    ],
)
def test_what_points_nowhere_is_no_frame(text: str) -> None:
    with pytest.raises(BadFrame):
        parse_frame(text)
