"""The one script of others that a console's page runs: it is what its build made, and keeps and tells nothing. Without
it the console answers calls on staff's own telephones alone."""

import json
import os
import re
import subprocess
from hashlib import sha256
from pathlib import Path

import pytest

from console.phone_lines import Lines
from console.softphone import MADE, NAME, find_softphone, pinned_digest
from dialogues.values import Content
from tests.console.conftest import started
from tests.console.desks import serving
from tests.engines import Engine
from tests.running import ROOT

BUILD = ROOT / "scripts" / "softphone"
WITHOUT = '<p class="hint">Answering here in the browser is not possible'


@pytest.fixture
def script() -> str:
    found = find_softphone()
    assert found, "the softphone's script is missing: make softphone"
    return found.decode()


def test_it_is_made_of_the_pinned_packages(script: str) -> None:
    packages = json.loads((BUILD / "package-lock.json").read_text())["packages"]
    said = dict(re.findall(r"^/\*! (\S+) (\S+)$", script, re.MULTILINE))
    assert len(said) == 3
    assert said == {name: packages[f"node_modules/{name}"]["version"] for name in said}
    wanted = json.loads((BUILD / "package.json").read_text())["devDependencies"]
    assert said["jssip"] == wanted["jssip"]


def test_the_lock_names_no_host() -> None:
    lock = (BUILD / "package-lock.json").read_text()
    assert "integrity" in lock
    assert "resolved" not in lock
    assert "://" not in lock


def test_it_is_not_in_the_tree() -> None:
    kept = subprocess.run(["git", "ls-files", "console/static"], cwd=ROOT, capture_output=True, text=True, check=True)
    assert NAME not in kept.stdout
    assert "console/static/softphone.js" in kept.stdout.split()


def test_it_writes_to_no_storage_and_no_console_and_makes_no_code(script: str) -> None:
    parts = r"\b(localStorage|sessionStorage|indexedDB|document\.cookie|eval\(|new Function|innerHTML)"
    assert re.findall(parts, script) == []
    assert len(script) > 100_000


def test_its_licences_come_along(script: str) -> None:
    assert script.count("Permission is hereby granted") == 3


def test_the_build_makes_the_pinned_bytes_again(tmp_path: Path) -> None:
    run = _build(tmp_path, os.environ["PATH"])
    assert run.returncode == 0, run.stderr
    assert [each.name for each in tmp_path.iterdir()] == [NAME]
    assert sha256((tmp_path / NAME).read_bytes()).hexdigest() == pinned_digest()
    assert _build(tmp_path, "/bin:/usr/bin").returncode == 0  # what is there is left alone


def test_the_build_names_what_is_missing(tmp_path: Path) -> None:
    for tool in ("sh", "dirname", "sha256sum", "cut"):
        (tmp_path / tool).symlink_to(Path("/usr/bin") / tool)
    run = _build(tmp_path / "made", str(tmp_path))
    assert run.returncode == 2
    assert "npm is missing" in run.stderr
    assert not (tmp_path / "made").exists()


def test_another_script_than_this_versions_is_none(tmp_path: Path) -> None:
    assert find_softphone(tmp_path / NAME) is None
    (tmp_path / NAME).write_bytes(MADE.read_bytes() + b"\n")
    assert find_softphone(tmp_path / NAME) is None
    (tmp_path / NAME).write_bytes(MADE.read_bytes())
    assert find_softphone(tmp_path / NAME) == MADE.read_bytes()


async def test_without_it_a_telephone_of_ones_own_remains(tmp_path: Path, engine: Engine, content: Content) -> None:
    async with (
        started(tmp_path, engine.staff, content, phone_folder=tmp_path, softphone=tmp_path / NAME) as console,
        serving(console, engine) as live,
        console.signed_in("bo") as bo,
    ):
        page = (await bo.get("/desk")).text
        assert WITHOUT in page
        assert 'value="own"' in page
        assert 'value="browser"' not in page
        assert (await bo.get(f"/static/{NAME}")).status_code == 404
        async with live.page(await live.token("kim")) as desk:
            await desk.see("device", state="ready")
            await desk.goes_on_duty()
            await desk.send("phone", by="browser", number="")
            await desk.see("refused", code="phone_unmade")


async def test_with_it_a_browser_is_sent_it(tmp_path: Path, engine: Engine, content: Content, script: str) -> None:
    async with (
        started(tmp_path, engine.staff, content, phone_folder=tmp_path) as console,
        console.signed_in("kim") as kim,
    ):
        page = (await kim.get("/desk")).text
        assert WITHOUT not in page
        assert 'value="browser"' in page
        sent = await kim.get(f"/static/{NAME}")
        assert (sent.status_code, sent.text) == (200, script)
        assert sent.headers["content-type"].startswith("text/javascript")


def test_lines_know_of_none_unless_told() -> None:
    assert Lines(None).softphone is None


def _build(folder: Path, path: str) -> subprocess.CompletedProcess[str]:
    given = {**os.environ, "PATH": path}
    command = [str(BUILD / "build"), str(folder)]
    return subprocess.run(command, env=given, capture_output=True, text=True, timeout=120, check=False)
