"""What the doctor sees of real engines: set up as we print it, and set up wrongly."""

import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest

from fristad.doctor.engines import check_engine, check_way, client_of
from fristad.doctor.findings import Finding, Weight
from fristad.doctor.keeping import check_keeping
from fristad.doctor.known import Known, Trouble, read_known
from fristad.doctor.permissions import MUST_BE_ALLOWED, MUST_BE_REFUSED, User, check_permissions
from tests.engines import Engine, running

Check = Callable[[str], list[Finding]]

NAMES = ("valkey", "redis-7.0")
NOTHING_KNOWN = Known(date(2026, 1, 1), (), ())
# As a distribution sets an engine up.
WRONGLY = (
    "save 3600 1",
    "appendonly yes",
    "slowlog-log-slower-than 0",
    "slowlog-max-len 10",
    "maxmemory-policy allkeys-lru",
)


@pytest.fixture(scope="module", params=NAMES)
def good(request: pytest.FixtureRequest) -> Iterator[Engine]:
    with running(request.param) as engine:
        yield engine


@pytest.fixture(scope="module", params=NAMES)
def bad(request: pytest.FixtureRequest) -> Iterator[Engine]:
    """One that keeps, with users without limits."""
    with running(request.param, *WRONGLY) as engine, engine.client() as admin:
        for user in ("visitor", "staff"):
            admin.execute_command("ACL", "SETUSER", user, "~*", "&*", "+@all")
        admin.execute_command("ACL", "SETUSER", "default", "on", "nopass", "+ping")
        yield engine


def urls(engine: Engine) -> dict[User, str]:
    return {"visitor": engine.visitor, "staff": engine.staff}


def said(findings: list[Finding], weight: Weight) -> str:
    return " ".join(finding.what for finding in findings if finding.weight is weight)


def test_an_engine_as_we_print_it_has_nothing_wrong(good: Engine) -> None:
    for url in urls(good).values():
        assert [finding for finding in check_engine(url, read_known()) if finding.weight is not Weight.ADVICE] == []
        assert check_permissions(url) == []
    assert check_keeping(good.admin) == []


def test_an_engine_that_keeps_words_is_told_in_every_way_that_it_does(bad: Engine) -> None:
    with bad.client() as admin:
        admin.set("kept", "words")
        admin.save()
        folder = Path(str(admin.config_get("dir")["dir"]))
    found = check_keeping(bad.admin)
    worst = said(found, Weight.WORDS)
    for what in ('save at "3600 1"', 'appendonly at "yes"', "slowlog-log-slower-than", "slow commands in a list"):
        assert what in worst
    assert f"{folder}/dump.rdb holds what was in the engine" in worst
    assert "maxmemory-policy" in said(found, Weight.MINOR)


def test_a_dump_of_earlier_days_is_found_though_nothing_is_saved_now() -> None:
    with running("valkey") as engine:
        with engine.client() as admin:
            (Path(str(admin.config_get("dir")["dir"])) / "dump.rdb").write_bytes(b"words")
        found = check_keeping(engine.admin)
    assert [finding.weight for finding in found] == [Weight.WORDS]


def test_somebody_who_reads_along_is_told(good: Engine) -> None:
    with good.client() as spy, spy.monitor() as monitor:
        assert monitor is not None
        assert "MONITOR" in said(check_keeping(good.admin), Weight.WORDS)
    assert check_keeping(good.admin) == []


def test_a_third_user_is_told(good: Engine) -> None:
    with good.client() as admin:
        admin.execute_command("ACL", "SETUSER", "exporter", "on", ">secret", "+info")
        assert "exporter" in said(check_keeping(good.admin), Weight.ADVICE)
        admin.execute_command("ACL", "DELUSER", "exporter")


def test_a_copy_of_the_engine_is_told() -> None:
    with running("valkey") as other, other.client() as admin:
        admin.replicaof("127.0.0.1", "1")
        assert "copies to others" in said(check_keeping(other.admin), Weight.ADVICE)


def test_the_two_users_may_not_ask_about_keeping(good: Engine) -> None:
    for url in urls(good).values():
        assert [finding.weight for finding in check_keeping(url)] == [Weight.UNSEEN]


def test_an_engine_that_lets_everybody_in_is_told(bad: Engine) -> None:
    found = check_engine(bad.visitor, NOTHING_KNOWN)
    assert "without a password" in said(found, Weight.WORDS)


def test_everything_that_must_be_refused_and_is_not_is_told_and_nothing_is_harmed(bad: Engine) -> None:
    with bad.client() as admin:
        admin.set("kept", "words")
        before = sorted(admin.keys())
    for user, url in urls(bad).items():
        told = {finding.what for finding in check_permissions(url)}
        assert told == {f"The engine lets the {user}'s side {what}." for what in MUST_BE_REFUSED[user]}
    with bad.client() as admin:
        assert sorted(admin.keys()) == before
        assert admin.info("replication")["role"] == "master"


def test_what_a_side_needs_and_may_not_is_told() -> None:
    with running("valkey") as engine, engine.client() as admin:
        admin.execute_command("ACL", "SETUSER", "visitor", "clearselectors")
        told = {finding.what for finding in check_permissions(engine.visitor)}
    assert told == {f"The engine does not let the visitor's side {what}." for what in MUST_BE_ALLOWED["visitor"]}


def test_a_user_of_another_name_is_told(good: Engine) -> None:
    assert [finding.weight for finding in check_permissions(good.admin)] == [Weight.DOORS]


@pytest.mark.parametrize("check", [check_permissions, check_keeping, lambda url: check_engine(url, NOTHING_KNOWN)])
def test_a_wrong_password_and_nobody_there_could_not_be_looked_at(good: Engine, check: Check) -> None:
    for url in (good.visitor.replace("@", "-wrong-marked@"), "unix://visitor:marked@/nowhere/engine.sock"):
        found = check(url)
        assert [finding.weight for finding in found] == [Weight.UNSEEN]
        assert "marked" not in str(found[0])


def test_an_engine_across_the_network_without_tls_is_told() -> None:
    # An address that nobody has (RFC 5737); it is only read.
    assert [finding.weight for finding in check_way("redis://visitor:x@192.0.2.1/0")] == [Weight.WORDS]
    assert check_way("rediss://visitor:x@192.0.2.1/0") == []
    assert check_way("redis://visitor:x@127.0.0.1/0") == []


def test_a_clock_that_runs_ahead_is_told(good: Engine) -> None:
    late = check_engine(good.staff, NOTHING_KNOWN, lambda: time.time() - 90)
    early = check_engine(good.staff, NOTHING_KNOWN, lambda: time.time() + 90)
    for found in (late, early):
        assert [finding.weight for finding in found] == [Weight.MINOR]
        assert "90 seconds apart" in found[0].what or "89 seconds apart" in found[0].what


def test_a_version_with_known_trouble_is_told(good: Engine) -> None:
    with client_of(good.visitor) as client:
        words: list[bytes] = client.execute_command("HELLO")  # type: ignore[no-untyped-call]
    name = words[words.index(b"server") + 1].decode()
    known = Known(date(2026, 1, 1), (), (Trouble(name, "it forgets to forget", below="99"),))
    assert "it forgets to forget" in said(check_engine(good.visitor, known), Weight.DOORS)
