"""The answers of the Bot API that are no success, with the words that the real one uses."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Refusal(Exception):
    """An answer `{"ok": false}`; `parameters` as the real API adds them."""

    status: int
    description: str
    parameters: dict[str, Any] = field(default_factory=dict)

    def body(self) -> dict[str, Any]:
        told: dict[str, Any] = {"ok": False, "error_code": self.status, "description": self.description}
        return told | ({"parameters": self.parameters} if self.parameters else {})


def bad(what: str) -> Refusal:
    return Refusal(400, f"Bad Request: {what}")


def flood(seconds: int) -> Refusal:
    return Refusal(429, f"Too Many Requests: retry after {seconds}", {"retry_after": seconds})


UNAUTHORIZED = Refusal(401, "Unauthorized")
NOT_FOUND = Refusal(404, "Not Found")
BLOCKED = Refusal(403, "Forbidden: bot was blocked by the user")
NOT_STARTED = Refusal(403, "Forbidden: bot can't initiate conversation with a user")
KICKED = Refusal(403, "Forbidden: bot is not a member of the group chat")
BROKEN = Refusal(500, "Internal Server Error")
RESTARTING = Refusal(500, "Internal Server Error: restart")
WEBHOOK_ACTIVE = Refusal(
    409, "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
)
OTHER_POLLER = Refusal(
    409,
    "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running",
)
NO_CHAT = bad("chat not found")
NOT_MODIFIED = bad(
    "message is not modified: specified new message content and reply markup are exactly the same as a current content "
    "and reply markup of the message"
)
STALE_QUERY = bad("query is too old and response timeout expired or query ID is invalid")
