"""What the doctor compares of several engines; tests/spread has it look at real ones."""

import os
import re
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest
from redis.exceptions import ResponseError

from fristad.doctor.findings import Weight
from fristad.doctor.keeping import check_keeping
from fristad.doctor.rounds import Asked, examine
from fristad.doctor.settings import DoctorSettings
from fristad.doctor.spread import check_copying, check_sentinels, engine_addresses, read_users
from tests.engines import running
from tests.running import ROOT
from tests.spread.machines import PASSWORDS, Machine, replicated, unjoined, wait_for

# As two processes of Redis 7.0 told it of one and the same file.
ONE = [
    "user visitor on #aa resetchannels -@all +ping +time (~down:* resetchannels -@all +xrange +exists) (%W~up:* +xadd)"
]
OTHER = [
    "user visitor on #aa (%W~up:* +xadd) resetchannels -@all +time +ping (~down:* resetchannels -@all +exists +xrange)"
]


def test_the_same_rules_in_another_order_are_the_same() -> None:
    assert read_users(ONE) == read_users(OTHER)
    assert read_users(["user a off", *ONE]) == read_users([*OTHER, "user a off"])


@pytest.mark.parametrize(
    ("was", "now"),
    [
        ("#aa", "#bb"),
        ("on #aa", "off #aa"),
        ("+time", "+time +config"),
        ("+xrange +exists) (%W~up:* +xadd)", "+exists) (%W~up:* +xadd +xrange)"),  # at other keys
        (" (%W~up:* +xadd)", " %W~up:* +xadd"),
        (" (%W~up:* +xadd)", ""),
        ("user visitor", "user staff"),
    ],
)
def test_whoever_may_do_more_or_less_is_another(was: str, now: str) -> None:
    assert was in ONE[0]
    assert read_users([ONE[0].replace(was, now)]) != read_users(ONE)


def rights_of_the_guides_doctor() -> tuple[str, str]:
    """At an engine, and at a Sentinel."""
    guide = (ROOT / "docs" / "deploy.md").read_text("utf-8")
    at_engines, at_sentinels = re.findall(r"^ +user doctor on >PASSWORD (.+)$", guide, re.MULTILINE)
    return at_engines, at_sentinels


def test_with_the_guides_settings_nothing_of_one_engine_is_left_unseen(tmp_path: Path) -> None:
    with running("redis-7.0", f"user doctor on >marked-password {rights_of_the_guides_doctor()[0]}") as engine:
        settings = DoctorSettings.model_validate(
            {
                "data": tmp_path,
                "redis_url": engine.staff,
                "doctor_visitor_redis_url": engine.visitor,
                "doctor_admin_redis_url": f"unix://doctor:marked-password@{engine.socket}",
            }
        )
        found = examine(Asked(), settings, {}, datetime.now(UTC))
    unseen = [each.what for each in found if each.weight is Weight.UNSEEN]
    assert unseen and all("No address of the" in what and "side was named" in what for what in unseen)
    assert "The engine holds" not in str(found) and "The engine has" not in str(found)


def test_the_guides_command_makes_a_cluster_of_nodes_as_we_print_them() -> None:
    guide = (ROOT / "docs" / "deploy.md").read_text("utf-8")
    (command,) = re.findall(r"^REDISCLI_AUTH=PASSWORD (redis-cli .*(?:\n .*)*)$", guide, re.MULTILINE)
    with unjoined("redis-7.0", 6) as nodes:
        for letter, node in zip("ABCDEF", nodes, strict=True):
            command = command.replace(f" {letter}:6379", f" 127.0.0.1:{node.port}")
        command = command.replace(" --tls --cacert FILE", "")  # these speak without
        environment = {"PATH": os.environ["PATH"], "REDISCLI_AUTH": PASSWORDS["admin"]}
        done = subprocess.run(command, shell=True, env=environment, capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done.stdout + done.stderr
        wait_for(lambda: sum(_is_copy(node) for node in nodes) == 3, "no copies")
        wait_for(lambda: all(b"cluster_state:ok" in node.ask("CLUSTER", "INFO") for node in nodes), "no whole Cluster")


def _is_copy(node: Machine) -> bool:
    return bool(node.info().get("role") == "slave")


def test_the_guides_users_of_the_doctor_are_known_and_see_everything() -> None:
    at_engines, at_sentinels = rights_of_the_guides_doctor()
    with replicated("redis-7.0") as machines:
        own = ("ACL", "SETUSER", "doctor", "on", f">{PASSWORDS['admin']}")
        with pytest.raises(ResponseError, match="Unknown command"):
            machines.sentinels[0].ask(*own, *at_engines.split())
        for machine in machines.engines:
            machine.ask(*own, *at_engines.split())
        for machine in machines.sentinels:
            machine.ask(*own, *at_sentinels.split())
        url = machines.url("admin").replace("//admin:", "//doctor:")
        nodes = engine_addresses(url)
        assert len(nodes) == 3
        found = [*check_sentinels(url, admin=True), *check_copying(url, nodes)]
        found += [each for node in nodes for each in check_keeping(node, alone=False)]
        assert [each.what for each in found] == [
            "The engine knows more users than the two sides' and the one that asks: admin."
        ] * 3
