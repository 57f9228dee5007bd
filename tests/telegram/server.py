"""A strict Bot API server on 127.0.0.1: what the real one promises and refuses, and faults on demand.

It is held to the real API by two clients that know nothing of each other (test_server.py): aiogram and
python-telegram-bot. As the server that Telegram publishes for one's own machine (`--local`) it takes webhooks over
plain HTTP.
"""

import asyncio
import contextlib
import json
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from aiohttp import web

from tests.telegram.chats import KNOWN, UNASKED, State
from tests.telegram.refusals import NOT_FOUND, OTHER_POLLER, UNAUTHORIZED, WEBHOOK_ACTIVE, Refusal, bad

TOKEN = "123456789:AAStrictTestTokenOfNobodyAtAllxxxxx"
_SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")
_JSON = {"allowed_updates", "commands", "link_preview_options", "message_ids", "reply_markup", "scope"}
_LONG_POLL = 50  # seconds at most


@dataclass(frozen=True)
class Fault:
    """What befalls one call. `done`: the call has its effect all the same. Without a refusal the connection is cut, or
    with a `status` alone a body that no API wrote is sent."""

    method: str = ""  # empty: any but getUpdates
    refusal: Refusal | None = None
    status: int = 0
    delay: float = 0.0
    done: bool = False

    def hits(self, method: str) -> bool:
        return method == self.method if self.method else method != "getUpdates"


@dataclass
class Hook:
    url: str
    secret: str
    connections: int


