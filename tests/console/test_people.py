"""Who may have an account: one-time links, who decides over whom, and what is noted of it."""

import csv
import io
import re
from collections.abc import AsyncIterator
from html import escape
from pathlib import Path

import httpx
import pytest
import pytest_asyncio
from sqlalchemy import select, update

from console.audit import KEPT_DAYS, Deed
from console.people import LINK_HOURS
from console.tables import Invitation, Note, Staff
from dialogues.values import Content
from tests.console.conftest import DESK, ON_BOTH, ORIGIN, PASSWORD, Clock, Console, started
from tests.engines import Engine

ELSEWHERE = "barnahus-dalarna"


@pytest_asyncio.fixture
async def timed(tmp_path: Path, engine: Engine, content: Content, clock: Clock) -> AsyncIterator[Console]:
    """A console whose clocks stand still."""
    async with started(tmp_path, engine.staff, content, clocks={"clock": clock, "steady": clock}) as console:
        yield console


def link_in(page: httpx.Response) -> str:
    found = re.search(rf'value="{re.escape(ORIGIN)}(/invitation/[A-Za-z0-9_-]{{43}})"', page.text)
    assert found is not None, page.text
    return found[1]


def everything_in(folder: Path) -> bytes:
    return b"".join(each.read_bytes() for each in folder.iterdir() if each.is_file())


async def notes(console: Console) -> list[tuple[str, str, str]]:
    async with console.sessions() as session:
        return sorted((row.who, row.deed, row.about) for row in await session.scalars(select(Note)))


@ON_BOTH
async def test_a_link_leads_a_newcomer_through_once(timed: Console) -> None:
    async with timed.signed_in("boss", "coordinator") as boss, timed.browser() as newcomer, timed.browser() as thief:
        page = await boss.post("/people/invite", name="Noor", shown="Noor")
        link = link_in(page)
        assert (await newcomer.get(link)).status_code == 200
        assert "Welcome, Noor" in (await newcomer.get(link)).text  # looking uses nothing up
        assert "Until" in (await boss.get("/people")).text
        assert (await newcomer.post(link)).headers["location"] == "/account"
        assert "How will you sign in?" in (await newcomer.get("/account")).text
        for answer in (await thief.get(link), await thief.post(link)):
            assert (answer.status_code, "This link does not work" in answer.text) == (404, True)
        assert (await newcomer.get("/desk")).headers["location"] == "/account"
    async with timed.sessions() as session:
        account = (await session.scalars(select(Staff).where(Staff.sign_in_name == "noor"))).one()
        assert (account.role, account.desk, account.password_hash) == ("staff", DESK, "")
        assert (await session.scalars(select(Invitation))).all() == []


@ON_BOTH
async def test_a_link_is_kept_as_a_hash_and_lapses(timed: Console, clock: Clock, tmp_path: Path) -> None:
    async with timed.signed_in("boss", "coordinator") as boss, timed.browser() as newcomer:
        link = link_in(await boss.post("/people/invite", name="noor", shown="Noor"))
        assert link.removeprefix("/invitation/").encode() not in everything_in(tmp_path)
        clock.now += LINK_HOURS * 3600 - 1
        assert (await newcomer.get(link)).status_code == 200
        clock.now += 3601
        assert (await newcomer.get(link)).status_code == 404
        assert (await newcomer.post(link)).status_code == 404
        await timed.house.people.purge()
    async with timed.sessions() as session:
        assert (await session.scalars(select(Invitation))).all() == []


async def test_role_and_desk_are_fixed_by_who_invites(timed: Console) -> None:
    async with (
        timed.signed_in("boss", "coordinator") as boss,
        timed.signed_in("chief", "administrator") as chief,
        timed.signed_in("kim") as kim,
    ):
        for role, desk in (("coordinator", DESK), ("administrator", DESK), ("staff", ELSEWHERE)):
            answer = await boss.post("/people/invite", name="x", shown="X", role=role, desk=desk)
            assert answer.status_code == 403
        assert (await kim.post("/people/invite", name="x", shown="X")).status_code == 403
        form = (await boss.get("/people/new")).text
        assert ("<select" in form, "Invited as staff at your desk, Demo desk." in form) == (False, True)
        assert (await chief.get("/people/new")).text.count("<select") == 2
        link_in(await chief.post("/people/invite", name="far", shown="Far", role="coordinator", desk=ELSEWHERE))
        for role, desk in (("director", DESK), ("staff", "nowhere")):
            answer = await chief.post("/people/invite", name="x", shown="X", role=role, desk=desk)
            assert answer.status_code == 403
        assert "far" not in (await boss.get("/people")).text
        assert "far" in (await chief.get("/people")).text


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"name": "two words", "shown": "X"}, "without spaces"),
        ({"name": "x", "shown": "<b>"}, "begins with a letter"),
        ({"name": "BOSS", "shown": "X"}, "Somebody else signs in"),
    ],
)
async def test_an_invitation_that_cannot_be_is_told(timed: Console, fields: dict[str, str], sentence: str) -> None:
    async with timed.signed_in("boss", "coordinator") as boss:
        answer = await boss.post("/people/invite", None, **fields)
    assert (answer.status_code, sentence in answer.text) == (400, True)
    assert f'maxlength="40" value="{escape(fields["shown"])}"' in answer.text, "nobody types it twice"


