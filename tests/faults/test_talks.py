"""A small run of what `python -m tests.faults.run` does at length: real processes, every kind of fault, one judge."""

import json
import subprocess
import sys
from pathlib import Path

from tests.running import ROOT

TALKS = 150  # at most: as many as begin in time
BEGIN, LIMIT = 45, 500  # seconds in which talks begin, and until the end; a minute and a half on two idle cores


def test_whatever_breaks_every_message_arrives_once_and_in_order_or_both_are_told(tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    sizes = ["--talks", str(TALKS), "--at-once", "24", "--hurry", "4", "--limit", str(BEGIN)]
    command = [sys.executable, "-m", "tests.faults.run", *sizes, "--seed", "11", "--json", str(report)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=LIMIT, check=False)
    assert report.exists(), done.stderr[-3000:]
    found = json.loads(report.read_text())
    assert found["wrongs"] == [], done.stdout
    talks = found["talks"]
    assert sum(found["outcomes"].values()) == talks
    assert talks >= 24, done.stdout  # as many as are side by side
    assert len(found["strikes"]) >= 4, done.stdout  # or nothing was tried
    assert found["outcomes"].get("whole", 0) < talks, "no fault met any talk"
    assert found["messages"]["messages acked"] > talks
