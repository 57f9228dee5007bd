"""Being asked again: what matters most needs a proof that is at most five minutes old (ASVS 7.5.3).

The proof is a second cookie, sealed for one sign-in: no time of it is kept anywhere, and every process accepts it.
"""

import hashlib
from typing import Any

from starlette.datastructures import FormData
from starlette.requests import HTTPConnection, Request
from starlette.responses import Response

from console.accounts import Accounts
from console.passkeys import Passkeys
from console.signing import Way
from console.signins import SignedIn
from console.vault import Vault
from safety.headers import Asgi

FRESH = "__Host-fresh"
FRESH_FOR = 300  # seconds

_PURPOSE = "fresh"
# What belongs to the proof; every other field of the form goes along to the action.
PROOF_FIELDS = frozenset({"form_token", "proof_ticket", "proof_answer", "proof_password", "proof_code"})


class StepUp:
    """Whether a sign-in is fresh, and how it becomes so."""

    def __init__(self, vault: Vault, accounts: Accounts, passkeys: Passkeys) -> None:
        self._vault = vault
        self._accounts = accounts
        self._passkeys = passkeys

    def is_fresh(self, connection: HTTPConnection, signed_in: SignedIn) -> bool:
        """A demonstration's accounts have nothing to prove; a sign-in that only sets up has just proved itself."""
        if signed_in.way is Way.DEMONSTRATION or not signed_in.whole:
            return True
        kept = self._vault.unseal(_PURPOSE, connection.cookies.get(FRESH, ""), FRESH_FOR)
        return kept == _mark(signed_in.token)

    async def prove(self, request: Request, signed_in: SignedIn, form: FormData) -> bool | None:
        """Whether the form brings a proof of this very person; None when it brings none at all."""
        answer, ticket = _field(form, "proof_answer"), _field(form, "proof_ticket")
        password, code = _field(form, "proof_password"), _field(form, "proof_code")
        if answer:
            found = await self._passkeys.enter(ticket, answer)
            proved = found is not None and found.id == signed_in.member.id
        elif password or code:
            proved = await self._accounts.prove(signed_in.member.id, password, code)
        else:
            return None
        if proved:
            request.state.fresh = self.cookie_for(signed_in.token)
        return proved

    def cookie_for(self, token: str) -> str:
        """What the cookie holds for the sign-in of this token."""
        return self._vault.seal(_PURPOSE, _mark(token))


class FreshCookie:
    """ASGI middleware: sends the cookie that a proof has earned, whichever answer the action gives."""

    def __init__(self, app: Asgi) -> None:
        self._app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        async def send_with_cookie(message: Any) -> None:
            fresh = scope.get("state", {}).get("fresh")
            if fresh and message["type"] == "http.response.start":
                carrier = Response()
                set_fresh(carrier, fresh)
                cookies = [(name, value) for name, value in carrier.raw_headers if name == b"set-cookie"]
                message = {**message, "headers": [*message.get("headers", ()), *cookies]}
            await send(message)

        await self._app(scope, receive, send_with_cookie)


def set_fresh(answer: Response, value: str) -> None:
    """Put the cookie on an answer."""
    answer.set_cookie(FRESH, value, max_age=FRESH_FOR, path="/", secure=True, httponly=True, samesite="strict")


def _mark(token: str) -> bytes:
    return hashlib.sha256(b"console fresh\n" + token.encode("utf-8", "replace")).digest()


def _field(form: FormData, name: str) -> str:
    value = form.get(name)
    return value if isinstance(value, str) else ""
