"""Two consoles on one database, SQLite or PostgreSQL: whoever is first is first, and nothing is kept twice."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from sqlalchemy import delete, func, select, text, update
from sqlalchemy.exc import IntegrityError

from console.accounts import Member, NameTaken, create_account
from console.asking import Asking
from console.bells import Bells
from console.codes import RECOVERY_CODES, Codes, hash_recovery
from console.courier import Courier
from console.database import Database, one_at_a_time
from console.desk_keys import DeskKeys
from console.desk_tables import StaffDeskRow, answers_at, other_desks
from console.devices import Devices, Ready
from console.drafts import Drafts, mark_of
from console.duty_tables import ClosedDayRow, HabitRow, ShiftRow
from console.habits import Habit, Habits
from console.letters import Letters
from console.people import People
from console.permissions import Role
from console.postings import MOST, Postings
from console.rota import Rota, Wanted, day_of
from console.signing import Way
from console.signins import SignedIn, SignIns
from console.tables import (
    AskedRow,
    BellRow,
    BoxRow,
    CodeSecret,
    DeskKeyRow,
    DeviceRow,
    Invitation,
    LetterRow,
    RecoveryCode,
    SignIn,
    Spent,
    Staff,
)
from console.vault import Vault
from handover.post import Posted
from handover.values import DeskId, StaffId
from safety.desks import WRAPPED
from safety.devices import read_key
from safety.text64 import write64
from tests.console.conftest import DESK, ON_BOTH, Clock, Console, database_url
from tests.sealed import ORGANISATION
from tests.sealed_letters import CodeHolder, DeskEnd, device_key

pytestmark = ON_BOTH

Both = tuple[Database, Database]

COPY = write64(b"w" * WRAPPED)
KEY = bytes(32)
VISITOR, OURS = CodeHolder(ORGANISATION), DeskEnd(ORGANISATION)
ADMINISTRATOR = Member(StaffId("x"), "X", Role.ADMINISTRATOR, DESK)


@pytest_asyncio.fixture
async def both(tmp_path: Path) -> AsyncIterator[Both]:
    """The databases of two consoles: one and the same."""
    databases = (Database(database_url(tmp_path)), Database(database_url(tmp_path)))
    for each in databases:
        await each.open()
    yield databases
    for each in databases:
        await each.close()


@pytest_asyncio.fixture
async def kim(both: Both) -> StaffId:
    return await account(both[0], "kim")


async def account(database: Database, name: str) -> StaffId:
    return await create_account(
        database.sessions, sign_in_name=name, shown_name=name.title(), role="staff", password=None, desk=DESK
    )


async def at_once(both: Both, work: Callable[[Database], Awaitable[Any]], times: int = 6) -> list[Any]:
    """What each of `times` tries gave, half of them at either console; exceptions too."""
    return await asyncio.gather(*(work(both[number % 2]) for number in range(times)), return_exceptions=True)


async def count(database: Database, table: Any) -> int:
    async with database.sessions() as session:
        return await session.scalar(select(func.count()).select_from(table)) or 0


# --- Whoever is first ---


async def test_a_name_is_one_account_s(both: Both) -> None:
    found = await at_once(both, lambda database: account(database, "noor"))
    assert sum(isinstance(each, NameTaken) for each in found) == 5
    assert await count(both[0], Staff) == 1


async def test_what_counts_once_counts_once(both: Both, clock: Clock) -> None:
    found = await at_once(both, lambda database: Vault(KEY, database.sessions, clock).spend("code", b"1", 60))
    assert sorted(found) == [False] * 5 + [True]
    assert await count(both[0], Spent) == 1


async def test_a_link_leads_one_person_in(both: Both, clock: Clock, kim: StaffId) -> None:
    link = await People(both[0].sessions, clock).make_link(kim)
    found = await at_once(both, lambda database: People(database.sessions, clock).accept(link.token))
    assert sum(each is not None for each in found) == 1
    assert not any(isinstance(each, Exception) for each in found)


async def test_of_links_made_at_once_one_can_be_used(both: Both, clock: Clock, kim: StaffId) -> None:
    links = await at_once(both, lambda database: People(database.sessions, clock).make_link(kim))
    usable = [await People(both[0].sessions, clock).look(link.token) for link in links]
    assert sum(each is not None for each in usable) == 1
    assert await count(both[0], Invitation) == 1


async def test_a_recovery_code_is_used_up_once(both: Both, clock: Clock, kim: StaffId) -> None:
    def codes(database: Database) -> Codes:
        return Codes(database.sessions, Vault(KEY, database.sessions, clock), clock)

    made = await codes(both[0]).renew(kim)
    found = await at_once(both, lambda database: codes(database).recover(kim, made[0]))
    assert sorted(found) == [False] * 5 + [True]
    renewed = await at_once(both, lambda database: codes(database).renew(kim))
    assert await count(both[0], RecoveryCode) == RECOVERY_CODES  # of one of them
    async with both[0].sessions() as session:
        kept = set(await session.scalars(select(RecoveryCode.code_hash)))
    assert kept in [set(map(hash_recovery, each)) for each in renewed]
    assert await at_once(both, lambda database: codes(database).keep(kim, b"a secret of an app")) == [None] * 6
    assert await count(both[0], CodeSecret) == 1


async def test_a_draft_is_saved_upon_what_its_writer_saw(both: Both, clock: Clock) -> None:
    async def save(database: Database, base: str) -> bool:
        drafts = Drafts(database.sessions, clock)
        return await drafts.save("sv/page.yml#first", secrets.token_hex(8), mark_of(base), ADMINISTRATOR, "shipped")

    found = await at_once(both, lambda database: save(database, "shipped"))
    assert sorted(found) == [False] * 5 + [True]
    draft = await Drafts(both[0].sessions, clock).find("sv/page.yml#first")
    assert draft is not None
    found = await at_once(both, lambda database: save(database, draft.text))
    assert sorted(found) == [False] * 5 + [True]


async def test_nobody_answers_a_letter_past_a_colleague(both: Both, clock: Clock) -> None:
    posted = await take_in(both, clock)
    answer = OURS.letter(VISITOR.key, VISITOR.box, "tomorrow")
    found = await at_once(both, lambda database: Letters(database.sessions, clock).answer(DESK, posted.box, 0, answer))
    assert sorted(found) == [False] * 5 + [True]
    async with both[0].sessions() as session:
        assert [(row.way, row.number) for row in await session.scalars(select(LetterRow).order_by(LetterRow.way))] == [
            ("down", 1),
            ("up", 1),
        ]


async def take_in(both: Both, clock: Clock) -> Posted:
    """A letter that both consoles take in at the same moment."""
    until = int(clock.now // 86_400) + 7
    posted = Posted("0-1", VISITOR.box, until, VISITOR.key, VISITOR.letter(OURS.line, "hello"))
    found = await at_once(both, lambda database: Letters(database.sessions, clock).take_in(DESK, posted))
    assert found == [True] * 6
    return posted


async def test_an_erasure_leaves_nothing_whatever_comes_at_the_same_moment(both: Both, clock: Clock) -> None:
    posted = await take_in(both, clock)
    gone = Posted("0-3", posted.box, 0, "", None)
    more = Posted("0-2", posted.box, posted.until, VISITOR.key, VISITOR.letter(OURS.line, "more", number=2))
    turns = [gone, more]

    async def work(database: Database) -> bool:
        return await Letters(database.sessions, clock).take_in(DESK, turns[database is both[0]])

    await at_once(both, work, 2)
    assert await Letters(both[0].sessions, clock).take_in(DESK, gone)
    assert (await count(both[0], BoxRow), await count(both[0], LetterRow)) == (0, 0)


async def test_a_desk_has_one_key(both: Both, clock: Clock, kim: StaffId) -> None:
    device, colleague = device_key(), device_key()
    devices = Devices(both[0].sessions, clock, ORGANISATION.public, ORGANISATION.private)
    for each in (device, colleague):
        assert isinstance(await devices.meet(kim, each), Ready)

    def keys(database: Database) -> DeskKeys:
        return DeskKeys(database.sessions, clock, ORGANISATION.public, ORGANISATION.private)

    found = await at_once(both, lambda database: keys(database).make(DESK, device, device_key(), COPY))
    assert sorted(found) == [False] * 5 + [True]
    assert await count(both[0], DeskKeyRow) == 1
    (held,) = await keys(both[0]).held(DESK, device)
    handed = await at_once(both, lambda database: keys(database).hand(DESK, held.key, {colleague: COPY}))
    assert handed == [None] * 6
    assert (await keys(both[1]).held(DESK, colleague))[0].wrapped == COPY


async def test_a_device_is_noted_once(both: Both, clock: Clock, kim: StaffId) -> None:
    device = device_key()
    organisation = ORGANISATION.public

    async def meet(database: Database) -> object:
        return await Devices(database.sessions, clock, organisation, ORGANISATION.private).meet(kim, device)

    assert all(isinstance(each, Ready) for each in await at_once(both, meet))
    assert await count(both[0], DeviceRow) == 1
    assert read_key(device)


async def test_whoever_presses_twice_has_chosen_once(both: Both, clock: Clock, kim: StaffId) -> None:
    token = await SignIns(both[0].sessions, clock).start(kim, "sv")
    signed_in = await SignIns(both[0].sessions, clock).find(token)
    assert isinstance(signed_in, SignedIn)
    push = generate_private_key(SECP256R1())
    point, auth = device_key(), write64(b"a" * 16)

    async def hang(database: Database) -> bool:
        bells = Bells(database.sessions, Courier(inside=True), push, "mailto:x@y", clock, clock)
        return await bells.hang(signed_in, "https://push.test/1", point, auth)

    for work, table in (
        (lambda database: Habits(database.sessions).keep(kim, Habit(2, 5)), HabitRow),
        (lambda database: Asking(database.sessions).say(kim, "woman", by_name=True), AskedRow),
        (lambda database: Rota(database.sessions, clock).close(DESK, date(2027, 1, 1), closed=True), ClosedDayRow),
        (hang, BellRow),
    ):
        found = await at_once(both, work)
        assert not [each for each in found if isinstance(each, Exception)]
        assert await count(both[0], table) == 1


async def test_a_shift_is_planned_once_and_nobody_answers_at_too_many_desks(
    both: Both, clock: Clock, kim: StaffId
) -> None:
    wanted = Wanted("kim", 0, None, 540, 1020, False, date(2026, 11, 30))
    found = await at_once(both, lambda database: Rota(database.sessions, clock).add(DESK, wanted))
    assert sorted(found) == ["", *["twice"] * 5]
    assert await count(both[0], ShiftRow) == 1
    desks = iter([DeskId(f"desk-{number}") for number in range(MOST + 3)])
    added = await at_once(
        both, lambda database: Postings(database.sessions).add(ADMINISTRATOR, "kim", next(desks)), MOST + 3
    )
    assert sum(each is True for each in added) == MOST
    async with both[0].sessions() as session:
        others = await session.scalar(select(other_desks()).select_from(Staff).where(Staff.id == kim))
        assert len((others or "").split()) == MOST
        here = await session.scalars(select(Staff.id).where(answers_at(DeskId((others or "").split()[0]))))
        assert list(here) == [kim]


async def test_whoever_comes_second_waits_for_the_first(both: Both) -> None:
    order, begun = list[str](), asyncio.Event()

    async def first() -> None:
        async with both[0].sessions.begin() as session:
            await one_at_a_time(session, "something")
            begun.set()
            await asyncio.sleep(0.3)
            order.append("first")

    async def second() -> None:
        await begun.wait()
        async with both[1].sessions.begin() as session:
            await one_at_a_time(session, "something")
            order.append("second")

    await asyncio.gather(first(), second())
    assert order == ["first", "second"]


async def test_work_that_is_cancelled_in_a_statement_ends_as_cancelled(both: Both) -> None:
    """Not with an error of the database's: whoever outlives errors would go on for good."""
    rows = text("WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c WHERE x < 100000) SELECT max(x) FROM c")

    async def work() -> None:
        async with both[0].sessions.begin() as session:
            await session.execute(rows)

    for number in range(12):
        task = asyncio.create_task(work())
        await asyncio.sleep(number / 500)
        task.cancel()
        await asyncio.wait([task])
        assert task.cancelled() or task.exception() is None
    await work()


