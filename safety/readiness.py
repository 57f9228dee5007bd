"""Whether a process can do its work now: what it rests on is asked, seldom and with patience's end, and told as yes or
no. Nothing here says why not, or how much there is to do."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from safety.headers import Asgi

Check = Callable[[], Awaitable[object]]  # returns when the part answers; raises, or takes its time, when it does not

AGAIN = 1.0  # seconds for which an answer holds, so that whoever asks often asks the parts no more often than that
PATIENCE = 2.0  # seconds that a part has to answer; what is slower serves nobody


class Readiness:
    """The parts of one process, by a name of ours each. `clock` gives seconds that only ever grow; `leaving` tells
    whether the process goes, and wants nothing new."""

    def __init__(
        self,
        checks: Mapping[str, Check],
        clock: Callable[[], float],
        patience: float = PATIENCE,
        leaving: Callable[[], bool] = lambda: False,
    ) -> None:
        self._checks = dict(checks)
        self._leaving = leaving
        self._clock = clock
        self._patience = patience
        self._found: dict[str, bool] = dict.fromkeys(checks, False)
        self._until = float("-inf")
        self._turn = asyncio.Lock()

    async def parts(self) -> Mapping[str, bool]:
        """Which parts answer; what was found holds for AGAIN seconds."""
        async with self._turn:
            if self._clock() >= self._until:
                answers = await asyncio.gather(*(self._answers(check) for check in self._checks.values()))
                self._found = dict(zip(self._checks, answers, strict=True))
                self._until = self._clock() + AGAIN
            return dict(self._found)

    async def ready(self) -> bool:
        """Whether all of them do, and the process stays."""
        return not self._leaving() and all((await self.parts()).values())

    async def _answers(self, check: Check) -> bool:
        try:
            async with asyncio.timeout(self._patience):
                await check()
        except Exception:  # noqa: BLE001  # whatever it may be: the part does not do its work, and why is for the logs
            return False
        return True


class WithReadiness:
    """An ASGI application that tells how ready it is."""

    def __init__(self, app: Asgi, readiness: Readiness) -> None:
        self._app = app
        self.readiness = readiness

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await self._app(scope, receive, send)


def readiness_of(app: Asgi) -> Readiness:
    """That of an app, whose own attribute it is or its state's. TypeError when it has none."""
    found = getattr(app, "readiness", None) or getattr(getattr(app, "state", None), "readiness", None)
    if not isinstance(found, Readiness):
        raise TypeError("this app does not tell whether it is ready")
    return found
