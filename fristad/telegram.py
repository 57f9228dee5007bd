"""What the front door does for the channel Telegram: run it in this process until it is asked to end."""

import asyncio
import logging.config
import os
import signal
from collections.abc import Callable
from contextlib import nullcontext, suppress
from datetime import datetime
from typing import Protocol, TextIO

import uvloop
from pydantic import ValidationError
from pydantic_settings import SettingsError

from bot.telegram.settings import TelegramSettings
from dialogues.files import ContentError
from dialogues.hours import SWEDEN
from fristad.dumps import forbid_dumps
from fristad.preflight import NO_TELEGRAM, check_content
from fristad.refusal import GaveUp, Refused
from fristad.settings import explain
from fristad.watching import Watch, open_watch
from handover.ports import HandoverError
from safety.logs import install_last_resort, log_config
from safety.readiness import Readiness
from safety.vitals import Process


class _Line(Protocol):
    readiness: Readiness

    async def run(self, ready: Callable[[int], None]) -> None: ...


def run_telegram(out: TextIO) -> int:
    """Answer in Telegram until SIGINT or SIGTERM. Refused when the extra or a setting is missing or wrong; GaveUp when
    it could not start, for instance for want of its engine."""
    settings = _read_settings()  # before anything that takes long
    check_content(datetime.now(SWEDEN), demo=settings.demo, desk=settings.desk)
    os.umask(0o077)
    forbid_dumps()
    logging.config.dictConfig(log_config())
    line = _build()
    watch = open_watch(Process.TELEGRAM, line.readiness)
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(_run(line, out, watch))
    except HandoverError:
        raise GaveUp("See that the engine at FRISTAD_REDIS_URL answers and takes the password.") from None
    except OSError:
        raise GaveUp(
            "FRISTAD_TELEGRAM_HOST and FRISTAD_TELEGRAM_PORT cannot be listened on: choose another port, or end what "
            "has it."
        ) from None
    return 0


def _read_settings() -> TelegramSettings:
    try:
        return TelegramSettings()  # type: ignore[call-arg]  # the environment fills it
    except (ValidationError, SettingsError) as error:
        raise Refused(explain(error)) from None


def _build() -> _Line:
    try:
        from bot.telegram.main import build
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] in {"bot", "dialogues", "handover", "safety"}:
            raise
        raise Refused(NO_TELEGRAM) from None
    try:
        return build()
    except ContentError as error:
        raise Refused(f"The texts cannot be used: {error}.") from None
    except ValueError as error:
        raise Refused(f"{error}.") from None


async def _run(line: _Line, out: TextIO, watch: Watch | None) -> None:
    loop = asyncio.get_running_loop()
    install_last_resort(loop)
    async with watch.open() if watch else nullcontext():
        task = asyncio.create_task(line.run(lambda _: print("Telegram: answering", file=out, flush=True)))
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, task.cancel)
        with suppress(asyncio.CancelledError):
            await task
