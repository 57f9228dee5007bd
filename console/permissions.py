"""Who may do what: one table for pages and for the live path. What is not in it is refused."""

from enum import StrEnum


class Role(StrEnum):
    STAFF = "staff"
    COORDINATOR = "coordinator"  # of one desk
    ADMINISTRATOR = "administrator"  # of all desks; answers nobody


_STAFF = frozenset({Role.STAFF})
_COORDINATOR = frozenset({Role.COORDINATOR})
_LEADERS = _COORDINATOR | {Role.ADMINISTRATOR}
_ADMINISTRATOR = frozenset({Role.ADMINISTRATOR})
_ALL = frozenset(Role)

# Reachable without a sign-in. Nothing here shows anything of anybody.
OPEN: frozenset[str] = frozenset(
    {
        "GET /sign-in",
        "POST /sign-in",
        "POST /sign-in/passkey",
        "GET /invitation/{token}",
        "POST /invitation/{token}",
        "GET /demo/{token}",
        "GET /static/{name}",
        "GET /healthz",
        "GET /readyz",
    }
)

PERMISSIONS: dict[str, frozenset[Role]] = {
    "GET /": _ALL,
    "POST /sign-out": _ALL,
    "POST /language": _ALL,
    "GET /account": _ALL,
    "POST /account/passkey": _ALL,
    "POST /account/passkey/keep": _ALL,
    "POST /account/passkey/remove": _ALL,
    "POST /account/app": _ALL,
    "POST /account/app/keep": _ALL,
    "POST /account/codes": _ALL,
    "POST /account/end": _ALL,
    "POST /account/end-all": _ALL,
    "POST /account/bell": _STAFF,
    "POST /account/bell/off": _STAFF,
    "GET /practice": _STAFF,
    "GET /desk": _STAFF,
    "GET /schedule": _ALL,
    "POST /schedule/add": _COORDINATOR,
    "POST /schedule/remove": _COORDINATOR,
    "POST /schedule/close": _COORDINATOR,
    "GET /statistics": _LEADERS,
    "GET /people": _LEADERS,
    "GET /people/new": _LEADERS,
    "POST /people/invite": _LEADERS,
    "POST /people/link": _LEADERS,
    "POST /people/close": _LEADERS,
    "POST /people/sign-out": _LEADERS,
    "POST /people/reopen": _LEADERS,
    "GET /people/change": _ADMINISTRATOR,
    "POST /people/change": _ADMINISTRATOR,
    "POST /people/desk": _LEADERS,
    "POST /people/desk/remove": _LEADERS,
    "GET /audit": _LEADERS,
    "POST /audit/export": _LEADERS,
    "GET /outreach": _ALL,
    "POST /outreach/consultation": _ALL,
    "POST /outreach/session": _ALL,
    "GET /directory": _ALL,
    "GET /texts": _ALL,
    "GET /edit": _COORDINATOR,
    "POST /edit": _COORDINATOR,
    "POST /edit/approve": _COORDINATOR,
    "POST /edit/discard": _COORDINATOR,
    "POST /edit/undo": _COORDINATOR,
    "POST /directory/checked": _COORDINATOR,
    "GET /texts/export": _COORDINATOR,
    "GET /devices": _ALL,
    "GET /devices/requests": _COORDINATOR,
    "POST /devices/approve": _COORDINATOR,
    "POST /devices/revoke": _COORDINATOR,
    "POST /devices/signatures": _COORDINATOR,
    "GET /messages": _STAFF,
    "POST /messages/keys": _STAFF,
    "POST /messages/make": _STAFF,
    "POST /messages/hand": _STAFF,
    "POST /messages/list": _STAFF,
    "POST /messages/answer": _STAFF,
    "POST /messages/done": _STAFF,
    "WS /live": _ALL,
    # What a frame on the live path asks for, asked again for every frame. A coordinator has no action at all there:
    # the socket only brings the live load.
    "live.device": _STAFF,
    "live.duty": _STAFF,
    "live.ready": _STAFF,
    "live.habits": _STAFF,
    "live.take": _STAFF,
    "live.say": _STAFF,
    "live.heard": _STAFF,
    "live.release": _STAFF,
    "live.end": _STAFF,
    "live.colleagues": _STAFF,
    "live.ask": _STAFF,
    "live.answer": _STAFF,
    "live.unmute": _STAFF,
    "live.call": _STAFF,
    "live.come": _STAFF,
    "live.note": _STAFF,
    "live.part": _STAFF,
    "live.aside": _STAFF,
    "live.wrapup": _STAFF,
    "live.hand": _STAFF,
    "live.writing": _STAFF,
    "live.visible": _STAFF,
    # Calls.
    "WS /phone/ws": _STAFF,
    "live.phone": _STAFF,
    "live.hold": _STAFF,
    # The waiting room as a whole.
    "live.shut": _STAFF,
    "live.guide": _STAFF,
    "live.point": _STAFF,
    "POST /statistics/shut": _COORDINATOR,
    "POST /account/asked": _STAFF,
    # What callers hear by telephone.
    "GET /prompts": _COORDINATOR,
    "GET /prompts/sound": _COORDINATOR,
    "POST /prompts/record": _COORDINATOR,
    "POST /prompts/back": _COORDINATOR,
    "GET /statistics/{period}": _LEADERS,
    "GET /statistics/{period}/{kind}": _LEADERS,
}

# What a sign-in may do that has no second proof yet: set one up, and leave.
SETTING_UP: frozenset[str] = frozenset(
    {
        "POST /sign-out",
        "POST /language",
        "GET /account",
        "POST /account/passkey",
        "POST /account/passkey/keep",
        "POST /account/app",
        "POST /account/app/keep",
    }
)

# What is asked for again, unless the proof is at most five minutes old (console.stepup).
FRESH: frozenset[str] = frozenset(
    {
        "POST /account/passkey",
        "POST /account/passkey/remove",
        "POST /account/app",
        "POST /account/codes",
        "POST /account/end",
        "POST /account/end-all",
        "POST /people/invite",
        "POST /people/link",
        "POST /people/close",
        "POST /people/sign-out",
        "POST /people/reopen",
        "POST /people/change",
        "POST /people/desk",
        "POST /people/desk/remove",
        "POST /audit/export",
        "POST /devices/approve",
        "POST /devices/revoke",
    }
)


def allows(role: Role, action: str) -> bool:
    """Whether `role` may do `action`; an action that the table does not know is refused."""
    return role in PERMISSIONS.get(action, frozenset())


def may_edit(role: Role, desk: str, part: str) -> bool:
    """Whether somebody of this role and desk may change a part of the content: a desk's file is its own coordinators'
    matter, texts and directory are the whole organisation's."""
    return role is Role.COORDINATOR and (not part.startswith("desks/") or part == f"desks/{desk}.yml")
