"""Three processes under one supervisor, as a person starts them."""

import os
import signal
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from fristad.keys import public_text
from safety.organisation import read_signing_key
from tests.fristad.processes import LIMIT, alive, children, command_line, environment, eventually
from tests.running import House, free_port, running

KINDS = {"engine", "bot", "console"}
SECRETS = {
    "bot": {"FRISTAD_REDIS_URL", "FRISTAD_STATE_KEY"},
    "console": {
        "FRISTAD_REDIS_URL",
        "FRISTAD_DEMO_STAFF_TOKEN",
        "FRISTAD_DEMO_COORDINATOR_TOKEN",
        "FRISTAD_ORGANISATION_SIGNING_KEY",
    },
    "engine": set[str](),
}


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """One for all that only looks."""
    with running(tmp_path_factory.mktemp("house")) as house:
        yield house


def folder_of(pids: dict[str, int]) -> Path:
    """The private folder with the engine's socket."""
    return Path(environment(pids["bot"])["FRISTAD_REDIS_URL"].partition("@")[2]).parent


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}healthz", timeout=5) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def refused(folder: Path, *arguments: str, **settings: str) -> str:
    """The one sentence that a start which must not happen prints."""
    outer = {name: value for name, value in os.environ.items() if not name.startswith("FRISTAD_")}
    outer |= {"FRISTAD_DATA": str(folder), "FRISTAD_VISITOR_PORT": "0", "FRISTAD_STAFF_PORT": "0"}
    outer |= {f"FRISTAD_{name}": value for name, value in settings.items()}
    command = [sys.executable, "-m", "fristad", "serve", *arguments]
    run = subprocess.run(command, env=outer, capture_output=True, text=True, timeout=60)
    assert run.returncode == 2
    assert run.stdout == ""
    said = [line for line in run.stderr.splitlines() if line != "Starting ..."]
    assert len(said) == 1
    return said[0]


def test_it_prints_each_address_once(house: House) -> None:
    lines = house.output.read_text().splitlines()
    assert [line.split(": ")[0] for line in lines if ": " in line] == [
        "Visitors",
        "Staff",
        "Demo staff",
        "Demo coordinator",
    ]
    assert house.demo_staff.startswith(f"{house.staff}demo/")
    assert house.staff.startswith("http://localhost:")


def test_both_sides_answer_and_name_no_server(house: House) -> None:
    for side in (house.visitors, house.staff, house.staff.replace("localhost", "127.0.0.1")):
        with urllib.request.urlopen(f"{side}healthz", timeout=10) as answer:
            assert answer.status == 200
            assert answer.headers["server"] is None


def test_each_process_holds_its_own_secrets_and_no_other(house: House) -> None:
    pids = children(house.process.pid)
    assert set(pids) == KINDS
    every = set().union(*SECRETS.values()) | {"FRISTAD_DATABASE_URL"}
    urls = set()
    for kind, pid in pids.items():
        found = environment(pid)
        assert every & set(found) == SECRETS[kind]
        urls.add(found.get("FRISTAD_REDIS_URL"))
    assert len(urls) == 3


def test_the_demonstration_has_a_key_of_its_own_that_only_the_console_signs_with(house: House) -> None:
    pids = children(house.process.pid)
    public = {environment(pids[side])["FRISTAD_ORGANISATION_KEY"] for side in ("bot", "console")}
    file = Path(environment(pids["console"])["FRISTAD_ORGANISATION_SIGNING_KEY"])
    assert file.parent == house.data
    assert file.stat().st_mode & 0o777 == 0o600
    assert public == {public_text(read_signing_key(file.read_bytes()))}


def test_nothing_of_the_operators_environment_is_handed_down(house: House) -> None:
    for pid in children(house.process.pid).values():
        assert "PYTEST_CURRENT_TEST" not in environment(pid)


def test_no_command_line_holds_a_password(house: House) -> None:
    pids = children(house.process.pid)
    password = environment(pids["bot"])["FRISTAD_REDIS_URL"].split("@")[0].rpartition(":")[2]
    assert len(password) > 20
    for pid in pids.values():
        assert password not in " ".join(command_line(pid))


def test_no_process_may_leave_a_core_dump(house: House) -> None:
    for pid in children(house.process.pid).values():
        limits = Path(f"/proc/{pid}/limits").read_text().splitlines()
        assert next(line for line in limits if "core file" in line).split()[4:6] == ["0", "0"]


def test_the_engine_is_for_this_user_alone(house: House) -> None:
    url = environment(children(house.process.pid)["bot"])["FRISTAD_REDIS_URL"]
    path = Path(url.partition("@")[2])
    assert path.stat().st_mode & 0o777 == 0o700
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert [each.name for each in path.parent.iterdir()] == [path.name]


def test_a_second_one_on_the_same_data_is_refused(house: House) -> None:
    assert "Another Fristad runs on the data" in refused(house.data, "--demo")


