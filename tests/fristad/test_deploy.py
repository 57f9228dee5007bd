"""The unit files and the container file in deploy/: what can be checked without starting them."""

import configparser
import re
import shlex
import subprocess
from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path

import pytest

from bot.phone.engine_files import FOLDERS
from fristad.dumps import NO_CORE
from fristad.settings import FrontSettings
from tests.engines import binary
from tests.phone.callers import program
from tests.running import ROOT

DEPLOY = ROOT / "deploy"
UNITS = sorted(path.name for path in DEPLOY.glob("*.service"))
# Of every one of them: nothing is written but in /run, no dump, no swap, nothing that is writable and runs.
HARD = {
    "LimitCORE": str(NO_CORE),
    "MemorySwapMax": "0",
    "ProtectSystem": "strict",
    "ProtectHome": "yes",
    "PrivateTmp": "yes",
    "NoNewPrivileges": "yes",
    "MemoryDenyWriteExecute": "yes",
    "CapabilityBoundingSet": "",
    "UMask": "0077",
    "RestrictNamespaces": "yes",
    "PrivateDevices": "yes",
}
USERS = {
    "fristad-console.service": "fristad-console",
    "fristad-engine.service": "fristad-engine",
    "fristad-phone-engine.service": "fristad-phone",
    "fristad-phone.service": "fristad-phone",
    "fristad-phone@.service": "fristad-phone",
    "fristad-telegram.service": "fristad-telegram",
    "fristad-visitor.service": "fristad-visitor",
    "fristad.service": "fristad",
}
# The only ones that keep anything, and where.
KEPT = {"fristad-console.service": "fristad-console", "fristad.service": "fristad"}
_STARTS = re.compile(
    r"/bin/sh /run/fristad-phone/start /usr/sbin/asterisk"
    r"|/opt/fristad/bin/fristad (bot|console|telegram|serve|phone( --provider %i)?)"
    r"|/usr/bin/valkey-server /etc/fristad/engine\.conf"
)
MOST_EXPOSED = 20  # of 100, as systemd counts; a service without any of this has 96
_SETTING = re.compile(r"FRISTAD_[A-Z_]+")


