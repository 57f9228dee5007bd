"""No process of ours leaves its memory behind, nor shows it to another of the same user."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.fristad import peeking
from tests.running import ROOT

# Root may trace everybody. Without that right it is a user like others, and so is the house that it starts.
WITHOUT_TRACING = ["setpriv", "--bounding-set=-sys_ptrace,-perfmon", "--inh-caps=-sys_ptrace,-perfmon"]

ASK = "from fristad.dumps import *; print(dumps_are_forbidden()); forbid_dumps(); print(dumps_are_forbidden())"


def test_nobody_of_the_same_user_may_open_the_memory_of_our_processes(tmp_path: Path) -> None:
    prefix = WITHOUT_TRACING if os.geteuid() == 0 else []
    command = [*prefix, sys.executable, "-m", peeking.__name__, str(tmp_path)]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert run.returncode == 0, run.stderr
    found = json.loads(run.stdout)
    assert found.pop("stranger")[0] is True  # the control: what nobody has hardened can be opened
    # A program that is no Python starts as the kernel wants it: of the engine, the limit alone can be set from outside.
    assert found.pop("engine")[1] == "1"
    assert found == {name: [False, "1"] for name in ("supervisor", "bot", "console")}


@pytest.mark.parametrize("inherited", ["unlimited", "4096", "1", "0"])
def test_whatever_limit_was_inherited_none_is_left(inherited: str) -> None:
    program = f"import resource; {ASK}; print(*resource.getrlimit(resource.RLIMIT_CORE))"
    command = ["prlimit", f"--core={inherited}", sys.executable, "-c", program]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)
    before, after, limits = run.stdout.splitlines()
    assert (before, after) == ("False", "True")
    assert limits in ("1 1", "0 0")  # nobody but root may raise the 0
