"""A browser on a slow phone, imitated: all its processes on one core, stopped for most of the time.

Chromium's own CPU throttling reaches the page's main thread and not its workers, where the work is done.
"""

import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_RUNNING = 0.01  # seconds at a time: short enough that nothing notices a stop


@contextmanager
def slowed(mark: str, times: float) -> Iterator[None]:
    """While this lasts, the processes whose command line holds `mark`, with all their children, run `times` slower."""
    over = threading.Event()
    thread = threading.Thread(target=_stop_and_go, args=(mark, times, over))
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
        for pid in _family(mark):
            _confine(pid, os.sched_getaffinity(0))


def _stop_and_go(mark: str, times: float, over: threading.Event) -> None:
    core = {min(os.sched_getaffinity(0))}
    while not over.is_set():
        family = _family(mark)
        for pid in family:
            _confine(pid, core)
        for _ in range(20):
            _signal(family, signal.SIGSTOP)
            time.sleep(_RUNNING * (times - 1))
            _signal(family, signal.SIGCONT)
            time.sleep(_RUNNING)


def _confine(pid: int, cores: set[int]) -> None:
    """Every thread of the process, which need not be where the first one is."""
    for thread in Path(f"/proc/{pid}/task").glob("[0-9]*"):
        with suppress(OSError):
            os.sched_setaffinity(int(thread.name), cores)


def _signal(family: list[int], number: signal.Signals) -> None:
    for pid in family:
        with suppress(ProcessLookupError):
            os.kill(pid, number)


def _family(mark: str) -> list[int]:
    """The marked processes and all that descend from them."""
    parents: dict[int, int] = {}
    found: list[int] = []
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            pid = int(folder.name)
            # The parent stands behind the name, which is in parentheses and may hold anything.
            parents[pid] = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
            if mark.encode() in (folder / "cmdline").read_bytes():
                found.append(pid)
    for pid in found:  # grows while it is walked
        found.extend(child for child, parent in parents.items() if parent == pid and child not in found)
    return found
