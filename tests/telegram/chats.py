"""What the server knows: accounts, chats, messages, updates that wait to be fetched."""

import time
from dataclasses import dataclass, field
from typing import Any

from tests.telegram.markup import check_markup, check_text
from tests.telegram.refusals import BLOCKED, KICKED, NO_CHAT, NOT_MODIFIED, NOT_STARTED, STALE_QUERY, bad

LIFE = 48 * 3600  # seconds in which a bot may delete a message of a private chat
KNOWN = {"message", "edited_message", "channel_post", "callback_query", "inline_query", "my_chat_member"}
UNASKED = KNOWN  # delivered when nobody said which kinds are wanted


@dataclass
class Account:
    """Somebody with a phone. All of it but the id is what our side must never see past its edge."""

    id: int
    first_name: str = "Förnamn"
    last_name: str = "Efternamn"
    username: str = "anvandarnamn"
    language_code: str = "sv"

    def as_user(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "is_bot": False,
            "first_name": self.first_name,
            "last_name": self.last_name,
            "username": self.username,
            "language_code": self.language_code,
        }

    def as_chat(self) -> dict[str, Any]:
        told = self.as_user()
        return {key: told[key] for key in ("id", "first_name", "last_name", "username")} | {"type": "private"}


@dataclass
class Message:
    id: int
    chat: dict[str, Any]
    own: bool  # of the bot
    sender: dict[str, Any]
    content: dict[str, Any]  # text, photo, ...
    date: float
    markup: dict[str, Any] | None = None
    silent: bool = False
    preview: bool = True

    def row(self) -> dict[str, Any]:
        told = {"message_id": self.id, "from": self.sender, "chat": self.chat, "date": int(self.date), **self.content}
        inline = self.markup is not None and "inline_keyboard" in self.markup
        return told | ({"reply_markup": self.markup} if inline else {})

    @property
    def text(self) -> str:
        return str(self.content.get("text", ""))


@dataclass
class State:
    """Everything behind one bot. `shift` moves the server's clock, in seconds."""

    bot: dict[str, Any]
    shift: float = 0.0
    chats: dict[int, dict[str, Any]] = field(default_factory=dict)
    blocked: set[int] = field(default_factory=set)
    left: set[int] = field(default_factory=set)
    messages: dict[tuple[int, int], Message] = field(default_factory=dict)
    deleted: list[tuple[int, int]] = field(default_factory=list)
    commands: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    queries: dict[str, bool] = field(default_factory=dict)  # id -> answered
    alerts: list[str] = field(default_factory=list)
    actions: list[tuple[int, str]] = field(default_factory=list)
    updates: list[dict[str, Any]] = field(default_factory=list)
    wanted: set[str] = field(default_factory=lambda: set(UNASKED))
    last_update: int = 700_000_000
    last_message: int = 0

    def now(self) -> float:
        return time.time() + self.shift

    def add_update(self, kind: str, value: dict[str, Any]) -> dict[str, Any] | None:
        """The update in line, unless nobody wants its kind."""
        if kind not in self.wanted:
            return None
        self.last_update += 1
        update = {"update_id": self.last_update, kind: value}
        self.updates.append(update)
        return update

    def keep(self, chat: dict[str, Any], sender: dict[str, Any], content: dict[str, Any], *, own: bool) -> Message:
        self.last_message += 1
        message = Message(self.last_message, chat, own, sender, content, self.now())
        self.messages[chat["id"], message.id] = message
        return message

    def _open(self, chat_id: Any) -> dict[str, Any]:
        """The chat, when the bot may write there."""
        try:
            id = int(chat_id)
        except (TypeError, ValueError):
            raise NO_CHAT from None
        if id in self.blocked:
            raise BLOCKED
        if id in self.left:
            raise KICKED
        if id not in self.chats:
            raise NOT_STARTED if id > 0 else NO_CHAT
        return self.chats[id]

    def send(self, given: dict[str, Any]) -> dict[str, Any]:
        chat = self._open(given.get("chat_id"))
        if given.get("parse_mode"):
            raise bad("can't parse entities: this server holds the bot to plain text")
        text, markup = check_text(given.get("text")), check_markup(given.get("reply_markup"))
        message = self.keep(chat, self.bot, {"text": text}, own=True)
        message.markup = markup
        message.silent = given.get("disable_notification") in {True, "true", "True"}
        message.preview = not (given.get("link_preview_options") or {}).get("is_disabled", False)
        return message.row()

    def edit(self, given: dict[str, Any]) -> dict[str, Any]:
        message = self._own(given, "edited")
        text, markup = check_text(given.get("text", message.text)), check_markup(given.get("reply_markup"))
        if (text, markup) == (message.text, message.markup):
            raise NOT_MODIFIED
        message.content, message.markup = {"text": text}, markup
        return message.row()

    def _own(self, given: dict[str, Any], done: str) -> Message:
        self._open(given.get("chat_id"))
        message = self._find(given.get("chat_id"), given.get("message_id"))
        if message is None:
            raise bad("message to edit not found")
        if not message.own:
            raise bad(f"message can't be {done}")
        return message

    def _find(self, chat: Any, message: Any) -> Message | None:
        return self.messages.get((int(chat), int(message or 0)))

    def delete(self, given: dict[str, Any]) -> bool:
        self._open(given.get("chat_id"))
        message = self._find(given.get("chat_id"), given.get("message_id"))
        if message is None:
            raise bad("message to delete not found")
        if self.now() - message.date > LIFE:
            raise bad("message can't be deleted for everyone")
        self._drop(message)
        return True

    def delete_many(self, given: dict[str, Any]) -> bool:
        """Those that cannot be found or deleted are skipped, as the real one says."""
        self._open(given.get("chat_id"))
        ids = given.get("message_ids")
        if not isinstance(ids, list) or not 1 <= len(ids) <= 100:
            raise bad("there must be from 1 to 100 message identifiers")
        for id in ids:
            message = self._find(given["chat_id"], id)
            if message is not None and self.now() - message.date <= LIFE:
                self._drop(message)
        return True

    def _drop(self, message: Message) -> None:
        key = message.chat["id"], message.id
        del self.messages[key]
        self.deleted.append(key)

    def answer_query(self, given: dict[str, Any]) -> bool:
        id = str(given.get("callback_query_id", ""))
        if id not in self.queries:
            raise STALE_QUERY
        text = str(given.get("text") or "")
        if len(text) > 200:
            raise bad("MESSAGE_TOO_LONG")
        self.queries[id] = True
        if text:
            self.alerts.append(text)
        return True

    def act(self, given: dict[str, Any]) -> bool:
        chat = self._open(given.get("chat_id"))
        if given.get("action") != "typing":
            raise bad("wrong parameter action in request")
        self.actions.append((chat["id"], "typing"))
        return True

    def leave(self, given: dict[str, Any]) -> bool:
        chat = self._open(given.get("chat_id"))
        if chat["type"] == "private":
            raise bad("chat member status can't be changed in private chats")
        self.left.add(chat["id"])
        return True

    def set_commands(self, given: dict[str, Any]) -> bool:
        commands = given.get("commands")
        if not isinstance(commands, list) or len(commands) > 100:
            raise bad("expected an Array of BotCommand")
        for command in commands:
            name, said = command.get("command", ""), command.get("description", "")
            if not name.isascii() or not name.islower() or not 1 <= len(name) <= 32:
                raise bad("BOT_COMMAND_INVALID")
            if not 1 <= len(said) <= 256:
                raise bad("BOT_COMMAND_DESCRIPTION_INVALID")
        self.commands[str(given.get("language_code") or "")] = commands
        return True