@ON_BOTH
async def test_a_new_link_ends_every_earlier_way_in_when_it_is_used(timed: Console) -> None:
    async with timed.signed_in("boss", "coordinator") as boss, timed.signed_in("kim") as kim:
        await boss.get("/people")
        first = link_in(await boss.post("/people/link", name="kim", sure="yes"))
        second = link_in(await boss.post("/people/link", name="kim", sure="yes"))
        assert (await kim.get("/desk")).status_code == 200
        async with timed.browser() as browser:
            assert (await browser.post(first)).status_code == 404
            assert (await browser.post(second)).headers["location"] == "/account"
        assert (await kim.get("/desk")).headers["location"] == "/sign-in"
        async with timed.browser() as thief:
            assert (await thief.sign_in("kim")).status_code == 401
            assert (await thief.sign_in("kim", PASSWORD, "")).status_code == 401


@ON_BOTH
async def test_a_coordinator_decides_over_staff_of_the_own_desk_alone(timed: Console) -> None:
    await timed.add("chief", "administrator")
    await timed.add("other", "coordinator")
    await timed.add("far", desk=ELSEWHERE)
    await timed.add("kim")
    async with timed.signed_in("boss", "coordinator") as boss:
        await boss.get("/people")
        for name in ("chief", "other", "far", "boss", "nobody"):
            for path in ("/people/link", "/people/close", "/people/reopen"):
                assert (await boss.post(path, name=name, sure="yes")).status_code == 403, (path, name)
        assert (await boss.post("/people/change", name="kim", role="coordinator", desk=DESK)).status_code == 403
        assert (await boss.post("/people/close", name="kim", sure="yes")).status_code == 303


async def test_whoever_leads_can_sign_somebody_out_everywhere(timed: Console) -> None:
    async with timed.signed_in("boss", "coordinator") as boss, timed.signed_in("kim") as kim:
        await boss.get("/people")
        assert (await boss.post("/people/sign-out", name="kim", sure="yes")).status_code == 303
        assert (await kim.get("/desk")).headers["location"] == "/sign-in"
        assert (await kim.sign_in("kim")).headers["location"] == "/desk"
        assert (await boss.post("/people/sign-out", name="boss", sure="yes")).status_code == 403


@ON_BOTH
async def test_a_page_that_was_refused_is_noted_once_an_hour(timed: Console, clock: Clock) -> None:
    async with timed.signed_in("kim") as kim:
        for _ in range(3):
            assert (await kim.get("/people")).status_code == 403
        clock.now += 1200
        await kim.get("/account")
        clock.now += 1200
        await kim.get("/account")
        clock.now += 1200
        await kim.get("/people")
    refused = [note for note in await notes(timed) if note[1] == Deed.REFUSED]
    assert refused == [("kim", Deed.REFUSED, "GET /people")] * 2


async def test_attempts_that_failed_are_told_to_the_person_once_they_are_in(timed: Console, clock: Clock) -> None:
    await timed.add("kim")
    async with timed.browser() as browser:
        for _ in range(4):
            await browser.sign_in("kim", "wrong password, long")
        assert await notes(timed) == []
        clock.now += 90
        await browser.sign_in("kim")
        page = (await browser.get("/account")).text
    assert ("kim", Deed.FAILED, "4") in await notes(timed)
    assert "Attempts to sign in that failed before" in page


async def test_nobody_decides_over_the_own_account(timed: Console) -> None:
    async with timed.signed_in("chief", "administrator") as chief:
        await chief.get("/people")
        assert (await chief.get("/people/change?name=chief")).status_code == 403
        assert (await chief.post("/people/change", name="chief", role="staff", desk=DESK)).status_code == 403
        assert (await chief.post("/people/close", name="chief", sure="yes")).status_code == 403


@ON_BOTH
async def test_a_closed_account_is_out_at_once_and_can_be_opened_again(timed: Console) -> None:
    async with timed.signed_in("boss", "coordinator") as boss, timed.signed_in("kim") as kim:
        link = link_in(await boss.post("/people/link", name="kim", sure="yes"))
        await boss.post("/people/close", name="kim", sure="yes")
        assert (await kim.get("/desk")).headers["location"] == "/sign-in"
        async with timed.browser() as browser:
            assert (await browser.get(link)).status_code == 404
            assert (await browser.sign_in("kim")).status_code == 401
            assert (await boss.post("/people/link", name="kim", sure="yes")).status_code == 403
            await boss.post("/people/reopen", name="kim")
            assert (await browser.sign_in("kim")).status_code == 303