# --- What belongs together ---


async def test_what_is_of_an_account_goes_with_it(both: Both, clock: Clock, kim: StaffId) -> None:
    noor = await account(both[0], "noor")
    for staff in (kim, noor):
        await Habits(both[0].sessions).keep(staff, Habit(1, 0))
        await Asking(both[0].sessions).say(staff, "man", by_name=False)
        await SignIns(both[0].sessions, clock).start(staff, "sv")
        await People(both[0].sessions, clock).make_link(staff)
        async with both[0].sessions.begin() as session:
            session.add(StaffDeskRow(staff_id=staff, desk="other"))
    async with both[1].sessions.begin() as session:
        await session.execute(delete(Staff).where(Staff.id == kim))
    for table in (HabitRow, AskedRow, SignIn, Invitation, StaffDeskRow):
        async with both[1].sessions() as session:
            assert list(await session.scalars(select(table.staff_id))) == [noor]


async def test_a_row_for_nobody_is_refused(both: Both) -> None:
    with pytest.raises(IntegrityError):
        async with both[0].sessions.begin() as session:
            session.add(HabitRow(staff_id="nobody", capacity=1, breath=0))
    assert both[0].storage.trouble is None


# --- What can be kept ---


async def test_seconds_go_on_after_2038(both: Both, clock: Clock, kim: StaffId) -> None:
    clock.now = 4_000_000_000.0
    signins = SignIns(both[0].sessions, clock)
    token = await signins.start(kim, "sv", Way.PASSKEY)
    assert await signins.find(token) is not None
    await signins.purge()
    assert await signins.find(token) is not None
    assert day_of(date(2096, 10, 2)) == int(clock.now // 86_400)


async def test_the_longest_names_fit(both: Both) -> None:
    name, shown = "ß" * 64, "Å" + "ö" * 39
    await create_account(
        both[0].sessions, sign_in_name=name, shown_name=shown, role="administrator", password=None, desk=DESK
    )
    async with both[1].sessions() as session:
        row = (await session.scalars(select(Staff))).one()
        assert (row.sign_in_name, row.shown_name) == ("s" * 64, shown)


async def test_a_null_character_finds_nobody_and_breaks_nothing(console: Console) -> None:
    await console.add("kim")
    async with console.browser() as browser:
        answer = await browser.sign_in("kim\0", code="123456")
        assert answer.status_code in {400, 401}
        assert (await browser.get("/sign-in?language=%00")).status_code == 200
        assert (await browser.get("/invitation/%00")).status_code in {400, 404}


async def test_what_the_visitor_s_side_makes_up_stops_no_letters(both: Both, clock: Clock) -> None:
    letters = Letters(both[0].sessions, clock)
    until = int(clock.now // 86_400) + 7
    letter = VISITOR.letter(OURS.line + "\0", "hello")
    assert not await letters.take_in(DESK, Posted("0-1", VISITOR.box, until, VISITOR.key, letter))
    assert not await letters.take_in(DESK, Posted("0-2", "nobody's\0box", 0, "", None))
    await take_in(both, clock)


async def test_a_sign_in_that_was_moved_meanwhile_is_not_moved_back(both: Both, clock: Clock, kim: StaffId) -> None:
    one, other = SignIns(both[0].sessions, clock), SignIns(both[1].sessions, clock)
    token = await one.start(kim, "sv")
    clock.now += 900
    found = await asyncio.gather(*(each.find(token) for each in (one, other, one, other)))
    assert all(found)
    async with both[0].sessions() as session:
        row = (await session.scalars(select(SignIn))).one()
        assert row.expires >= clock.now + 1800
    async with both[0].sessions.begin() as session:
        await session.execute(update(Staff).values(active=False))
    assert await other.find(token) is None
