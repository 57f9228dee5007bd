"""Accounts and sign-ins: who gets in, what an answer tells, how long a sign-in lasts, and what is on the disk."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from argon2 import PasswordHasher
from sqlalchemy import select, update

from console.accounts import (
    AccountError,
    Accounts,
    Entered,
    NameTaken,
    PasswordGuessable,
    PasswordTooShort,
    TooSoon,
    WrongPair,
    create_account,
)
from console.codes import Codes
from console.database import Database
from console.people import another_link, first_link
from console.signins import SignIns
from console.tables import SignIn, Staff
from console.vault import Vault
from handover.values import StaffId
from tests.console.conftest import DESK, ON_BOTH, PASSWORD, Clock, database_url


class CountingHasher(PasswordHasher):
    """argon2 that counts how often it was made to work."""

    def __init__(self) -> None:
        super().__init__()
        self.worked = 0

    def verify(self, hash: str | bytes, password: str | bytes) -> bool:  # type: ignore[override]
        self.worked += 1
        return super().verify(hash, password)


@pytest_asyncio.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    database = Database(database_url(tmp_path))
    await database.open()
    await create_account(
        database.sessions, sign_in_name="kim", shown_name="Kim", role="staff", password=PASSWORD, desk=DESK
    )
    yield database
    await database.close()


def accounts_of(database: Database, clock: Clock, hasher: PasswordHasher | None = None) -> Accounts:
    codes = Codes(database.sessions, Vault(bytes(32), database.sessions, clock), clock)
    return Accounts(database.sessions, clock, codes, hasher)


async def only_id(database: Database) -> StaffId:
    async with database.sessions() as session:
        return StaffId((await session.scalars(select(Staff.id))).one())


def everything_in(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.iterdir())


@ON_BOTH
async def test_the_command_line_adds_an_account_to_a_database_of_any_age(tmp_path: Path, clock: Clock) -> None:
    wanted = {"shown_name": "Kim", "role": "administrator", "desk": DESK}
    links = [await first_link(database_url(tmp_path), clock, sign_in_name=name, **wanted) for name in ("kim", "noor")]
    assert links[0].token != links[1].token
    with pytest.raises(NameTaken, match="choose another"):
        await first_link(database_url(tmp_path), clock, sign_in_name="KIM", **wanted)
    assert await another_link(database_url(tmp_path), clock, " Kim ") is not None
    assert await another_link(database_url(tmp_path), clock, "nobody") is None


@pytest.mark.parametrize(
    ("changed", "refusal"),
    [
        ({"password": "14 characters!"}, PasswordTooShort),
        ({"password": "x" * 201}, AccountError),
        ({"password": "Sommar2026Sommar2026"}, PasswordGuessable),
        ({"role": "director"}, AccountError),
        ({"sign_in_name": "two words"}, AccountError),
        ({"shown_name": ""}, AccountError),
        ({"shown_name": "<b>"}, AccountError),
        ({"desk": ""}, AccountError),
    ],
)
async def test_an_account_that_cannot_be_is_refused_with_a_sentence(
    database: Database, changed: dict[str, str], refusal: type[AccountError]
) -> None:
    wanted: dict[str, Any] = {"sign_in_name": "new", "shown_name": "New", "role": "staff"}
    with pytest.raises(refusal) as refused:
        await create_account(database.sessions, **({**wanted, "password": PASSWORD, "desk": DESK} | changed))
    assert str(refused.value).endswith(".")


@ON_BOTH
async def test_the_right_pair_signs_in_whatever_the_case_of_the_name(database: Database, clock: Clock) -> None:
    entered = await accounts_of(database, clock).enter(" Kim ", PASSWORD)
    assert isinstance(entered, Entered)
    member = entered.member
    assert (member.shown_name, member.role, member.desk) == ("Kim", "staff", DESK)


async def test_an_unknown_name_costs_the_same_work_and_gets_the_same_answer(database: Database, clock: Clock) -> None:
    hasher = CountingHasher()
    accounts = accounts_of(database, clock, hasher)
    answers = [await accounts.enter(name, "wrong password, long") for name in ("kim", "nobody", "", "å" * 500)]
    assert answers == [WrongPair()] * 4
    assert hasher.worked == 4


async def test_a_password_costs_what_rfc_9106_advises_second_for_whoever_has_the_hashes(database: Database) -> None:
    async with database.sessions() as session:
        hashed = (await session.scalars(select(Staff.password_hash))).one()
    assert hashed.startswith("$argon2id$v=19$m=65536,t=3,p=4$")


@ON_BOTH
async def test_an_account_that_was_switched_off_is_as_unknown(database: Database, clock: Clock) -> None:
    async with database.sessions.begin() as session:
        await session.execute(update(Staff).values(active=False))
    hasher = CountingHasher()
    assert await accounts_of(database, clock, hasher).enter("kim", PASSWORD) == WrongPair()
    assert hasher.worked == 1


@pytest.mark.parametrize("name", ["kim", "nobody"])
async def test_guessing_is_slowed_down_for_known_and_unknown_names(database: Database, clock: Clock, name: str) -> None:
    hasher = CountingHasher()
    accounts = accounts_of(database, clock, hasher)
    for _ in range(4):
        assert await accounts.enter(name, "wrong password, long") == WrongPair()
    assert await accounts.enter(name, PASSWORD) == TooSoon(2)
    assert hasher.worked == 4  # the password was not even looked at
    waits = []
    for _ in range(6):
        clock.now += 60
        await accounts.enter(name, "wrong password, long")
        outcome = await accounts.enter(name, PASSWORD)
        waits.append(outcome.seconds if isinstance(outcome, TooSoon) else 0)
    assert waits == [4, 8, 16, 30, 30, 30]


async def test_the_right_password_ends_the_delay(database: Database, clock: Clock) -> None:
    accounts = accounts_of(database, clock)
    for _ in range(4):
        await accounts.enter("kim", "wrong password, long")
    clock.now += 2
    assert isinstance(await accounts.enter("kim", PASSWORD), Entered)
    assert await accounts.enter("kim", "wrong password, long") == WrongPair()


async def test_neither_password_nor_token_is_on_the_disk(database: Database, clock: Clock, tmp_path: Path) -> None:
    signins = SignIns(database.sessions, clock)
    token = await signins.start(await only_id(database), "sv")
    written = everything_in(tmp_path)
    assert written
    assert PASSWORD.encode() not in written
    assert token.encode() not in written


@ON_BOTH
async def test_no_moment_of_a_sign_in_can_be_told_from_its_row(database: Database, clock: Clock) -> None:
    signins = SignIns(database.sessions, clock)
    token = await signins.start(await only_id(database), "sv")
    clock.now += 437
    assert await signins.find(token) is not None
    async with database.sessions() as session:
        row = (await session.scalars(select(SignIn))).one()
    assert row.created_hour == int(clock.now) // 3600
    assert (row.ends % 3600, row.expires % 300) == (0, 0)
    assert set(SignIn.__table__.columns.keys()) == {
        "token_hash",
        "staff_id",
        "language",
        "way",
        "whole",
        "created_hour",
        "expires",
        "ends",
    }


async def test_every_sign_in_has_a_token_of_its_own(database: Database, clock: Clock) -> None:
    signins, staff = SignIns(database.sessions, clock), await only_id(database)
    tokens = {await signins.start(staff, "sv") for _ in range(5)}
    assert len(tokens) == 5
    assert all(len(token) >= 43 for token in tokens)  # 256 bits


@ON_BOTH
async def test_a_sign_in_ends_after_half_an_hour_of_silence(database: Database, clock: Clock) -> None:
    signins = SignIns(database.sessions, clock)
    token = await signins.start(await only_id(database), "sv")
    clock.now += 29 * 60
    assert await signins.find(token) is not None
    clock.now += 29 * 60
    assert await signins.find(token, renew=False) is not None
    clock.now += 2 * 60 + 300  # what the expiry is rounded up to
    assert await signins.find(token) is None


@ON_BOTH
async def test_a_sign_in_ends_when_its_thirteenth_hour_has_begun(database: Database, clock: Clock) -> None:
    signins = SignIns(database.sessions, clock)
    token = await signins.start(await only_id(database), "sv")
    last = clock.now + 13 * 3600
    for _ in range(12 * 4):
        clock.now += 15 * 60
        assert await signins.find(token) is not None
    clock.now = last
    assert await signins.find(token) is None
    await signins.purge()
    async with database.sessions() as session:
        assert (await session.scalars(select(SignIn))).all() == []


async def test_a_wrong_token_signs_nobody_in(database: Database, clock: Clock) -> None:
    signins = SignIns(database.sessions, clock)
    for token in (None, "", "x", "\ud800", "a" * 100_000):
        assert await signins.find(token) is None
