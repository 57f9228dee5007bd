"""`bot.telegram.line` over the Bot API, by aiogram: the only module that knows it (its import takes seconds).

Answers are read as plain data. aiogram's own types would hold the name of whoever is written to; ours has the number of
the message and nothing else.
"""

import asyncio
import logging
import random
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import (
    ClientDecodeError,
    TelegramAPIError,
    TelegramBadRequest,
    TelegramForbiddenError,
    TelegramNetworkError,
    TelegramRetryAfter,
    TelegramServerError,
)
from aiogram.methods import TelegramMethod
from aiogram.types import BotCommand, InlineKeyboardButton, InlineKeyboardMarkup, LinkPreviewOptions
from aiohttp import ClientConnectorError

from bot.telegram.incoming import WANTED
from bot.telegram.line import LineError, Not, Outcome, Sent
from bot.telegram.rendering import Rows
from safety.logs import error_id, log_failure

PATIENCE = 120.0  # seconds that one message is tried for; a flood of ours is answered with waits of a minute at most
_TIMEOUT = 20.0  # seconds for an answer
_CONNECTIONS = 1_000  # at once: each waits for Telegram alone
_FIRST_RETRY, _LONGEST_RETRY = 0.2, 5.0  # seconds
_NO_CHAT = "chat not found"
_NO_CHANGE = "message is not modified"
_NO_PREVIEW = LinkPreviewOptions(is_disabled=True)  # Telegram would open the address to make one

_logger = logging.getLogger("bot.telegram")
Result = TypeVar("Result")


class _Send(TelegramMethod[dict[str, Any]]):
    __returning__ = dict[str, Any]
    __api_method__ = "sendMessage"
    chat_id: int
    text: str
    disable_notification: bool = True
    link_preview_options: LinkPreviewOptions = _NO_PREVIEW
    reply_markup: InlineKeyboardMarkup | None = None


class _Edit(TelegramMethod[dict[str, Any]]):
    __returning__ = dict[str, Any]
    __api_method__ = "editMessageText"
    chat_id: int
    message_id: int
    text: str
    link_preview_options: LinkPreviewOptions = _NO_PREVIEW
    reply_markup: InlineKeyboardMarkup | None = None


class _Delete(TelegramMethod[bool]):
    __returning__ = bool
    __api_method__ = "deleteMessages"
    chat_id: int
    message_ids: list[int]


class _Fetch(TelegramMethod[list[dict[str, Any]]]):
    __returning__ = list[dict[str, Any]]
    __api_method__ = "getUpdates"
    offset: int
    timeout: int
    allowed_updates: tuple[str, ...] = WANTED


class _Say(TelegramMethod[bool]):
    """A method that answers with yes alone."""

    __returning__ = bool
    __api_method__ = ""


class _Answer(_Say):
    __api_method__ = "answerCallbackQuery"
    callback_query_id: str
    text: str | None = None
    show_alert: bool = False


class _Writing(_Say):
    __api_method__ = "sendChatAction"
    chat_id: int
    action: str = "typing"


class _Leave(_Say):
    __api_method__ = "leaveChat"
    chat_id: int


class _Commands(_Say):
    __api_method__ = "setMyCommands"
    commands: list[BotCommand]
    language_code: str | None = None


class _Hook(_Say):
    __api_method__ = "setWebhook"
    url: str
    secret_token: str
    max_connections: int = 1  # else what somebody wrote could overtake what they wrote before
    allowed_updates: tuple[str, ...] = WANTED


class _NoHook(_Say):
    __api_method__ = "deleteWebhook"


