"""The set-up for containers: what it promises at its head, read out of it."""

import asyncio
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from console.database import bring_up
from fristad.settings import FrontSettings
from scripts.try_images import read_stages, read_start
from tests.postgres import running_postgres
from tests.running import ROOT

DEPLOY = ROOT / "deploy"
SECOND = {"visitor-2": "visitor", "console-2": "console"}  # of whom each is the other one
OURS = {"visitor", "console", "telegram", "phone", "phone-files", *SECOND}
NO_NETWORK = {"engine", "database", "phone-files"}
# Whatever a container may do beyond the rest, and why: compose.yaml says it at the place.
RIGHTS = {"proxy": ["NET_BIND_SERVICE"]}
PUBLISHED = {"proxy": {"80:80/tcp", "443:443/tcp", "443:443/udp"}}
_SETTING = re.compile(r"FRISTAD_[A-Z_]+")


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))
    return found


@pytest.fixture(scope="module")
def services(compose: dict[str, Any]) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = compose["services"]
    return found


def test_everything_that_a_centre_may_want_is_there(services: dict[str, dict[str, Any]]) -> None:
    assert set(services) == {"engine", "database", "proxy", "onion", "phone-engine", *OURS}
    profiles = {name: service.get("profiles", []) for name, service in services.items()}
    assert {name for name, wanted in profiles.items() if not wanted} == {
        "engine", "database", "proxy", "visitor", "console",
    }  # fmt: skip


def test_a_second_one_differs_in_nothing_but_that_it_is_wished_for(services: dict[str, dict[str, Any]]) -> None:
    for second, first in SECOND.items():
        assert services[second] == services[first] | {"profiles": ["rolling"]}


def test_whose_pages_go_elsewhere_has_the_time_for_it(services: dict[str, dict[str, Any]]) -> None:
    patience = FrontSettings.model_fields["drain_seconds"].default + 10
    assert {
        name: service["stop_grace_period"] for name, service in services.items() if "stop_grace_period" in service
    } == dict.fromkeys(("visitor", "console", *SECOND), f"{patience}s")


def test_nothing_but_the_proxy_is_published(services: dict[str, dict[str, Any]]) -> None:
    assert {name: set(service["ports"]) for name, service in services.items() if "ports" in service} == PUBLISHED
    assert not any("expose" in service for service in services.values())


def test_engine_and_database_have_a_socket_and_no_network(services: dict[str, dict[str, Any]]) -> None:
    for name in NO_NETWORK:
        assert services[name]["network_mode"] == "none"
        assert "networks" not in services[name]
    assert "-clisten_addresses=" in services["database"]["command"]
    lines = _lines(DEPLOY / "valkey.conf")
    assert {"port 0", "daemonize no"} <= set(lines)
    assert lines[-1] == "include /etc/valkey/users.conf"  # nothing after it takes the product's own lines back


def test_only_what_takes_calls_is_on_the_machines_own_network(services: dict[str, dict[str, Any]]) -> None:
    host = {name for name, service in services.items() if service.get("network_mode") == "host"}
    assert host == {"phone-engine", "phone"}


def test_a_visitors_process_reaches_nothing_outside(compose: dict[str, Any]) -> None:
    networks = {name for name, network in compose["networks"].items() if not (network or {}).get("internal")}
    assert networks == {"outside"}
    assert compose["services"]["visitor"]["networks"] == ["visitor"]
    sharing = {name: set(service.get("networks", ())) for name, service in compose["services"].items()}
    assert not sharing["visitor"] & sharing["console"]


def test_nobody_is_given_what_is_not_needed(services: dict[str, dict[str, Any]]) -> None:
    for name, service in services.items():
        assert service["read_only"] is True, name
        assert service["cap_drop"] == ["ALL"], name
        assert service.get("cap_add", []) == RIGHTS.get(name, []), name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert service["ulimits"] == {"core": 1}, name
        assert service["mem_limit"] == service["memswap_limit"], name  # nothing is written to swap
        assert service["pids_limit"] > 0, name
        assert not {"privileged", "devices", "pid", "ipc", "userns_mode", "extra_hosts"} & service.keys(), name


