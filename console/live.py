"""The live path: one socket per open page; every frame is checked against its budget, its shape and the permissions."""

import asyncio
import contextlib
import logging
import random
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Protocol

from sqlalchemy.exc import SQLAlchemyError
from starlette.websockets import WebSocket, WebSocketDisconnect

from console.accounts import Member
from console.checks import DesksChanged, SignedOut, check_frame, watch_sign_in
from console.closing import Closing
from console.desk import Desk, OpenedElsewhere
from console.frame_fields import BadFrame, BadVersion
from console.frames import Frame, parse_frame
from console.habits import most_of
from console.help_views import HelpViews
from console.house import House
from console.permissions import Role, allows
from console.sending import Sending
from console.signins import SignedIn
from console.storage import Storage, Trouble, trouble_of
from console.tide import longest_band
from console.together_views import TogetherViews
from console.views import Json, Views, load_view
from console.wishes import Wishes
from dialogues.hours import SWEDEN
from handover.ports import HandoverError, StaffEnd
from safety.draining import LINGER, RESTARTING, Draining
from safety.limits import FrameBudget
from safety.logs import error_id, log_failure

BEAT = 4.0  # seconds: a page gives a silent connection up after three of them; whatever the lease is set to

SIGNED_OUT = 4401
ELSEWHERE = 4409
OUTDATED = 4426
_TOO_MANY = 1008
_FAILED = 1011
_TRY_AGAIN = 1013

_logger = logging.getLogger(__name__)


class TooManyFrames(Exception):
    """More frames than a person's page sends."""


class Conversation(Protocol):
    """What a page's socket serves."""

    @property
    def on_duty(self) -> bool:
        """Whether the sign-in stays alive without a request."""

    async def run(self) -> None:
        """Serve until cancelled."""

    async def handle(self, frame: Frame) -> None:
        """Do what a permitted frame asks."""

    async def close(self, *, moving: bool = False) -> None:
        """The connection is gone; `moving`: because its page was sent to another process, where it goes on."""


LOOK = 30.0  # seconds between two looks at a room in which nothing happens: bands of waits are minutes


class LoadWatch:
    """A coordinator's conversation: the live load, and no action."""

    def __init__(self, member: Member, staff_end: StaffEnd, send: Callable[[Json], Awaitable[None]]) -> None:
        self._desk = member.desk
        self._end = staff_end
        self._send = send

    on_duty = False

    async def run(self) -> None:
        """Send the load whenever it changes: the room tells, but for a wait that only grew longer."""
        async with self._end.follow_room([self._desk]) as events:
            shown: Json = {}
            while True:
                longest = longest_band([row.waited for row in (await self._end.front(self._desk, 1)).rows])
                current = load_view(await self._end.load(self._desk), longest)
                if current != shown:
                    await self._send(current)
                    shown = current
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(LOOK):
                        await anext(events)

    async def handle(self, frame: Frame) -> None:
        """Nothing: no frame is permitted to a coordinator."""

    async def close(self, *, moving: bool = False) -> None:
        """Nothing to end."""


async def serve_live(socket: WebSocket, house: House, signed_in: SignedIn) -> None:
    """Serve one socket until either end closes it, and close it with a code that tells the page what to do."""
    await socket.accept()
    with house.looks.at(signed_in.token):
        code = await _serve(socket, house, signed_in)
    if code is not None:
        await _close(socket, code)


async def _serve(socket: WebSocket, house: House, signed_in: SignedIn) -> int | None:
    """Until the conversation is over; the code to close with, if the socket is open."""
    send = Sending(socket)
    conversation = _conversation(house, signed_in, send)
    tasks = [
        asyncio.create_task(_read(socket, house, signed_in, conversation, send)),
        asyncio.create_task(watch_sign_in(house, signed_in, conversation)),
        asyncio.create_task(_beat(send, house.storage)),
        asyncio.create_task(conversation.run()),
        asyncio.create_task(_send_elsewhere(socket, house.draining, send)),
    ]
    try:
        with house.draining.holding():
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        code = await _stop(tasks, conversation, moving=send.over)
    return code


