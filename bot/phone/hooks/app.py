"""The app that a provider calls: callbacks in, what comes next out; sounds to fetch. It tells nobody else anything."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.phone.hooks.addresses import Hooks
from bot.phone.hooks.calls import HeldCalls
from bot.phone.hooks.next_steps import Accept, Ask, Dialect, Goodbye, NextStep
from bot.phone.hooks.shelf import Shelf
from bot.phone.hooks.sounding import Sounding
from bot.phone.hooks.told import FORM, Callback, Told, Unwanted
from safety.buckets import caller
from safety.headers import Asgi
from safety.limits import BodyLimit
from safety.logs import error_id, log_failure

BODY_LIMIT = 16 * 1024  # bytes; a callback has about one thousand
ACCEPT = "1"  # the key with which a person takes a call on their own telephone
_FRESH = 3600  # seconds for which a provider may keep a sound: its name changes with it
_QUIET = {"cache-control": "no-store", "x-content-type-options": "nosniff", "referrer-policy": "no-referrer"}

_logger = logging.getLogger(__name__)

Lifespan = Callable[[Starlette], AbstractAsyncContextManager[None]]


def create_app(
    hooks: Hooks,
    dialect: Dialect,
    calls: HeldCalls,
    sounding: Sounding,
    shelf: Shelf,
    proxies: int,
    lifespan: Lifespan | None = None,
) -> Asgi:
    """The app over these collaborators; `proxies` of ours stand between it and the provider."""
    doors = _Doors(hooks, dialect, calls, sounding, shelf, proxies)
    routes = [
        Route("/{secret}/start", doors.start, methods=["POST"]),
        Route("/{secret}/next/{step:int}", doors.go_on, methods=["POST"]),
        Route("/{secret}/ask", doors.ask, methods=["POST"]),
        Route("/{secret}/asked", doors.asked, methods=["POST"]),
        Route("/{secret}/end", doors.end, methods=["POST"]),
        Route("/{secret}/end/{mark}", doors.end, methods=["POST"]),
        Route("/f/{name}.wav", doors.sound, methods=["GET"]),
    ]
    app = Starlette(routes=routes, lifespan=lifespan, exception_handlers={404: _say_nothing, 405: _say_nothing})
    app.router.redirect_slashes = False
    return BodyLimit(app, BODY_LIMIT)


class _Doors:
    def __init__(
        self, hooks: Hooks, dialect: Dialect, calls: HeldCalls, sounding: Sounding, shelf: Shelf, proxies: int
    ) -> None:
        self._hooks = hooks
        self._dialect = dialect
        self._calls = calls
        self._sounding = sounding
        self._shelf = shelf
        self._proxies = proxies

    async def start(self, request: Request) -> Response:
        """A telephone rings at the provider's."""
        return await self._answer(request, lambda told: self._calls.begin(told))

    async def go_on(self, request: Request) -> Response:
        """A step is over."""
        step = min(request.path_params["step"], 2**31)
        return await self._answer(request, lambda told: self._calls.go_on(step, told))

    async def ask(self, request: Request) -> Response:
        """A staff member's telephone was answered."""

        async def take(_: Told) -> NextStep:
            return Ask(self._sounding.ask())

        return await self._answer(request, take)

    async def asked(self, request: Request) -> Response:
        """Whoever answered has pressed a key."""

        async def take(told: Told) -> NextStep:
            return Accept() if told.key == ACCEPT else Goodbye()

        return await self._answer(request, take)

    async def end(self, request: Request) -> Response:
        """A call is over. Answered alike whether there was one: a provider asks again and again for anything else."""
        try:
            told = await self._read(request)
        except Unwanted:
            return Response(status_code=404, headers=_QUIET)
        if not told.goes_on:
            await self._calls.end(request.path_params.get("mark") or self._calls.mark(told.call))
        return Response(status_code=204, headers=_QUIET)

    async def sound(self, request: Request) -> Response:
        """A sound to play."""
        data = await asyncio.to_thread(self._shelf.fetch, request.path_params["name"])
        if data is None:
            return Response(status_code=404, headers=_QUIET)
        kept = {**_QUIET, "cache-control": f"private, max-age={_FRESH}"}
        return Response(data, media_type="audio/wav", headers=kept)

    async def _answer(self, request: Request, take: Callable[[Told], Awaitable[NextStep]]) -> Response:
        try:
            told = await self._read(request)
            step = await take(told)
        except Unwanted:
            return Response(status_code=404, headers=_QUIET)
        except Exception as error:  # noqa: BLE001  # a caller hears what we answer: never a provider's own error in English
            log_failure(_logger, error_id(), error)
            told, step = Told(""), Goodbye(self._sounding.fault())
        written = self._dialect.write(step, self._calls.mark(told.call))
        return Response(written.body, headers={**_QUIET, "content-type": written.media})

    async def _read(self, request: Request) -> Told:
        """What the provider tells; the rest of the request ends here."""
        if not self._hooks.knows(request.path_params["secret"]):
            raise Unwanted
        if request.headers.get("content-type", "").partition(";")[0].strip().lower() != FORM or request.url.query:
            raise Unwanted
        peer = caller(
            request.client.host if request.client else None,
            request.headers.getlist("x-forwarded-for"),
            self._proxies,
        )
        url = f"{self._hooks.base}{request.url.path}"
        signature = request.headers.get("x-twilio-signature", "")
        return self._dialect.read(Callback(url, await request.body(), signature, peer))


async def _say_nothing(_: Request, __: Exception) -> Response:
    return Response(status_code=404, headers=_QUIET)