def service(name: str) -> Mapping[str, str]:
    """The last value of each key."""
    parser = configparser.RawConfigParser(strict=False, comment_prefixes=("#",), delimiters=("=",))
    parser.optionxform = str  # type: ignore[assignment, method-assign]
    parser.read_string((DEPLOY / name).read_text("utf-8"))
    return parser["Service"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The units with programs that are there, and one of the template's instances."""
    for name in UNITS:
        text = (DEPLOY / name).read_text("utf-8")
        for place in ("/opt/fristad/bin/fristad", "/usr/sbin/asterisk", "/usr/bin/valkey-server"):
            text = text.replace(place, "/bin/true")
        (tmp_path / name.replace("@.", "@46elks.")).write_text(text)
        (tmp_path / name).write_text(text)
    return tmp_path


def analyze(*arguments: str) -> str:
    done = subprocess.run(
        [program("systemd-analyze", "systemd"), *arguments], capture_output=True, text=True, timeout=60
    )
    said = done.stdout + done.stderr
    assert done.returncode == 0, said
    return said


def test_there_is_a_unit_for_each_process() -> None:
    assert sorted(USERS) == UNITS


@pytest.mark.parametrize("name", UNITS)
def test_a_unit_keeps_nothing_and_may_do_little(name: str) -> None:
    found = service(name)
    assert {key: found.get(key) for key in HARD} == HARD
    assert found["User"] == found["Group"] == USERS[name]
    assert found.get("StateDirectory") == KEPT.get(name)
    assert _STARTS.fullmatch(found["ExecStart"])


@pytest.mark.parametrize("name", [name for name in UNITS if name not in KEPT])
def test_a_unit_that_keeps_nothing_writes_in_memory_alone(name: str) -> None:
    writes = service(name).get("ReadWritePaths", "/run").split()
    assert all(path == "/run" or path.startswith("/run/") for path in writes)


@pytest.mark.parametrize("name", ["fristad-visitor.service", "fristad-console.service"])
def test_whose_pages_go_elsewhere_has_the_time_for_it(name: str) -> None:
    assert service(name)["TimeoutStopSec"] == str(FrontSettings.model_fields["drain_seconds"].default + 10)


@pytest.mark.parametrize(("side", "port"), [("visitor", "8010"), ("console", "8011")])
def test_each_side_can_run_twice(folder: Path, side: str, port: str) -> None:
    """As the guide has it: the unit as a template, and beside it what gives each instance its port."""
    unit = folder / f"fristad-{side}@{port}.service"
    unit.write_text((folder / f"fristad-{side}.service").read_text())
    more = folder / f"fristad-{side}@.service.d" / "port.conf"
    more.parent.mkdir()
    given = (DEPLOY / "instances" / f"{side}.conf").read_text("utf-8")
    more.write_text(given)
    assert analyze("verify", "--man=no", str(unit)) == ""
    setting = re.fullmatch(r"#.*\n\[Service\]\nEnvironment=(FRISTAD_[A-Z]+_PORT)=%i\n", given)
    assert setting and f"`{setting[1]}`" in (ROOT / "README.md").read_text("utf-8")
    # What a file of settings says would hold instead of it.
    assert f"leave `{setting[1]}` out" in (ROOT / "docs" / "deploy.md").read_text("utf-8")


def test_the_engine_of_the_talks_has_no_network() -> None:
    engine = service("fristad-engine.service")
    assert engine["PrivateNetwork"] == "yes" and engine["RestrictAddressFamilies"] == "AF_UNIX"
    lines = (DEPLOY / "engine.conf").read_text("utf-8").splitlines()
    assert "port 0" in lines and f"unixsocket /run/{engine['RuntimeDirectory']}/engine.sock" in lines


@pytest.mark.parametrize("name", ["fristad-phone-engine.service", "fristad-phone@.service"])
def test_the_consoles_user_reaches_the_folder_of_the_lines_by_its_group(name: str) -> None:
    found = service(name)
    assert found["RuntimeDirectory"] == "fristad-phone"
    assert found["RuntimeDirectoryMode"] == "0750"
    assert "Environment=FRISTAD_PHONE_FOLDER=/run/fristad-phone\n" in (DEPLOY / name).read_text("utf-8")


def test_systemd_takes_the_units(folder: Path) -> None:
    said = analyze("verify", "--man=no", *(str(path) for path in folder.glob("*.service") if "@." not in path.name))
    assert said == ""


def test_debians_own_engine_can_take_the_place_of_the_one_that_the_unit_names(folder: Path) -> None:
    """As README.md has it for Debian 12, with the program that is there."""
    read_me = (DEPLOY / "README.md").read_text("utf-8")
    found = re.search(r"/etc/systemd/system/(\S+) <<'END'\n(.*?)^END$", read_me, re.DOTALL | re.MULTILINE)
    assert found
    unit, more = folder / "fristad-engine.service", folder / found[1]
    unit.write_text((DEPLOY / unit.name).read_text("utf-8"))
    more.parent.mkdir()
    more.write_text(found[2])
    assert analyze("verify", "--man=no", str(unit)) == ""
    arguments = service(unit.name)["ExecStart"].partition(" ")[2]
    assert found[2].endswith(f"\nExecStart=\nExecStart={binary('redis-7.0')} {arguments}\n")
    more.write_text(found[2].replace("redis-server", "no-server"))
    with pytest.raises(AssertionError, match="not executable"):
        analyze("verify", "--man=no", str(unit))


def test_a_command_with_a_units_settings_has_all_of_them() -> None:
    read_me, found = (DEPLOY / "README.md").read_text("utf-8"), service("fristad-console.service")
    (command,) = re.findall(r"^systemd-run .*?[^\\]$", read_me, re.DOTALL | re.MULTILINE)
    words = shlex.split(command.replace("\\\n", " "))
    given = dict(word.split("=", 1) for flag, word in pairwise(words) if flag == "-p")
    keys = ("User", "Group", "UMask", "EnvironmentFile", "StateDirectory", "StateDirectoryMode")
    assert given == {key: found[key] for key in keys}
    assert [word for flag, word in pairwise(words) if flag == "-E"] == [found["Environment"]]
    program = found["ExecStart"].partition(" ")[0]
    assert words[words.index(program) + 1 :][:2] == ["staff", "add"]
    assert {"--pipe", "--wait", "--collect"} <= set(words)


def test_systemd_refuses_a_unit_with_a_mistake(folder: Path) -> None:
    broken = folder / "fristad-phone.service"
    broken.write_text(broken.read_text().replace("ProtectHome=yes", "ProtectHome=perhaps"))
    with pytest.raises(AssertionError):
        assert analyze("verify", "--man=no", str(broken)) == ""


@pytest.mark.parametrize("name", [name for name in UNITS if "@" not in name])
def test_a_unit_is_hardly_exposed(folder: Path, name: str) -> None:
    analyze("security", "--offline=true", f"--threshold={MOST_EXPOSED}", str(folder / name))


def test_everything_that_the_engine_writes_is_in_memory() -> None:
    engine = service("fristad-phone-engine.service")
    assert engine["RuntimeDirectory"] == "fristad-phone" and "ReadWritePaths" not in engine
    assert engine["ExecStartPre"].endswith("phone render /run/fristad-phone")
    assert service("fristad-phone.service")["ReadWritePaths"] == "/run/fristad-phone"
    conf = (ROOT / "bot" / "phone" / "engine" / "asterisk.conf").read_text("utf-8")
    written = [name for name in FOLDERS if f"{{{{ folder }}}}/{name}" in conf]
    assert set(written) >= {"lib", "log", "run", "spool"}


def test_the_container_holds_the_engine_that_the_tests_run() -> None:
    text = (DEPLOY / "phone-engine.Containerfile").read_text("utf-8")
    tests = (ROOT / "scripts" / "phone-engine").read_text("utf-8")
    wanted = re.search(r'^wanted="Asterisk (\d+)\."', tests, re.MULTILINE)
    assert wanted and rf"grep -q '^Asterisk {wanted[1]}\.'" in text
    assert " sid " in tests and text.count("FROM ") == 1 and "FROM debian:sid-slim" in text
    assert "--no-install-recommends asterisk" in text and "--include=asterisk" in tests
    assert re.search(r"^USER (?!root)\S+$", text, re.MULTILINE)
    assert 'CMD ["/run/fristad-phone/start", "/usr/sbin/asterisk"]' in text
    assert not re.search(r"^(COPY|ADD|ENV|VOLUME)\b", text, re.MULTILINE)


def test_what_the_files_name_is_there() -> None:
    known = set(_SETTING.findall((ROOT / "README.md").read_text("utf-8")))
    read_me = (DEPLOY / "README.md").read_text("utf-8")
    for path in DEPLOY.iterdir():
        if path.name == "private":
            continue  # of whoever has set it up here
        if path.is_file() and path.name != "compose.yaml":
            assert set(_SETTING.findall(path.read_text("utf-8"))) <= known, path.name
        assert path.name == "README.md" or f"`{path.name}" in read_me, path.name
