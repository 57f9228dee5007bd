"""One connection to the engine: commands go out together, once per turn of the event loop; answers come in order."""

import asyncio
import re
from collections.abc import Callable, Sequence
from typing import Any

import hiredis

from handover.engines import EngineAddress
from handover.ports import EngineUnavailable, HandoverError

Arg = str | int | bytes

ASKING = 0.5  # seconds for one answer on a connection of its own: a quarter of a call's usual limit

_CODE = re.compile(r"[A-Z]+")  # the first word of a refusal; what follows may quote a command
_AWAY = {"LOADING", "MASTERDOWN", "READONLY", "CLUSTERDOWN"}  # the engine is there, and cannot serve us
_ON_THE_WAY = {"MOVED", "ASK", "TRYAGAIN"}  # the keys are changing hands
_STRANGER = {"WRONGPASS", "NOAUTH"}


class Stranger(HandoverError):
    """The engine refuses our user or its password."""


class NotLoaded(HandoverError):
    """The engine does not have the script."""


class Connection(asyncio.Protocol):
    """`heard` is given each answer, an engine's refusal as the exception that it is; `lost` is called once, when
    nothing more will come."""

    def __init__(self, heard: Callable[[Any], None], lost: Callable[[], None]) -> None:
        self._heard = heard
        self._lost = lost
        self._reader = hiredis.Reader(notEnoughData=_MORE)
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport | None = None
        self._outbox: list[bytes] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The event loop's word that it is open."""
        self._transport = transport  # type: ignore[assignment]  # asyncio types it wider than what it gives

    def data_received(self, data: bytes) -> None:
        """The event loop's word that something came."""
        reader = self._reader
        try:
            reader.feed(data)
            while (reply := reader.gets()) is not _MORE:
                self._heard(reply)
        except hiredis.ProtocolError:
            self.cut()

    def connection_lost(self, _error: Exception | None) -> None:
        """The event loop's word that it is gone."""
        self._transport = None
        self._lost()

    @property
    def is_open(self) -> bool:
        """Whether something sent now may arrive."""
        return self._transport is not None and not self._transport.is_closing()

    def send(self, *commands: Sequence[Arg]) -> None:
        """Write commands with what else is sent in this turn of the loop. Of commands one of which cannot be written
        (UnicodeEncodeError) none is."""
        packed = [hiredis.pack_command(tuple(command)) for command in commands]  # type: ignore[arg-type]  # its types know one argument
        if not self._outbox:
            self._loop.call_soon(self._flush)
        self._outbox += packed

    def cut(self) -> None:
        """End it now; what was sent may have been done or not."""
        if self._transport is not None:
            self._transport.abort()

    def _flush(self) -> None:
        sent, self._outbox = self._outbox, []
        if self._transport is not None:
            self._transport.write(sent[0] if len(sent) == 1 else b"".join(sent))

    def hand_over(self, heard: Callable[[Any], None], lost: Callable[[], None]) -> None:
        """From now on these are told, instead of those that the connection was made with."""
        self._heard, self._lost = heard, lost


_MORE = object()


async def dial(address: EngineAddress, heard: Callable[[Any], None], lost: Callable[[], None]) -> Connection:
    """A connection on which our user is signed in. EngineUnavailable when there is no engine, Stranger or another
    HandoverError when it refuses us. Whoever calls bounds the time."""
    connection, answer = await _begin(address, ("PING",))  # answered to who may speak alone
    if isinstance(answer, Exception):
        connection.cut()
        raise named(answer)
    connection.hand_over(heard, lost)
    if not connection.is_open:
        raise no_answer()
    return connection


async def ask(address: EngineAddress, *command: Arg) -> Any:
    """The answer to one command on a connection of its own, an engine's refusal as the exception that it is.
    EngineUnavailable after ASKING seconds; else errors as from `dial`."""
    try:
        async with asyncio.timeout(ASKING):
            connection, answer = await _begin(address, command)
    except TimeoutError:
        raise no_answer() from None
    connection.cut()
    return answer


async def _begin(address: EngineAddress, command: Sequence[Arg]) -> tuple[Connection, Any]:
    """A new connection, with the answer to the first command after signing in."""
    answered: asyncio.Queue[Any] = asyncio.Queue()
    connection = Connection(answered.put_nowait, lambda: answered.put_nowait(no_answer()))
    try:
        await address.connect(lambda: connection)
        answer: Any = None
        for each in (*_sign_in(address), command):
            if isinstance(answer, Exception):
                raise named(answer)
            connection.send(each)
            answer = await answered.get()
            if isinstance(answer, EngineUnavailable):
                raise answer
    except OSError:
        connection.cut()
        raise no_answer() from None
    except BaseException:
        connection.cut()
        raise
    return connection, answer


def named(error: Exception) -> HandoverError:
    """An engine's refusal under our own names and without its text, which may quote a command and so a visitor."""
    code = code_of(error)
    if code in _STRANGER:
        return Stranger("the engine refused the user or its password")
    if code in _AWAY:
        return EngineUnavailable("the engine cannot serve now")
    if code in _ON_THE_WAY:
        return EngineUnavailable("the engine is changing hands")
    if code == "NOSCRIPT":
        return NotLoaded("the engine does not have the script")
    return HandoverError(f"the engine refused: {code}")


def no_answer() -> EngineUnavailable:
    """What is told when it is not known whether something was done."""
    error = EngineUnavailable("no answer from the engine within its time limit")
    error.__suppress_context__ = True  # what else was going on may quote a command
    return error


def code_of(error: Exception) -> str:
    """The first word of a refusal, which is the engine's own."""
    found = _CODE.match(str(error))
    return found[0] if found else "ERR"


def _sign_in(address: EngineAddress) -> list[tuple[Arg, ...]]:
    sign_in: tuple[Arg, ...] = ("AUTH", *filter(None, [address.user]), address.password)
    choose: tuple[Arg, ...] = ("SELECT", address.database)
    return [*([sign_in] if address.password else []), *([choose] if address.database else [])]
