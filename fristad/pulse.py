"""Takes the figures of this process that may be told (safety.vitals): nothing of visitors, everything rounded."""

import asyncio
import logging
import resource
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from safety import vitals
from safety.readiness import Readiness
from safety.vitals import Failures, Process, Readings

_BEAT = 0.25  # seconds between two looks at how late this process is
_MINUTE = 240  # of them
_STATM = Path("/proc/self/statm")


class Pulse:
    """The figures of one process. `connections` gives the share of those that it can serve at once; None where it
    serves none. `clock` gives seconds that only ever grow, `spent` the processor's seconds of this process."""

    def __init__(
        self,
        process: Process,
        readiness: Readiness,
        failures: Failures,
        clock: Callable[[], float],
        spent: Callable[[], float],
        connections: Callable[[], float] | None = None,
    ) -> None:
        self.process = process
        self.readiness = readiness
        self._failures = failures
        self._clock = clock
        self._spent = spent
        self._connections = connections
        self._late: deque[float] = deque(maxlen=_MINUTE)
        self._worked: deque[tuple[float, float]] = deque([(clock(), spent())], maxlen=_MINUTE)

    @asynccontextmanager
    async def beating(self) -> AsyncIterator[None]:
        """Looked at every quarter of a second while the body runs."""
        task = asyncio.create_task(self._beat())
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _beat(self) -> None:
        while True:
            due = self._clock() + _BEAT
            await asyncio.sleep(_BEAT)
            now = self._clock()
            self._late.append(now - due)
            self._worked.append((now, self._spent()))

    async def readings(self) -> Readings:
        """Every figure, now."""
        parts = await self.readiness.parts()
        found: dict[vitals.Vital, float | dict[str, float]] = {
            vitals.READY: float(all(parts.values())),
            vitals.PART: {part: float(answers) for part, answers in parts.items()},
            vitals.FAILING: float(self._failures.many()),
            vitals.LAG: vitals.lag(max(self._late, default=0.0)),
            vitals.BUSY: vitals.share(self._busy()),
            vitals.MEMORY: vitals.memory(_resident()),
        }
        if self._connections is not None:
            found[vitals.FULL] = vitals.share(self._connections())
        return found

    def _busy(self) -> float:
        (then, before), now = self._worked[0], self._clock()
        return (self._spent() - before) / (now - then) if now > then else 0.0


class FailureHandler(logging.Handler):
    """Notes that an error was logged; what it says is not looked at."""

    def __init__(self, failures: Failures) -> None:
        super().__init__(logging.ERROR)
        self._failures = failures

    def emit(self, record: logging.LogRecord) -> None:
        self._failures.note()


def _resident() -> int:
    """Bytes that this process has in memory."""
    try:
        return int(_STATM.read_text("ascii").split()[1]) * resource.getpagesize()
    except (OSError, ValueError, IndexError):
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
