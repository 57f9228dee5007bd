"""What the doctor sees on the machine itself: files, processes, environments, swap, proxies, versions."""

import os
import resource
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path

import pytest

from fristad.doctor.files import check_data, check_database_address, check_dumps, check_passwords
from fristad.doctor.findings import Finding, Weight
from fristad.doctor.known import Trouble, read_known
from fristad.doctor.leaks import check_environment
from fristad.doctor.machine import check_own_start, check_swap, check_telemetry
from fristad.doctor.processes import Running, check_processes, running
from fristad.doctor.proxies import check_proxy_settings
from tests.fristad.processes import eventually
from tests.running import ROOT

CADDY_QUIET = "kis.example {\n reverse_proxy localhost:8000\n}\n"


def weights(findings: list[Finding]) -> list[Weight]:
    return [finding.weight for finding in findings]


@contextmanager
def process(*words: str, **environment: str) -> Iterator[Running]:
    """A real process whose command line is one of ours."""
    command = [sys.executable, "-c", "import time; time.sleep(60)", *words]
    with subprocess.Popen(command, env={"PATH": os.environ["PATH"], **environment}) as started:
        eventually(Path(f"/proc/{started.pid}/environ").read_bytes)  # the last that a new program shows of itself
        yield Running(started.pid, words[-1])
        started.kill()


def test_what_other_users_may_open_is_told(tmp_path: Path) -> None:
    folder = tmp_path / "above" / "var"
    folder.mkdir(parents=True)
    (folder / "console.sqlite3").write_text("")
    folder.chmod(0o750)
    (folder / "console.sqlite3").chmod(0o640)
    folder.parent.chmod(0o777)
    found = check_data(folder)
    assert weights(found) == [Weight.DOORS] * 3
    assert [finding.to_do for finding in found] == [
        f"chmod 700 {folder}",
        f"chmod 600 {folder / 'console.sqlite3'}",
        f"chmod o-w {folder.parent}",
    ]
    for finding in found:
        subprocess.run(finding.to_do.split(), check=True)  # what it says to do is what mends it
    assert check_data(folder) == []


def test_dumps_that_lie_about_are_told(tmp_path: Path) -> None:
    assert check_dumps([tmp_path, tmp_path / "nowhere"]) == []
    for name in ("dump.rdb", "core", "core.1234"):
        (tmp_path / name).write_text("")
    assert weights(check_dumps([tmp_path])) == [Weight.WORDS] * 3


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("port 0\nuser visitor on resetpass >marked -@all\n", [Weight.DOORS]),
        ("masterauth marked\n", [Weight.DOORS]),
        ("sentinel auth-pass talks marked\n", [Weight.DOORS]),
        ("FRISTAD_DESK=kis\nFRISTAD_REDIS_URL='unix://visitor:marked@/run/e'\n", [Weight.DOORS]),
        ("port 0\n# user visitor on >marked\nFRISTAD_DESK=kis\n", []),
    ],
)
def test_a_file_of_passwords_that_everybody_may_read_is_told(tmp_path: Path, text: str, found: list[Weight]) -> None:
    path = tmp_path / "deep" / "engine.conf"
    path.parent.mkdir()
    path.write_text(text)
    path.chmod(0o644)
    told = check_passwords([tmp_path, tmp_path / "nowhere"])
    assert weights(told) == found and "marked" not in str(told)
    for finding in told:
        subprocess.run(finding.to_do.split(), check=True)
    assert check_passwords([tmp_path]) == []


def test_a_database_of_another_machine_needs_tls() -> None:
    url = "postgresql+asyncpg://console:marked@db.example/fristad"
    found = check_database_address(url)
    assert weights(found) == [Weight.DOORS, Weight.ELSEWHERE]
    assert not any("marked" in str(finding) for finding in found)
    assert weights(check_database_address(f"{url}?ssl=require")) == [Weight.ELSEWHERE]
    assert weights(check_database_address("postgresql+asyncpg://console@localhost/fristad")) == [Weight.ELSEWHERE]
    assert check_database_address("sqlite+aiosqlite:///x") == []


