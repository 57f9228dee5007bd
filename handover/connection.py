"""One connection to the engine: commands go out together, once per turn of the event loop; answers come in order."""

import asyncio
import re
from collections.abc import Callable, Sequence
from typing import Any

import hiredis

from handover.engines import EngineAddress
from handover.ports import EngineUnavailable, HandoverError

Arg = str | int | bytes

_CODE = re.compile(r"[A-Z]+")  # the first word of a refusal; what follows may quote a command
_AWAY = {"LOADING", "MASTERDOWN", "READONLY", "CLUSTERDOWN"}  # the engine is there, and cannot serve us
_STRANGER = {"WRONGPASS", "NOAUTH"}


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

    def send(self, command: Sequence[Arg]) -> None:
        """Write a command with what else is sent in this turn of the loop."""
        if not self._outbox:
            self._loop.call_soon(self._flush)
        self._outbox.append(hiredis.pack_command(tuple(command)))  # type: ignore[arg-type]  # its types know one argument

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
    """A connection on which our user is signed in. EngineUnavailable when there is no engine, HandoverError when it
    refuses us. Whoever calls bounds the time."""
    answered: asyncio.Queue[Any] = asyncio.Queue()
    connection = Connection(answered.put_nowait, lambda: answered.put_nowait(ConnectionResetError()))
    try:
        await address.connect(lambda: connection)
        for command in _greeting(address):
            connection.send(command)
            answer = await answered.get()
            if isinstance(answer, Exception):
                raise answer
    except OSError:
        connection.cut()
        raise EngineUnavailable("no answer from the engine within its time limit") from None
    except hiredis.ReplyError as error:
        connection.cut()
        raise named(error) from None
    except BaseException:
        connection.cut()
        raise
    connection.hand_over(heard, lost)
    if not connection.is_open:
        raise EngineUnavailable("the connection to the engine was lost")
    return connection


def named(error: Exception) -> HandoverError:
    """An engine's refusal under our own names and without its text, which may quote a command and so a visitor."""
    code = code_of(error)
    if code in _STRANGER:
        return HandoverError("the engine refused the user or its password")
    if code in _AWAY:
        return EngineUnavailable("the engine cannot serve now")
    return HandoverError(f"the engine refused: {code}")


def code_of(error: Exception) -> str:
    """The first word of a refusal, which is the engine's own."""
    found = _CODE.match(str(error))
    return found[0] if found else "ERR"


def _greeting(address: EngineAddress) -> list[tuple[Arg, ...]]:
    """The ping is answered last and to who may speak alone."""
    sign_in: tuple[Arg, ...] = ("AUTH", *filter(None, [address.user]), address.password)
    choose: tuple[Arg, ...] = ("SELECT", address.database)
    return [
        *([sign_in] if address.password else []),
        *([choose] if address.database else []),
        ("PING",),
    ]