def _conversation(house: House, signed_in: SignedIn, send: Sending) -> Conversation:
    if signed_in.member.role is not Role.STAFF:
        return LoadWatch(signed_in.member, house.staff_end, send)
    views = Views(house.words[signed_in.language], house.content, house.word_lists, signed_in.member.desks)
    closing = Closing(
        signed_in.member,
        staff_end=house.staff_end,
        desk=lambda desk: house.rota.planned(house.content.desks.get(desk)),
        tally=house.tally,
        now=lambda: datetime.fromtimestamp(house.clock(), SWEDEN),
        send=send,
    )
    words = house.words[signed_in.language]
    return Desk(
        signed_in.member,
        staff_end=house.staff_end,
        devices=house.devices,
        device_looks=house.device_looks,
        presences=house.presences,
        views=views,
        together=TogetherViews(words, views),
        along=HelpViews(words, views, house.organisation),
        tally=house.tally,
        bells=house.bells,
        limits=house.limits,
        habits=house.habits,
        most=lambda desk: most_of(house.content, desk),
        steady=house.steady,
        closing=closing,
        lines=house.lines,
        rooms=house.rooms,
        wishes=Wishes(signed_in.member, staff_end=house.staff_end, asking=house.asking, words=words),
        others=house.others,
        send=send,
    )


async def _read(
    socket: WebSocket,
    house: House,
    signed_in: SignedIn,
    conversation: Conversation,
    send: Callable[[Json], Awaitable[None]],
) -> None:
    budget = FrameBudget(house.steady)
    while True:
        message = await socket.receive()
        if message["type"] == "websocket.disconnect":
            raise WebSocketDisconnect(message.get("code", 1006))
        if not budget.take():
            raise TooManyFrames
        try:
            frame = parse_frame(message.get("text") or "")
        except BadVersion:
            raise
        except BadFrame:
            await send({"type": "refused", "code": "frame"})
            continue
        await check_frame(house, signed_in)
        if not allows(signed_in.member.role, f"live.{frame.action}"):
            await send({"type": "refused", "code": "not_permitted"})
            continue
        await _handle(conversation, frame, send)


async def _handle(conversation: Conversation, frame: Frame, send: Callable[[Json], Awaitable[None]]) -> None:
    """Do it, or say that it could not be kept: no talk ends with that."""
    try:
        await conversation.handle(frame)
    except SQLAlchemyError as error:
        trouble = trouble_of(error)
        if trouble is None:
            raise
        await send({"type": "refused", "code": f"storage_{trouble}"})


async def _send_elsewhere(socket: WebSocket, draining: Draining, send: Sending) -> None:
    """Wait until this process goes; then close the page's socket with the code that makes it connect again, and return
    when what it had sent before can have come."""
    await draining.turn(random.random)
    send.over = True
    await _close(socket, RESTARTING)
    await asyncio.sleep(LINGER)


async def _beat(send: Callable[[Json], Awaitable[None]], storage: Storage) -> None:
    """Say something now and then, so that the page can tell a dead connection from a quiet one; and when it changes,
    whether the console can keep anything."""
    told: Trouble | None = None
    while True:
        await asyncio.sleep(BEAT)
        await send({"type": "beat"})
        if storage.trouble != told:
            told = storage.trouble
            await send({"type": "storage", "trouble": told or ""})


async def _stop(tasks: list[asyncio.Task[None]], conversation: Conversation, *, moving: bool) -> int | None:
    """Cancel what still runs, end the conversation, and say with which code the socket is closed, if it is open."""
    ended = [task for task in tasks if task.done()]
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    codes = [_code(error) for task in ended if not task.cancelled() and (error := task.exception())]
    try:
        await conversation.close(moving=moving)
    except HandoverError as error:
        log_failure(_logger, error_id(), error)
    return codes[0] if codes else _TRY_AGAIN


def _code(error: BaseException) -> int | None:
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    match error:
        case WebSocketDisconnect():
            return None
        case SignedOut():
            return SIGNED_OUT
        case OpenedElsewhere():
            return ELSEWHERE
        case BadVersion():
            return OUTDATED
        case TooManyFrames():
            return _TOO_MANY
        case HandoverError() | DesksChanged():
            return _TRY_AGAIN
    log_failure(_logger, error_id(), error)
    return _TRY_AGAIN if trouble_of(error) else _FAILED


async def _close(socket: WebSocket, code: int) -> None:
    try:
        await socket.close(code)
    except (RuntimeError, WebSocketDisconnect):
        return  # it went away meanwhile
