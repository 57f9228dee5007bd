"""What a visitor reads when something goes wrong: what happened, the next step, and 112. Never what was sent."""

import logging
from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse
from starlette.exceptions import HTTPException

from bot.web.site import language_of, site_of
from bot.web.views import Problem
from handover.ports import HandoverError
from safety import logs
from safety.headers import Asgi

_logger = logging.getLogger("bot")

_KEYS: Mapping[int, str] = {404: "missing", 405: "method", 413: "large", 500: "broken", 503: "broken"}
_FOR_SCRIPTS = frozenset({"/turn", "/leave"})


def add_handlers(app: FastAPI) -> None:
    """Have this app answer all errors in a visitor's words."""
    app.add_exception_handler(HTTPException, _answer_http)
    app.add_exception_handler(RequestValidationError, _answer_validation)
    app.add_exception_handler(HandoverError, _answer_unavailable)


def problem_response(
    request: Request, status: int, number: str = "", headers: Mapping[str, str] | None = None
) -> Response:
    """The error of that status, as JSON for the page's script and as a page for people."""
    problem = Problem(_KEYS.get(status, "wrong"), number)
    language = language_of(request)
    site = site_of(request)
    if request.url.path not in _FOR_SCRIPTS:
        return HTMLResponse(site.views.problem(problem, language), status, headers)
    words = site.words.of(language)
    told = {"message": words[f"error.{problem.key}"], "next": words["error.next"], "danger": words["error.danger"]}
    return JSONResponse({"error": problem.key, **told, "call": "112", "number": number}, status, headers)


async def refuse_too_large(scope: Any, receive: Any, send: Any) -> None:
    """The refusal of `safety.limits.BodyLimit`, as a page of ours."""
    await problem_response(Request(scope), 413)(scope, receive, send)


async def _answer_http(request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    return problem_response(request, error.status_code, headers=error.headers)


async def _answer_validation(request: Request, error: Exception) -> Response:
    return problem_response(request, 422)


async def _answer_unavailable(request: Request, error: Exception) -> Response:
    number = logs.error_id()
    logs.log_failure(_logger, number, error)
    return problem_response(request, 503, number)


class LastResort:
    """ASGI middleware inside the security headers: what nobody caught becomes an error with an id to tell.

    Starlette's own would answer outside all middleware, without our headers, and hand the exception's text to a log.
    """

    def __init__(self, app: Asgi) -> None:
        self._app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        sent = set()

        async def watch(message: Any) -> None:
            sent.add(message["type"])
            await send(message)

        try:
            await self._app(scope, receive, watch)
        except Exception as error:  # the last resort is for whatever it may be
            if scope["type"] == "lifespan":
                raise
            number = logs.error_id()
            logs.log_failure(_logger, number, error)
            if scope["type"] == "websocket" and "websocket.close" not in sent:
                await send({"type": "websocket.close", "code": 1011})
            elif scope["type"] == "http" and "http.response.start" not in sent:
                await problem_response(Request(scope), 500, number)(scope, receive, send)
