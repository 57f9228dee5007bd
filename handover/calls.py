"""Calls over one connection: none waits for the answer to another, and answers come in the order of asking."""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any

from handover.connection import Arg, Connection, code_of, dial, no_answer
from handover.engines import EngineAddress

_ELSEWHERE = {"MOVED", "READONLY", "MASTERDOWN"}  # this engine has no such keys, or not the word about them


class _Asked:
    """Commands whose answers are still to come, and when waiting for them ends, in the loop's seconds."""

    __slots__ = ("answers", "future", "until", "wanted")

    def __init__(self, future: asyncio.Future[list[Any]], wanted: int, until: float) -> None:
        self.future = future
        self.wanted = wanted
        self.until = until
        self.answers: list[Any] = []


class Calls:
    """What is asked over one connection; commands of one turn of the event loop leave in one write.

    When the connection is lost, or an answer is late, everything that was asked over it ends with EngineUnavailable: it
    may have been done or not, and nothing is sent again. When the engine says that it is not the one to ask any more,
    what was asked is still answered, and then the connection is closed.
    """

    def __init__(self, elsewhere: Callable[[], None]) -> None:
        """`elsewhere` is called once, when the engine says so."""
        self._elsewhere = elsewhere
        self._connection: Connection | None = None
        self._loop = asyncio.get_running_loop()
        self._left = False
        self._asked: deque[_Asked] = deque()
        self._watch: asyncio.TimerHandle | None = None

    async def open(self, address: EngineAddress) -> None:
        """Connect; errors as from `handover.connection.dial`."""
        self._connection = await dial(address, self._hear, self._lose)

    @property
    def is_open(self) -> bool:
        """Whether answers may still come."""
        return self._connection is not None and self._connection.is_open

    @property
    def is_usable(self) -> bool:
        """Whether something may be asked."""
        return not self._left and self._connection is not None and self._connection.is_open

    def ask(self, commands: Sequence[Sequence[Arg]], until: float) -> asyncio.Future[list[Any]]:
        """Answers of commands that are sent together, an engine's refusal as the exception that it is; asked only while
        it `is_usable`. EngineUnavailable when they did not come until then, in the loop's seconds."""
        loop = self._loop
        # First: answers are told apart by their order alone, so nobody may wait for one to what was never sent.
        self._connection.send(*commands)  # type: ignore[union-attr]  # there is one while it is usable
        asked = _Asked(loop.create_future(), len(commands), until)
        self._asked.append(asked)
        if self._watch is None:
            self._watch = loop.call_at(until, self._look)
        return asked.future

    def leave(self) -> None:
        """Ask nothing more, and close the connection when all that was asked is answered."""
        self._left = True
        if not self._asked:
            self.cut()

    def cut(self) -> None:
        """Close the connection and tell everybody who waits; safe to call twice."""
        if self._connection is not None:
            self._connection.cut()
        self._lose()

    def _hear(self, answer: Any) -> None:
        if not self._asked:
            return
        asked = self._asked[0]
        asked.answers.append(answer)
        if isinstance(answer, Exception) and not self._left and code_of(answer) in _ELSEWHERE:
            self.leave()
            self._elsewhere()
        if len(asked.answers) == asked.wanted:
            self._asked.popleft()
            if not asked.future.done():  # else whoever asked has given up
                asked.future.set_result(asked.answers)
            if self._left and not self._asked:
                self.cut()

    def _look(self) -> None:
        """One timer for all: whoever asked first is the first to be late."""
        self._watch = None
        if not self._asked:
            return
        if self._asked[0].until > self._loop.time():
            self._watch = self._loop.call_at(self._asked[0].until, self._look)
        else:
            self.cut()

    def _lose(self) -> None:
        """Tell everybody who waits; the loop's own word comes later."""
        asked, self._asked = self._asked, deque()
        if self._connection is not None:
            self._connection.hand_over(_nothing, _nothing)
            self._connection = None
        if self._watch is not None:
            self._watch.cancel()
            self._watch = None
        for each in asked:
            if not each.future.done():
                each.future.set_exception(no_answer())


def _nothing(*_: Any) -> None:
    """Nobody is interested any more."""
