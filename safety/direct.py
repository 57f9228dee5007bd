"""A way around the layers of an app for text that goes out over an open WebSocket with every message.

Each layer wraps `send` in a coroutine of its own, for answers that it changes or counts; text over an open socket
passes through all of them unchanged. A server that can write at once says so in the scope's extensions.
"""

from collections.abc import Callable, Mapping
from typing import Any

DIRECT = "fristad.direct"  # the name of the extension; its `write` is a Write

# Writes text, with what else is written in this turn of the loop. False when it was not: the socket is not open, or the
# other end does not read. The app's own `send` then waits, or raises what it does.
Write = Callable[[str], bool]


def direct_write(scope: Mapping[str, Any]) -> Write:
    """The way around for the socket with this scope; one that writes nothing where the server has none."""
    found: Write = scope.get("extensions", {}).get(DIRECT, {}).get("write", write_nothing)
    return found


def write_nothing(_text: str) -> bool:
    """The Write of a server that has none."""
    return False
