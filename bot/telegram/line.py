"""The port to Telegram: what this channel asks of it, and the closed set of what came of it.

What was asked twice must not be there twice. So an answer that did not come is its own outcome, and who asked decides.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

from bot.telegram.rendering import Rows


@dataclass(frozen=True, slots=True)
class Sent:
    """It is in the chat, under this number."""

    message: int


class Not(StrEnum):
    """Why it is not, or may not be, in the chat."""

    UNKNOWN = "unknown"  # no answer came: it may have arrived
    REFUSED = "refused"  # Telegram does not take it
    BLOCKED = "blocked"  # the visitor has blocked the bot, or there is no such chat
    FAILED = "failed"  # Telegram said again and again that it did not take it


Outcome = Sent | Not


class Line(Protocol):
    """Waits as long as Telegram wants it to (429), asks again when it said that nothing was done (5xx) or was not
    reached at all, and never when it may have been done."""

    async def send(self, chat: int, text: str, rows: Rows = ()) -> Outcome:
        """One message, silent, without a preview of what it links to, shown as it is typed."""

    async def edit(self, chat: int, message: int, text: str, rows: Rows = ()) -> Outcome:
        """Other words in a message of ours. Asked again whatever happens: twice is once."""

    async def delete(self, chat: int, messages: Sequence[int]) -> bool:
        """Delete up to 100 messages of both sides, those that can be; whether Telegram did so. Asked once."""

    async def answer(self, query: str, text: str = "") -> None:
        """Answer a pressed button, so that it no longer turns; `text` (200 letters) is shown over the chat. Whatever
        goes wrong is of no consequence."""

    async def show_writing(self, chat: int) -> None:
        """Show for some seconds that somebody writes. Whatever goes wrong is of no consequence."""

    async def leave_chat(self, chat: int) -> None:
        """Leave a group or channel. Whatever goes wrong is of no consequence."""

    async def fetch(self, after: int, seconds: int) -> list[dict[str, Any]]:
        """Updates with a number above `after`, which confirms those up to it; waits so long for some. Raises
        LineError."""

    async def set_commands(self, commands: Mapping[str, str], language: str) -> None:
        """The menu of commands, with what each is for, for apps in that language (two letters); empty: all others.
        Raises LineError."""

    async def set_hook(self, url: str, secret: str) -> None:
        """Have updates posted to `url`, one at a time, with this secret. Raises LineError."""

    async def drop_hook(self) -> None:
        """Have updates wait to be fetched. Raises LineError."""


class LineError(Exception):
    """Telegram did not answer, or refused. Never tells what was asked."""
