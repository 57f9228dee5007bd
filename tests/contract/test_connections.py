"""The shared connection of a process's calls: lost in the middle, refused, over TLS; nobody gets another's answer."""

import asyncio
import datetime
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from redis import Redis

from handover.events import Resync
from handover.ports import EngineUnavailable, HandoverError
from handover.values import Accepted, Load, OutOfOrder
from handover.visitor_redis import RedisVisitorEnd
from tests.contract.ends import ANNA, DESK, Ends, joined, message, soon, taken
from tests.engines import Engine, running
from tests.running import free_port


async def test_messages_of_one_moment_arrive_in_their_order(ends: Ends) -> None:
    refs = [await taken(ends) for _ in range(2)]
    said = [ends.visitor.say(ref, seq, message(seq), b"words") for seq in range(1, 101) for ref in refs]
    assert await asyncio.gather(*said) == [Accepted(seq) for seq in range(1, 101) for _ in refs]


async def test_what_cannot_be_sent_leaves_every_answer_with_whoever_asked(ends: Ends) -> None:
    ref = await joined(ends.visitor)
    with pytest.raises(UnicodeEncodeError):
        await ends.staff.claim(ref, ANNA, "half a \ud83d pair")
    assert await ends.staff.load(DESK) == Load(1, 0, 0)
    assert await ends.staff.mine(DESK, ANNA) == []


async def test_everything_that_was_asked_over_a_lost_connection_is_told_and_nothing_is_said_twice(
    engine: Engine, ends: Ends
) -> None:
    ref = await taken(ends)
    with engine.client() as admin:
        admin.execute_command("CLIENT", "PAUSE", "3000", "WRITE")
        said = [asyncio.create_task(ends.visitor.say(ref, seq, message(seq), b"words")) for seq in (1, 2, 3)]
        await asyncio.sleep(0.1)
        admin.execute_command("CLIENT", "KILL", "TYPE", "normal", "USER", "visitor")
        await asyncio.wait(said)
        admin.execute_command("CLIENT", "UNPAUSE")
    assert all(isinstance(each.exception(), EngineUnavailable) for each in said)
    outcomes = [await ends.visitor.say(ref, seq, message(seq), b"words") for seq in (1, 2, 3)]
    assert outcomes == [Accepted(1), Accepted(2), Accepted(3)]
    assert await ends.visitor.say(ref, 5, message(5), b"words") == OutOfOrder(4)


async def test_a_lost_connection_is_told_at_once_and_not_after_the_time_limit(engine: Engine) -> None:
    end = RedisVisitorEnd(engine.visitor, timeout=60.0)
    await end.open()
    with engine.client() as admin:
        admin.execute_command("CLIENT", "PAUSE", "10000", "WRITE")
        asked = asyncio.create_task(end.count(DESK, {"talk.joined": 1}))
        await asyncio.sleep(0.1)
        admin.execute_command("CLIENT", "KILL", "TYPE", "normal", "USER", "visitor")
        done, _ = await asyncio.wait([asked], timeout=30)
        admin.execute_command("CLIENT", "UNPAUSE")
    await end.close()
    assert done
    assert isinstance(asked.exception(), EngineUnavailable)


async def test_an_engine_that_became_a_copy_is_left_when_it_has_answered(engine: Engine, ends: Ends) -> None:
    ref = await taken(ends)
    async with ends.visitor.follow(ref) as events:
        with engine.client() as admin:
            before = _visitors(admin)
            try:
                admin.execute_command("REPLICAOF", "127.0.0.1", "1")
                said = [asyncio.create_task(ends.visitor.say(ref, 1, message(1), b"words")) for _ in range(2)]
                line = asyncio.create_task(ends.visitor.desk_line(DESK))  # a copy answers that
                await asyncio.wait([*said, line])
            finally:
                admin.execute_command("REPLICAOF", "NO", "ONE")
            assert [type(each.exception()) for each in said] == [EngineUnavailable] * 2
            assert line.result() == ""
            assert await ends.visitor.say(ref, 1, message(1), b"words") == Accepted(1)
            assert await soon(events) == Resync()
            after = _visitors(admin)
            assert len(after) == 2
            assert not after & before


def _visitors(admin: Redis) -> set[str]:
    """Which connections the visitor's side has."""
    return {client["id"] for client in admin.client_list() if client["user"] == "visitor"}


async def test_scripts_that_the_engine_forgot_are_given_again(engine: Engine, ends: Ends) -> None:
    ref = await taken(ends)
    with engine.client() as admin:
        admin.script_flush()
    said = [ends.visitor.say(ref, seq, message(seq), b"words") for seq in (1, 2, 3)]
    assert await asyncio.gather(*said) == [Accepted(1), Accepted(2), Accepted(3)]


async def test_a_user_whose_password_was_changed_is_told(engine: Engine) -> None:
    end = RedisVisitorEnd(engine.visitor)
    await end.open()
    with engine.client() as admin:
        password = engine.visitor.split(":")[2].split("@")[0]
        try:
            admin.execute_command("ACL", "SETUSER", "visitor", f"<{password}", ">another")
            admin.execute_command("CLIENT", "KILL", "USER", "visitor")
            await asyncio.sleep(0.05)
            with pytest.raises(HandoverError, match="refused the user"):
                await end.opening(DESK)
        finally:
            admin.execute_command("ACL", "SETUSER", "visitor", "<another", f">{password}")
    assert (await end.opening(DESK)).waiting == 0
    await end.close()


async def test_an_engine_is_reached_over_tls_and_a_stranger_is_not(tmp_path: Path) -> None:
    port = free_port()
    make_certificate(tmp_path)
    files = [f"tls-cert-file {tmp_path}/cert.pem", f"tls-key-file {tmp_path}/key.pem"]
    lines = [f"tls-port {port}", *files, f"tls-ca-cert-file {tmp_path}/cert.pem", "tls-auth-clients no"]
    with running("redis-7.0", *lines) as engine:
        who = engine.visitor.removeprefix("unix://").partition("@")[0]
        address = f"rediss://{who}@localhost:{port}"
        end = RedisVisitorEnd(f"{address}?ssl_ca_certs={tmp_path}/cert.pem")
        await end.open()
        assert (await end.opening(DESK)).waiting == 0
        await end.close()
        wary = RedisVisitorEnd(address)  # nothing vouches for that certificate
        with pytest.raises(EngineUnavailable):
            await wary.open()
        await wary.close()


def make_certificate(folder: Path) -> None:
    key = generate_private_key(SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, SHA256())
    )
    (folder / "cert.pem").write_bytes(certificate.public_bytes(Encoding.PEM))
    (folder / "key.pem").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
