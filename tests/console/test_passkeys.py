"""Passkeys: whose answer counts, once, for this site alone, with the person checked by their device."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

import cbor2
import pytest
import pytest_asyncio
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, EllipticCurvePrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from sqlalchemy import select, update

from console.accounts import Member
from console.database import Database
from console.passkeys import MOST_PASSKEYS, Passkeys, Question
from console.tables import Passkey, SignIn, Spent, Staff
from console.vault import Vault
from dialogues.values import Content
from safety.site import Site
from safety.text64 import read64, write64
from tests.console.conftest import ON_BOTH, ORIGIN, Clock, Console, started
from tests.engines import Engine

HOST = "console.test"
PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40
ASK_AGE = 30 * 60


@dataclass
class Device:
    """An authenticator as the specification has it (WebAuthn level 3, 6), with no attestation."""

    key: EllipticCurvePrivateKey = field(default_factory=lambda: generate_private_key(SECP256R1()))
    id: bytes = b"a credential of a test's device"
    count: int = 0

    def makes(self, question: Question, origin: str = ORIGIN, host: str = HOST, flags: int = PRESENT | VERIFIED) -> str:
        numbers = self.key.public_key().public_numbers()
        cose = {1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")}
        credential = bytes(16) + len(self.id).to_bytes(2, "big") + self.id + cbor2.dumps(cose)
        data = self._data(host, flags | ATTESTED) + credential
        attested = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        client = self._client("webauthn.create", question, origin)
        return self._answer({"clientDataJSON": write64(client), "attestationObject": write64(attested)})

    def gets(self, question: Question, origin: str = ORIGIN, host: str = HOST, flags: int = PRESENT | VERIFIED) -> str:
        client, data = self._client("webauthn.get", question, origin), self._data(host, flags)
        signature = self.key.sign(data + sha256(client).digest(), ECDSA(SHA256()))
        given = {"clientDataJSON": client, "authenticatorData": data, "signature": signature}
        return self._answer({name: write64(value) for name, value in given.items()})

    def _data(self, host: str, flags: int) -> bytes:
        self.count += 1
        return sha256(host.encode()).digest() + bytes([flags]) + self.count.to_bytes(4, "big")

    def _client(self, kind: str, question: Question, origin: str) -> bytes:
        challenge = json.loads(question.options)["challenge"]
        return json.dumps({"type": kind, "challenge": challenge, "origin": origin}).encode()

    def _answer(self, response: dict[str, str]) -> str:
        name = write64(self.id)
        return json.dumps({"id": name, "rawId": name, "type": "public-key", "response": response})


@dataclass
class Held:
    """Kim, with a passkey that is kept."""

    passkeys: Passkeys
    member: Member
    device: Device


@pytest_asyncio.fixture
async def timed(tmp_path: Path, engine: Engine, content: Content, clock: Clock) -> AsyncIterator[Console]:
    async with started(tmp_path, engine.staff, content, clocks={"clock": clock, "steady": clock}) as console:
        yield console


async def member_of(console: Console, name: str) -> Member:
    staff = await console.add(name)
    signed_in = await console.house.signins.find(await console.house.signins.start(staff, "en"))
    assert signed_in is not None
    return signed_in.member


@pytest_asyncio.fixture
async def kim(timed: Console) -> Held:
    member, device, passkeys = await member_of(timed, "kim"), Device(), timed.house.passkeys
    question = await passkeys.offer(member, "kim")
    assert await passkeys.add(member.id, question.ticket, device.makes(question))
    return Held(passkeys, member, device)


@ON_BOTH
async def test_whoever_has_the_passkey_gets_in(kim: Held) -> None:
    question = await kim.passkeys.ask()
    assert await kim.passkeys.enter(question.ticket, kim.device.gets(question)) == kim.member


@ON_BOTH
async def test_an_answer_counts_once(kim: Held) -> None:
    question = await kim.passkeys.ask()
    answer = kim.device.gets(question)
    assert await kim.passkeys.enter(question.ticket, answer) == kim.member
    assert await kim.passkeys.enter(question.ticket, answer) is None
    offered = await kim.passkeys.offer(kim.member, "kim")
    other = Device(id=b"another credential of the device")
    assert await kim.passkeys.add(kim.member.id, offered.ticket, other.makes(offered))
    assert not await kim.passkeys.add(kim.member.id, offered.ticket, Device(id=b"a third").makes(offered))


async def test_every_question_is_another(kim: Held) -> None:
    asked = [json.loads((await kim.passkeys.ask()).options)["challenge"] for _ in range(20)]
    assert len(set(asked)) == 20
    assert {len(read64(each)) for each in asked} == {32}


@pytest.mark.parametrize(
    "wrong",
    [
        {"origin": "https://elsewhere.test"},
        {"origin": f"{ORIGIN}.elsewhere.test"},
        {"host": "elsewhere.test"},
        {"flags": PRESENT},  # nobody was checked
        {"flags": VERIFIED},
    ],
)
async def test_an_answer_for_another_site_or_without_the_person_is_refused(kim: Held, wrong: dict[str, Any]) -> None:
    question = await kim.passkeys.ask()
    assert await kim.passkeys.enter(question.ticket, kim.device.gets(question, **wrong)) is None
    offered = await kim.passkeys.offer(kim.member, "kim")
    other = Device(id=b"another credential of the device")
    assert not await kim.passkeys.add(kim.member.id, offered.ticket, other.makes(offered, **wrong))


async def test_another_key_with_the_same_name_is_refused(kim: Held) -> None:
    question = await kim.passkeys.ask()
    assert await kim.passkeys.enter(question.ticket, Device().gets(question)) is None


async def test_a_copy_that_counts_from_earlier_is_refused(kim: Held) -> None:
    question = await kim.passkeys.ask()
    assert await kim.passkeys.enter(question.ticket, kim.device.gets(question)) == kim.member
    copy = Device(kim.device.key, kim.device.id, count=0)
    question = await kim.passkeys.ask()
    assert await kim.passkeys.enter(question.ticket, copy.gets(question)) is None


async def test_a_question_is_for_one_purpose_one_person_and_half_an_hour(
    kim: Held, timed: Console, clock: Clock
) -> None:
    noor = await member_of(timed, "noor")
    offered, asked = await kim.passkeys.offer(kim.member, "kim"), await kim.passkeys.ask()
    other = Device(id=b"another credential of the device")
    assert not await kim.passkeys.add(noor.id, offered.ticket, other.makes(offered))
    assert not await kim.passkeys.add(kim.member.id, asked.ticket, other.makes(asked))
    assert await kim.passkeys.enter(offered.ticket, kim.device.gets(offered)) is None
    late = await kim.passkeys.ask()
    clock.now += ASK_AGE + 1
    assert await kim.passkeys.enter(late.ticket, kim.device.gets(late)) is None


@pytest.mark.parametrize(
    "answer", ["", "{}", "[]", "null", "x", '{"rawId": 1}', '{"rawId": "AAAA"}', "[" * 20_000, '{"id":"' + "A" * 20_000]
)
async def test_what_is_no_answer_is_refused(kim: Held, timed: Console, answer: str) -> None:
    for _ in range(2):
        asked, offered = await kim.passkeys.ask(), await kim.passkeys.offer(kim.member, "kim")
        assert await kim.passkeys.enter(asked.ticket, answer) is None
        assert not await kim.passkeys.add(kim.member.id, offered.ticket, answer)
    assert await kim.passkeys.enter("", answer) is None
    async with timed.sessions() as session:
        assert len((await session.scalars(select(Spent))).all()) == 1, "only what was right is remembered"


async def test_an_account_that_was_closed_is_not_let_in(kim: Held, timed: Console) -> None:
    async with timed.sessions.begin() as session:
        await session.execute(update(Staff).values(active=False))
    question = await kim.passkeys.ask()
    assert await kim.passkeys.enter(question.ticket, kim.device.gets(question)) is None


@ON_BOTH
async def test_a_person_has_so_many_passkeys_at_most(kim: Held) -> None:
    for number in range(1, MOST_PASSKEYS + 1):
        question = await kim.passkeys.offer(kim.member, "kim")
        made = Device(id=f"credential {number}".encode()).makes(question)
        assert await kim.passkeys.add(kim.member.id, question.ticket, made) is (number < MOST_PASSKEYS)
    assert len(await kim.passkeys.listed(kim.member.id)) == MOST_PASSKEYS


@ON_BOTH
async def test_a_credential_has_a_longest_name_and_counts_as_far_as_32_bits(kim: Held) -> None:
    for number, (id, count, kept) in enumerate([(b"x" * 1024, 0, False), (b"x" * 1023, 2**32 - 2, True)]):
        question = await kim.passkeys.offer(kim.member, "kim")
        made = Device(id=id, count=count).makes(question)
        assert await kim.passkeys.add(kim.member.id, question.ticket, made) is kept, number


@ON_BOTH
async def test_a_credential_is_one_person_s_alone(kim: Held, timed: Console) -> None:
    noor = await member_of(timed, "noor")
    question = await kim.passkeys.offer(noor, "noor")
    assert not await kim.passkeys.add(noor.id, question.ticket, kim.device.makes(question))


async def test_a_passkey_of_another_site_is_asked_for_by_nobody(kim: Held, timed: Console, clock: Clock) -> None:
    vault, site = Vault(bytes(32), timed.sessions, clock), Site("new.test", "https://new.test")
    moved = Passkeys(timed.sessions, vault, site, clock)
    question = await moved.ask(kim.member.id)
    assert json.loads(question.options)["allowCredentials"] == []
    answer = kim.device.gets(question, origin="https://new.test", host="new.test")
    assert await moved.enter(question.ticket, answer) is None


async def test_only_public_halves_and_days_are_kept(kim: Held, timed: Console, clock: Clock) -> None:
    async with timed.sessions() as session:
        row = (await session.scalars(select(Passkey))).one()
    assert row.added == int(clock.now // 86_400)
    assert set(Passkey.__table__.columns.keys()) == {
        "id",
        "staff_id",
        "credential",
        "public_key",
        "site",
        "counter",
        "added",
    }


async def test_tables_of_an_older_version_are_brought_up(tmp_path: Path, clock: Clock) -> None:
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'old.sqlite3'}")
    async with database.sessions.begin() as session:
        connection = await session.connection()
        await connection.exec_driver_sql("CREATE TABLE sign_in (token_hash VARCHAR(64), language VARCHAR(8))")
        await connection.exec_driver_sql("INSERT INTO sign_in VALUES ('x', 'sv')")
    await database.open()
    await database.open()
    async with database.sessions() as session:
        assert (await session.scalars(select(SignIn))).all() == []
    await database.close()
