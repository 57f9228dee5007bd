"""Runs one app in this process, with a server that names nobody and keeps its limits."""

import gc
import logging.config
import os
import resource
import socket
from collections.abc import Callable
from typing import Literal

import uvicorn
from pydantic import ValidationError
from pydantic_settings import SettingsError

from dialogues.files import ContentError
from fristad.bounded_http import BoundedHttp
from fristad.draining import DrainingServer, draining_of
from fristad.dumps import forbid_dumps
from fristad.lean_socket import LeanSocket
from fristad.refusal import GaveUp, Refused
from fristad.settings import explain
from fristad.watching import open_watch
from handover.engines import BadEngine
from safety.headers import Asgi
from safety.logs import install_last_resort, log_config
from safety.organisation import BadKey
from safety.readiness import readiness_of
from safety.vitals import Process

Loop = Literal["uvloop", "asyncio"]
_MOST_CONNECTIONS = 16_000  # just below the open files: beyond it the server answers a plain 503, which names no 112
_OPEN_FILES = 16_384
_PING_EVERY = 4.0  # two lost pings and their timeout fit in a lease of 15 seconds
# Python's own 700 new objects until it looks for cycles took a sixth of the console's time with 100 open desks: nearly
# all that a message makes is gone by itself.
_COLLECT_AFTER = 5_000
_LARGEST_FRAME = 16_384  # the largest sealed message is 4 KiB before base64


def run_app(
    build: Callable[[], Asgi],
    sockets: list[socket.socket],
    loop: Loop = "uvloop",
    *,
    process: Process | None = None,
    drain: float = 0.0,
) -> None:
    """Serve the app on these listening sockets until SIGINT or SIGTERM, and then `drain` seconds at most until its
    pages have gone elsewhere. `loop` is the event loop's maker; `process` is what it is called where it is watched,
    None where it is not.

    Refused when its settings or texts are wrong; GaveUp when it could not start, for instance for want of its engine.
    """
    os.environ["OTEL_SDK_DISABLED"] = "true"
    os.umask(0o077)  # what the console writes is for its own user, also when it runs apart from the supervisor
    forbid_dumps()
    _allow_open_files()
    logging.config.dictConfig(log_config())
    install_last_resort()
    server = _server(_build(build), loop, process, drain)
    gc.freeze()  # texts, code and templates stay as long as the process, and need not be looked through
    gc.set_threshold(_COLLECT_AFTER)
    try:
        server.run(sockets=sockets)
    except SystemExit:
        raise GaveUp(
            "The app could not start: see that the engine at FRISTAD_REDIS_URL answers and takes the password, "
            "and for the console that its database can be opened."
        ) from None


def _server(app: Asgi, loop: Loop, process: Process | None, drain: float) -> uvicorn.Server:
    server: uvicorn.Server | None = None

    def connections() -> float:
        return len(server.server_state.connections) / _MOST_CONNECTIONS if server else 0.0

    watch = open_watch(process, readiness_of(app), connections) if process else None
    server = DrainingServer(_config(watch.around(app) if watch else app, loop), draining_of(app), drain)
    return server


def _build(build: Callable[[], Asgi]) -> Asgi:
    try:
        return build()
    except (ValidationError, SettingsError) as error:
        raise Refused(explain(error)) from None
    except BadEngine as error:
        raise Refused(f"FRISTAD_REDIS_URL cannot be used: {error}.") from None
    except BadKey as error:
        raise Refused(f"{error}.") from None
    except ContentError as error:
        raise Refused(f"The texts cannot be used: {error}.") from None


def _config(app: Asgi, loop: Loop) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        loop=loop,
        http=BoundedHttp,
        ws=LeanSocket,
        ws_max_size=_LARGEST_FRAME,
        ws_ping_interval=_PING_EVERY,
        ws_ping_timeout=_PING_EVERY,
        ws_per_message_deflate=False,  # not spoken: beside secrets it tells their length, and it costs 30 kB a socket
        access_log=False,
        log_config=log_config(),
        proxy_headers=False,  # nobody's address is wanted, so none is believed
        server_header=False,
        lifespan="on",
        limit_concurrency=_MOST_CONNECTIONS,
        timeout_graceful_shutdown=3,
        workers=1,
    )


def _allow_open_files() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _OPEN_FILES if hard == resource.RLIM_INFINITY else min(_OPEN_FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
