"""Somebody with a phone who writes to the bot: what they do becomes updates, what they see is what the server keeps."""

import asyncio
import secrets
from collections.abc import Callable
from typing import Any

from tests.telegram.chats import Account, Message
from tests.telegram.server import Server

PATIENCE = 60.0  # seconds; the machine is shared


class Phone:
    """The chat of one account with the bot."""

    def __init__(self, server: Server, account: Account | None = None) -> None:
        self.server = server
        self.account = account or Account(id=5_000_000_000 + secrets.randbelow(10**9))
        self.id = self.account.id
        self._seen = 0

    # --- What the person does ---

    def types(self, text: str) -> dict[str, Any]:
        """Also a command. Gives the update."""
        self.server.state.chats[self.id] = self.account.as_chat()
        return self.sends({"text": text, **_entities(text)})

    def sends(self, content: dict[str, Any]) -> dict[str, Any]:
        """A message of any kind."""
        return self.begins(content)()

    def begins(self, content: dict[str, Any]) -> Callable[[], dict[str, Any]]:
        """The same, and Telegram passes it on only when what this gives is called."""
        self.server.state.chats.setdefault(self.id, self.account.as_chat())
        chat, user = self.server.state.chats[self.id], self.account.as_user()
        message = self.server.state.keep(chat, user, content, own=False)
        return lambda: self._push("message", message.row())

    def edits(self, text: str) -> dict[str, Any]:
        """The latest own message."""
        message = [each for each in self.messages() if not each.own][-1]
        message.content = {"text": text}
        return self._push("edited_message", message.row() | {"edit_date": int(self.server.state.now())})

    def presses(self, label: str) -> dict[str, Any]:
        """The latest button that begins so."""
        for message in reversed(self.messages()):
            for button in _buttons(message):
                if button["text"].startswith(label):
                    return self.presses_data(button["callback_data"], message)
        raise AssertionError(f"no button {label!r}: {self.buttons()}")

    def presses_data(self, data: str, message: Message | None = None) -> dict[str, Any]:
        """A button with this data, which anybody can make up."""
        query = secrets.token_hex(8)
        self.server.state.queries[query] = False
        below = message or self.messages()[-1]
        row = {"id": query, "from": self.account.as_user(), "chat_instance": "1", "data": data, "message": below.row()}
        return self._push("callback_query", row)

    def blocks(self) -> None:
        self.server.state.blocked.add(self.id)
        chat, user = self.account.as_chat(), self.account.as_user()
        member = {"user": self.server.state.bot}
        self._push_anyway(
            "my_chat_member",
            {"chat": chat, "from": user, "date": int(self.server.state.now())}
            | {"old_chat_member": member | {"status": "member"}}
            | {"new_chat_member": member | {"status": "kicked", "until_date": 0}},
        )

    def _push(self, kind: str, value: dict[str, Any]) -> dict[str, Any]:
        update = self.server.push(kind, value)
        assert update is not None, f"the bot asked for no {kind}"
        return update

    def _push_anyway(self, kind: str, value: dict[str, Any]) -> None:
        self.server.push(kind, value)

    # --- What the person sees ---

    def messages(self) -> list[Message]:
        """All that is in the chat now, oldest first."""
        return [message for (chat, _), message in sorted(self.server.state.messages.items()) if chat == self.id]

    def read(self) -> str:
        """All that the bot wrote and that is still there."""
        return "\n".join(message.text for message in self.messages() if message.own)

    def buttons(self) -> list[str]:
        """Labels below the latest message that has some."""
        shown = [message for message in self.messages() if _buttons(message)]
        return [button["text"] for button in _buttons(shown[-1])] if shown else []

    def data(self, label: str) -> str:
        """What the latest button that begins so carries."""
        found = [
            str(button["callback_data"])
            for message in self.messages()
            for button in _buttons(message)
            if button["text"].startswith(label)
        ]
        return found[-1]

    async def sees(self, *words: str) -> str:
        """All of these words, since the last time that something was waited for: what is new."""
        await self.until(lambda: all(word in self._new() for word in words), lambda: f"{words} in {self._new()!r}")
        new = self._new()
        self._seen = max((message.id for message in self.messages()), default=0)
        return new

    async def until(self, holds: Callable[[], bool], said: Callable[[], str] = str, patience: float = PATIENCE) -> None:
        """Wait for what comes by itself."""
        limit = asyncio.get_running_loop().time() + patience
        while not holds():
            assert asyncio.get_running_loop().time() < limit, f"it never came: {said()}"
            await asyncio.sleep(0.01)

    def _new(self) -> str:
        own = (message for message in self.messages() if message.own and message.id > self._seen)
        return "\n".join([message.text for message in own] + self.server.state.alerts[-1:])


def _buttons(message: Message) -> list[dict[str, Any]]:
    return [button for row in (message.markup or {}).get("inline_keyboard", []) for button in row]


def _entities(text: str) -> dict[str, Any]:
    if not text.startswith("/"):
        return {}
    return {"entities": [{"type": "bot_command", "offset": 0, "length": len(text.split()[0])}]}