def test_the_guides_machine_is_large_enough(services: dict[str, dict[str, Any]]) -> None:
    sizes = {"m": 2**20, "g": 2**30}
    limits = [service["mem_limit"] for service in services.values() if not service.get("profiles")]
    assert sum(int(limit[:-1]) * sizes[limit[-1]] for limit in limits) < 6 * 2**30
    limits += [services[second]["mem_limit"] for second in SECOND]
    assert sum(int(limit[:-1]) * sizes[limit[-1]] for limit in limits) < 7 * 2**30
    assert "8 GB of memory" in (ROOT / "docs" / "deploy.md").read_text("utf-8")


def test_each_runs_as_a_user_of_its_own(services: dict[str, dict[str, Any]]) -> None:
    users = {name: service["user"] for name, service in services.items()}
    assert all(re.fullmatch(r"[1-9]\d+:[1-9]\d+", user) for user in users.values())
    phone = {"phone", "phone-engine", "phone-files"}  # the engine's files are for one user
    assert len({users[name] for name in phone}) == 1
    others = [user for name, user in users.items() if name not in phone | SECOND.keys()]
    assert len({*others, users["phone"]}) == len(others) + 1


def test_a_process_of_ours_runs_as_the_user_that_its_image_names(services: dict[str, dict[str, Any]]) -> None:
    stages = read_stages((ROOT / "Dockerfile").read_text("utf-8"))
    for name in OURS:
        target = name.partition("-")[0]
        assert services[name].get("build", {"target": target})["target"] == target
        assert services[name]["user"] == read_start(stages[target]).user
    engine = (DEPLOY / "phone-engine.Containerfile").read_text("utf-8")
    assert "--uid 10002" in engine


def test_nothing_that_could_hold_a_visitor_is_logged(services: dict[str, dict[str, Any]]) -> None:
    for name, service in services.items():
        driver = service["logging"]["driver"]
        assert driver == ("local" if name in OURS else "none"), name
        assert name not in OURS or service["logging"]["options"]["max-size"] == "1m"


def test_the_database_writes_no_statement_down(services: dict[str, dict[str, Any]]) -> None:
    assert {
        "-clog_statement=none",
        "-clog_connections=off",
        "-clog_disconnections=off",
        "-clog_min_error_statement=panic",
        "-clog_min_messages=fatal",
        "-clog_min_duration_statement=-1",
        "-clog_duration=off",
        "-clog_error_verbosity=terse",
        "-carchive_mode=off",
        "-ctrack_activities=off",
    } <= set(services["database"]["command"])


def test_each_is_asked_how_it_is_and_tells_nothing(services: dict[str, dict[str, Any]]) -> None:
    for name, service in services.items():
        if name == "phone-files":
            assert service["healthcheck"] == {"disable": True} and service["restart"] == "no"
            continue
        test = service["healthcheck"]["test"]
        assert test[0] == "CMD" and not any(word in {"sh", "bash", "curl"} for word in test), name
        if name in OURS:
            assert test[1:] == list(read_start(read_stages((ROOT / "Dockerfile").read_text("utf-8"))["visitor"]).health)


def test_what_must_not_be_on_a_disk_is_in_memory(compose: dict[str, Any]) -> None:
    memory = {
        name
        for name, volume in compose["volumes"].items()
        if (volume or {}).get("driver_opts", {}).get("type") == "tmpfs"
    }
    assert memory == {"engine", "phone", "database-socket"}
    kept = {
        name: {each.partition(":")[0] for each in service.get("volumes", ())} - memory
        for name, service in compose["services"].items()
    }
    written = {name: {each for each in found if not _read_only(compose, name, each)} for name, found in kept.items()}
    assert {name: found for name, found in written.items() if found} == {
        "database": {"database"},
        "console": {"console"},
        "console-2": {"console"},
        "onion": {"onion"},
        "proxy": {"./private/certificates"},
    }
    for name, service in compose["services"].items():
        assert service["tmpfs"], name
        assert all("nosuid" in each and "nodev" in each for each in service["tmpfs"]), name


