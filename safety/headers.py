"""Response headers of the two apps: one closed policy each, put on every answer, errors and refusals included."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any

_YEAR = 31_536_000

# Every feature that a page could be granted, switched off. The visitor's page needs none of them.
_FEATURES = (
    "accelerometer",
    "autoplay",
    "browsing-topics",
    "camera",
    "clipboard-read",
    "clipboard-write",
    "display-capture",
    "encrypted-media",
    "fullscreen",
    "geolocation",
    "gyroscope",
    "hid",
    "idle-detection",
    "local-fonts",
    "magnetometer",
    "microphone",
    "midi",
    "payment",
    "picture-in-picture",
    "publickey-credentials-create",
    "publickey-credentials-get",
    "screen-wake-lock",
    "serial",
    "storage-access",
    "sync-xhr",
    "usb",
    "xr-spatial-tracking",
)

_SOURCES = (
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    "font-src 'self'",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'self'",
    "object-src 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
)
# The page makes one policy, which lets its worker be started and nothing else; no second one can take that name.
_VISITOR_SOURCES = (*_SOURCES, "worker-src 'self'", "trusted-types work")
# The same for the console: its one policy lets only the worker be started that shows a notification.
_CONSOLE_SOURCES = (*_SOURCES, "media-src 'self'", "worker-src 'self'", "trusted-types bell")


# An ASGI application; spelled out because this package knows no framework.
Asgi = Callable[[Any, Any, Any], Awaitable[None]]


def visitor_policy(scripts: Iterable[str] = (), ancestors: Iterable[str] = ()) -> dict[str, str]:
    """Headers of everything that a visitor's browser receives.

    `scripts` are the sources of scripts inside the page (`'sha256-...'`), beside our own files. `ancestors` are the
    origins whose pages may show ours in a frame; without any, none may.
    """
    return {
        **_common("; ".join(_visitor_sources(" ".join(scripts), " ".join(ancestors)))),
        "referrer-policy": "no-referrer",
        "permissions-policy": ", ".join(f"{feature}=()" for feature in _FEATURES),
        "x-robots-tag": "noarchive",
    }


def _visitor_sources(scripts: str, ancestors: str) -> Iterable[str]:
    for rule in _VISITOR_SOURCES:
        name = rule.partition(" ")[0]
        if name == "script-src" and scripts:
            yield f"{rule} {scripts}"
        elif name == "frame-ancestors" and ancestors:
            yield f"{name} {ancestors}"
        else:
            yield rule


def console_policy(*, microphone: bool = False) -> dict[str, str]:
    """Headers of everything that a staff browser receives.

    Three differences from the visitor's: form posts carry their `Origin` (under `no-referrer` it is `null`, so it
    could not be checked against forgery), the page itself may sound when somebody waits, and staff sign in with
    passkeys. `microphone`: the page may ask for it, too, to answer calls.
    """
    own = ("autoplay", "publickey-credentials-create", "publickey-credentials-get", *(["microphone"] * microphone))
    allowed = dict.fromkeys(own, "(self)")
    return {
        **_common("; ".join(_CONSOLE_SOURCES)),
        "referrer-policy": "same-origin",
        "permissions-policy": ", ".join(f"{feature}={allowed.get(feature, '()')}" for feature in _FEATURES),
        "x-robots-tag": "noindex, nofollow, noarchive",
    }


def _common(sources: str) -> dict[str, str]:
    return {
        "cache-control": "no-store",
        "content-security-policy": sources,
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
        "strict-transport-security": f"max-age={_YEAR}; includeSubDomains",
        "x-content-type-options": "nosniff",
    }


_NO_PAGES: Mapping[str, Mapping[str, str]] = {}


class SecurityHeaders:
    """ASGI middleware that puts `policy` on every HTTP answer and every refused socket.

    An answer may bring its own `Cache-Control` (hashed static files); all other names of the policy are replaced. What
    holds for documents alone is left away beside a stylesheet, a script and an icon, where it says nothing and is half
    a kilobyte of the first page's thirty each time.
    `ETag` and `Server` are dropped: the first can mark a visitor, the second tells what to attack.
    """

    _STARTS = frozenset({"http.response.start", "websocket.http.response.start"})
    _DROPPED = frozenset({b"etag", b"server"})

    def __init__(
        self, app: Asgi, policy: Mapping[str, str], pages: Mapping[str, Mapping[str, str]] = _NO_PAGES
    ) -> None:
        """`pages` have policies of their own, by their path."""
        self._app = app
        self._policy = _encoded(policy)
        self._pages = {path: _encoded(own) for path, own in pages.items()}

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        # A socket that is closed before it was accepted would be refused by the server, without our headers.
        unanswered = "websocket.http.response" in scope.get("extensions", {})
        policy = self._pages.get(scope.get("path", ""), self._policy)

        async def send_with_policy(message: Any) -> None:
            nonlocal unanswered
            if unanswered and message["type"] == "websocket.close":
                refusal = {
                    "type": "websocket.http.response.start",
                    "status": 403,
                    "headers": [(b"content-length", b"0")],
                }
                await send_with_policy(refusal)
                await send_with_policy({"type": "websocket.http.response.body", "body": b""})
                return
            unanswered = False
            if message["type"] in self._STARTS:
                message = {**message, "headers": _apply(policy, message.get("headers", ()), self._DROPPED)}
            await send(message)

        await self._app(scope, receive, send_with_policy)


def _encoded(policy: Mapping[str, str]) -> dict[bytes, bytes]:
    return {name.lower().encode("latin-1"): value.encode("latin-1") for name, value in policy.items()}


_NO_DOCUMENTS = (b"text/css", b"text/javascript", b"image/svg+xml")  # ours hold no script, and may start none
_FOR_DOCUMENTS = frozenset({b"permissions-policy", b"cross-origin-opener-policy"})


def _apply(full: Mapping[bytes, bytes], headers: Any, dropped: frozenset[bytes]) -> list[tuple[bytes, bytes]]:
    given = [(bytes(name).lower(), bytes(value)) for name, value in headers]
    spared = {name for name, _ in given if name == b"cache-control"}
    if any(name == b"content-type" and value.startswith(_NO_DOCUMENTS) for name, value in given):
        spared |= _FOR_DOCUMENTS
    policy = {name: value for name, value in full.items() if name not in spared}
    kept = [(name, value) for name, value in given if name not in policy and name not in dropped]
    return [*kept, *policy.items()]