def test_an_app_that_holds_the_other_sides_secrets_is_told() -> None:
    with process("fristad", "bot", FRISTAD_DATABASE_URL="marked", FRISTAD_DOCTOR_ADMIN_REDIS_URL="marked") as bot:
        resource.prlimit(bot.pid, resource.RLIMIT_CORE, (1, 1))
        assert bot in running()
        found = check_processes([bot])
    assert weights(found) == [Weight.DOORS] * 2
    assert {"FRISTAD_DATABASE_URL", "FRISTAD_DOCTOR_ADMIN_REDIS_URL"} == {
        word for finding in found for word in finding.what.replace(",", " ").split() if word.startswith("FRISTAD_")
    }
    assert not any("marked" in str(finding) for finding in found)


def test_a_process_that_would_leave_its_memory_behind_is_told() -> None:
    with process("fristad", "console") as console:
        resource.prlimit(console.pid, resource.RLIMIT_CORE, (4096, 4096))
        found = check_processes([console])
        assert weights(found) == [Weight.WORDS]
        resource.prlimit(console.pid, resource.RLIMIT_CORE, (1, 1))
        assert check_processes([console]) == []


@pytest.mark.parametrize(
    ("pattern", "limit", "found"),
    [("core", "0", 0), ("core", "1", 0), ("|/lib/collector %P", "0", 1), ("|/lib/collector %P", "1", 0)],
)
def test_a_collector_of_crashes_ignores_a_limit_of_nothing(
    tmp_path: Path, pattern: str, limit: str, found: int
) -> None:
    (tmp_path / "7").mkdir()
    (tmp_path / "7/limits").write_text(f"Max core file size        {limit}                    {limit}   bytes\n")
    (tmp_path / "7/environ").write_text("")
    (tmp_path / "7/cmdline").write_text("valkey-server")
    (tmp_path / "sys/kernel").mkdir(parents=True)
    (tmp_path / "sys/kernel/core_pattern").write_text(pattern)
    assert len(check_processes([Running(7, "engine")], tmp_path)) == found


def test_a_password_on_a_command_line_is_told() -> None:
    with process("redis://visitor:marked-secret@127.0.0.1", "fristad", "bot") as bot:
        resource.prlimit(bot.pid, resource.RLIMIT_CORE, (1, 1))
        found = check_processes([bot])
    assert weights(found) == [Weight.DOORS]
    assert "marked-secret" not in str(found[0])


@pytest.mark.parametrize(
    ("side", "environment", "found"),
    [
        ("bot", {"FRISTAD_DATABASE_URL": "x"}, [Weight.DOORS]),
        ("bot", {"FRISTAD_DATABASE_URL": "", "FRISTAD_STATE_KEY": "x"}, []),
        ("bot", {"FRISTAD_ORGANISATION_SIGNING_KEY": "x"}, [Weight.DOORS]),
        ("bot", {"FRISTAD_CONSOLE_KEY": "x"}, [Weight.DOORS]),
        ("bot", {"FRISTAD_PUSH_KEY": "x"}, [Weight.DOORS]),
        ("phone", {"FRISTAD_PHONE_TURN_SECRET": "x"}, [Weight.DOORS]),
        ("phone", {"FRISTAD_TELEGRAM_TOKEN": "x"}, [Weight.DOORS]),
        ("console", {"FRISTAD_STATE_KEY": "x"}, [Weight.DOORS]),
        ("console", {"FRISTAD_DATABASE_URL": "x"}, []),
        ("", {"FRISTAD_DATABASE_URL": "x", "FRISTAD_STATE_KEY": "x"}, [Weight.DOORS]),
        ("", {"FRISTAD_DATABASE_URL": "x"}, []),
        ("engine", {"SSLKEYLOGFILE": "x"}, [Weight.WORDS]),
        ("bot", {"OTEL_SDK_DISABLED": "true"}, []),
        ("bot", {"OTEL_EXPORTER_OTLP_ENDPOINT": "x", "SENTRY_DSN": "x"}, [Weight.TRACES]),
        ("console", {"FRISTAD_DEMO": "true"}, [Weight.ADVICE]),
        ("bot", {"FRISTAD_DEMO": "false"}, []),
        ("console", {"PYTHONASYNCIODEBUG": "1", "LD_PRELOAD": "x"}, [Weight.DOORS, Weight.MINOR]),
    ],
)
def test_an_environment_that_leaks_is_told(side: str, environment: dict[str, str], found: list[Weight]) -> None:
    assert sorted(weights(check_environment(environment, side, "The environment"))) == found


def test_our_own_start_forbids_dumps_on_this_machine() -> None:
    program = "from fristad.dumps import *; from fristad.doctor.machine import *; print(len(check_own_start())); "
    program += "forbid_dumps(); print(check_own_start())"
    run = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert run.stdout.splitlines() == ["1", "[]"]
    assert weights(check_own_start()) == [Weight.WORDS]  # this process forbids nothing


