"""The ways in: a password and an app, recovery codes, a first sign-in that may only set one up, a fresh proof."""

import html
import re
from base64 import b32decode
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
from sqlalchemy import delete, select, update

from console.codes import RECOVERY_CODES
from console.demo import STAFF_NAMES
from console.permissions import FRESH as ASKED_AGAIN
from console.permissions import PERMISSIONS, SETTING_UP
from console.signing import Way
from console.signins import COOKIE
from console.stepup import FRESH, FRESH_FOR
from console.tables import Base, CodeSecret, Passkey, RecoveryCode, SignIn, Spent, Staff
from dialogues.values import Content
from handover.values import StaffId
from tests.console.conftest import (
    COORDINATOR_LINK,
    ON_BOTH,
    ORIGIN,
    PASSWORD,
    SECRET,
    STAFF_LINK,
    Browser,
    Clock,
    Console,
    app_code,
    started,
)
from tests.engines import Engine

OTHER_PASSWORD = "other five words of a person"


@pytest_asyncio.fixture
async def timed(tmp_path: Path, engine: Engine, content: Content, clock: Clock) -> AsyncIterator[Console]:
    """A console whose clocks stand still."""
    async with started(tmp_path, engine.staff, content, clocks={"clock": clock, "steady": clock}) as console:
        yield console


def everything_in(folder: Path) -> bytes:
    return b"".join(each.read_bytes() for each in folder.iterdir() if each.is_file())


async def everything_kept(console: Console) -> dict[str, list[Any]]:
    """All rows but those whose lifetime moves with use."""
    async with console.sessions() as session:
        return {
            table.name: sorted(map(str, await session.execute(select(table))))
            for table in Base.metadata.sorted_tables
            if table.name != "sign_in"
        }