class TelegramClient:
    """`bot.telegram.line.Line`; what each method promises is written there. `api` is the address of another server of
    the Bot API than Telegram's own, `patience` in seconds; ValueError for a token that is none."""

    def __init__(
        self,
        token: str,
        api: str | None = None,
        *,
        patience: float = PATIENCE,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        session = AiohttpSession(limit=_CONNECTIONS, timeout=_TIMEOUT)
        if api:
            session.api = TelegramAPIServer.from_base(api)
        self._bot = Bot(token, session)
        self._patience = patience
        self._clock = clock

    async def close(self) -> None:
        """Give every connection back."""
        await self._bot.session.close()

    async def send(self, chat: int, text: str, rows: Rows = ()) -> Outcome:
        row = await self._insist(_Send(chat_id=chat, text=text, reply_markup=_markup(rows)), once=True)
        return row if isinstance(row, Not) else _sent(row)

    async def edit(self, chat: int, message: int, text: str, rows: Rows = ()) -> Outcome:
        method = _Edit(chat_id=chat, message_id=message, text=text, reply_markup=_markup(rows))
        row = await self._insist(method, once=False)
        return row if isinstance(row, Not) else _sent(row)

    async def delete(self, chat: int, messages: Sequence[int]) -> bool:
        try:
            return await self._bot(_Delete(chat_id=chat, message_ids=list(messages)))
        except TelegramForbiddenError:
            return True  # whoever blocked the bot cannot be served any more, now or later
        except (TelegramAPIError, ClientDecodeError):
            return False

    async def answer(self, query: str, text: str = "") -> None:
        await self._try(_Answer(callback_query_id=query, text=text[:200] or None, show_alert=bool(text)))

    async def show_writing(self, chat: int) -> None:
        await self._try(_Writing(chat_id=chat))

    async def leave_chat(self, chat: int) -> None:
        await self._try(_Leave(chat_id=chat))

    async def fetch(self, after: int, seconds: int) -> list[dict[str, Any]]:
        return await self._do(_Fetch(offset=after + 1, timeout=seconds), int(seconds + _TIMEOUT))

    async def set_commands(self, commands: Mapping[str, str], language: str) -> None:
        menu = [BotCommand(command=name, description=said) for name, said in commands.items()]
        await self._do(_Commands(commands=menu, language_code=language or None))

    async def set_hook(self, url: str, secret: str) -> None:
        await self._do(_Hook(url=url, secret_token=secret))

    async def drop_hook(self) -> None:
        await self._do(_NoHook())

    async def _insist(self, method: TelegramMethod[Result], *, once: bool) -> Result | Not:
        """Until it is done, refused or, when it may be there only `once`, unknown."""
        until, pause = self._clock() + self._patience, _FIRST_RETRY
        while True:
            try:
                return await self._bot(method)
            except TelegramRetryAfter as wait:
                pause = float(wait.retry_after)
            except (TelegramAPIError, ClientDecodeError) as error:
                why = _why(error, once=once)
                if why is not None:
                    return why
            if self._clock() + pause > until:
                return Not.FAILED
            await asyncio.sleep(pause)
            pause = min(pause * random.uniform(1.5, 2.5), _LONGEST_RETRY)  # noqa: S311  # spreads load, guards nothing

    async def _try(self, method: TelegramMethod[bool]) -> None:
        try:
            await self._bot(method)
        except (TelegramAPIError, ClientDecodeError):
            return

    async def _do(self, method: TelegramMethod[Result], seconds: int | None = None) -> Result:
        try:
            return await self._bot(method, seconds)
        except (TelegramAPIError, ClientDecodeError) as error:
            raise LineError(type(error).__name__) from None


def _sent(row: dict[str, Any]) -> Outcome:
    message = row.get("message_id")
    return Sent(message) if isinstance(message, int) else Not.UNKNOWN


def _why(error: Exception, *, once: bool) -> Not | None:
    """Why a call is not asked again; None when nothing was done yet, or twice is once."""
    match error:
        case TelegramForbiddenError():
            return Not.BLOCKED
        case TelegramBadRequest(message=said):
            if _NO_CHAT in said:
                return Not.BLOCKED
            return Not.UNKNOWN if _NO_CHANGE in said else Not.REFUSED  # what stands there already is no failure
        case TelegramServerError():
            return None  # the API's own word that nothing was done
        case TelegramNetworkError() | ClientDecodeError():
            return Not.UNKNOWN if once and not isinstance(error.__cause__, ClientConnectorError) else None
    log_failure(_logger, error_id(), error)
    return Not.REFUSED


def _markup(rows: Rows) -> InlineKeyboardMarkup | None:
    if not rows:
        return None
    keyboard = [[InlineKeyboardButton(text=label, callback_data=code) for label, code in row] for row in rows]
    return InlineKeyboardMarkup(inline_keyboard=keyboard)
