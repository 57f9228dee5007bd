"""The embedded mode: engine, visitor app, console and, with its token, Telegram as processes that live and end
together."""

import asyncio
import secrets
import signal
import socket
import sys
from collections.abc import Awaitable, Callable, Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from bot.settings import encode_key
from dialogues.hours import SWEDEN
from fristad import listening
from fristad.children import Child, ChildFailed, Plan
from fristad.engine import Engine, default_candidates, find_engine, private_folder
from fristad.environment import STAFF_SIDE, TELEGRAM_SIDE, VISITOR_SIDE, engine_environment
from fristad.keys import own_organisation
from fristad.preflight import check_content, check_hosts, check_organisation, check_telegram, own_data
from fristad.refusal import FrontDoorError, GaveUp, Refused
from fristad.settings import FrontSettings

_ENGINE, _TELEGRAM = "engine", "Telegram line"
_DRAIN = "1"  # seconds: all ends together, so pages have nowhere to go; they are told, and that is all
_TOKEN = "FRISTAD_TELEGRAM_TOKEN"  # noqa: S105  # the name of a setting
_ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def supervise(settings: FrontSettings, outer: Mapping[str, str]) -> int:
    """Run everything until told to end; the exit status. Refused before anything has started, GaveUp later."""
    if "FRISTAD_REDIS_URL" in outer:
        raise Refused(
            "FRISTAD_REDIS_URL is for `fristad bot` and `fristad console`: start `fristad serve`, which brings its own "
            "engine, without it."
        )
    check_hosts(settings)
    with ExitStack() as stack:
        data = stack.enter_context(own_data(settings.data))
        program = find_engine([settings.engine] if settings.engine else default_candidates())
        if outer.get(_TOKEN):
            check_telegram()
        check_content(datetime.now(SWEDEN), demo=settings.demo, desk=settings.desk)
        if not settings.demo:
            check_organisation(outer)
        visitors = listening.listen(settings.visitor_host, settings.visitor_port, "VISITOR")
        stack.callback(listening.close, visitors)
        staff = listening.listen(settings.staff_host, settings.staff_port, "STAFF")
        stack.callback(listening.close, staff)
        house = House(settings, data, program, visitors, staff, dict(outer))
        return asyncio.run(_run(house))


@dataclass(frozen=True)
class House:
    """What one run consists of, found and opened by `supervise`."""

    settings: FrontSettings
    data: Path
    program: Path
    visitors: list[socket.socket]
    staff: list[socket.socket]
    outer: Mapping[str, str]

    def plans(self, engine: Engine) -> tuple[list[Plan], list[str]]:
        """The engine's plan and the apps', with secrets made for this run, and the lines to print when ready."""
        tokens = _demo_tokens() if self.settings.demo else {}
        shared = {"demo": str(self.settings.demo).lower(), "drain_seconds": _DRAIN}
        signing = {}
        if self.settings.demo:
            shared["organisation_key"], file = own_organisation(self.data)
            signing["organisation_signing_key"] = str(file)
        bot = VISITOR_SIDE.environment(
            self.outer,
            **shared,
            redis_url=engine.visitor_url,
            state_key=encode_key(secrets.token_bytes(32)),
        )
        port = str(self.staff[0].getsockname()[1])
        own = {"redis_url": engine.staff_url, "data": str(self.data), "staff_port": port}
        console = STAFF_SIDE.environment(self.outer, **shared, **tokens, **signing, **own)
        engine_plan = Plan(
            _ENGINE,
            engine.command(),
            engine_environment(self.outer),
            engine.answers,
            standard_input=engine.configuration(),
            speaks=False,  # it would quote its configuration, passwords and all
        )
        plans = [
            engine_plan,
            _app_plan("visitor app", "bot", bot, self.settings.visitor_host, self.visitors),
            _app_plan("console", "console", console, self.settings.staff_host, self.staff),
        ]
        telegram = [self._telegram_plan(engine, shared)] if self.outer.get(_TOKEN) else []
        return [*plans, *telegram], self._lines(tokens)

    def _telegram_plan(self, engine: Engine, shared: Mapping[str, str]) -> Plan:
        """Ready as soon as it is the one that fetches: that Telegram answers is not for us to wait for."""
        own = {"redis_url": engine.visitor_url}
        if not self.outer.get("FRISTAD_TELEGRAM_KEY"):  # the engine's records end with this run, too
            own["telegram_key"] = encode_key(secrets.token_bytes(32))
        if self.settings.demo and not self.settings.visitor_url:
            own["visitor_url"] = listening.url(self.settings.visitor_host, self.visitors)
        return Plan(
            _TELEGRAM,
            (sys.executable, "-m", "fristad", "telegram"),
            TELEGRAM_SIDE.environment(self.outer, **shared, **own),
            lambda: engine.polled(self.settings.desk),
            within=120.0,  # its library takes seconds to import, and nobody waits for it
            patience=8.0,  # who just left has messages to be deleted
        )

    def _lines(self, tokens: Mapping[str, str]) -> list[str]:
        staff = listening.url(self.settings.staff_host, self.staff)
        lines = [f"Visitors: {listening.url(self.settings.visitor_host, self.visitors)}", f"Staff: {staff}"]
        if tokens:
            lines.append(f"Demo staff: {staff}demo/{tokens['demo_staff_token']}")
            lines.append(f"Demo coordinator: {staff}demo/{tokens['demo_coordinator_token']}")
        return lines