def test_the_visitors_side_is_given_no_file_of_the_other(services: dict[str, dict[str, Any]]) -> None:
    files = {name: service.get("env_file", []) for name, service in services.items()}
    for name in ("visitor", "visitor-2", "telegram", "phone", "phone-files", "proxy"):
        assert "./private/console.env" not in files[name]
    assert [name for name, found in files.items() if "./private/console.env" in found] == ["console", "console-2"]
    assert [name for name, service in services.items() if service.get("secrets")] == ["database"]
    with_socket = {
        name
        for name, service in services.items()
        if any("database-socket" in each for each in service.get("volumes", ()))
    }
    assert with_socket == {"database", "console", "console-2"}


def test_every_setting_that_is_named_is_one(services: dict[str, dict[str, Any]]) -> None:
    known = set(_SETTING.findall((ROOT / "README.md").read_text("utf-8")))
    own = {"FRISTAD_VISITOR_UPSTREAM", "FRISTAD_STAFF_UPSTREAM"}  # of the proxy's file, for the tests
    own |= {"FRISTAD_PROXY_HEALTH_PORT", "FRISTAD_PROXY_ONION_PORT", "FRISTAD_PROXY_FOLDER"}
    for name in ("compose.yaml", "caddy/Caddyfile", "torrc", "valkey.conf"):
        assert set(_SETTING.findall((DEPLOY / name).read_text("utf-8"))) - own <= known, name


def test_every_file_that_is_mounted_is_there(services: dict[str, dict[str, Any]]) -> None:
    for service in services.values():
        for volume in service.get("volumes", ()):
            source = volume.partition(":")[0]
            if source.startswith("./") and "private" not in source:
                assert (DEPLOY / source).is_file(), source
        if build := service.get("build"):
            assert (DEPLOY / build["context"] / build.get("dockerfile", "Dockerfile")).is_file()


def test_the_consoles_role_has_its_database_and_nothing_else(services: dict[str, dict[str, Any]]) -> None:
    """The script of the first start, by a real PostgreSQL, and then what a console does at its own first start."""
    database = services["database"]
    assert "./database.sql:/docker-entrypoint-initdb.d/console.sql:ro" in database["volumes"]
    assert database["environment"]["POSTGRES_USER"] == "postgres" and "POSTGRES_DB" not in database["environment"]
    assert "console" in database["healthcheck"]["test"][-1]
    script = (DEPLOY / "database.sql").read_text("utf-8")
    assert script.count("/run/secrets/database") == 1
    with running_postgres() as postgres:
        file = postgres.folder / "database.sql"
        secret = postgres.folder / "secret"
        secret.write_text("marked-'password")
        file.write_text(script.replace("/run/secrets/database", str(secret)))
        for path in (file, secret):
            path.chmod(0o644)
        postgres.program("psql", "-qX", "-v", "ON_ERROR_STOP=1", "-d", "postgres", "-f", str(file))
        asyncio.run(bring_up(postgres.url("console").replace("//fristad@", "//console@")))
        rights = "rolsuper OR rolcreaterole OR rolcreatedb OR rolreplication OR rolbypassrls"
        asked = f"SELECT {rights}, rolpassword LIKE 'SCRAM-%' FROM pg_authid WHERE rolname = 'console'"
        assert postgres.say(asked) == "f|t\n"
        assert "console" in postgres.say("SELECT tableowner FROM pg_tables WHERE tablename = 'staff'", "console")
        for other in ("postgres", "template1"):
            assert postgres.say(f"SELECT has_database_privilege('console', '{other}', 'CONNECT')") == "f\n"


def _lines(path: Path) -> list[str]:
    return [line for line in path.read_text("utf-8").splitlines() if line and not line.startswith("#")]


def _read_only(compose: dict[str, Any], service: str, source: str) -> bool:
    volumes: list[str] = compose["services"][service]["volumes"]
    return any(each.startswith(f"{source}:") and each.endswith(":ro") for each in volumes)
