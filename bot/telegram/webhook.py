"""The other way to get updates: Telegram posts each to us, with a secret that only it and we know."""

import hmac
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

from aiohttp import web

_HEADER = "X-Telegram-Bot-Api-Secret-Token"
_LARGEST = 512 * 1024  # bytes; an update has a few thousand

Take = Callable[[object], Awaitable[bool]]  # whether an update has been dealt with; else Telegram comes again


@asynccontextmanager
async def listening(host: str, port: int, url: str, secret: str, take: Take) -> AsyncIterator[int]:
    """Take what is posted to the path of `url` at this address while the body runs; gives the port. Who does not have
    the secret is answered 401 before anything is read. OSError when the address is not free."""

    async def post(request: web.Request) -> web.Response:
        if not hmac.compare_digest(request.headers.get(_HEADER, "").encode(), secret.encode()):
            return web.Response(status=401)
        try:
            update = await request.json()
        except ValueError:
            return web.Response(status=400)
        return web.Response(status=200 if await take(update) else 503)

    app = web.Application(client_max_size=_LARGEST)
    app.router.add_post(urlsplit(url).path or "/", post)
    app.on_response_prepare.append(_name_nobody)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port).start()
        yield int(runner.addresses[0][1])
    finally:
        await runner.cleanup()


async def _name_nobody(_: web.Request, response: web.StreamResponse) -> None:
    response.headers["Server"] = ""
