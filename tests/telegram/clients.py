"""Two clients of the Bot API that know nothing of each other, with one face for the tests of the server."""

import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

import aiogram
import telegram
from aiogram import exceptions
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.types import BotCommand, InlineKeyboardButton, InlineKeyboardMarkup
from telegram import error
from telegram.request import HTTPXRequest

from tests.telegram.server import TOKEN

os.environ["PTB_TIMEDELTA"] = "true"  # else reading `retry_after` warns of what it will become

Buttons = list[list[tuple[str, str]]]
Result = TypeVar("Result")


@dataclass
class Failed(Exception):
    """What a client makes of a refusal, in one vocabulary."""

    kind: str
    after: int = 0


class Aiogram:
    """aiogram 3."""

    def __init__(self, address: str) -> None:
        session = AiohttpSession(api=TelegramAPIServer.from_base(address), timeout=10)
        self.bot = aiogram.Bot(TOKEN, session)

    async def me(self) -> str:
        return (await _named(self.bot.get_me())).username or ""

    async def updates(self, offset: int = 0, seconds: int = 0) -> list[dict[str, Any]]:
        found = await _named(self.bot.get_updates(offset=offset, timeout=seconds))
        return [update.model_dump(mode="json", exclude_none=True, by_alias=True) for update in found]

    async def send(self, chat: int, text: str, buttons: Buttons | None = None) -> int:
        rows = [[InlineKeyboardButton(text=label, callback_data=data) for label, data in row] for row in buttons or []]
        markup = InlineKeyboardMarkup(inline_keyboard=rows) if buttons else None
        return (await _named(self.bot.send_message(chat, text, reply_markup=markup))).message_id

    async def edit(self, chat: int, message: int, text: str) -> None:
        await _named(self.bot.edit_message_text(text, chat_id=chat, message_id=message))

    async def delete(self, chat: int, message: int) -> bool:
        return await _named(self.bot.delete_message(chat, message))

    async def delete_many(self, chat: int, messages: list[int]) -> bool:
        return await _named(self.bot.delete_messages(chat, messages))

    async def answer(self, query: str) -> bool:
        return await _named(self.bot.answer_callback_query(query))

    async def set_hook(self, url: str, secret: str) -> bool:
        return await _named(self.bot.set_webhook(url, secret_token=secret, max_connections=1))

    async def drop_hook(self) -> bool:
        return await _named(self.bot.delete_webhook())

    async def set_commands(self, name: str, said: str) -> bool:
        return await _named(self.bot.set_my_commands([BotCommand(command=name, description=said)]))

    async def leave(self, chat: int) -> bool:
        return await _named(self.bot.leave_chat(chat))

    async def act(self, chat: int) -> bool:
        return await _named(self.bot.send_chat_action(chat, "typing"))

    async def close(self) -> None:
        await self.bot.session.close()


class Ptb:
    """python-telegram-bot 22."""

    def __init__(self, address: str) -> None:
        request = HTTPXRequest(read_timeout=10)
        updates = HTTPXRequest(read_timeout=10)
        self.bot = telegram.Bot(TOKEN, f"{address}/bot", request=request, get_updates_request=updates)

    async def me(self) -> str:
        return (await _named(self.bot.get_me())).username or ""

    async def updates(self, offset: int = 0, seconds: int = 0) -> list[dict[str, Any]]:
        found = await _named(self.bot.get_updates(offset=offset, timeout=seconds))
        return [update.to_dict() for update in found]

    async def send(self, chat: int, text: str, buttons: Buttons | None = None) -> int:
        rows = [
            [telegram.InlineKeyboardButton(label, callback_data=data) for label, data in row] for row in buttons or []
        ]
        markup = telegram.InlineKeyboardMarkup(rows) if buttons else None
        return (await _named(self.bot.send_message(chat, text, reply_markup=markup))).message_id

    async def edit(self, chat: int, message: int, text: str) -> None:
        await _named(self.bot.edit_message_text(text, chat_id=chat, message_id=message))

    async def delete(self, chat: int, message: int) -> bool:
        return await _named(self.bot.delete_message(chat, message))

    async def delete_many(self, chat: int, messages: list[int]) -> bool:
        return await _named(self.bot.delete_messages(chat, messages))

    async def answer(self, query: str) -> bool:
        return await _named(self.bot.answer_callback_query(query))

    async def set_hook(self, url: str, secret: str) -> bool:
        return await _named(self.bot.set_webhook(url, secret_token=secret, max_connections=1))

    async def drop_hook(self) -> bool:
        return await _named(self.bot.delete_webhook())

    async def set_commands(self, name: str, said: str) -> bool:
        return await _named(self.bot.set_my_commands([telegram.BotCommand(name, said)]))

    async def leave(self, chat: int) -> bool:
        return await _named(self.bot.leave_chat(chat))

    async def act(self, chat: int) -> bool:
        return await _named(self.bot.send_chat_action(chat, "typing"))

    async def close(self) -> None:
        await self.bot.shutdown()


Client = Aiogram | Ptb


@asynccontextmanager
async def client(kind: Callable[[str], Client], address: str) -> AsyncIterator[Client]:
    opened = kind(address)
    try:
        if isinstance(opened, Ptb):
            await opened.bot.initialize()
        yield opened
    finally:
        await opened.close()


_AIOGRAM = {
    exceptions.TelegramForbiddenError: "forbidden",
    exceptions.TelegramConflictError: "conflict",
    exceptions.TelegramServerError: "server",
    exceptions.RestartingTelegram: "server",
    exceptions.TelegramNetworkError: "network",
    exceptions.TelegramBadRequest: "bad",
}
_PTB = {error.Forbidden: "forbidden", error.Conflict: "conflict", error.BadRequest: "bad", error.TimedOut: "network"}


async def _named(call: Awaitable[Result]) -> Result:
    try:
        return await call
    except exceptions.TelegramRetryAfter as failure:
        raise Failed("flood", failure.retry_after) from None
    except exceptions.ClientDecodeError:
        raise Failed("server") from None
    except exceptions.TelegramAPIError as failure:
        raise Failed(_AIOGRAM[type(failure)]) from None
    except error.RetryAfter as failure:
        after = failure.retry_after
        raise Failed("flood", after if isinstance(after, int) else int(after.total_seconds())) from None
    except (error.Forbidden, error.Conflict, error.BadRequest, error.TimedOut) as failure:
        raise Failed(_PTB[type(failure)]) from None
    except error.NetworkError as failure:
        raise Failed("network" if "httpx" in str(failure) else "server") from None
