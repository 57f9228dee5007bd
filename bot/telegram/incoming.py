"""The edge: what Telegram sends becomes one of a few small values, and all else is dropped before anybody sees it.

Names, user names, language codes, photos and contacts of whoever writes are in nearly every update. None of them is
read here, so none can be kept, logged or counted further in.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

# What Telegram is asked for. Channel posts and inline queries are not among them.
WANTED = ("message", "edited_message", "callback_query", "my_chat_member")
_GONE = {"kicked", "left"}
_LARGEST = 2**53  # Telegram's ids are whole numbers of at most 52 bits


@dataclass(frozen=True, slots=True)
class Typed:
    """Words, or a command."""

    update: int
    chat: int = field(repr=False)
    message: int
    text: str = field(repr=False)

    @property
    def command(self) -> bool:
        """Whether it is for the bot itself, whoever reads."""
        return self.text.startswith("/")


@dataclass(frozen=True, slots=True)
class Pressed:
    """A button; `query` is what has to be answered, `code` whatever the button carried."""

    update: int
    chat: int = field(repr=False)
    query: str = field(repr=False)
    code: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Unheard:
    """A sticker, a voice, a photo, a contact, a place: nothing of it came in here."""

    update: int
    chat: int = field(repr=False)
    message: int


@dataclass(frozen=True, slots=True)
class Edited:
    """An own message was changed afterwards."""

    update: int
    chat: int = field(repr=False)


@dataclass(frozen=True, slots=True)
class Blocked:
    """The visitor has blocked the bot, or deleted the chat with it."""

    update: int
    chat: int = field(repr=False)


@dataclass(frozen=True, slots=True)
class Crowd:
    """Something in a group or channel, where others read along."""

    update: int
    chat: int = field(repr=False)


Incoming = Typed | Pressed | Unheard | Edited | Blocked | Crowd


def read_update(raw: object) -> Incoming | None:
    """The update as one of these values; None for what nobody here has anything to do with, or nobody can read."""
    match raw:
        case {"update_id": int(update), **rest} if 0 <= update < _LARGEST:
            return _read(update, rest)
    return None


def update_number(raw: object) -> int:
    """The number of an update; 0 when it has none."""
    match raw:
        case {"update_id": int(update)} if 0 <= update < _LARGEST:
            return update
    return 0


def _read(update: int, rest: Mapping[Any, Any]) -> Incoming | None:
    match rest:
        case {"message": {"chat": {"id": int(chat), "type": "private"}, "message_id": int(message), **content}}:
            return _message(update, chat, message, content)
        case {"callback_query": {"id": str(query), "data": str(code), "message": {"chat": {"id": int(chat), **of}}}}:
            return Pressed(update, chat, query, code) if of.get("type") == "private" else Crowd(update, chat)
        case {"edited_message": {"chat": {"id": int(chat), "type": "private"}}}:
            return Edited(update, chat)
        case {"my_chat_member": {"chat": {"id": int(chat), "type": "private"}, "new_chat_member": {"status": status}}}:
            return Blocked(update, chat) if status in _GONE else None
        case {"my_chat_member": {"chat": {"id": int(chat)}, "new_chat_member": {"status": status}}}:
            return None if status in _GONE else Crowd(update, chat)
        case {"message": {"chat": {"id": int(chat)}}} | {"channel_post": {"chat": {"id": int(chat)}}}:
            return Crowd(update, chat)
    return None


def _message(update: int, chat: int, message: int, content: Mapping[Any, Any]) -> Incoming:
    text = content.get("text")
    return Typed(update, chat, message, text) if isinstance(text, str) and text else Unheard(update, chat, message)
