"""Who may do what: one table for pages and for the live path. What is not in it is refused."""

from enum import StrEnum


class Role(StrEnum):
    STAFF = "staff"
    COORDINATOR = "coordinator"


_STAFF = frozenset({Role.STAFF})
_COORDINATOR = frozenset({Role.COORDINATOR})
_ALL = _STAFF | _COORDINATOR

# Reachable without a sign-in. Nothing here shows anything of anybody.
OPEN: frozenset[str] = frozenset(
    {
        "GET /sign-in",
        "POST /sign-in",
        "GET /demo/{token}",
        "GET /static/{name}",
        "GET /healthz",
    }
)

PERMISSIONS: dict[str, frozenset[Role]] = {
    "GET /": _ALL,
    "POST /sign-out": _ALL,
    "POST /language": _ALL,
    "GET /desk": _STAFF,
    "GET /statistics": _COORDINATOR,
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
    "WS /live": _ALL,
    # What a frame on the live path asks for, asked again for every frame. A coordinator has no action at all there:
    # the socket only brings the live load.
    "live.device": _STAFF,
    "live.duty": _STAFF,
    "live.take": _STAFF,
    "live.say": _STAFF,
    "live.heard": _STAFF,
    "live.release": _STAFF,
    "live.end": _STAFF,
    "live.mute": _STAFF,
    "live.wrapup": _STAFF,
}


def allows(role: Role, action: str) -> bool:
    """Whether `role` may do `action`; an action that the table does not know is refused."""
    return role in PERMISSIONS.get(action, frozenset())


def may_edit(role: Role, desk: str, part: str) -> bool:
    """Whether somebody of this role and desk may change a part of the content: a desk's file is its own coordinators'
    matter, texts and directory are the whole organisation's."""
    return role is Role.COORDINATOR and (not part.startswith("desks/") or part == f"desks/{desk}.yml")
