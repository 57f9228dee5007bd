"""`run.py [--minutes 10]`: fuzzes everything that reads what strangers send, for so long, and says what it found.

Half of the time goes to guided fuzzing (one target after the other), the rest to the suite's own properties and to
generated requests, with larger settings. Status 1 when something was found; its input stays below build/fuzz.
"""

import argparse
import os
import random
import re
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from pkgutil import iter_modules

from tests.fuzz import guided, profile, targets

ROOT = Path(__file__).parents[2]
FOUND = ROOT / "build" / "fuzz"
# Real browsers and whole houses are no place for thousands of examples.
PROPERTIES = ("tests/bot", "tests/console", "tests/dialogues", "tests/handover", "tests/safety")
REQUESTS = ("tests/garbage/test_schemathesis.py",)

_GRACE = 60  # seconds to put away what a test run has started
_INTERRUPTED = 2  # pytest's exit status


def main(minutes: float) -> int:
    """Run everything; the exit status."""
    FOUND.mkdir(parents=True, exist_ok=True)
    here = [name for name, room in all_targets() if find_room(room)]
    for name, room in all_targets():
        if name not in here:
            _say(f"{name:14} waits for {room}, which is not there yet")
    good = [fuzz(name, minutes * 60 * 0.5 / len(here)) for name in here]
    good.append(repeat("properties", ("-m", "hypothesis"), PROPERTIES, minutes * 60 * 0.25))
    good.append(repeat("requests", (), REQUESTS, minutes * 60 * 0.25))
    return 0 if all(good) else 1


def all_targets() -> Iterator[tuple[str, str]]:
    """Name and room of every target."""
    for module in iter_modules(targets.__path__):
        yield module.name, import_module(f"{targets.__name__}.{module.name}").ROOM


def find_room(room: str) -> bool:
    """Whether the module that a target tries exists."""
    try:
        return find_spec(room) is not None
    except ModuleNotFoundError:
        return False


def fuzz(name: str, seconds: float) -> bool:
    """Guided fuzzing of one target; whether nothing was found."""
    log = FOUND / f"{name}.log"
    command = [sys.executable, "-m", guided.__name__, name, str(max(1, round(seconds))), str(FOUND)]
    with log.open("wb") as sink:
        try:
            status = subprocess.run(command, cwd=ROOT, stdout=sink, stderr=sink, timeout=seconds + 300).returncode
        except subprocess.TimeoutExpired:
            status = _INTERRUPTED
    written = log.read_text(encoding="utf-8", errors="replace")
    runs = re.search(r"stat::number_of_executed_units: (\d+)", written)
    reached = re.findall(r"cov: (\d+)", written)
    counted = f"{int(runs[1]) if runs else 0:>12,} runs, {reached[-1] if reached else 0} branches reached"
    return _tell(name, counted, log, good=status == 0 and runs is not None)


def repeat(name: str, options: tuple[str, ...], paths: tuple[str, ...], seconds: float) -> bool:
    """Tests with generated input, again and again with new numbers until the time is over; whether all passed."""
    deadline, rounds, tests = time.monotonic() + seconds, 0, 0
    log = FOUND / f"{name}.log"
    while time.monotonic() < deadline or not rounds:
        # Another order each time, so that a round that is cut short leaves out others.
        chosen = (*options, *random.sample(paths, len(paths)))
        status = _test(chosen, log, max(deadline - time.monotonic(), 1))
        rounds, tests = rounds + 1, tests + log.read_text(encoding="utf-8").count(" PASSED")
        if status not in (0, _INTERRUPTED):
            return _tell(name, f"{tests:>12,} tests passed", log, good=False)
    if not tests:
        _say(f"{name:14} not one test was over in time: give it more minutes")
        return False
    return _tell(name, f"{tests:>12,} tests passed in {rounds} rounds", log, good=True)


def _test(chosen: tuple[str, ...], log: Path, seconds: float) -> int:
    """One round, ended when its time is over as Ctrl-C would: then the tests put away what they started."""
    options = ["-v", "-x", "-p", profile.__name__, f"--hypothesis-profile={profile.NAME}"]
    numbers = f"--hypothesis-seed={secrets.randbits(32)}"
    with log.open("wb") as sink:
        command = [sys.executable, "-m", "pytest", *options, numbers, *chosen]
        # A group of its own, so that whatever the tests have started ends with them.
        with subprocess.Popen(command, cwd=ROOT, stdout=sink, stderr=sink, start_new_session=True) as process:
            try:
                return process.wait(seconds)
            except subprocess.TimeoutExpired:
                process.send_signal(signal.SIGINT)
                with suppress(subprocess.TimeoutExpired):
                    process.wait(_GRACE)
            finally:
                with suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGTERM)
    # Cut short while it began, it ends in any way; what it had found by then is written there.
    return 1 if " FAILED" in log.read_text(encoding="utf-8") else _INTERRUPTED


def _tell(name: str, counted: str, log: Path, *, good: bool) -> bool:
    _say(f"{name:14}{counted}, {'nothing found' if good else f'FOUND SOMETHING: see {log.relative_to(ROOT)}'}")
    return good


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=10.5)  # a little more than what was promised
    sys.exit(main(parser.parse_args().minutes))
