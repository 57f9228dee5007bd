"""The socket of a talk: who may open one, and what is refused before it carries a word."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from functools import partial
from urllib.parse import urlsplit

from fastapi import APIRouter, Response, WebSocket, WebSocketDisconnect

from bot.web.frames import FRAME_LIMIT, BadFrame, BadVersion, Close, Open, read_frame
from bot.web.live_page import LivePage, Receive, Send
from bot.web.live_talk import LiveTalk
from bot.web.site import Site, site_of
from handover.values import TalkRef
from safety import logs
from safety.direct import Write, direct_write
from safety.tokens import TokenError

router = APIRouter()
_logger = logging.getLogger("bot")

OPENING = 10  # seconds until the first frame must have come


@router.websocket("/live")
async def live(socket: WebSocket) -> None:
    """One talk over one socket. The token comes in the first frame, because addresses end up in logs."""
    if not _from_own_page(socket):
        await socket.send_denial_response(Response(status_code=403))
        return
    await socket.accept()
    site = site_of(socket)
    try:
        async with asyncio.timeout(OPENING):
            opening = await _read_opening(socket)
        talk = site.tokens.open_talk(opening.talk)
    except TimeoutError:
        await _refuse(socket, "late", Close.LATE)
    except TokenError:
        await _refuse(socket, "token", Close.UNKNOWN)
    except BadVersion:
        await _refuse(socket, "version", Close.UNKNOWN)  # the page says that the talk is over, and where else to turn
    except BadFrame:
        await _refuse(socket, "frame", Close.BAD_FRAME)
    except WebSocketDisconnect:
        return
    else:
        await _carry(socket, partial(_run, site, talk.ref, opening, direct_write(socket.scope)))


async def _carry(socket: WebSocket, run: Callable[[Receive, Send], Awaitable[None]]) -> None:
    """Carry the talk on without all that a request passes through, where the server can (fristad.lean_socket):
    thousands wait at a time, and each would keep it."""
    later = socket.scope.get("extensions", {}).get("carry")
    if later is None:
        await run(socket.receive, socket.send)
    else:
        later(run)


def _run(site: Site, ref: TalkRef, opening: Open, write: Write, receive: Receive, send: Send) -> Awaitable[None]:
    return LiveTalk(site, ref, opening, LivePage(receive, send, write)).run()


def _from_own_page(socket: WebSocket) -> bool:
    """Browsers always name the origin of a socket. Behind a proxy the scheme may differ, the host may not."""
    try:
        origin = urlsplit(socket.headers.get("origin", ""))
    except ValueError:  # not an address at all
        return False
    return origin.scheme in {"http", "https"} and origin.netloc == socket.headers.get("host")


async def _read_opening(socket: WebSocket) -> Open:
    message = await socket.receive()
    if message["type"] == "websocket.disconnect":
        raise WebSocketDisconnect(message.get("code", 1006))
    text = message.get("text")
    if text is None or len(text) > FRAME_LIMIT:
        raise BadFrame("not a first frame")
    frame = read_frame(text)
    if not isinstance(frame, Open):
        raise BadFrame("not a first frame")
    return frame


async def _refuse(socket: WebSocket, code: str, close: Close) -> None:
    try:
        await socket.send_json({"type": "refused", "code": code})
        await socket.close(close)
    except (WebSocketDisconnect, RuntimeError) as error:
        logs.log_failure(_logger, logs.error_id(), error)
