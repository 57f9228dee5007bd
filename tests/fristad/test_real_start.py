"""A start in earnest, with lines that somebody has checked: in a copy of the texts that comes before ours."""

import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.running import ROOT


@pytest.fixture
def checked(tmp_path: Path) -> Path:
    """A folder from which a process takes the texts, all of whose lines were checked today."""
    shutil.copytree(
        ROOT / "dialogues", tmp_path / "dialogues", ignore=shutil.ignore_patterns("messages", "__pycache__")
    )
    services = tmp_path / "dialogues" / "content" / "services.yml"
    today = f"checked: {datetime.now(UTC).date()}"
    services.write_text(services.read_text("utf-8").replace("checked: null", today), "utf-8")
    return tmp_path


def started(folder: Path, **settings: str) -> str:
    """What `fristad bot` says as it refuses to start there."""
    environment = {"PATH": "/usr/bin:/bin", "PYTHONPATH": f"{folder}:{ROOT}", "FRISTAD_VISITOR_PORT": "0", **settings}
    command = [sys.executable, "-m", "fristad", "bot"]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout) == (2, "")
    return done.stderr


def test_the_demonstrations_desk_is_refused(checked: Path) -> None:
    assert started(checked).startswith("FRISTAD_DESK names the demonstration's desk: write a file of your own")
    assert started(checked, FRISTAD_DESK="origo").startswith("FRISTAD_REDIS_URL is not set")
    assert started(checked, FRISTAD_DEMO="true").startswith("FRISTAD_REDIS_URL is not set")
