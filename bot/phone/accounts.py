"""The softphones of a shift at the engine: made while it runs, in its memory alone (sorcery.conf), and taken away."""

from contextlib import suppress
from typing import Any, Protocol

from bot.phone.ari import AriError
from bot.phone.shifts import Shift

_KINDS = ("auth", "aor", "endpoint")  # in this order; away in the other


class Configures(Protocol):
    """What takes a configuration to the engine (ari.Ari)."""

    async def ask(self, method: str, path: str, **query: str) -> Any: ...

    async def put(self, path: str, fields: dict[str, str]) -> Any: ...


class EngineAccounts:
    """The accounts of one connection to the engine."""

    def __init__(self, ari: Configures, lost_after: int) -> None:
        """`lost_after` in seconds: a softphone from which nothing came for so long has lost its call."""
        self._ari = ari
        self._lost_after = lost_after

    async def make(self, shift: Shift) -> bool:
        """True when it can be rung. An own telephone needs no account."""
        if shift.number:
            return True
        try:
            for kind in _KINDS:
                await self._ari.put(_path(kind, shift), _fields(kind, shift, self._lost_after))
        except AriError:
            return False
        return True

    async def remove(self, shift: Shift) -> None:
        """What is not there any more is what was wanted."""
        for kind in reversed(_KINDS) if shift.secret else ():
            with suppress(AriError):
                await self._ari.ask("DELETE", _path(kind, shift))


def _path(kind: str, shift: Shift) -> str:
    return f"asterisk/config/dynamic/res_pjsip/{kind}/{shift.line}"


def _fields(kind: str, shift: Shift, lost_after: int) -> dict[str, str]:
    match kind:
        case "auth":
            return {"auth_type": "userpass", "username": shift.line, "password": shift.secret}
        case "aor":
            return {"max_contacts": "1", "remove_existing": "yes"}
    return {
        "context": "none",  # it is called and calls nobody
        "auth": shift.line,
        "aors": shift.line,
        "webrtc": "yes",
        "dtls_auto_generate_cert": "yes",
        "disallow": "all",
        "allow": "opus,alaw",
        "direct_media": "no",
        "timers": "no",
        "rtp_timeout": str(lost_after),
        "callerid_privacy": "prohib",
        "send_pai": "no",
        "send_connected_line": "no",
        "from_user": "anonymous",
        "from_domain": "anonymous.invalid",
    }
