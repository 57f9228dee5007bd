"""The door before every route: same origin, signed in, permitted; what is not named is refused.

Refused                       the request is not answered as asked
├── SignInNeeded              nobody is signed in (or not any more)
├── SetUpNeeded               the sign-in may only set up a second proof
├── NotPermitted              this role may not do this
├── ProofNeeded               the person has to prove once more who they are
└── Forged                    the request does not come from a page of ours
    └── Stale                 it may, but from one of another sign-in
"""

import secrets

from starlette.datastructures import FormData
from starlette.requests import HTTPConnection, Request

from console.house import House, house_of
from console.permissions import FRESH, OPEN, SETTING_UP, allows
from console.signins import COOKIE, SignedIn

_SAFE = frozenset({"GET", "HEAD"})


class Refused(Exception):
    """The request is not answered as asked."""


class SignInNeeded(Refused):
    """Nobody is signed in."""


class SetUpNeeded(Refused):
    """The sign-in may only set up a second proof."""


class ProofNeeded(Refused):
    """The person has to prove once more who they are. `form` is what was sent, `wrong` whether a proof was in it."""

    def __init__(self, form: FormData, *, wrong: bool) -> None:
        super().__init__()
        self.form = form
        self.wrong = wrong


class NotPermitted(Refused):
    """This role may not do this."""


class Forged(Refused):
    """The request does not come from a page of ours."""


class Stale(Forged):
    """The form belongs to another sign-in than the one that sends it."""


async def guard(connection: HTTPConnection) -> None:
    """Let a request or a socket through, with `state.signed_in` set, or raise Refused."""
    action = _action(connection)
    _check_origin(connection)
    signed_in = await _find(house_of(connection), connection)
    connection.state.signed_in = signed_in
    if action in OPEN:
        return
    if signed_in is None:
        raise SignInNeeded
    if not signed_in.whole and action not in SETTING_UP:
        raise SetUpNeeded
    if not allows(signed_in.member.role, action):
        raise NotPermitted
    if isinstance(connection, Request) and connection.method not in _SAFE:
        await _check_form_token(connection, signed_in)
        if action in FRESH:
            await _check_proof(connection, signed_in)


def signed_in_of(connection: HTTPConnection) -> SignedIn:
    """Who asks, behind the guard. SignInNeeded on an open route where nobody is signed in."""
    signed_in = connection.state.signed_in
    if not isinstance(signed_in, SignedIn):
        raise SignInNeeded
    return signed_in


def _action(connection: HTTPConnection) -> str:
    method = connection.method if isinstance(connection, Request) else "WS"
    return f"{method} {connection.scope['route'].path}"


async def _find(house: House, connection: HTTPConnection) -> SignedIn | None:
    token = connection.cookies.get(COOKIE)
    return await house.signins.find(token) if token else None


def _check_origin(connection: HTTPConnection) -> None:
    """Refuse what another site's page makes a browser send. A socket and a form both say where they come from."""
    if isinstance(connection, Request) and connection.method in _SAFE:
        return
    site = connection.headers.get("sec-fetch-site")
    if site not in {None, "same-origin"}:
        raise Forged
    host, own = connection.headers.get("host"), house_of(connection).origin
    if connection.headers.get("origin") not in ({own} if own else {f"https://{host}", f"http://{host}"}):
        raise Forged


async def _check_form_token(request: Request, signed_in: SignedIn) -> None:
    form = await request.form()
    given = form.get("form_token")
    if not isinstance(given, str) or not secrets.compare_digest(given.encode(), signed_in.form_token.encode()):
        raise Stale


async def _check_proof(request: Request, signed_in: SignedIn) -> None:
    stepup, form = house_of(request).stepup, await request.form()
    if stepup.is_fresh(request, signed_in):
        return
    proved = await stepup.prove(request, signed_in, form)
    if not proved:
        raise ProofNeeded(form, wrong=proved is not None)
