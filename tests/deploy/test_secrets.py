"""The script that makes the secrets for containers, and what it refuses."""

import json
import os
import re
import stat
import subprocess
import sys
from base64 import urlsafe_b64decode
from pathlib import Path

import pytest

from tests.running import ROOT
from tests.sealed import Organisation

SCRIPT = ROOT / "deploy" / "new-private"
AS_ROOT = [] if os.geteuid() == 0 else ["--no-owners"]


def make(folder: Path, *more: str) -> subprocess.CompletedProcess[str]:
    arguments = [
        "--visitor", "https://page.example.org", "--staff", "https://desk.example.net",
        "--organisation-key", Organisation().text, "--desk", "demo", "--folder", str(folder), *AS_ROOT, *more,
        "--", sys.executable, "-m", "fristad", "redis-acl",
    ]  # fmt: skip
    return subprocess.run(
        [sys.executable, str(SCRIPT), *arguments],
        capture_output=True, text=True, timeout=120, cwd=ROOT, env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"},
    )  # fmt: skip


def settings_of(path: Path) -> dict[str, str]:
    pairs = (line.partition("=") for line in path.read_text("utf-8").splitlines())
    return {name: value.strip("'") for name, _, value in pairs}


def test_the_secrets_are_made_once_each_for_its_own_reader(tmp_path: Path) -> None:
    folder = tmp_path / "private"
    done = make(folder, "--responsible", "Exempelkommun, 010-12 34 56 #1")
    assert (done.returncode, done.stderr) == (0, "")
    files = {f"{side}.env" for side in ("common", "visitor", "console", "phone", "telegram")}
    names = {*files, "database", "users.conf", "certificates"}
    assert {path.name for path in folder.iterdir()} == names
    for path in folder.iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o400), path.name
    visitor, console = settings_of(folder / "visitor.env"), settings_of(folder / "console.env")
    assert visitor["FRISTAD_RESPONSIBLE"] == "Exempelkommun, 010-12 34 56 #1"
    assert set(visitor) == {"FRISTAD_REDIS_URL", "FRISTAD_STATE_KEY", "FRISTAD_RESPONSIBLE"}
    assert len(urlsafe_b64decode(visitor["FRISTAD_STATE_KEY"] + "=")) == 32
    for side, settings in (("visitor", visitor), ("staff", console)):
        password = re.fullmatch(rf"unix://{side}:([\w-]{{40,}})@/run/engine/engine.sock", settings["FRISTAD_REDIS_URL"])
        assert password and f"user {side} on resetpass >{password[1]} " in (folder / "users.conf").read_text("utf-8")
    assert (folder / "database").read_text() in console["FRISTAD_DATABASE_URL"]
    assert not set(visitor.values()) & set(console.values())
    again = make(folder)
    assert again.returncode == 2 and "nothing was changed. To begin again before" in again.stderr
    assert settings_of(folder / "visitor.env") == visitor


def test_nothing_of_them_is_printed(tmp_path: Path) -> None:
    done = make(tmp_path / "private")
    for path in (tmp_path / "private").glob("*.env"):
        for name, value in settings_of(path).items():
            if "KEY" in name and "ORGANISATION" not in name:
                assert value not in done.stdout + done.stderr


def test_two_runs_share_no_secret(tmp_path: Path) -> None:
    folders = (tmp_path / "one", tmp_path / "two")
    for folder in folders:
        assert make(folder).returncode == 0
    one, two = (json.dumps({path.name: settings_of(path) for path in folder.glob("*.env")}) for folder in folders)
    secrets = [value for side in json.loads(one).values() for name, value in side.items() if "KEY" in name]
    assert [value for value in secrets if value in two and len(value) < 60] == []


def test_a_setting_that_would_end_its_line_is_refused(tmp_path: Path) -> None:
    done = make(tmp_path / "private", "--responsible", "Somebody's")
    assert done.returncode == 2
    assert not (tmp_path / "private").exists()


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [
        ("--visitor", "page.example.org", "--visitor and --staff are addresses"),
        ("--visitor", "http://page.example.org", "--visitor and --staff are addresses"),
        ("--staff", "https://", "--visitor and --staff are addresses"),
        ("--staff", "https://desk.example.net/login", "--visitor and --staff are addresses"),
        ("--staff", "https://kim@desk.example.net", "--visitor and --staff are addresses"),
        ("--staff", "https://desk.example.net:x", "--visitor and --staff are addresses"),
        ("--staff", "https://PAGE.example.org:8443", "the same host name"),
        ("--organisation-key", "TEXT FROM STEP 4", "is not what `fristad keys new` printed"),
        ("--organisation-key", "B" + 85 * "A", "is not what `fristad keys new` printed"),
    ],
)
def test_what_cannot_be_meant_is_refused(tmp_path: Path, option: str, value: str, said: str) -> None:
    done = make(tmp_path / "private", option, value)
    assert (done.returncode, done.stdout) == (2, "") and said in done.stderr
    assert not (tmp_path / "private").exists()


def test_whoever_is_not_root_is_told_to_be(tmp_path: Path) -> None:
    """In a namespace of users in which this one is nobody, with all files as they are."""
    arguments = ["--visitor", "https://x", "--staff", "https://y", "--organisation-key", Organisation().text]
    arguments += ["--desk", "demo", f"--folder={tmp_path}/private", "--", "/bin/true"]
    done = subprocess.run(
        ["unshare", "--user", sys.executable, str(SCRIPT), *arguments],
        capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert done.returncode == 2 and done.stderr.startswith("Start it as root")
    assert not (tmp_path / "private").exists()


def test_it_says_what_to_look_at_when_the_users_cannot_be_made(tmp_path: Path) -> None:
    arguments = ["--visitor", "https://x", "--staff", "https://y", "--desk", "demo", *AS_ROOT]
    arguments += ["--organisation-key", Organisation().text]
    done = subprocess.run(
        [sys.executable, str(SCRIPT), *arguments, f"--folder={tmp_path}/private", "--", "/bin/false"],
        capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert done.returncode == 2 and "/bin/false" in done.stderr
    assert not (tmp_path / "private").exists()
