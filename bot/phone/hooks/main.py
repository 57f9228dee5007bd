"""The phone line at a provider put together: `build` from the environment, `create_line` from what it is handed."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable
from datetime import datetime
from pathlib import Path
from typing import Literal

from starlette.applications import Starlette

from bot.counting import counter_names
from bot.editions import Editions
from bot.phone.hooks.addresses import Hooks
from bot.phone.hooks.app import create_app
from bot.phone.hooks.calls import HeldCalls
from bot.phone.hooks.next_steps import Dialect
from bot.phone.hooks.pulled import PulledEar
from bot.phone.hooks.records import Records, TwilioRecords
from bot.phone.hooks.settings import ElksSettings, HookSettings, TwilioSettings
from bot.phone.hooks.shelf import Shelf
from bot.phone.hooks.sounding import Sounding
from bot.phone.hooks.staff import OwnTelephone
from bot.phone.live_call import LiveCall
from bot.phone.main import FLUSH, OpenableEnd
from bot.phone.queue import Queue
from bot.phone.shifts import SOCKET, Shifts
from bot.phone.shown import Shown
from bot.planned import Planned, planned_desk
from dialogues.hours import SWEDEN
from dialogues.loader import load_content
from dialogues.values import Content
from handover.counters import Tally
from handover.ports import HandoverError
from handover.visitor_redis import RedisVisitorEnd
from safety.headers import Asgi
from safety.readiness import Readiness, WithReadiness
from safety.vitals import Part

Provider = Literal["46elks", "twilio"]


class NoTwilio(RuntimeError):
    """The package that checks Twilio's signatures is not installed."""


def build(provider: Provider) -> Asgi:
    """The app as the environment wants it. Raises ValidationError, ContentError, NoPrompts or NoTwilio when it cannot
    run."""
    settings = read_settings(provider)
    content = load_content(now=datetime.now(SWEDEN), demo=settings.demo)
    end = RedisVisitorEnd(settings.redis_url.get_secret_value(), settings.limits)
    return create_line(settings, end, content)


def read_settings(provider: Provider) -> HookSettings:
    """The provider's settings. Raises ValidationError."""
    # The environment fills them.
    return ElksSettings() if provider == "46elks" else TwilioSettings()  # type: ignore[call-arg]


def create_line(
    settings: HookSettings, end: OpenableEnd, content: Content, *, now: Callable[[], float] = time.time
) -> Asgi:
    """The app over this end. NoPrompts when no language could be offered, ValueError when there is no desk of the
    configured name, NoTwilio without its package. `now` in seconds since the epoch."""
    planned = Planned(end, settings.desk)
    shown = Shown(settings, content, now, lambda desk: planned_desk(desk, planned))
    tally = Tally(counter_names(content))
    shifts = Shifts()
    silence = min(settings.silence_seconds, settings.waiting_silence_seconds)
    queue = Queue(end, tally, settings.desk, silence, answered=shifts.any_open)
    editions = Editions(end, content, shown.show)
    hooks = Hooks(settings.phone_url, settings.phone_secret.get_secret_value())
    shelf = Shelf()
    sounding = Sounding(hooks, shelf, settings.phone_sounds, shown.line().languages, shown.files)

    def make(mark: str, ear: PulledEar) -> LiveCall:
        staff = OwnTelephone(ear, shifts)
        return LiveCall(mark, ear, queue, tally, settings.desk, shown.line, shown.files, staff)

    dialect, records = _provider(settings, hooks)
    calls = HeldCalls(make, sounding, settings.phone_calls, records)

    @contextlib.asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        await end.open()
        await editions.look()
        await planned.look()
        _make_folder(settings.phone_folder)
        lines = shifts.serve(settings.phone_folder / SOCKET)
        todo = (editions.keep_looking(), planned.keep_looking(), lines)
        chores = [asyncio.create_task(chore) for chore in (*todo, _chores(shown, tally, end))]
        try:
            yield
        finally:
            for chore in chores:
                chore.cancel()
            await asyncio.gather(*chores, return_exceptions=True)
            await calls.close()
            await _flush(tally, end)
            await end.close()

    app = create_app(hooks, dialect, calls, sounding, shelf, settings.trusted_proxies, lifespan)
    return WithReadiness(app, Readiness({Part.ENGINE: end.mark}, time.monotonic))


def _provider(settings: HookSettings, hooks: Hooks) -> tuple[Dialect, Records | None]:
    if isinstance(settings, TwilioSettings):
        try:
            from bot.phone.hooks.twilio import Twilio
        except ModuleNotFoundError:
            raise NoTwilio from None
        token = settings.phone_token.get_secret_value()
        return Twilio(hooks, settings.phone_number, token), TwilioRecords(
            settings.phone_api, settings.phone_account, token
        )
    if isinstance(settings, ElksSettings):
        from bot.phone.hooks.elks import Elks

        return Elks(hooks, settings.phone_number, settings.phone_provider_addresses), None
    raise TypeError("no provider of ours")


def _make_folder(folder: Path) -> None:
    """Where the console, another user of the same group, finds the lines' socket; one that is there is left alone."""
    if not folder.is_dir():
        folder.mkdir(mode=0o700, parents=True)
        folder.chmod(0o750)  # the process's umask would leave the group out


async def _chores(shown: Shown, tally: Tally, end: OpenableEnd) -> None:
    while True:
        await asyncio.sleep(FLUSH)
        await asyncio.to_thread(shown.look_again)
        await _flush(tally, end)


async def _flush(tally: Tally, end: OpenableEnd) -> None:
    # Counts that could not be added stay in the tally and are tried again.
    with contextlib.suppress(HandoverError):
        await tally.flush(end.count)
