"""One supervised process: started, watched, started again when it dies, ended in order.

ChildFailed    it ended, or did not become ready, while it was being started for the first time
"""

import asyncio
import os
import signal
import sys
import time
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from fristad.refusal import GaveUp

_LEASH = Path(__file__).with_name("leash.py")
_READY_EVERY = 0.05
_ONE_TRY = 2.0
_DEATHS = 5
_WITHIN = 60.0
_FIRST_PAUSE = 0.2  # doubled at each death within _WITHIN


class ChildFailed(Exception):
    """At its first start it ended (`status` is its exit status) or was not ready in time (None)."""

    def __init__(self, name: str, status: int | None) -> None:
        super().__init__(name)
        self.name = name
        self.status = status


@dataclass(frozen=True)
class Plan:
    """How a child is run. `name` is what the operator reads; `ready` tells whether it does its work."""

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str]
    ready: Callable[[], Awaitable[bool]]
    standard_input: bytes | None = None
    descriptors: tuple[int, ...] = ()
    speaks: bool = True  # whether its standard error may reach the operator's
    within: float = 30.0  # seconds until it is ready; a cold start on a slow disk takes a third of this
    patience: float = 5.0  # seconds that it has to end by itself


class Child:
    """A process kept alive by its plan. `tell` hears of restarts."""

    def __init__(self, plan: Plan, tell: Callable[[str], None]) -> None:
        self._plan = plan
        self._tell = tell
        self._process: asyncio.subprocess.Process | None = None
        self._deaths: deque[float] = deque(maxlen=_DEATHS)

    async def start(self) -> None:
        """Start it and return when it is ready. ChildFailed when it is not to be had."""
        process = await self._spawn()
        try:
            async with asyncio.timeout(self._plan.within):
                while not await self._is_ready():
                    if process.returncode is not None:
                        raise ChildFailed(self._plan.name, process.returncode)
                    await asyncio.sleep(_READY_EVERY)
        except TimeoutError:
            raise ChildFailed(self._plan.name, None) from None

    async def keep(self) -> None:
        """Start it again whenever it dies; GaveUp after the fifth death within a minute."""
        while self._process is not None:
            await self._process.wait()
            pause = self._note_death()
            self._tell(f"The {self._plan.name} stopped and is being started again.")
            await asyncio.sleep(pause)
            await self._spawn()

    async def end(self) -> None:
        """Ask it to end, and kill it when it does not. Leaves no process of its group."""
        process = self._process
        if process is None:
            return
        _signal_group(process.pid, signal.SIGTERM)
        try:
            async with asyncio.timeout(self._plan.patience):
                await process.wait()
        except TimeoutError:
            pass
        finally:
            _signal_group(process.pid, signal.SIGKILL)
            await process.wait()

    async def _spawn(self) -> asyncio.subprocess.Process:
        plan = self._plan
        # A session of its own: Ctrl-C in the terminal reaches the supervisor alone, which ends the children in order.
        self._process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-I", "-S", str(_LEASH), str(os.getpid()), *plan.command),
            env=dict(plan.environment),
            stdin=asyncio.subprocess.DEVNULL if plan.standard_input is None else asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=None if plan.speaks else asyncio.subprocess.DEVNULL,
            pass_fds=plan.descriptors,
            start_new_session=True,
            umask=0o077,
        )
        if plan.standard_input is not None and self._process.stdin is not None:
            with suppress(OSError):  # it died already: whoever waits for it will know
                self._process.stdin.write(plan.standard_input)
                await self._process.stdin.drain()
            self._process.stdin.close()
        return self._process

    async def _is_ready(self) -> bool:
        try:
            async with asyncio.timeout(_ONE_TRY):
                return await self._plan.ready()
        except TimeoutError:
            return False

    def _note_death(self) -> float:
        """Remember a death; the seconds to wait before the next start."""
        now = time.monotonic()
        self._deaths.append(now)
        recent = sum(1 for death in self._deaths if now - death < _WITHIN)
        if recent >= _DEATHS:
            raise GaveUp(
                f"The {self._plan.name} stopped {_DEATHS} times within a minute, so everything was stopped: "
                "look for the kind of error in the lines above, put it right and start again."
            )
        return float(_FIRST_PAUSE * 2 ** (recent - 1))


def _signal_group(pid: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.killpg(pid, number)
