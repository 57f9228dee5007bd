"""What a request gets that could not be answered: a sentence and a next step, never an echo of what was sent."""

import logging
import re
from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import SQLAlchemyError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.websockets import WebSocket

from console import edit_pages
from console.audit import Deed
from console.guard import Forged, NotPermitted, ProofNeeded, SetUpNeeded, SignInNeeded, Stale, signed_in_of
from console.house import house_of
from console.live import SIGNED_OUT
from console.pages import render, say, words_of
from console.sign_in_pages import ask_for_proof
from console.storage import is_unstorable, trouble_of
from handover.ports import HandoverError
from safety.headers import Asgi
from safety.logs import error_id, log_failure

_NAMED = {400: "bad", 404: "missing", 405: "missing", 413: "too-large", 422: "bad"}
_FORBIDDEN = 4403
_TRY_AGAIN = 1013

_logger = logging.getLogger(__name__)


def install_handlers(app: FastAPI) -> None:
    """Put a handler on every refusal and failure that a route may raise."""
    app.add_exception_handler(SignInNeeded, _ask_to_sign_in)
    app.add_exception_handler(SetUpNeeded, _lead_to_set_up)
    app.add_exception_handler(ProofNeeded, ask_for_proof)
    app.add_exception_handler(NotPermitted, _refuse)
    app.add_exception_handler(Forged, _refuse)
    app.add_exception_handler(HTTPException, _name)
    app.add_exception_handler(RequestValidationError, _name)
    app.add_exception_handler(HandoverError, _apologise)
    app.add_exception_handler(SQLAlchemyError, _tell_of_storage)


async def _ask_to_sign_in(connection: Any, _error: Exception) -> Any:  # Any: Starlette types one kind at a time
    if isinstance(connection, WebSocket):
        await _close(connection, SIGNED_OUT)
        return None
    request: Request = connection
    if _route(request) == "POST /edit":
        return await edit_pages.give_back(request)
    if request.method == "GET" and request.headers.get("sec-fetch-site") == "cross-site":
        # A strict cookie does not come along on a link from another site: this page asks again from here.
        return render(request, "onward.html", page=None)
    return RedirectResponse("/sign-in", 303)


async def _lead_to_set_up(connection: Any, _error: Exception) -> Any:
    if isinstance(connection, WebSocket):
        await connection.close(_FORBIDDEN)
        return None
    return RedirectResponse("/account", 303)


async def _refuse(connection: Any, error: Exception) -> Any:
    if isinstance(connection, WebSocket):
        # Before the handshake is accepted: a foreign page learns nothing but the refusal.
        await connection.close(_FORBIDDEN)
        return None
    if isinstance(error, Stale) and _route(connection) == "POST /edit":
        return await edit_pages.show_again(connection)
    if isinstance(error, Forged):
        return say(connection, 403, "forged")
    # Only what a person did in their own page: a forged request is not theirs.
    action = re.sub(r"[^\w /.-]", "", f"{connection.method} {connection.scope['route'].path}")
    try:
        await house_of(connection).audit.note(signed_in_of(connection).member, Deed.REFUSED, action)
    except SQLAlchemyError as failed:
        if trouble_of(failed) is None:
            raise  # else it cannot be noted, and is refused all the same
    return say(connection, 403, "not-permitted")


def _route(request: Request) -> str:
    return f"{request.method} {request.url.path}"


async def _name(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 422
    return say(request, status, _NAMED.get(status, "bad"))


async def _apologise(connection: Any, error: Exception) -> Any:
    """The engine does not answer: the visitor's talks are not lost by that, so say to try again."""
    log_failure(_logger, error_id(), error)
    return say(connection, 503, "unavailable")


async def _tell_of_storage(connection: Any, error: Exception) -> Any:
    """Nothing could be kept, or asked. What somebody wrote in a long form is given back."""
    if is_unstorable(error):
        return say(connection, 400, "bad")
    trouble = trouble_of(error)
    if trouble is None:
        raise error  # ours to mend
    log_failure(_logger, error_id(), error)
    if isinstance(connection, WebSocket):
        return await _close(connection, _TRY_AGAIN)
    if _route(connection) == "POST /edit":
        return await edit_pages.give_back(connection, 503, "storage")
    return say(connection, 503, f"storage-{trouble}")


async def _close(socket: WebSocket, code: int) -> None:
    # Accepted first: a browser tells its page the code of an open socket only.
    await socket.accept()
    await socket.close(code)


class Failures:
    """ASGI middleware: whatever nobody caught becomes a page with an error id, and a log line with the id and class."""

    def __init__(self, app: Asgi) -> None:
        self._app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        started = False

        async def watch(message: Any) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self._app(scope, receive, watch)
        except Exception as error:  # noqa: BLE001  # the last place before the server, which would log its text
            number = error_id()
            log_failure(_logger, number, error)
            if scope["type"] == "http" and not started:
                request = Request(scope)
                text = words_of(request)
                page = render(request, "failure.html", 500, page=None, text=text("notice.failed.text", number=number))
                await page(scope, receive, send)


async def refuse_too_large(scope: Any, receive: Any, send: Any) -> None:
    """Answers a body over the limit."""
    await say(Request(scope), 413, "too-large")(scope, receive, send)