@ON_BOTH
async def test_another_role_counts_from_the_next_request_on(timed: Console) -> None:
    async with timed.signed_in("chief", "administrator") as chief, timed.signed_in("kim") as kim:
        page = await chief.get("/people/change?name=kim")
        assert "Change the role of Kim" in page.text
        answer = await chief.post("/people/change", name="kim", role="coordinator", desk=ELSEWHERE)
        assert answer.headers["location"] == "/people?done=changed&name=kim"
        assert (await kim.get("/desk")).headers["location"] == "/sign-in"
        assert (await kim.sign_in("kim")).headers["location"] == "/statistics"
        assert (await kim.get("/desk")).status_code == 403


@ON_BOTH
async def test_what_leaders_do_is_noted_to_the_hour_and_by_name(timed: Console, clock: Clock) -> None:
    async with timed.signed_in("chief", "administrator") as chief:
        await chief.get("/people")
        await chief.post("/people/invite", name="Noor", shown="Noor")
        await chief.post("/people/link", name="noor", sure="yes")
        await chief.post("/people/change", name="noor", role="coordinator", desk=DESK)
        await chief.post("/people/close", name="noor", sure="yes")
        await chief.post("/audit/export")
    assert await notes(timed) == [
        ("chief", Deed.EXPORTED, "audit"),
        ("chief", Deed.ROLE, f"changed: noor, coordinator, {DESK}"),
        ("chief", Deed.ROLE, "closed: noor"),
        ("chief", Deed.ROLE, f"invited: noor, staff, {DESK}"),
        ("chief", Deed.ROLE, "link: noor"),
        ("chief", Deed.SIGNED_IN, "password"),
    ]
    async with timed.sessions() as session:
        assert {row.hour for row in await session.scalars(select(Note))} == {int(clock.now) // 3600}


async def test_the_audit_can_be_read_and_taken_along_by_those_who_lead(timed: Console) -> None:
    await timed.add("far", desk=ELSEWHERE)
    async with (
        timed.signed_in("boss", "coordinator") as boss,
        timed.signed_in("chief", "administrator") as chief,
        timed.browser() as far,
        timed.signed_in("kim") as kim,
    ):
        await far.sign_in("far")
        assert (await kim.get("/audit")).status_code == 403
        assert "far" not in (await boss.get("/audit")).text
        assert "far" in (await chief.get("/audit")).text
        for browser, seen in ((boss, {"boss", "chief", "kim"}), (chief, {"boss", "chief", "kim", "far"})):
            answer = await browser.post("/audit/export")
            rows = list(csv.reader(io.StringIO(answer.text)))
            assert answer.headers["content-type"].startswith("text/csv")
            assert rows[0] == ["hour", "who", "desk", "deed", "about"]
            assert {row[1] for row in rows[1:]} == seen


@ON_BOTH
async def test_what_is_older_than_ninety_days_is_gone(timed: Console, clock: Clock) -> None:
    async with timed.signed_in("boss", "coordinator"):
        clock.now += KEPT_DAYS * 86_400
        assert len(await timed.house.audit.listed(None)) == 1
        clock.now += 3600
        assert await timed.house.audit.listed(None) == []
        await timed.house.audit.purge()
    assert await notes(timed) == []


@ON_BOTH
async def test_no_sentence_can_be_noted(timed: Console) -> None:
    await timed.add("kim")
    async with timed.browser() as browser:
        await browser.sign_in("kim")
        signed_in = await timed.house.signins.find(browser.token)
    assert signed_in is not None
    for about in ("What did she say?", "x" * 121, "line\nline", "<b>"):
        with pytest.raises(ValueError, match="a name of ours"):
            await timed.house.audit.note(signed_in.member, Deed.TEXT, about)
    await timed.house.audit.note(signed_in.member, Deed.TEXT, "sv/threats")


async def test_a_spreadsheet_takes_no_cell_for_a_formula(timed: Console) -> None:
    async with timed.sessions.begin() as session:
        session.add(Note(id="x", hour=int(timed.house.clock()) // 3600, who="+kim", desk=DESK, deed="text", about="@x"))
    async with timed.signed_in("boss", "coordinator") as boss:
        await boss.get("/audit")
        rows = list(csv.reader(io.StringIO((await boss.post("/audit/export")).text)))
    assert ["'+kim", DESK, "text", "'@x"] in [row[1:] for row in rows]


async def test_an_account_whose_role_was_changed_by_hand_is_asked_for_again(timed: Console) -> None:
    async with timed.signed_in("boss", "coordinator") as boss:
        async with timed.sessions.begin() as session:
            await session.execute(update(Staff).where(Staff.sign_in_name == "boss").values(role="staff"))
        assert (await boss.get("/people")).status_code == 403
