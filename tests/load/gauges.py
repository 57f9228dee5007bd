"""What processes use of the machine, and which core they run on. Only what the kernel tells; nothing is estimated."""

import os
import re
import signal
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")
_RSS = re.compile(r"^Rss:\s+(\d+) kB", re.MULTILINE)


def processor(pids: Iterable[int]) -> float:
    """Seconds of the processor that these processes have used together (user and system, all threads, ended ones too),
    in steps of 10 ms. FileNotFoundError when one of them is gone."""
    return sum(_ticks(pid) for pid in pids) / _TICKS


def exactly(pid: int) -> float:
    """Seconds of the processor that the threads of this process that are alive have used, to the nanosecond: for what
    takes less than the 10 ms of `processor`."""
    tasks = Path(f"/proc/{pid}/task").iterdir()
    return sum(int((task / "schedstat").read_text(encoding="ascii").split()[0]) for task in tasks) / 1e9


def memory(pid: int) -> int:
    """Resident kB."""
    found = _RSS.search(Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii", errors="replace"))
    assert found is not None, f"process {pid} tells no memory"
    return int(found[1])


def family(pid: int) -> list[int]:
    """The process and all that came from it."""
    found = [pid]
    for each in found:
        for task in Path(f"/proc/{each}/task").iterdir():
            found += map(int, (task / "children").read_text(encoding="ascii").split())
    return found


def machine() -> str:
    """One line that stands above figures: read them with it."""
    cores = os.sched_getaffinity(0)
    model = re.search(r"model name\s*: (.+)", Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace"))
    loads = " ".join(f"{load:.1f}" for load in os.getloadavg())
    return f"{len(cores)} cores, {model[1] if model else 'unknown processor'}, load average {loads}"


@contextmanager
def serving_core() -> Iterator[None]:
    """What is started in the body runs on the first core alone, when there are several; whoever starts it does not."""
    cores = sorted(os.sched_getaffinity(0))
    if len(cores) < 2:
        yield
        return
    os.sched_setaffinity(0, cores[:1])
    try:
        yield
    finally:
        os.sched_setaffinity(0, cores)


@contextmanager
def measuring_core() -> Iterator[None]:
    """This thread keeps off the core of `serving_core`, when there are several; and a SIGTERM ends what was started."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    cores = sorted(os.sched_getaffinity(0))
    if len(cores) > 1:
        os.sched_setaffinity(0, cores[1:])
    try:
        yield
    finally:
        os.sched_setaffinity(0, cores)


def _ticks(pid: int) -> int:
    # The name of the program stands in brackets and may hold anything.
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])