@pytest.mark.parametrize(("name", "url"), [("VISITOR_PORT", "visitors"), ("STAFF_PORT", "staff")])
def test_a_taken_port_is_named_with_the_setting_to_change(house: House, tmp_path: Path, name: str, url: str) -> None:
    port = str(getattr(house, url)).rstrip("/").rpartition(":")[2]
    sentence = refused(tmp_path, "--demo", **{name: port})
    assert f"Port {port} is taken" in sentence
    assert f"FRISTAD_{name}" in sentence


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_a_process_that_dies_is_started_again_and_serves(tmp_path: Path, kind: str) -> None:
    with running(tmp_path) as house:
        before = children(house.process.pid)
        os.kill(before[kind], signal.SIGKILL)
        eventually(lambda: children(house.process.pid).get(kind, before[kind]) != before[kind])
        eventually(lambda: answers(house.visitors) and answers(house.staff))
        after = children(house.process.pid)
        assert {other: pid for other, pid in after.items() if other != kind} == {
            other: pid for other, pid in before.items() if other != kind
        }
        assert house.output.read_text().count("Visitors: ") == 1


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_ends_everything_and_leaves_nothing(tmp_path: Path, number: signal.Signals) -> None:
    with running(tmp_path) as house:
        pids = children(house.process.pid)
        assert set(pids) == KINDS
        folder = folder_of(pids)
        assert folder.is_dir()
        os.kill(house.process.pid, number)
        assert house.process.wait(LIMIT) == 0
        assert not any(alive(pid) for pid in pids.values())
        assert not folder.exists()
        assert not answers(house.visitors)
        assert "Traceback" not in house.output.read_text()


def test_a_signal_during_the_start_leaves_nothing(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "fristad", "serve", "--demo"]
    outer = os.environ | {
        "FRISTAD_DATA": str(tmp_path),
        "FRISTAD_VISITOR_PORT": str(free_port()),
        "FRISTAD_STAFF_PORT": str(free_port()),
    }
    with tempfile.TemporaryDirectory() as folder:
        outer["TMPDIR"] = folder
        with subprocess.Popen(command, env=outer, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
            eventually(lambda: children(process.pid))
            pids = children(process.pid)
            process.terminate()
            out, _ = process.communicate(timeout=LIMIT)
        assert list(Path(folder).iterdir()) == []
    assert out == b""
    assert process.returncode == 0
    assert not any(alive(pid) for pid in pids.values())


def test_when_the_supervisor_is_killed_nothing_goes_on_running(tmp_path: Path) -> None:
    with running(tmp_path) as house:
        pids = children(house.process.pid)
        assert set(pids) == KINDS
        folder = folder_of(pids)
        house.process.kill()
        house.process.wait(LIMIT)
        eventually(lambda: not any(alive(pid) for pid in pids.values()))
    # A killed process cannot tidy up: a folder and a dead socket stay, and no word is in them.
    (folder / "engine.sock").unlink()
    folder.rmdir()


@pytest.mark.parametrize("place", ["a file", "/proc/fristad"])
def test_data_that_cannot_be_written_are_refused(tmp_path: Path, place: str) -> None:
    folder = tmp_path / "file" if place == "a file" else Path(place)
    if place == "a file":
        folder.write_text("")
    sentence = refused(folder, "--demo")
    assert str(folder) in sentence
    assert "FRISTAD_DATA" in sentence


def test_a_missing_engine_is_refused(tmp_path: Path) -> None:
    assert "FRISTAD_ENGINE" in refused(tmp_path, "--demo", ENGINE="/nowhere/valkey-server")


def test_a_program_that_is_no_engine_is_told(tmp_path: Path) -> None:
    assert "FRISTAD_ENGINE" in refused(tmp_path, "--demo", ENGINE="/bin/true")


@pytest.mark.parametrize(
    ("name", "value"),
    [("VISITOR_PORT", "marked-value"), ("LEASE_SECONDS", "marked-value"), ("EXIT_URL", "marked-value")],
)
def test_a_wrong_setting_is_named_and_its_value_is_not(tmp_path: Path, name: str, value: str) -> None:
    sentence = refused(tmp_path, "--demo", **{name: value})
    assert f"FRISTAD_{name}" in sentence
    assert value not in sentence


def test_an_engine_of_ones_own_is_for_the_other_commands(tmp_path: Path) -> None:
    sentence = refused(tmp_path, "--demo", REDIS_URL="redis://visitor:marked-secret@127.0.0.1:1")
    assert "FRISTAD_REDIS_URL" in sentence
    assert "marked-secret" not in sentence


def test_a_real_start_names_the_lines_that_nobody_checked(tmp_path: Path) -> None:
    sentence = refused(tmp_path)
    assert "Nobody has checked these lines yet" in sentence
    assert "--demo" in sentence