def hidden(answer: httpx.Response, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', answer.text)
    assert found is not None
    return html.unescape(found[1])


def secret_of(page: httpx.Response) -> bytes:
    found = re.search(r'<code class="secret">([A-Z2-7 ]+)</code>', page.text)
    assert found is not None
    return b32decode(found[1].replace(" ", ""))


def codes_of(page: httpx.Response) -> list[str]:
    return re.findall(r'<code class="secret">([a-z2-7-]+)</code>', page.text)


async def set_up(console: Console, browser: Browser) -> list[str]:
    """A password and an app; the recovery codes."""
    page = await browser.post("/account/app")
    code = app_code(console.house.clock(), secret_of(page))
    kept = await browser.post("/account/app/keep", ticket=hidden(page, "ticket"), code=code, password=OTHER_PASSWORD)
    assert kept.status_code == 200
    return codes_of(kept)


async def test_password_and_code_sign_in_and_either_alone_does_not(timed: Console, clock: Clock) -> None:
    await timed.add("kim")
    async with timed.browser() as browser:
        right = app_code(clock.now)
        for password, code in ((PASSWORD, ""), (PASSWORD, "000000"), ("wrong password, long", right)):
            clock.now += 60
            answer = await browser.sign_in("kim", password, code)
            assert (answer.status_code, COOKIE in browser.client.cookies) == (401, False)
        clock.now += 60
        assert (await browser.sign_in("kim", PASSWORD, app_code(clock.now))).headers["location"] == "/desk"


@ON_BOTH
async def test_a_code_counts_once_and_within_a_step_of_drift(timed: Console, clock: Clock) -> None:
    await timed.add("kim")
    outcomes = []
    async with timed.browser() as browser:
        for age in (0, 0, -30, 30, 60, -60, 30):
            clock.now += 300 if age == 60 else 0
            outcomes.append((await browser.sign_in("kim", PASSWORD, app_code(clock.now + age))).status_code)
            browser.client.cookies.clear()
    assert outcomes == [303, 401, 303, 303, 401, 401, 303]


async def test_the_secret_of_an_app_is_encrypted_in_the_table(timed: Console, tmp_path: Path) -> None:
    staff = await timed.add("kim")
    async with timed.sessions() as session:
        row = (await session.scalars(select(CodeSecret))).one()
    assert (row.staff_id, SECRET in everything_in(tmp_path)) == (staff, False)
    assert (tmp_path / "console.key").stat().st_mode & 0o777 == 0o600


@ON_BOTH
async def test_a_recovery_code_stands_for_the_app_once_and_never_for_the_password(timed: Console, clock: Clock) -> None:
    staff = await timed.add("kim")
    first, second, *_ = await timed.house.codes.renew(staff)
    async with timed.browser() as browser:
        assert (await browser.sign_in("kim", "wrong password, long", first)).status_code == 401
        assert (await browser.sign_in("kim", PASSWORD, first.upper().replace("-", " "))).status_code == 303
        browser.client.cookies.clear()
        assert (await browser.sign_in("kim", PASSWORD, first)).status_code == 401
        clock.now += 60
        assert (await browser.sign_in("kim", PASSWORD, second)).status_code == 303
    async with timed.sessions() as session:
        left = list(await session.scalars(select(RecoveryCode.code_hash)))
        ways = set(await session.scalars(select(SignIn.way)))
    assert (len(left), ways) == (RECOVERY_CODES - 2, {Way.RECOVERY})
    assert all(len(each) == 64 and first not in each for each in left)


async def test_a_code_of_another_person_is_of_no_use(timed: Console) -> None:
    await timed.add("kim")
    (code, *_) = await timed.house.codes.renew(await timed.add("noor"))
    async with timed.browser() as browser:
        assert (await browser.sign_in("kim", PASSWORD, code)).status_code == 401


@pytest.mark.parametrize("name", ["kim", "off", "newcomer", "nobody"])
async def test_no_answer_tells_whether_there_is_such_an_account(timed: Console, name: str) -> None:
    await timed.add("kim")
    await timed.add("newcomer", app=False)
    await timed.add("off")
    async with timed.sessions.begin() as session:
        await session.execute(update(Staff).where(Staff.sign_in_name == "off").values(active=False))
    async with timed.browser() as browser:
        answers = [await browser.sign_in(name, "wrong password, long", code) for code in ("", "000000", "aaaa-bbbb")]
        plain = await browser.get("/sign-in")
    assert {answer.status_code for answer in answers} == {401}
    alert = '<p class="error" role="alert">Name, password and code do not belong together.'
    for answer in answers:
        assert alert in answer.text
        assert name not in answer.text
        assert set(answer.headers) - {"content-length"} == set(plain.headers) - {"content-length"}


async def test_a_first_sign_in_may_only_set_a_second_proof_up(timed: Console) -> None:
    await timed.add("new", app=False)
    async with timed.browser() as browser:
        assert (await browser.sign_in("new", code="")).headers["location"] == "/account"
        page = await browser.get("/account")
        assert "How will you sign in?" in page.text
        assert '<nav class="pages"' not in page.text
        for action in sorted(set(PERMISSIONS) - SETTING_UP):
            method, _, path = action.partition(" ")
            if method in {"GET", "POST"}:
                answer = await browser.client.request(
                    method, path, data={"form_token": browser.form_token}, headers={"origin": "https://console.test"}
                )
                assert (answer.status_code, answer.headers["location"]) == (303, "/account"), action
        codes = await set_up(timed, browser)
        assert len(set(codes)) == RECOVERY_CODES
        assert (await browser.get("/desk")).status_code == 200


async def test_setting_up_changes_the_sign_in_and_the_old_one_ends(timed: Console) -> None:
    await timed.add("new", app=False)
    async with timed.browser() as browser:
        await browser.sign_in("new", code="")
        await browser.get("/account")
        old = browser.token
        await set_up(timed, browser)
        assert browser.token != old
        assert await timed.house.signins.find(old) is None
    async with timed.browser() as browser:  # the first password alone is good for nothing any more
        assert (await browser.sign_in("new", PASSWORD, "")).status_code == 401
        assert (await browser.sign_in("new", OTHER_PASSWORD, "")).status_code == 401


async def test_a_wrong_code_or_a_weak_password_is_asked_for_again_with_the_same_picture(timed: Console) -> None:
    await timed.add("new", app=False)
    async with timed.browser() as browser:
        await browser.sign_in("new", code="")
        await browser.get("/account")
        page = await browser.post("/account/app")
        secret, ticket = secret_of(page), hidden(page, "ticket")
        for code, password, sentence in (
            ("000000", OTHER_PASSWORD, "The digits were not right"),
            (app_code(timed.house.clock(), secret), "short", "fewer than 15"),
            (app_code(timed.house.clock(), secret), "Sommar2026Sommar2026", "among the first"),
            (app_code(timed.house.clock(), secret), "x1" * 101, "more than 200"),
        ):
            again = await browser.post("/account/app/keep", ticket=ticket, code=code, password=password)
            assert (again.status_code, sentence in again.text) == (400, True), sentence
            assert secret_of(again) == secret
        assert (await browser.get("/desk")).headers["location"] == "/account"


async def test_a_page_with_a_secret_is_of_no_use_to_another_person_or_after_half_an_hour(
    timed: Console, clock: Clock
) -> None:
    async with timed.signed_in("kim") as kim, timed.signed_in("noor") as noor:
        page = await kim.post("/account/app")
        fields: Any = {"ticket": hidden(page, "ticket"), "password": OTHER_PASSWORD}
        code = app_code(clock.now, secret_of(page))
        assert (await noor.post("/account/app/keep", code=code, **fields)).status_code == 400
        await kim.get("/account")
        clock.now += 29 * 60
        await kim.get("/account")
        clock.now += 2 * 60
        code = app_code(clock.now, secret_of(page))
        assert (await kim.post("/account/app/keep", code=code, **fields)).status_code == 400


@ON_BOTH
async def test_own_sign_ins_are_listed_and_can_be_ended_one_by_one_or_all(timed: Console) -> None:
    async with timed.signed_in("kim") as here, timed.browser() as there, timed.signed_in("noor") as other:
        await there.sign_in("kim")
        page = await here.get("/account")
        assert page.text.count("Password and app, since") == 2
        assert page.text.count("<b>This browser</b>") == 1
        number = re.search(r'name="sign_in" value="([0-9a-f]{16})"', page.text)
        assert number is not None
        await other.get("/account")
        await other.post("/account/end", sign_in=number[1])  # another person's: nothing happens
        assert (await there.get("/desk")).status_code == 200
        await here.post("/account/end", sign_in=number[1])
        assert (await there.get("/desk")).status_code == 303
        assert (await here.get("/desk")).status_code == 200
        await there.sign_in("kim")
        assert (await here.post("/account/end-all")).headers["location"] == "/sign-in"
        for browser in (here, there):
            assert (await browser.get("/desk")).status_code == 303
        assert (await other.get("/desk")).status_code == 200


async def test_what_matters_most_is_asked_for_again_after_five_minutes(timed: Console, clock: Clock) -> None:
    async with timed.signed_in("kim") as browser:
        clock.now += FRESH_FOR - 1
        await browser.get("/account")
        assert len(codes_of(await browser.post("/account/codes"))) == RECOVERY_CODES
        before = await timed.house.codes.left(await _id(timed, "kim"))
        clock.now += 2
        asked = await browser.post("/account/codes", note="a <b>")
        assert (asked.status_code, "Show that it is you" in asked.text) == (401, True)
        assert 'name="note" value="a &lt;b&gt;"' in asked.text  # goes along
        assert await timed.house.codes.left(await _id(timed, "kim")) == before
        wrong = await browser.post("/account/codes", proof_password=PASSWORD, proof_code="000000")
        assert (wrong.status_code, "That was not right" in wrong.text) == (403, True)
        clock.now += 60
        right = await browser.post("/account/codes", proof_password=PASSWORD, proof_code=timed.code("kim"))
        assert (right.status_code, len(codes_of(right))) == (200, RECOVERY_CODES)
        clock.now += FRESH_FOR - 1
        assert (await browser.post("/account/codes")).status_code == 200


async def test_a_proof_is_of_the_very_person_and_of_this_sign_in(timed: Console, clock: Clock) -> None:
    async with timed.signed_in("kim") as kim, timed.signed_in("noor") as noor:
        fresh = kim.client.cookies[FRESH]
        clock.now += FRESH_FOR + 60
        asked = await noor.post("/account/codes", proof_password=OTHER_PASSWORD, proof_code=timed.code("kim"))
        assert asked.status_code == 403
        noor.client.cookies.set(FRESH, fresh, domain="console.test", path="/")
        clock.now -= 120
        assert (await noor.post("/account/codes")).status_code == 401


async def test_whatever_is_asked_again_does_nothing_without_a_proof(timed: Console, clock: Clock) -> None:
    await timed.add("kim")
    async with timed.signed_in("boss", "coordinator") as boss, timed.signed_in("chief", "administrator") as chief:
        for browser in (boss, chief):
            await browser.get("/account")
        clock.now += FRESH_FOR + 1
        before = await everything_kept(timed)
        for action in sorted(ASKED_AGAIN):
            browser = boss if "coordinator" in PERMISSIONS[action] else chief
            fields = {"name": "kim", "shown": "X", "role": "staff", "desk": "demo", "device": "1", "passkey": "1"}
            answer = await browser.post(action.removeprefix("POST "), None, **fields)
            assert (answer.status_code, "Show that it is you" in answer.text) == (401, True), action
        assert await everything_kept(timed) == before


async def test_every_action_that_is_asked_again_exists(timed: Console) -> None:
    assert set(PERMISSIONS) >= ASKED_AGAIN
    assert set(PERMISSIONS) >= SETTING_UP


@ON_BOTH
async def test_what_was_used_up_is_forgotten_when_it_could_not_be_used_again(timed: Console, clock: Clock) -> None:
    async with timed.signed_in("kim"):
        async with timed.sessions() as session:
            (row,) = await session.scalars(select(Spent))
        assert (row.until % 300, row.until > clock.now) == (0, True)


async def test_a_demonstration_s_account_is_asked_nothing(tmp_path: Path, engine: Engine, content: Content) -> None:
    tokens: Any = {"demo_staff_token": STAFF_LINK, "demo_coordinator_token": COORDINATOR_LINK}
    async with (
        started(tmp_path, engine.staff, content, demo=True, **tokens) as console,
        console.browser() as browser,
    ):
        await browser.get(f"/demo/{STAFF_LINK}")
        await browser.get("/account")
        assert (await browser.post("/account/app")).status_code == 200
        for name in STAFF_NAMES:  # by the link alone: nobody signs in to these with a name
            assert (await browser.sign_in(f"demo-{name.lower()}", "", "")).status_code == 401


async def _id(console: Console, name: str) -> StaffId:
    async with console.sessions() as session:
        return StaffId((await session.scalars(select(Staff.id).where(Staff.sign_in_name == name))).one())


async def test_nobody_is_asked_for_a_proof_without_a_way_to_give_it(timed: Console, clock: Clock) -> None:
    async with timed.signed_in("kim") as kim:
        await kim.get("/account")
        clock.now += FRESH_FOR + 1
        async with timed.sessions.begin() as session:
            session.add(
                Passkey(
                    staff_id=await _id(timed, "kim"),
                    credential="eHg",
                    public_key="x",
                    site="console.test",
                    counter=0,
                    added=1,
                )
            )
        both = await kim.post("/account/passkey/remove")
        assert ("Use a passkey" in both.text, 'name="proof_password"' in both.text) == (True, True)
        async with timed.sessions.begin() as session:
            await session.execute(delete(CodeSecret))
        here = await kim.post("/account/passkey/remove")
        assert ("Use a passkey" in here.text, 'name="proof_password"' in here.text) == (True, False)
        elsewhere = {"host": "other.test", "origin": ORIGIN}
        there = await kim.client.post("/account/passkey/remove", data={"form_token": kim.form_token}, headers=elsewhere)
        assert ("Use a passkey" in there.text, "which works at https://console.test" in there.text) == (False, True)


@ON_BOTH
async def test_what_counts_once_does_so_over_all_processes(
    tmp_path: Path, engine: Engine, content: Content, clock: Clock
) -> None:
    clocks = {"clock": clock, "steady": clock}
    async with (
        started(tmp_path, engine.staff, content, clocks=clocks) as one,
        started(tmp_path, engine.staff, content, clocks=clocks) as two,
        one.browser() as here,
        two.browser() as there,
    ):
        await one.add("kim")
        code = app_code(clock.now)
        assert (await here.sign_in("kim", code=code)).status_code == 303
        assert (await there.sign_in("kim", code=code)).status_code == 401
        there.client.cookies.update(here.client.cookies)
        await there.get("/account")
        assert (await there.post("/account/app")).status_code == 200  # the proof of one is a proof for all
        await here.get("/account")
        await here.post("/account/end-all")
        assert (await there.get("/desk")).headers["location"] == "/sign-in"
