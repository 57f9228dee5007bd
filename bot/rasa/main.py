"""The action server put together: rasa_sdk's own app and executor behind our gate."""

import logging
import warnings
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

import rasa_sdk
from rasa_sdk.endpoint import create_app as create_sdk_app

from bot.rasa.actions import register
from bot.rasa.answers import Place
from bot.rasa.gate import BODY_LIMIT, Gate, refuse_too_large
from dialogues.values import Content
from safety.headers import Asgi
from safety.limits import BodyLimit
from safety.logs import TellingFilter

# They write a line for every refused call, some with names out of it; only what came with an exception is kept.
_TALKATIVE = ("rasa_sdk.endpoint", "rasa_sdk.executor", "rasa_sdk.interfaces", "sanic.root", "sanic.error")


def create_app(content: Content, place: Place, now: Callable[[], datetime], secret: str | None) -> Asgi:
    """The app over these collaborators; `now` is Swedish local time. ValueError when there is no desk of that name."""
    if place.desk not in content.desks:
        raise ValueError(f"FRISTAD_DESK: no desk is called {place.desk}")
    executor = register(lambda: replace(content, now=now()), place)
    server = create_sdk_app(executor, cors_origins=None)  # no page of another site may call it from a browser
    _quieten()
    gate = Gate(server, rasa_sdk.__version__, secret)
    return BodyLimit(gate, max_bytes=BODY_LIMIT, refusal=refuse_too_large, drained=BODY_LIMIT)


def _quieten() -> None:
    for name in _TALKATIVE:
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.propagate = True
        logger.setLevel(logging.WARNING)
        logger.addFilter(TellingFilter())
    logging.getLogger("sanic.access").disabled = True
    warnings.filterwarnings("ignore", module=r"rasa_sdk\..*")