async def _run(house: House) -> int:
    stop = asyncio.Event()
    for number in _ENDING:
        # Under nohup a closed terminal is no reason to end.
        if number is not signal.SIGHUP or signal.getsignal(number) is not signal.SIG_IGN:
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
    with private_folder() as folder:
        plans, lines = house.plans(Engine(house.program, folder))
        children = [Child(plan, _tell) for plan in plans]
        work = asyncio.create_task(_live(children, lines))
        asked = asyncio.create_task(stop.wait())
        try:
            await asyncio.wait({work, asked}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            # The watchers end first: none may start again what is being ended.
            work.cancel()
            asked.cancel()
            results = await asyncio.gather(work, asked, return_exceptions=True)
            await _end(children)
    return _status(results[0])


async def _live(children: list[Child], lines: list[str]) -> None:
    """Start the engine, then the apps; say where they are; keep all of them alive."""
    engine, visitors, console, *others = children
    await engine.start()
    async with asyncio.TaskGroup() as starting:
        for app in (visitors, console):
            starting.create_task(app.start())
    print("\n".join(lines), flush=True)
    async with asyncio.TaskGroup() as keeping:
        for child in (engine, visitors, console):
            keeping.create_task(child.keep())
        for other in others:
            keeping.create_task(_live_too(other))


async def _live_too(telegram: Child) -> None:
    """What neither visitors nor staff at the page wait for."""
    await telegram.start()
    print("Telegram: started", flush=True)
    await telegram.keep()


async def _end(children: list[Child]) -> None:
    engine, *apps = children
    await asyncio.gather(*(app.end() for app in apps))
    await engine.end()


def _status(outcome: object) -> int:
    """The exit status for how `_live` ended; raises the sentence to print, when there is one to add."""
    if isinstance(outcome, BaseExceptionGroup):
        outcome = outcome.exceptions[0]
    if isinstance(outcome, ChildFailed):
        return _child_status(outcome)
    if isinstance(outcome, FrontDoorError):
        raise outcome
    if isinstance(outcome, Exception):
        raise outcome
    return 0


def _child_status(failed: ChildFailed) -> int:
    if failed.name == _ENGINE:
        raise Refused(
            "The engine found on this machine does not start: it must be Redis 7.0, Valkey 7.2 or newer; "
            "name another program with FRISTAD_ENGINE."
        )
    if failed.status == Refused.status:  # it has said itself what has to be put right
        return Refused.status
    raise GaveUp(
        f"The {failed.name} could not be started, so everything was stopped; start again, and report it if it stays."
    )


def _app_plan(name: str, command: str, environment: Mapping[str, str], host: str, sockets: list[socket.socket]) -> Plan:
    descriptors = tuple(each.fileno() for each in sockets)
    handed_down = [f"--socket={descriptor}" for descriptor in descriptors]
    return Plan(
        name,
        (sys.executable, "-m", "fristad", command, *handed_down),
        environment,
        _health(host, sockets),
        descriptors=descriptors,
    )


def _health(host: str, sockets: list[socket.socket]) -> Callable[[], Awaitable[bool]]:
    """A question to `/healthz`: whether the app answers 200."""
    address, port = sockets[0].getsockname()[:2]
    # Listening everywhere is no address to ask; the same machine is.
    target = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(address, address)  # noqa: S104  # compared, not listened on
    request = f"GET /healthz HTTP/1.1\r\nHost: {listening.authority(host, sockets)}\r\nConnection: close\r\n\r\n"

    async def ask() -> bool:
        reader, writer = await asyncio.open_connection(target, port)
        try:
            writer.write(request.encode())
            return (await reader.readline()).split(b" ")[1:2] == [b"200"]
        finally:
            writer.close()

    async def is_healthy() -> bool:
        with suppress(OSError):
            return await ask()
        return False

    return is_healthy


def _demo_tokens() -> dict[str, str]:
    return {name: secrets.token_urlsafe(24) for name in ("demo_staff_token", "demo_coordinator_token")}


def _tell(sentence: str) -> None:
    sys.stderr.write(f"{sentence}\n")  # in one piece: the children write to the same place
    sys.stderr.flush()
