"""What may be measured about a running process, and how it is written for Prometheus.

A figure that moves when one person comes tells that somebody came, and when: whoever reads the figures often has a
timetable of visits. So nothing here counts requests, visitors, talks or messages, and each figure is either a yes or
no, or rounded so far that fewer than SMALLEST people never move it by what they do. Counters for people are
the statistics' (closed tables by month, design section 10).
"""

from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from math import ceil

SMALLEST = 8  # the smallest count that the statistics show (design section 10); here none below it has any effect
WINDOW = 600.0  # seconds over which failures are gathered
MEMORY_STEP = 64 * 1024 * 1024  # bytes; a waiting visitor takes 5 kB, so a step is thousands of them
SHARE_STEP = 0.1  # of one core, and of the connections that are served
LAG_STEP = 0.1  # seconds


class Process(StrEnum):
    """Which process it is; the only thing that tells two sets of figures apart."""

    VISITOR = "visitor"
    CONSOLE = "console"
    PHONE = "phone"
    TELEGRAM = "telegram"


class Part(StrEnum):
    """What a process may rest on."""

    ENGINE = "engine"  # that carries the talks
    DATABASE = "database"
    TELEPHONE = "telephone"  # the engine of the calls


@dataclass(frozen=True, slots=True)
class Vital:
    """One figure: its name, what it means, and the closed values of its one further label, if it has one."""

    name: str
    meaning: str
    label: str = ""
    values: tuple[str, ...] = ()


READY = Vital("fristad_ready", "1 while the process can do its work, 0 while a part that it rests on does not answer")
PART = Vital("fristad_part_ready", "1 while this part answers", "part", tuple(Part))
FAILING = Vital(
    "fristad_failing",
    f"1 while {SMALLEST} errors of ours or more were logged within ten minutes",
)
LAG = Vital("fristad_lag_seconds", "the longest that work had to wait within a minute, rounded down to tenths")
BUSY = Vital("fristad_busy_ratio", "share of one processor core within a minute, rounded down to tenths")
FULL = Vital("fristad_connections_ratio", "share of the connections that can be served at once, rounded down to tenths")
MEMORY = Vital("fristad_memory_bytes", "memory in use, rounded up to 64 MiB")
VITALS = (READY, PART, FAILING, LAG, BUSY, FULL, MEMORY)

Readings = Mapping[Vital, float | Mapping[str, float]]


class Failures:
    """Whether many things failed lately; how many is told to nobody. `clock` gives seconds that only ever grow."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._times: deque[float] = deque(maxlen=SMALLEST)

    def note(self) -> None:
        """Something failed now."""
        self._times.append(self._clock())

    def many(self) -> bool:
        """Whether SMALLEST or more did within WINDOW."""
        return len(self._times) == SMALLEST and self._times[0] >= self._clock() - WINDOW


def share(value: float) -> float:
    """A share of 1, in whole steps, never rounded up: what is little looks like nothing."""
    return _down(min(max(value, 0.0), 1.0), SHARE_STEP)


def lag(seconds: float) -> float:
    """Seconds in whole steps, never rounded up."""
    return _down(max(seconds, 0.0), LAG_STEP)


def memory(size: int) -> float:
    """Bytes in whole steps."""
    return float(ceil(max(size, 1) / MEMORY_STEP) * MEMORY_STEP)


def _down(value: float, step: float) -> float:
    return round(int(value / step + 1e-9) * step, 6)


def write_vitals(process: Process, readings: Readings) -> str:
    """The figures in Prometheus's text format (0.0.4). ValueError for a label's value outside the closed set."""
    return "".join(line for vital, reading in readings.items() for line in _lines(process, vital, reading))


def _lines(process: Process, vital: Vital, reading: float | Mapping[str, float]) -> Iterable[str]:
    yield f"# HELP {vital.name} {vital.meaning}\n# TYPE {vital.name} gauge\n"
    if not isinstance(reading, Mapping):
        yield f'{vital.name}{{process="{process}"}} {reading:.15g}\n'
        return
    for value, figure in reading.items():
        if value not in vital.values:
            raise ValueError("only values of the closed set are told apart")
        yield f'{vital.name}{{process="{process}",{vital.label}="{value}"}} {figure:.15g}\n'