@dataclass
class Server:
    """The server as the tests reach into it."""

    state: State
    address: str = ""
    delay: float = 0.0  # seconds before every answer
    faults: list[Fault] = field(default_factory=list)
    calls: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    hook: Hook | None = None
    about: dict[str, bool] = field(default_factory=dict)  # what its owner told BotFather
    _poll: asyncio.Future[None] | None = None
    _arrived: asyncio.Event = field(default_factory=asyncio.Event)

    def called(self, method: str) -> list[dict[str, Any]]:
        return [given for name, given in self.calls if name == method]

    def push(self, kind: str, value: dict[str, Any]) -> dict[str, Any] | None:
        """One more update; whoever polls gets it."""
        update = self.state.add_update(kind, value)
        self._arrived.set()
        return update

    def repeat(self, *updates: dict[str, Any]) -> None:
        """Deliver again, in this order, whatever was confirmed."""
        self.state.updates[:0] = updates
        self._arrived.set()

    async def answer(self, request: web.Request) -> web.StreamResponse:
        method, given = request.match_info["method"], await _parameters(request)
        if request.match_info["token"] != TOKEN:
            return _refused(UNAUTHORIZED if ":" in request.match_info["token"] else NOT_FOUND)
        self.calls.append((method, given))
        if self.delay and method != "getUpdates":
            await asyncio.sleep(self.delay)
        fault = next((fault for fault in self.faults if fault.hits(method)), None)
        if fault is None:
            return await self._answer(method, given)
        self.faults.remove(fault)
        if fault.done:
            await self._answer(method, given)
        await asyncio.sleep(fault.delay)
        if fault.refusal:
            return _refused(fault.refusal)
        if fault.status:
            return web.Response(status=fault.status, text="<html>Bad Gateway</html>", content_type="text/html")
        assert request.transport is not None
        request.transport.abort()
        return web.Response(status=500)  # to nobody

    async def _answer(self, method: str, given: dict[str, Any]) -> web.StreamResponse:
        known = self._methods().get(method.lower())
        try:
            if known is None:
                raise NOT_FOUND
            result = known(given)
            return web.json_response({"ok": True, "result": await result if asyncio.iscoroutine(result) else result})
        except Refusal as refusal:
            return _refused(refusal)

    def _methods(self) -> dict[str, Callable[[dict[str, Any]], Any]]:
        state = self.state
        return {
            "getme": lambda _: (
                state.bot
                | {"can_join_groups": True, "can_read_all_group_messages": False}
                | {"supports_inline_queries": False}
                | self.about
            ),
            "getupdates": self._get_updates,
            "setwebhook": self._set_webhook,
            "deletewebhook": self._delete_webhook,
            "getwebhookinfo": lambda _: (
                {"url": self.hook.url if self.hook else "", "has_custom_certificate": False}
                | {"pending_update_count": len(state.updates)}
            ),
            "sendmessage": state.send,
            "editmessagetext": state.edit,
            "deletemessage": state.delete,
            "deletemessages": state.delete_many,
            "answercallbackquery": state.answer_query,
            "sendchataction": state.act,
            "leavechat": state.leave,
            "setmycommands": state.set_commands,
            "getmycommands": lambda given: state.commands.get(str(given.get("language_code") or ""), []),
        }

    async def _get_updates(self, given: dict[str, Any]) -> list[dict[str, Any]]:
        if self.hook:
            raise WEBHOOK_ACTIVE
        offset, limit = _whole(given, "offset", 0), max(1, min(_whole(given, "limit", 100), 100))
        seconds = max(0, min(_whole(given, "timeout", 0), _LONG_POLL))
        self._want(given)
        if self._poll and not self._poll.done():
            self._poll.set_exception(OTHER_POLLER)
        mine = self._poll = asyncio.get_running_loop().create_future()
        mine.add_done_callback(lambda future: future.cancelled() or future.exception())
        updates = self.state.updates
        if offset < 0:
            updates[:] = updates[offset:]
        elif offset:
            updates[:] = [update for update in updates if update["update_id"] >= offset]
        try:
            if not updates and seconds:
                await self._wait(mine, seconds)
            return updates[:limit]
        finally:
            if not mine.done():
                mine.set_result(None)

    async def _wait(self, mine: "asyncio.Future[None]", seconds: int) -> None:
        self._arrived.clear()
        arrived = asyncio.create_task(self._arrived.wait())
        mine.add_done_callback(lambda _: self._arrived.set())
        try:
            await asyncio.wait([arrived], timeout=seconds)
        finally:
            arrived.cancel()
        if mine.done():
            mine.result()

    def _want(self, given: dict[str, Any]) -> None:
        kinds = given.get("allowed_updates")
        if isinstance(kinds, list):
            self.state.wanted = (set(kinds) & KNOWN) or set(UNASKED)

    def _set_webhook(self, given: dict[str, Any]) -> bool:
        url, secret = str(given.get("url") or ""), str(given.get("secret_token") or "")
        if not url:
            return self._delete_webhook(given)
        if not url.startswith(("https://", "http://127.0.0.1")):
            raise bad("bad webhook: An HTTPS URL must be provided for webhook")
        if secret and not _SECRET.fullmatch(secret):
            raise bad("secret token contains unallowed characters")
        self._want(given)
        self.hook = Hook(url, secret, _whole(given, "max_connections", 40))
        return True

    def _delete_webhook(self, given: dict[str, Any]) -> bool:
        self.hook = None
        if given.get("drop_pending_updates") in {True, "true", "True"}:
            self.state.updates.clear()
        return True

    async def deliver(self, *, secret: str | None = None) -> int:
        """Post the first update in line to the webhook, as Telegram does: the status that came back; it stays in line
        unless that is 2xx. `secret` instead of the agreed one."""
        assert self.hook is not None
        headers = {"X-Telegram-Bot-Api-Secret-Token": self.hook.secret if secret is None else secret}
        update = self.state.updates[0]
        async with (
            aiohttp.ClientSession() as session,
            session.post(self.hook.url, json=update, headers=headers) as answer,
        ):
            if 200 <= answer.status < 300:
                self.state.updates.remove(update)
            return answer.status


@asynccontextmanager
async def serving() -> AsyncIterator[Server]:
    """The server on a free port, as long as the body runs."""
    bot = {"id": int(TOKEN.partition(":")[0]), "is_bot": True, "first_name": "Läxhjälp", "username": "laxhjalp_bot"}
    server = Server(State(bot))
    app = web.Application()
    app.router.add_route("*", "/bot{token}/{method}", server.answer)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    server.address = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield server
    finally:
        with contextlib.suppress(asyncio.CancelledError):
            await runner.cleanup()


def _refused(refusal: Refusal) -> web.Response:
    return web.json_response(refusal.body(), status=refusal.status)


async def _parameters(request: web.Request) -> dict[str, Any]:
    """From the address, a form or JSON, as the real one takes them; objects are JSON within a form."""
    given: dict[str, Any] = dict(request.query)
    if request.content_type == "application/json":
        given |= await request.json()
    else:
        given |= dict(await request.post())
    return {key: _value(key, value) for key, value in given.items()}


def _value(key: str, value: Any) -> Any:
    if key in _JSON and isinstance(value, str):
        try:
            return json.loads(value)
        except ValueError:
            raise web.HTTPBadRequest from None
    return value


def _whole(given: dict[str, Any], name: str, usual: int) -> int:
    try:
        return int(given.get(name) or usual)
    except (TypeError, ValueError):
        raise bad(f"can't parse {name}") from None
