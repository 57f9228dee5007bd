"""What stands before rasa_sdk's server: the secret, plain refusals, and a call cut down to what our actions read."""

import json
import logging
import secrets
import zlib
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, Field, ValidationError

from safety.headers import Asgi
from safety.logs import error_id, log_failure

BODY_LIMIT = 8 * 1024 * 1024  # bytes: an assistant sends its whole domain and all that was said, every time

_LOGGER = logging.getLogger("bot.rasa")
_ROUTES = {"/health": "GET", "/actions": "GET", "/webhook": "POST"}
_OPEN = "/health"  # tells nothing, and what watches over the process need not know the secret


class _Refusal(Exception):
    """A request that goes no further: its status and why, in our own words."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status


def _mend(value: object) -> object:
    """Half an emoji is no character; it becomes a mark that says so."""
    return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace") if isinstance(value, str) else value


_Text = Annotated[str, BeforeValidator(_mend)]


class _Intent(BaseModel):
    name: _Text | None = None


class _Message(BaseModel):
    text: _Text | None = None
    intent: _Intent | None = None


class _Tracker(BaseModel):
    slots: dict[str, Any] = Field(default_factory=dict)
    latest_message: _Message | None = None


class _Call(BaseModel):
    """The part of a call that our actions read. Who sends it and what was said before are not in it."""

    next_action: str = Field(pattern=r"^[\w.-]{1,200}$")
    tracker: _Tracker


class Gate:
    """ASGI middleware. Requests without the secret (`Authorization: Bearer ...`), when there is one, get 401; what is
    no call of an action gets 400 with its fault; both as JSON. The sender's id, the events and the domain stay outside:
    what does not come in cannot be kept, traced or logged. `version` is the one that rasa_sdk expects of a caller."""

    def __init__(self, app: Asgi, version: str, secret: str | None) -> None:
        self._app = app
        self._version = version
        self._expected = f"Bearer {secret}".encode() if secret is not None else None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":
            await send({"type": "websocket.close"})
            return
        try:
            self._admit(scope)
            body = b"" if scope["method"] == "GET" else self._call(scope, await _read(receive))
        except _Refusal as refusal:
            await _refuse(send, refusal.status, str(refusal))
            return
        await self._hand_on(scope, body, send)

    def _admit(self, scope: Mapping[str, Any]) -> None:
        path = scope["path"]
        if path not in _ROUTES:
            raise _Refusal(404, "There is nothing here: POST /webhook, GET /actions or GET /health.")
        if self._expected is not None and path != _OPEN and not self._is_known(scope):
            raise _Refusal(401, "The header Authorization has to be: Bearer, a space, and FRISTAD_RASA_SECRET.")
        if scope["method"] != _ROUTES[path]:
            raise _Refusal(405, f"{path} takes {_ROUTES[path]} only.")

    def _is_known(self, scope: Mapping[str, Any]) -> bool:
        return secrets.compare_digest(_header(scope, b"authorization"), self._expected or b"")

    def _call(self, scope: Mapping[str, Any], body: bytes) -> bytes:
        """The call as rasa_sdk gets it."""
        call = _read_call(_inflate(body) if _header(scope, b"content-encoding") == b"deflate" else body)
        tracker = call.tracker.model_dump(exclude_none=True)
        tracker = {"latest_message": {}, **tracker, "sender_id": "", "events": []}
        whole = {"next_action": call.next_action, "version": self._version, "domain": {}, "tracker": tracker}
        return json.dumps(whole).encode()

    async def _hand_on(self, scope: Mapping[str, Any], body: bytes, send: Any) -> None:
        head = [(b"host", b"localhost"), (b"content-type", b"application/json")]
        length = (b"content-length", str(len(body)).encode())
        request = {**scope, "query_string": b"", "headers": [*head, length]}
        sent: list[dict[str, Any]] = []

        async def keep(message: dict[str, Any]) -> None:
            sent.append(message)

        try:
            await self._app(request, _giving(body), keep)
            failed = not sent or sent[0]["status"] >= 500
        except Exception as error:  # noqa: BLE001  # the edge: whatever it was, its message may quote the visitor
            failed = True
            log_failure(_LOGGER, error_id(), error)
        if failed:
            await _refuse(send, 500, "The action failed. Answer with 112 and a person until it works again.")
            return
        for message in sent:
            await send(message)


def _read_call(body: bytes) -> _Call:
    try:
        return _Call.model_validate(json.loads(body, parse_constant=_refuse_constant))
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False, include_context=False)[0]
        at = ".".join(str(part) for part in first["loc"] if part in _FIELDS)
        fault = first["msg"].partition(" or instance of")[0]
        raise _Refusal(400, f"Not a call of an action: {at or 'the body'}: {fault}.") from None
    except (ValueError, RecursionError):
        raise _Refusal(400, "Not a call of an action: the body is not JSON in UTF-8.") from None


# Names that may be said back; others came with the call.
_FIELDS = {"next_action", "tracker", "slots", "latest_message", "text", "intent", "name"}


def _refuse_constant(_: str) -> None:
    raise ValueError("JSON knows neither NaN nor Infinity")


def _inflate(body: bytes) -> bytes:
    """A compressed body, of which a small one may become very large."""
    inflating = zlib.decompressobj()
    try:
        plain = inflating.decompress(body, BODY_LIMIT)
    except zlib.error:
        raise _Refusal(400, "Not a call of an action: the body is not deflated.") from None
    if not inflating.eof:
        raise _Refusal(413, "The request is too large, or cut off.")
    return plain


def _header(scope: Mapping[str, Any], name: bytes) -> bytes:
    return next((bytes(value) for key, value in scope["headers"] if key == name), b"")


async def _read(receive: Any) -> bytes:
    """The body, which the body limit has counted."""
    parts = []
    while True:
        message = await receive()
        parts.append(message.get("body", b""))
        if not message.get("more_body", False):
            return b"".join(parts)


def _giving(body: bytes) -> Any:
    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    return receive


async def _refuse(send: Any, status: int, why: str) -> None:
    body = json.dumps({"error": why}).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def refuse_too_large(scope: Any, receive: Any, send: Any) -> None:
    """The body limit's refusal, as JSON like the others."""
    await _refuse(send, 413, "The request is too large.")
