"""The door for softphones: signalling between a staff member's page and the telephone engine, relayed and looked at.

The guard has checked origin, sign-in and role before. Only who is on duty and answers calls in the browser comes in,
for their own line, and only as long as that is so. Sound does not come through here: it goes to the engine's own ports,
and is encrypted (DTLS-SRTP). The engine's port is on this machine alone, so this is the only way to it.
"""

import asyncio

from fastapi import APIRouter, WebSocket
from starlette.websockets import WebSocketDisconnect
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import InvalidHandshake, WebSocketException
from websockets.typing import Subprotocol

from console.checks import SIGN_IN_CHECK
from console.guard import signed_in_of
from console.house import House, house_of
from console.live import SIGNED_OUT
from console.phone_lines import By, OwnLine
from console.signins import SignedIn
from console.sip_gate import LARGEST, PROTOCOL, passes_in, passes_out, signs_in
from console.tables import finish
from safety.limits import FrameBudget

_REFUSED = 4403  # not on duty, or not with a softphone
_TOO_MANY = 1008
_TRY_AGAIN = 1013
_TIMEOUT = 5.0  # seconds for a connection on this machine


class _Over(Exception):
    """The relay ends with this code."""

    def __init__(self, code: int) -> None:
        super().__init__()
        self.code = code


def router_to(port: int) -> APIRouter:
    """The door, to the engine's port on this machine."""
    router = APIRouter()

    @router.websocket("/phone/ws")
    async def phone(socket: WebSocket) -> None:
        """Signalling of one softphone."""
        await _serve(socket, house_of(socket), signed_in_of(socket), port)

    return router


async def _serve(socket: WebSocket, house: House, signed_in: SignedIn, port: int) -> None:
    line = house.presences.line_of(signed_in.member.id)
    if line is None or line.by is not By.BROWSER or PROTOCOL not in socket.scope.get("subprotocols", ()):
        await socket.close(_REFUSED)
        return
    await socket.accept(PROTOCOL)
    try:
        engine = await connect(
            f"ws://127.0.0.1:{port}/ws",
            subprotocols=[Subprotocol(PROTOCOL)],
            open_timeout=_TIMEOUT,
            max_size=2 * LARGEST,
            compression=None,
            proxy=None,
            user_agent_header=None,
        )
    except (OSError, TimeoutError, InvalidHandshake, WebSocketException):
        await socket.close(_TRY_AGAIN)
        return
    try:
        await _relay(socket, engine, house, signed_in, line)
    finally:
        house.lines.meet(line, here=False)
        await engine.close()


async def _relay(socket: WebSocket, engine: ClientConnection, house: House, signed_in: SignedIn, line: OwnLine) -> None:
    tasks = [
        asyncio.create_task(_bring_out(socket, engine, house, line)),
        asyncio.create_task(_bring_in(socket, engine, house, line)),
        asyncio.create_task(_watch(house, signed_in, line)),
    ]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        ended = await asyncio.gather(*tasks, return_exceptions=True)
    codes = [error.code for error in ended if isinstance(error, _Over)]
    try:
        await socket.close(codes[0] if codes else _TRY_AGAIN)
    except (RuntimeError, WebSocketDisconnect):
        return  # it went away meanwhile


async def _bring_out(socket: WebSocket, engine: ClientConnection, house: House, line: OwnLine) -> None:
    budget = FrameBudget(house.steady)
    while True:
        message = await socket.receive()
        if message["type"] == "websocket.disconnect":
            return
        if not budget.take():
            raise _Over(_TOO_MANY)
        text = message.get("text") or ""
        if passes_out(text, line.id):
            await engine.send(text)


async def _bring_in(socket: WebSocket, engine: ClientConnection, house: House, line: OwnLine) -> None:
    async for text in engine:
        if isinstance(text, str) and passes_in(text):
            await socket.send_text(text)
            if signs_in(text):
                house.lines.meet(line, here=True)


async def _watch(house: House, signed_in: SignedIn, line: OwnLine) -> None:
    """A relay ends with the duty, with the line, and with the sign-in."""
    while True:
        await asyncio.sleep(SIGN_IN_CHECK)
        found = await finish(house.signins.find(signed_in.token))
        if found is None or found.member != signed_in.member:
            raise _Over(SIGNED_OUT)
        if house.presences.line_of(signed_in.member.id) is not line:
            raise _Over(_REFUSED)