@pytest.mark.parametrize(
    ("device", "uuid", "found"),
    [("/dev/sda2", "", 1), ("/dev/dm-1", "LVM-x", 1), ("/dev/dm-1", "CRYPT-PLAIN-x", 0), ("/dev/zram0", "", 0)],
)
def test_swap_that_is_neither_in_memory_nor_encrypted_is_advised_against(
    tmp_path: Path, device: str, uuid: str, found: int
) -> None:
    (tmp_path / "swaps").write_text(f"Filename Type Size Used Priority\n{device} partition 1 0 -2\n")
    block = tmp_path / "block" / device.removeprefix("/dev/") / "dm"
    block.mkdir(parents=True)
    (block / "uuid").write_text(uuid)
    assert weights(check_swap(tmp_path, tmp_path)) == [Weight.ADVICE] * found


def test_no_swap_needs_no_advice(tmp_path: Path) -> None:
    (tmp_path / "swaps").write_text("Filename Type Size Used Priority\n")
    assert check_swap(tmp_path) == []


def test_a_package_that_reports_to_others_is_told() -> None:
    # The tests' environment has the extra `rasa`, which brings one.
    assert weights(check_telemetry()) == [Weight.MINOR]


@pytest.mark.parametrize(
    ("path", "text", "found"),
    [
        ("nginx/nginx.conf", "http {\n access_log off;\n error_log /dev/null crit;\n}\n", 0),
        ("nginx/nginx.conf", "http {\n access_log /var/log/nginx/access.log;\n error_log /dev/null crit;\n}\n", 1),
        ("nginx/nginx.conf", "http {\n # access_log off;\n error_log /dev/null crit;\n}\n", 1),
        ("nginx/nginx.conf", "http {\n access_log off;\n}\n", 1),
        ("nginx/nginx.conf", "http {\n}\n", 2),
        ("caddy/Caddyfile", CADDY_QUIET, 0),
        ("caddy/Caddyfile", CADDY_QUIET.replace("{\n", "{\n log\n"), 1),
        ("caddy/Caddyfile", CADDY_QUIET.replace("{\n", "{\n log {\n output discard\n }\n"), 0),
        ("apache2/apache2.conf", "ErrorLog /dev/null\n", 0),
        ("apache2/apache2.conf", "ErrorLog ${APACHE_LOG_DIR}/error.log\n", 1),
    ],
)
def test_a_proxy_that_is_set_up_to_write_is_told(tmp_path: Path, path: str, text: str, found: int) -> None:
    (tmp_path / path).parent.mkdir(parents=True)
    (tmp_path / path).write_text(text)
    assert weights(check_proxy_settings(tmp_path)) == [Weight.TRACES] * found


def test_no_proxy_is_no_mistake(tmp_path: Path) -> None:
    assert check_proxy_settings(tmp_path) == []


def test_what_is_installed_has_no_known_trouble() -> None:
    known = read_known()
    assert known.installed(known.dated) == []
    assert weights(known.installed(known.dated + timedelta(days=200))) == [Weight.ADVICE]
    assert weights(known.installed(known.dated, {"jinja2": "3.1.5", "altcha": "2.1.0"})) == [Weight.MINOR]


@pytest.mark.parametrize(
    ("trouble", "versions"),
    [
        (Trouble("x", "", below="2.1.0"), {"2.0.99": True, "2.1": False, "2.1.0": False, "10.0": False, "2": True}),
        (Trouble("x", "", exactly="4.0.0"), {"4": True, "4.0.0": True, "4.0.1": False}),
        (
            Trouble("x", "", series="8.2", below="8.2.2"),
            {"8.2.1": True, "8.2.2": False, "8.20.0": False, "8.1.0": False},
        ),
        (Trouble("x", ""), {"0": True, "99": True}),
    ],
)
def test_versions_are_compared_by_their_numbers(trouble: Trouble, versions: dict[str, bool]) -> None:
    assert {version: trouble.has(version) for version in versions} == versions


def test_the_list_is_dated_and_every_row_has_its_reason() -> None:
    known = read_known()
    assert isinstance(known.dated, date)
    rows = [*known.packages, *known.engines]
    assert len(rows) > 20
    assert all(len(row.why) > 10 for row in rows)
